"""What people type to the bot in a DM."""

from __future__ import annotations

import discord
import pytest
from simcord import interactions as wire

from supportbot.domain.people import PersonId
from tests.cogs.house import House, buttons, words

NOT_A_MAILBOX = "I am a bot and nobody reads this"
SECRET = "my cat is called Mortimer"


async def said(house: House, text: str) -> list[str]:
    """What the bot answers to a typed DM."""
    before = len(house.dms(house.ann))
    await house.ann.send_dm(text)
    return [words(row) for row in house.dms(house.ann)][before:]


@pytest.mark.parametrize(
    "text",
    ["I want to die", "i dont want to live", "I DON'T WANT TO LIVE!!", "well... suicide?", "he's not breathing", "kms"],
)
async def test_words_of_crisis_are_answered_at_once_and_every_time(house: House, text: str) -> None:
    for _ in range(2):
        (answer,) = await said(house, text)
        assert "call your local emergency number" in answer
        assert "findahelpline.com" in answer
        assert "Nobody was told." in answer
        assert "opened" not in answer, "nobody opened anything"
    assert await house.rows() == {}
    assert text not in house.log_text()


async def test_the_page_that_typed_words_bring_has_its_buttons(house: House) -> None:
    await said(house, "i want to die")
    page = house.dms(house.ann)[-1]
    assert "Thinking of ending my life" in buttons(page)
    shown = await house.choose(house.ann, page, "GB")
    assert shown.message.id == page.id
    assert "call 999** (United Kingdom)" in shown.text
    need = await house.press(house.ann, house.dms(house.ann)[-1], "Thinking of ending my life")
    assert "116 123" in need.text


async def test_words_of_crisis_are_answered_without_a_database(house: House) -> None:
    house.store.broken = True
    (answer,) = await said(house, "i want to die")
    assert "call your local emergency number" in answer


async def test_a_wish_to_stop_is_answered_without_a_database(house: House) -> None:
    await house.start_checkin(house.ann)
    house.store.broken = True
    (answer,) = await said(house, "stop")
    assert "My notebook is in use just now, so nothing was changed" in answer


async def test_anything_else_is_answered_once_an_hour(house: House) -> None:
    (answer,) = await said(house, SECRET)
    assert NOT_A_MAILBOX in answer
    assert buttons(house.dms(house.ann)[-1]) == {"Crisis help": "crisis"}
    assert await said(house, SECRET) == []
    house.clock.advance(minutes=59)
    assert await said(house, "hello?") == []
    house.clock.advance(minutes=1)
    assert len(await said(house, "hello?")) == 1
    assert await house.rows() == {}
    assert "Mortimer" not in house.log_text()


@pytest.mark.parametrize(
    ("plea", "answer"),
    [("please help me", NOT_A_MAILBOX), ("is anyone there?", NOT_A_MAILBOX), ("ayúdenme", "nadie lee esto")],
)
async def test_a_plea_is_answered_every_time(house: House, plea: str, answer: str) -> None:
    await said(house, SECRET)
    for _ in range(2):
        (text,) = await said(house, plea)
        assert answer in text
        assert set(buttons(house.dms(house.ann)[-1]).values()) == {"crisis"}
    assert await said(house, SECRET) == [], "anything else is answered once an hour still"
    assert plea not in house.log_text()


async def speak(house: House, locale: str) -> None:
    """Ann uses a command, with Discord in this language."""
    backend = house.env.backend
    record, payload = wire.base_payload(
        backend,
        type=discord.InteractionType.application_command.value,
        channel_id=house.general.id,
        guild_id=house.guild.id,
        user_id=house.ann.id,
        data=house.command("about"),
    )
    assert record.id
    backend.emit("INTERACTION_CREATE", payload | {"locale": locale})
    await house.env.settle()


