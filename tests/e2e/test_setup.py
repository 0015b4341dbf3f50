"""Moderators set up their community against the loopback Discord: what it refuses, and what outlives a restart."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from supportbot.app import App
from supportbot.sandbox.places import ActorError
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.support.running import GENERAL, Json, Person, buttons, words

HOME, STAFF, HELPERS = "Riverside Recovery", "Riverside Recovery/staff", "Riverside Recovery/helpers"
LINE = {
    "kind": "crisis",
    "service": "River line",
    "source": "https://river.example",
    "phone": "0900-0113",
    "hours": "24/7",
}
SETTINGS = "SELECT region, staff_channel_id IS NOT NULL FROM communities"
LINES = "SELECT service, phone, approved_at IS NOT NULL FROM community_helplines"


async def newest(sandbox: Sandbox, place: str = HELPERS) -> Json:
    """The last message of the team's channel."""
    return (await sandbox.actor.messages(user="olu", channel=place))[-1]


async def line_waits(sandbox: Sandbox) -> Json:
    """Mika added a line; the message that asks for a second moderator."""
    mika = Person(sandbox, "mika")
    await mika.run("setup staff-channel", channel="helpers")
    added = await mika.run("setup helpline add", **LINE)
    assert added["ephemeral"]
    return await newest(sandbox)


async def test_a_channel_that_the_bot_does_not_see_until_it_is_let_in(
    app: App, sandbox: Sandbox, database: Path
) -> None:
    mika = Person(sandbox, "mika")
    for granted, missing in (
        ([], ["View Channel"]),
        (["VIEW_CHANNEL"], []),
    ):
        await sandbox.actor.set_channel_permissions(channel=STAFF, role="supportbot", allow=granted)
        text = (await mika.run("setup staff-channel", channel="staff"))["content"]
        assert [name for name in ("View Channel", "Send Messages", "Embed Links") if f"**{name}**" in text] == missing
        assert ("Done." in text) is not missing
    assert "the role **Moderators**" in text
    assert "everybody" not in text
    assert rows(database, SETTINGS) == [(None, 1)]


async def test_each_permission_that_is_missing_is_named(app: App, sandbox: Sandbox, database: Path) -> None:
    await sandbox.actor.set_channel_permissions(
        channel=HELPERS, user="supportbot", allow=["VIEW_CHANNEL"], deny=["SEND_MESSAGES", "EMBED_LINKS"]
    )
    text = (await Person(sandbox, "mika").run("setup staff-channel", channel="helpers"))["content"]
    assert "Send Messages" in text
    assert "Embed Links" in text
    assert "View Channel" not in text
    assert rows(database, SETTINGS) == []


async def test_a_line_waits_over_a_restart_until_somebody_else_approves(
    start_bot: StartBot, sandbox: Sandbox, database: Path
) -> None:
    async with start_bot():
        waiting = await line_waits(sandbox)
        for part in ("River line", "0900-0113", "https://river.example", "Open: day and night"):
            assert part in words(waiting)
    async with start_bot():
        own = await Person(sandbox, "mika").press(waiting, "Approve")
        assert own["message"]["ephemeral"]
        assert "You added this line yourself" in own["message"]["content"]
        assert rows(database, LINES) == [("River line", "0900-0113", 0)]
        done = await Person(sandbox, "olu").press(waiting, "Approve")
        assert done["outcome"] == "update"
        assert "Approved by" in done["message"]["content"]
        assert buttons(done["message"]) == {}
        assert "0900-0113" in words(await newest(sandbox))
    assert rows(database, LINES) == [("River line", "0900-0113", 1)]


async def test_two_moderators_who_press_at_once_decide_once(app: App, sandbox: Sandbox, database: Path) -> None:
    waiting = await line_waits(sandbox)
    await sandbox.actor.add_user(username="eve", guilds=[HOME], roles=["Moderators"])
    both = await asyncio.gather(*(Person(sandbox, who).press(waiting, "Approve") for who in ("eve", "olu")))
    assert sorted(result["outcome"] for result in both) == ["message", "update"]
    (late,) = [result["message"]["content"] for result in both if result["outcome"] == "message"]
    assert "This line was approved already" in late
    assert rows(database, "SELECT count(*) FROM helpline_signatures WHERE act = 'approved'") == [(1,)]


