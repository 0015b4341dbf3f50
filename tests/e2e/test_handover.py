"""From the triage to somebody to talk to, against the loopback Discord: one post, of what was shown, or none."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from supportbot.app import App
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.e2e.test_setup import HELPERS, HOME
from tests.e2e.triage_walk import Walk
from tests.support.running import GENERAL, Json, Person, buttons, custom_id, words

ASK, SEND, ADD = "Ask for somebody to talk to", "Send this", "Add a line"
SELF = {"safety": "no", "about": "self", "concern": "life", "willing": "yes"}
CONSENTS = "SELECT scope, text_version, given FROM consents WHERE scope = 'handover'"


async def with_team(sandbox: Sandbox) -> None:
    await Person(sandbox, "mika").run("setup staff-channel", channel="helpers")


async def posts(sandbox: Sandbox) -> list[Json]:
    """What the team has been told, oldest first."""
    return await sandbox.actor.messages(user="olu", channel=HELPERS)


async def preview(sandbox: Sandbox, place: str = GENERAL) -> Json:
    """Through the triage, begun in this place, to the preview."""
    walk = Walk(Person(sandbox), sandbox)
    await walk.start(place)
    await walk.open()
    await walk.all(SELF)
    return (await walk.press("handover.ask"))["message"]


async def add_line(sandbox: Sandbox, shown: Json, text: str) -> Json:
    """Type a line into the form; gives the whole result."""
    opened = await Person(sandbox).press(shown, ADD)
    return await sandbox.actor.submit(user="sam", modal=opened["modal"]["id"], values={"line": text}, wait="final")


async def test_from_the_triage_to_the_team(
    app: App, sandbox: Sandbox, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await with_team(sandbox)
    before = len(await posts(sandbox))
    shown = await preview(sandbox)
    assert shown["ephemeral"]
    for part in ("**helpers**", "**Riverside Recovery**", "**Moderators**", "Nobody may be there right now"):
        assert part in words(shown)
    sam = Person(sandbox)
    typed = (await add_line(sandbox, shown, "a *secret* of mine"))["message"]
    assert r"> a \*secret\* of mine" in words(typed)
    assert (len(await posts(sandbox)), rows(database, CONSENTS)) == (before, [])
    done = await sam.press(typed, SEND)
    assert "It is sent" in done["message"]["content"]
    (post,) = (await posts(sandbox))[before:]
    assert words(post) == typed["embeds"][1]["description"]
    assert post["mentions"] == []
    for word in ("triage", "life", "willing", "crisis"):
        assert word not in post["content"].lower()
    assert rows(database, CONSENTS) == [("handover", "3", 1)]
    assert "secret" not in caplog.text
    assert b"secret" not in database.read_bytes()


async def test_an_empty_form_takes_the_line_away(app: App, sandbox: Sandbox) -> None:
    await with_team(sandbox)
    typed = (await add_line(sandbox, await preview(sandbox), "one\ntwo"))["message"]
    assert "> one\n> two" in words(typed)
    opened = await Person(sandbox).press(typed, "Change the line")
    emptied = await sandbox.actor.submit(user="sam", modal=opened["modal"]["id"], values={"line": ""}, wait="final")
    assert ADD in buttons(emptied["message"])
    assert "one" not in words(emptied["message"]).split("Who can read it")[0].replace("once", "")


async def test_two_presses_at_once_post_once(app: App, sandbox: Sandbox, database: Path) -> None:
    await with_team(sandbox)
    shown = await preview(sandbox)
    sam = Person(sandbox)
    both = await asyncio.gather(sam.press(shown, SEND), sam.press(shown, SEND))
    assert all(result["outcome"] != "failed" for result in both)
    assert len(await posts(sandbox)) == 1
    assert len(rows(database, CONSENTS)) == 1


async def test_a_preview_outlives_a_restart(start_bot: StartBot, sandbox: Sandbox) -> None:
    async with start_bot():
        await with_team(sandbox)
        shown = (await add_line(sandbox, await preview(sandbox), "from before"))["message"]
        opened = await Person(sandbox).press(shown, "Change the line")
    async with start_bot():
        changed = await sandbox.actor.submit(
            user="sam", modal=opened["modal"]["id"], values={"line": "from after"}, wait="final"
        )
        assert "> from after" in words(changed["message"])
        done = await Person(sandbox).press(changed["message"], SEND)
        assert "It is sent" in done["message"]["content"]
        (post,) = await posts(sandbox)
        assert "> from after" in post["content"]
        assert "before" not in post["content"]


@pytest.mark.parametrize("kind", ["stored_then_status", "stored_then_dropped"])
async def test_a_post_of_which_nobody_knows_is_not_doubled(app: App, sandbox: Sandbox, kind: str) -> None:
    await with_team(sandbox)
    shown = await preview(sandbox)
    more = {"status": 502} if kind == "stored_then_status" else {}
    await sandbox.actor.add_fault(kind=kind, route="POST /channels/", **more)
    sam = Person(sandbox)
    unsure = await sam.press(shown, SEND)
    seen = (await sandbox.actor.messages(user="sam", channel="dm"))[-1]
    assert "Discord did not tell me whether it was posted" in words(seen), unsure
    assert "It is sent" in (await sam.press(shown, SEND))["message"]["content"]
    assert len(await posts(sandbox)) == 1


async def test_a_channel_that_was_opened_meanwhile_is_shown_again(app: App, sandbox: Sandbox) -> None:
    await with_team(sandbox)
    shown = await preview(sandbox)
    await sandbox.actor.set_channel_permissions(channel=HELPERS, role="everyone", allow=["VIEW_CHANNEL"])
    again = (await Person(sandbox).press(shown, SEND))["message"]
    assert "Something changed since I showed you this" in again["content"]
    assert "everybody in this server" in words(again)
    assert await posts(sandbox) == []
    assert "It is sent" in (await Person(sandbox).press(again, SEND))["message"]["content"]
    assert len(await posts(sandbox)) == 1


async def test_a_channel_that_is_gone_is_said_and_logged_by_its_ids(
    app: App, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    await with_team(sandbox)
    shown = await preview(sandbox)
    channel = next(
        each["id"] for each in (await sandbox.actor.state())["guilds"][0]["channels"] if each["name"] == "helpers"
    )
    await sandbox.actor.delete_channel(channel=channel)
    answer = (await Person(sandbox).press(shown, SEND))["message"]
    assert "I cannot reach the team's channel" in answer["content"]
    assert set(buttons(answer)) == {"Crisis help"}
    ours = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert any("staff.unusable" in text and channel in text for text in ours)
    assert not any("sam" in text.lower() for text in ours)


async def test_words_of_crisis_bring_crisis_help_and_nobody_is_told(app: App, sandbox: Sandbox) -> None:
    await with_team(sandbox)
    shown = await preview(sandbox)
    await add_line(sandbox, shown, "I want to kill myself")
    page = await sandbox.actor.wait_for_message(
        user="sam", channel="dm", after=shown["id"], where=lambda each: "emergency number" in words(each)
    )
    assert page["ephemeral"]
    assert await posts(sandbox) == []


async def test_from_a_dm_the_community_is_chosen(app: App, sandbox: Sandbox) -> None:
    await with_team(sandbox)
    sam = Person(sandbox)
    nowhere = await preview(sandbox, "dm")
    assert "I do not know of a server that we share" in nowhere["content"]
    await sam.start_checkin()
    offer = await preview(sandbox, "dm")
    (select,) = [cell for row in offer["components"] for cell in row["components"]]
    assert [option["label"] for option in select["options"]] == [HOME]
    chosen = await sandbox.actor.press(
        user="sam",
        message=offer["id"],
        custom_id=select["custom_id"],
        values=[select["options"][0]["value"]],
        wait="final",
    )
    assert "**Riverside Recovery**" in words(chosen["message"])
    assert "It is sent" in (await sam.press(chosen["message"], SEND))["message"]["content"]
    assert len(await posts(sandbox)) == 1


async def test_who_left_is_heard_no_more(app: App, sandbox: Sandbox) -> None:
    await with_team(sandbox)
    await sandbox.actor.edit_user(user="sam", join="Night Owls")
    shown = await preview(sandbox)
    await sandbox.actor.edit_user(user="sam", leave=HOME)
    answer = await Person(sandbox).press(shown, SEND)
    assert "I cannot find you in that server" in answer["message"]["content"]
    assert await posts(sandbox) == []


async def test_a_stranger_sends_nothing_in_anothers_name(app: App, sandbox: Sandbox) -> None:
    await with_team(sandbox)
    shown = await preview(sandbox)
    refused = await sandbox.actor.press(
        user="alex", message=shown["id"], custom_id=custom_id(shown, SEND), as_if_visible=True, wait="final"
    )
    assert "This button belongs to somebody else" in refused["message"]["content"]
    assert await posts(sandbox) == []


async def test_what_was_agreed_to_is_in_the_file_and_can_be_erased(app: App, sandbox: Sandbox, database: Path) -> None:
    await with_team(sandbox)
    sam = Person(sandbox)
    await sam.press(await preview(sandbox), SEND)
    assert rows(database, CONSENTS) != []
    await sam.press(await sam.run("mydata delete"), "Erase it all")
    assert rows(database, CONSENTS) == []