@pytest.mark.parametrize("is_broken", [False, True])
@pytest.mark.parametrize(
    ("locale", "typed", "answer"),
    [
        (None, "quiero morirme", "Ayuda ahora mismo"),
        (None, "i want to die", "Help right now"),
        ("es-ES", "i want to die", "Ayuda ahora mismo"),
        ("es-ES", SECRET, "nadie lee esto"),
        ("en-GB", "quiero morirme", "Help right now"),
    ],
)
async def test_the_language_of_the_answer(
    house: House, locale: str | None, typed: str, answer: str, *, is_broken: bool
) -> None:
    if locale:
        await speak(house, locale)
    house.store.broken = is_broken
    (text,) = await said(house, typed)
    house.store.broken = False
    assert answer in text + "".join(embed.title or "" for embed in house.dms(house.ann)[-1].embeds)
    assert await house.rows() == {}


async def test_the_language_kept_with_check_ins_comes_first(house: House) -> None:
    await house.start_checkin(house.ann)
    await speak(house, "es-ES")
    (text,) = await said(house, "quiero morirme")
    assert "call your local emergency number" in text


async def test_who_erases_their_data_has_no_language_here(house: House) -> None:
    await speak(house, "es-ES")
    house.bot.services.typed.erased(PersonId(house.ann.id))
    assert house.bot.services.typed.last_used(PersonId(house.ann.id)) is None
    (text,) = await said(house, "i want to die")
    assert "call your local emergency number" in text


async def test_each_person_is_answered(house: House) -> None:
    await house.ann.send_dm("hello")
    await house.bea.send_dm("hello")
    assert len(house.dms(house.ann)) == len(house.dms(house.bea)) == 1


async def test_stop_is_asked_back_and_then_done(house: House) -> None:
    await house.start_checkin(house.ann)
    await house.start_checkin(house.ann, at="08:00")
    (answer,) = await said(house, "Stop!")
    assert answer == "Shall I stop all 2 of your check-ins?"
    assert "Every day" in (await house.run(house.ann, "checkin list")).text
    stopped = await house.press(house.ann, house.dms(house.ann)[-1], "Yes, stop")
    assert "Your 2 check-ins will not come any more" in stopped.text
    assert buttons(stopped.message) == {}
    assert "You have no check-ins" in (await house.run(house.ann, "checkin list")).text


async def test_stop_can_be_taken_back(house: House) -> None:
    await house.start_checkin(house.ann)
    assert await said(house, "Please stop messaging me") == ["Shall I stop your check-in?"]
    kept = await house.press(house.ann, house.dms(house.ann)[-1], "No, keep going")
    assert kept.text == "All right, nothing changes."
    assert "Every day" in (await house.run(house.ann, "checkin list")).text


async def test_stop_pressed_when_nothing_runs_any_more(house: House) -> None:
    await house.start_checkin(house.ann)
    await said(house, "stop")
    await house.run(house.ann, "checkin stop", which="all")
    answer = await house.press(house.ann, house.dms(house.ann)[-1], "Yes, stop")
    assert "there is nothing to stop" in answer.text


async def test_stop_without_check_ins(house: House) -> None:
    (answer,) = await said(house, "stop")
    assert "You have no check-ins running" in answer
    assert await house.rows() == {}


async def test_a_sentence_with_stop_in_it_is_no_wish_to_stop(house: House) -> None:
    await house.start_checkin(house.ann)
    (answer,) = await said(house, "I cannot stop thinking about it")
    assert NOT_A_MAILBOX in answer


async def test_asking_for_help_politely_is_no_crisis_by_itself(house: House) -> None:
    (answer,) = await said(house, "help me please")
    assert NOT_A_MAILBOX in answer


async def test_messages_in_communities_are_not_read(house: House) -> None:
    await house.ann.send(house.general, "stop")
    await house.ann.send(house.general, "i want to die")
    assert [row.author.bot for row in house.general.history()] == [False, False]
    assert house.dms(house.ann) == []
