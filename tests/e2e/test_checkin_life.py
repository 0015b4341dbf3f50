"""A member and their check-ins, from the first command to the last: real bot, real client, real database file."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from supportbot.app import App
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.support.running import Person, alarm, buttons, custom_id, to_next_alarm, words
from tests.support.wordings import LINES, MOOD_QUESTIONS


async def test_from_consent_to_answer(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    draft = await sam.run("checkin start", when="8:30 pm", zone="europe/berlin")
    assert draft["ephemeral"]
    assert "**Every day at 20:30**, time zone **Europe/Berlin**" in words(draft)
    assert "Discord** keeps a copy" in words(draft)
    assert rows(database, "SELECT count(*) FROM consents") == [(0,)], "nothing is kept before the press"

    started = (await sam.press(draft, "I agree, start"))["message"]
    assert started["id"] == draft["id"], "the same message, in place"
    assert "Your check-in runs" in started["content"]
    assert not buttons(started)
    assert rows(database, "SELECT scope, text_version, language, how, given FROM consents") == [
        ("checkins", "5", "en", "button", 1)
    ]
    welcome = await sam.next_dm()

    invitation = await sam.checkin()
    assert invitation["content"] == "A moment for yourself?"
    question = (await sam.press(invitation, "Open"))["message"]
    assert question["id"] == invitation["id"], words(question)
    assert question["content"] in MOOD_QUESTIONS
    answer = await sam.press(question, "4 good")
    assert answer["message"]["content"] == "Done."
    thanks = await sam.next_dm(after=invitation)
    assert thanks["ephemeral"]
    assert "Thank you" in thanks["content"]
    assert rows(database, "SELECT state FROM deliveries ORDER BY window_ends") == [("answered",), ("planned",)]
    assert [message["content"] for message in await sam.dms() if not message["ephemeral"]] == [
        welcome["content"],
        "Done.",
    ]


async def test_what_a_lock_screen_shows(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    await sam.checkin()
    for message in await sam.dms():
        shown = words(message).lower()
        for telling in ("check-in", "recover", "mood", "support", "crisis", "therap", "craving"):
            assert telling not in shown


async def test_a_low_answer_gets_more_than_a_kind_word(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    question = (await sam.press(await sam.checkin(), "Open"))["message"]
    await sam.press(question, "1 very low")
    reply = await sam.next_dm(after=question)
    assert reply["ephemeral"]
    assert "not have to carry it alone" in reply["content"]
    page = await sam.press(reply, "Crisis help")
    assert "local emergency number" in words(page["message"])
    assert page["message"]["ephemeral"]


async def test_later_with_a_note_and_then_an_answer(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    first = await sam.checkin()
    question = (await sam.press(first, "Open"))["message"]
    more = (await sam.press(question, "More"))["message"]
    modal = (await sam.press(more, "Add a note"))["modal"]
    await sandbox.actor.submit(user="sam", modal=modal["id"], values={"note": "a qwertz walk"}, wait="final")
    thanks = await sam.next_dm(after=question, where=lambda message: "I do not keep it" in message["content"])
    assert thanks["ephemeral"]
    back = (await sam.press(more, "Back"))["message"]
    later = (await sam.press(back, "Later"))["message"]
    assert "It comes again" in (await sam.press(later, "In 15 minutes"))["message"]["content"]
    soon = timedelta(minutes=15)
    await sandbox.actor.until(lambda: sandbox.clock.alarms["checkins"] - sandbox.clock.now() <= soon)
    again = await sam.checkin()
    assert again["id"] != first["id"]
    assert again["content"] == LINES[1], "another line than the first time"
    opened = (await sam.press(again, "Open"))["message"]
    assert (await sam.press(opened, "2 low"))["message"]["content"] == "Done."
    assert rows(database, "SELECT state FROM deliveries ORDER BY due") == [("sent",), ("answered",), ("planned",)]
    assert rows(database, "SELECT count(*) FROM answers") == [(0,)]


async def test_it_comes_every_day_and_once(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    for _ in range(3):
        await sam.checkin()
    invitations = [message for message in await sam.dms() if message["content"] in LINES]
    assert [message["content"] for message in invitations] == LINES[:3], "another line each time"
    days = {message["timestamp"][:10] for message in invitations}
    assert len(days) == 3


async def test_buttons_work_after_a_restart(sandbox: Sandbox, start_bot: StartBot) -> None:
    sam = Person(sandbox)
    async with start_bot():
        await sam.start_checkin()
        draft = await sam.run("checkin start", when="7am", zone="Europe/Berlin")
        invitation = await sam.checkin()
    async with start_bot():
        question = (await sam.press(invitation, "Open"))["message"]
        assert (await sam.press(question, "3 in between"))["message"]["content"] == "Done."
        assert "Your check-in runs" in (await sam.press(draft, "I agree, start"))["message"]["content"]


async def test_what_fell_due_while_the_bot_was_away_comes_once(sandbox: Sandbox, start_bot: StartBot) -> None:
    sam = Person(sandbox)
    async with start_bot():
        await sam.start_checkin()
        welcome = (await sam.dms())[-1]
        await alarm(sandbox)
    await to_next_alarm(sandbox)
    async with start_bot():
        await sam.next_dm(after=welcome)
    async with start_bot():
        await alarm(sandbox)
        assert [message["content"] for message in await sam.dms()].count("A moment for yourself?") == 1


async def test_far_too_late_is_not_sent(sandbox: Sandbox, start_bot: StartBot, database: Path) -> None:
    sam = Person(sandbox)
    async with start_bot():
        await sam.start_checkin()
        first = await alarm(sandbox)
    await sandbox.actor.move_clock(to=first)
    await sandbox.actor.move_clock(advance=3 * 86_400 + 7201)
    async with start_bot():
        await alarm(sandbox)
        states = rows(database, "SELECT state, reason FROM deliveries ORDER BY window_ends")
    assert states == [("not_sent", "late")] * 4 + [("planned", None)]
    assert len(await sam.dms()) == 1, "only the welcome: no burst after a downtime"


async def test_list_and_stop(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    assert "You have no check-ins" in (await sam.run("checkin list"))["content"]
    await sam.start_checkin(at="20:30")
    await sam.start_checkin(at="07:00", place="dm")
    listed = words(await sam.run("checkin list"))
    assert "**1.** Every day at 20:30 (Europe/Berlin)" in listed
    assert "**2.** Every day at 07:00" in listed
    choices = (
        await sandbox.actor.autocomplete(user="sam", channel=sam.place, command="checkin stop", focused="which")
    )["choices"]
    assert [choice["name"] for choice in choices] == [
        "Every day at 20:30 · how you feel",
        "Every day at 07:00 · how you feel",
        "All of my check-ins",
    ]
    assert "This check-in will not come" in (await sam.run("checkin stop", which=choices[0]["value"]))["content"]
    assert "20:30" not in words(await sam.run("checkin list"))
    assert "will not come" in (await sam.run("checkin stop", which="all"))["content"]
    assert rows(database, "SELECT DISTINCT state, reason FROM deliveries") == [("cancelled", "stopped")]


async def test_stop_and_clear_from_the_message(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    first = (await sam.press(await sam.checkin(), "Open"))["message"]
    first = (await sam.press(first, "More"))["message"]
    await sandbox.actor.press(user="sam", message=first["id"], custom_id=custom_id(first, "Clear this"))
    await sandbox.actor.until(lambda: sandbox.log.after(0, 10_000)[-1].method == "DELETE")
    second = (await sam.press(await sam.checkin(), "Open"))["message"]
    assert first["id"] not in [message["id"] for message in await sam.dms()]
    assert "will not come any more" in (await sam.press(second, "Stop these"))["message"]["content"]
    assert "You have no check-ins" in (await sam.run("checkin list"))["content"]


async def test_moving_to_another_zone_moves_every_plan(app: App, sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    await sam.start_checkin(at="20:30", zone="Europe/Berlin")
    await sam.start_checkin(at="07:00", zone="America/New_York")
    assert words(await sam.run("checkin list")).count("(America/New_York)") == 2
    due = rows(database, "SELECT due / 3600000 % 24, due / 60000 % 60 FROM occurrences ORDER BY 1")
    assert len(due) == 2
    assert {minute for _, minute in due} == {0, 30}
    assert rows(database, "SELECT zone FROM members")[0][0] != b"America/New_York", "the zone is sealed"


@pytest.mark.parametrize("text", ["stop", "Stop.", "please STOP!"])
async def test_typing_stop(app: App, sandbox: Sandbox, text: str) -> None:
    sam = Person(sandbox)
    await sam.start_checkin()
    await sam.says(text)
    question = await sam.next_dm(where=lambda message: "Shall I stop your check-in?" in message["content"])
    assert "will not come any more" in (await sam.press(question, "Yes, stop"))["message"]["content"]
    assert "You have no check-ins" in (await sam.run("checkin list"))["content"]


async def test_typed_words_of_crisis_bring_help(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    await sam.says("i don't want to live anymore")
    page = await sam.next_dm()
    assert "local emergency number" in words(page)
    assert "findahelpline.com" in words(page)


async def test_anything_else_typed_is_answered_once_an_hour(app: App, sandbox: Sandbox) -> None:
    sam = Person(sandbox)
    await sam.says("hello?")
    told = await sam.next_dm()
    assert "I am a bot and nobody reads this" in told["content"]
    await sam.says("nice weather")
    await sam.says("stop")
    assert "nothing to stop" in (await sam.next_dm(after=told))["content"], "the second hello had no answer of its own"
    jumped = asyncio.Event()
    app.clock.on_jump(jumped.set)
    await sandbox.actor.move_clock(advance=3601)
    await jumped.wait()
    last = (await sam.dms())[-1]
    await sam.says("hello again")
    assert "nobody reads this" in (await sam.next_dm(after=last))["content"]