async def test_a_member_who_got_hold_of_the_button_decides_nothing(app: App, sandbox: Sandbox, database: Path) -> None:
    waiting = await line_waits(sandbox)
    for label in ("Approve", "Decline"):
        refused = await Person(sandbox, "sam").press(waiting, label, as_if_visible=True)
        assert refused["message"]["ephemeral"]
        assert "for people with other permissions" in refused["message"]["content"]
    assert rows(database, LINES) == [("River line", "0900-0113", 0)]


async def test_whom_the_community_lets_use_it_may_and_may_not_again(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    with pytest.raises(ActorError, match="no command"):
        await sam.run("setup region", country="DE")
    allow = [{"user": "sam", "allow": True}]
    await sandbox.actor.set_command_permissions(guild=HOME, command="setup", permissions=allow)
    assert "it now starts with Germany" in (await sam.run("setup region", country="DE"))["content"]
    waiting = await line_waits(sandbox)
    assert "Approved by" in (await sam.press(waiting, "Approve", as_if_visible=True))["message"]["content"]
    assert "/setup region" in words(await sam.run("help"))
    await sandbox.actor.set_command_permissions(guild=HOME, command="setup", permissions=[])
    await sandbox.actor.set_command_permissions(guild=HOME, permissions=allow)
    with pytest.raises(ActorError, match="no command"):
        await sam.run("setup region", country="AT")
    assert "/setup region" not in words(await sam.run("help"))
    assert rows(database, SETTINGS) == [("DE", 1)]


async def test_a_line_is_not_kept_when_the_channel_is_gone(
    app: App, sandbox: Sandbox, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mika = Person(sandbox, "mika")
    await mika.run("setup staff-channel", channel="helpers")
    await sandbox.actor.delete_channel(channel=HELPERS)
    answer = await mika.run("setup helpline add", **LINE)
    assert "I could not post in the staff channel" in answer["content"]
    assert rows(database, LINES) == []
    ours = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert any("staff.not_posted" in text for text in ours)
    assert not any("River" in text for text in ours)


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "stored_then_dropped"}])
async def test_a_line_whose_post_is_in_doubt_is_not_kept(
    app: App, sandbox: Sandbox, database: Path, fault: Json
) -> None:
    mika = Person(sandbox, "mika")
    await mika.run("setup staff-channel", channel="helpers")
    await sandbox.actor.add_fault(route="POST /channels/", **fault)
    assert "I could not post in the staff channel" in (await mika.run("setup helpline add", **LINE))["content"]
    assert rows(database, LINES) == []
    messages = await sandbox.actor.messages(user="olu", channel=HELPERS)
    for message in messages:
        answer = await Person(sandbox, "olu").press(message, "Approve")
        assert "This line is not here any more" in answer["message"]["content"]
    assert len(messages) == (fault["kind"] != "status")


async def test_the_country_is_where_crisis_help_starts(app: App, sandbox: Sandbox) -> None:
    await Person(sandbox, "mika").run("setup region", country="Deutschland")
    assert "Germany" in words(await Person(sandbox).run("crisis"))


async def test_what_the_community_listed_is_shown_as_theirs(app: App, sandbox: Sandbox) -> None:
    waiting = await line_waits(sandbox)
    assert "River line" not in words(await Person(sandbox).run("crisis"))
    await Person(sandbox, "olu").press(waiting, "Approve")
    text = words(await Person(sandbox).run("crisis"))
    assert "River line" in text
    assert "Added by this community, not checked by us" in text
    elsewhere = words(await Person(sandbox, "alex", "Night Owls/lobby").run("crisis"))
    assert "River line" not in elsewhere


async def test_the_community_is_spoken_to_in_its_own_language(app: App, sandbox: Sandbox) -> None:
    """A channel has many readers: not the language of the one who pressed."""
    await sandbox.actor.edit_user(user="mika", locale="es-ES")
    waiting = await line_waits(sandbox)
    assert set(buttons(waiting)) == {"Approve", "Decline"}
    assert "waits for a second moderator" in waiting["embeds"][0]["author"]["name"]


async def test_discord_is_not_asked_about_those_with_manage_server(app: App, sandbox: Sandbox) -> None:
    await Person(sandbox, "mika").run("setup region", country="DE", place=GENERAL)
    log = (await sandbox.actor.requests(limit=1000))["requests"]
    assert [row["path"] for row in log if row["path"].endswith("/permissions")] == []
