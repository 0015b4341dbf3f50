"""Wrong, odd and unlucky: each gets one clear, kind sentence for that person alone, and nothing is half-written."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import aiohttp
import discord
import pytest

from supportbot.app import App
from supportbot.sandbox import TOKEN
from supportbot.sandbox.places import ActorError
from supportbot.sandbox.server import Sandbox
from tests.e2e.looking import rows
from tests.support.running import Person, custom_id, words

NOTHING = [(0, 0, 0, 0, 0)]


def held(database: Path) -> list[tuple[object, ...]]:
    """How many rows there are about anybody."""
    return rows(
        database,
        "SELECT (SELECT count(*) FROM members), (SELECT count(*) FROM consents), (SELECT count(*) FROM plans),"
        " (SELECT count(*) FROM occurrences), (SELECT count(*) FROM deliveries)",
    )


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Somebody else is writing, and does not end."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("at", "zone", "sentence"),
    [
        ("25:00", "Europe/Berlin", "No clock shows that time"),
        ("8", "Europe/Berlin", "Is that in the morning or in the evening?"),
        ("noonish", "Europe/Berlin", "I did not understand this part: noonish"),
        ("20:30", "Mars/Olympus", "I do not know that time zone"),
        ("20:30", "EST", "Short forms such as EST mean different things"),
        ("20:30", "../../etc/passwd", "I do not know that time zone"),
    ],
)
async def test_a_plan_that_cannot_be_understood(
    app: App, sandbox: Sandbox, database: Path, at: str, zone: str, sentence: str
) -> None:
    answer = await Person(sandbox).run("checkin start", when=at, zone=zone)
    assert answer["ephemeral"]
    assert sentence in answer["content"]
    assert zone not in answer["content"].replace("Europe/Berlin", "").replace("EST", "")
    assert held(database) == NOTHING


async def test_the_sixth_plan(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    waiting = await sam.run("checkin start", when="23:00", zone="Europe/Berlin")
    for hour in range(8, 13):
        assert "Your check-in runs" in (await sam.start_checkin(at=f"{hour}:00"))["content"]
    before = held(database)
    refused = await sam.run("checkin start", when="22:00", zone="Europe/Berlin")
    assert "You have 5 check-ins already" in refused["content"]
    late = await sam.press(waiting, "I agree, start")
    assert "You have 5 check-ins already" in late["message"]["content"]
    assert held(database) == before


async def test_a_stranger_presses(app: App, sandbox: Sandbox, database: Path) -> None:
    sam, alex = Person(sandbox), Person(sandbox, "alex")
    draft = await sam.run("checkin start", when="20:30", zone="Europe/Berlin")
    refused = await alex.press(draft, "I agree, start", as_if_visible=True)
    assert "belongs to somebody else" in refused["message"]["content"]
    assert refused["message"]["ephemeral"]
    assert held(database) == NOTHING
    await sam.start_checkin()
    invitation = await sam.checkin()
    refused = await alex.press(invitation, "Open", as_if_visible=True)
    assert "belongs to somebody else" in refused["message"]["content"]
    assert (await sam.press(invitation, "Open"))["message"]["id"] == invitation["id"], "still Sam's to open"


async def test_pressed_twice(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    question = (await sam.press(await sam.checkin(), "Open"))["message"]
    mood = custom_id(question, "4 good")
    await sam.press(question, "4 good")
    done = next(message for message in await sam.dms() if message["id"] == question["id"])
    assert done["content"] == "Done."
    with pytest.raises(ActorError, match="has no button or select"):
        await sandbox.actor.press(user="sam", message=question["id"], custom_id=mood)
    assert rows(database, "SELECT count(*) FROM deliveries WHERE state = 'answered'") == [(1,)]


async def test_a_check_in_that_was_erased_meanwhile(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    invitation = await sam.checkin()
    erase = await sam.run("mydata delete")
    assert "entries were erased" in (await sam.press(erase, "Erase it all"))["message"]["content"]
    assert held(database) == NOTHING
    stale = await sam.press(invitation, "Open")
    assert "no longer here" in stale["message"]["content"]
    assert stale["message"]["ephemeral"]


async def test_a_button_of_another_version(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    await sandbox.actor.open_dm(user="sam")
    dm = await app.bot.create_dm(discord.Object(int((await sandbox.actor.state())["users"][0]["id"])))
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Old", "custom_id": "made:by:an:older:version"}]}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as session:
        body = {"content": "From long ago", "components": [row], "allowed_mentions": {"parse": []}}
        async with session.post(f"{sandbox.api_url}/channels/{dm.id}/messages", json=body) as sent:
            assert sent.status == 200
    answer = await sam.press((await sam.dms())[-1], "Old")
    assert "no longer works" in answer["message"]["content"]
    assert answer["message"]["ephemeral"]


async def test_while_the_database_is_locked(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    draft = await sam.run("checkin start", when="20:30", zone="Europe/Berlin")
    with locked(database):
        began = time.monotonic()
        answer = await sam.press(draft, "I agree, start")
        assert time.monotonic() - began < 3
    assert "nothing was changed" in answer["message"]["content"]
    assert held(database) == NOTHING
    again = await sam.run("checkin start", when="20:30", zone="Europe/Berlin")
    assert "Your check-in runs" in (await sam.press(again, "I agree, start"))["message"]["content"]


async def test_something_nobody_expected(
    app: App, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("could not make 21:07 of Asia/Tokyo")

    monkeypatch.setattr(app.bot.services.checkins, "propose", breaks)
    answer = await Person(sandbox).run("checkin start", when="21:07", zone="Asia/Tokyo")
    assert answer["ephemeral"]
    assert "Something went wrong on my side, not yours" in answer["content"]
    reference = answer["content"].split("**")[1]
    logged = caplog.text
    assert reference in logged
    assert "RuntimeError" in logged
    assert "in breaks" in logged
    assert "21:07" not in logged
    assert "Asia/Tokyo" not in logged


async def test_somebody_whose_dms_are_closed(app: App, sandbox: Sandbox, database: Path) -> None:
    noor = Person(sandbox, "noor")
    answer = await noor.start_checkin()
    assert "I cannot reach you by DM, so nothing was started" in answer["content"]
    assert "Privacy Settings" in answer["content"]
    assert held(database) == NOTHING
    assert "You have no check-ins" in words(await noor.run("checkin list"))


async def test_closed_dms_leave_what_runs_as_it_was(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    await sam.start_checkin(at="20:30", zone="Europe/Berlin")
    before = rows(database, "SELECT * FROM members"), rows(database, "SELECT * FROM deliveries")
    await sandbox.actor.edit_user(user="sam", dms_open=False)
    assert "nothing was kept" in (await sam.start_checkin(at="09:00", zone="Asia/Tokyo"))["content"]
    assert (rows(database, "SELECT * FROM members"), rows(database, "SELECT * FROM deliveries")) == before


async def test_a_move_to_another_zone_is_shown_before_it_happens(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    old = await sam.run("checkin start", when="09:00", zone="Europe/Berlin")
    await sam.start_checkin(at="20:30", zone="America/New_York")
    refused = await sam.press(old, "I agree, start")
    assert "Your check-ins go by America/New_York now" in refused["message"]["content"]
    draft = await sam.run("checkin start", when="09:00", zone="Europe/Berlin")
    assert "Your other check-ins move too:** from America/New_York to Europe/Berlin" in words(draft)
    await sam.press(draft, "I agree, start")
    assert words(await sam.run("checkin list")).count("(Europe/Berlin)") == 2
    again = await sam.run("checkin start", when="09:00", zone="Europe/Berlin")
    assert "You have this check-in already" in again["content"]
