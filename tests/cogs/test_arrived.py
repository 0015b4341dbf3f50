"""The buttons of a check-in that has arrived."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
import pytest

from supportbot.domain.checkins import Asks, Paused, PlanState
from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import PersonId
from tests.cogs.house import PRESS, Answer, House, buttons, unpacked, words

MOODS = ["1 very low", "2 low", "3 in between", "4 good", "5 very good"]
WAYS = ["Later", "Stop these", "More", "I need support", "Crisis help"]


async def arrived(house: House, asks: Asks = Asks.MOOD, text: str | None = None, **of_plan: Any) -> discord.Message:
    """A check-in that asks for this has just come to Ann's DM."""
    await house.start_checkin(house.ann)
    person = PersonId(house.ann.id)
    async with house.store.write() as tx:
        await tx.consents.rely_on(person, Scope.CHECKINS)
        (plan,) = await tx.plans.of(person)
        await tx.plans.change(replace(plan, asks=asks, words=text, **of_plan), at=house.clock.now())
    await house.deliver_next()
    return house.dms(house.ann)[-1]


async def opened(house: House, asks: Asks = Asks.MOOD, text: str | None = None) -> Answer:
    return await house.press(house.ann, await arrived(house, asks, text), "Open")


async def keep_history(house: House) -> None:
    async with house.store.write() as tx:
        entry = ConsentEntry(
            PersonId(house.ann.id), None, Scope.HISTORY, "1", "en", house.clock.now(), How.BUTTON, given=True
        )
        await tx.consents.record(entry)


async def test_it_is_discreet_then_opened_and_answered_and_the_answer_is_kept_nowhere(house: House) -> None:
    invitation = await house.arrived_checkin(house.ann)
    assert invitation.content == "A moment for yourself?"
    assert buttons(invitation).keys() == {"Open", "Stop these"}
    question = await house.press(house.ann, invitation, "Open")
    assert question.message.id == invitation.id
    assert question.text in house.bot.content.prompts["en"].questions[Asks.MOOD]
    assert list(buttons(question.message)) == [*MOODS, *WAYS]
    thanked = await house.press(house.ann, question.message, "4 good")
    assert thanked.text == "Done."
    assert list(buttons(thanked.message)) == ["Add a note", "Clear this"]
    (reply,) = thanked.followups
    assert reply.flags.ephemeral
    assert "I do not keep what you answered" in reply.content
    exported = (await house.run(house.ann, "mydata export")).message.attachments[0]
    data, page = unpacked(await exported.read())
    assert "answered" in {row["state"] for row in data["held"]["deliveries"]}
    assert "Answered" in page
    assert "good" not in house.log_text()


async def test_a_very_low_answer_is_met_with_care(house: House) -> None:
    question = await opened(house)
    thanked = await house.press(house.ann, question.message, "1 very low")
    assert "you do not have to carry it alone" in thanked.last
    assert buttons(thanked.followups[0]) == {
        "Ride out ten minutes": "calm:begin",
        "Talk to somebody": "calm:talk",
        "Crisis help": "crisis",
    }
    shown = await house.press(house.ann, thanked.followups[0], "Crisis help")
    assert "call your local emergency number" in shown.text


@pytest.mark.parametrize(
    ("asks", "text", "label", "is_heavy"),
    [
        (Asks.CRAVING, None, "0 none", False),
        (Asks.CRAVING, None, "3 strong", True),
        (Asks.GOAL, "*Swim* <@1>", "Not today", False),
        (Asks.QUESTION, "What was good?", "I thought about it", False),
        (Asks.HELLO, None, "Wave back", False),
    ],
)
async def test_each_kind_has_answers_of_its_own(
    house: House, asks: Asks, text: str | None, label: str, is_heavy: bool
) -> None:
    question = await opened(house, asks, text)
    if asks is Asks.GOAL:
        assert r"\*Swim\* \<\@1\>" in question.text
    answered = await house.press(house.ann, question.message, label)
    assert answered.text == "Done."
    (reply,) = answered.followups
    assert ("Ride out ten minutes" in buttons(reply)) is is_heavy
    assert ("I do not keep" in reply.content) is (asks not in {Asks.QUESTION, Asks.HELLO})


async def test_few_buttons_at_first_sight_and_the_others_behind_more(house: House) -> None:
    question = await opened(house)
    more = await house.press(house.ann, question.message, "More")
    assert more.text == question.text
    assert list(buttons(more.message)) == [
        *MOODS,
        *["Later", "Stop these", "Pause", "I need support", "Crisis help"],
        *["Add a note", "Skip this one", "Clear this", "Back"],
    ]
    assert len(more.message.components) == 3
    again = await house.press(house.ann, more.message, "Back")
    assert list(buttons(again.message)) == [*MOODS, *WAYS]


async def test_it_can_come_later(house: House) -> None:
    question = await opened(house)
    later = await house.press(house.ann, question.message, "Later")
    assert list(buttons(later.message)) == ["In 15 minutes", "In an hour", "Tonight", "Back", "Crisis help"]
    done = await house.press(house.ann, later.message, "In an hour")
    assert "It comes again" in done.text
    assert buttons(done.message) == {}
    await house.deliver_next()
    again = house.dms(house.ann)[-1]
    assert again.id != question.message.id
    assert "Done." in (await answer(house, again)).text


async def answer(house: House, message: discord.Message) -> Answer:
    question = await house.press(house.ann, message, "Open")
    return await house.press(house.ann, question.message, "3 in between")


async def test_it_can_be_skipped(house: House) -> None:
    more = await house.press(house.ann, (await opened(house)).message, "More")
    skipped = await house.press(house.ann, more.message, "Skip this one")
    assert "that is fine. The next one comes" in skipped.text


async def test_it_can_rest_and_go_on(house: House) -> None:
    more = await house.press(house.ann, (await opened(house)).message, "More")
    how_long = await house.press(house.ann, more.message, "Pause")
    assert list(buttons(how_long.message)) == ["For a day", "For a week", "Until I say so", "Back", "Crisis help"]
    rests = await house.press(house.ann, how_long.message, "Until I say so")
    assert rests.text == "Paused."
    goes_on = await house.press(house.ann, rests.message, "Go on")
    assert "It goes on. The next one comes" in goes_on.text


async def test_a_note_is_answered_kindly_and_gone(house: House) -> None:
    question = await opened(house)
    more = await house.press(house.ann, question.message, "More")
    form = await house.press(house.ann, more.message, "Add a note")
    noted = await house.fill(house.ann, form, note="a qwertz walk")
    assert "I do not keep it" in noted.last
    assert "Done." in (await house.press(house.ann, more.message, "4 good")).text, "the question is still open"
    assert "qwertz" not in house.log_text()
    assert "answers" not in await house.rows()


async def test_an_answer_and_a_note_are_kept_for_those_who_asked_for_that(house: House) -> None:
    question = await opened(house)
    await keep_history(house)
    answered = await house.press(house.ann, question.message, "4 good")
    assert "in your history, for you alone" in answered.last
    form = await house.press(house.ann, answered.message, "Add a note")
    assert "Your note is in your history" in (await house.fill(house.ann, form, note="a qwertz walk")).last
    async with house.store.read() as tx:
        (kept,) = await tx.answers.of(PersonId(house.ann.id))
    assert (kept.answer.mood, kept.answer.note) == (4, "a qwertz walk")
    assert "qwertz" not in house.log_text()


async def test_a_question_of_ones_own_is_answered_in_words(house: House) -> None:
    question = await opened(house, Asks.QUESTION, "What was good?")
    form = await house.press(house.ann, question.message, "Write an answer")
    noted = await house.fill(house.ann, form, note="tea")
    assert "I do not keep it" in noted.last
    assert house.dms(house.ann)[-1].content == "Done."


@pytest.mark.parametrize("broken", [False, True])
async def test_words_of_crisis_in_a_note_bring_the_crisis_page_at_once(house: House, *, broken: bool) -> None:
    answered = await house.press(house.ann, (await opened(house)).message, "3 in between")
    form = await house.press(house.ann, answered.message, "Add a note")
    house.store.broken = broken
    noted = await house.fill(house.ann, form, note="i want to die")
    said = "\n".join(map(words, noted.followups))
    assert "local emergency number" in said


async def test_support_is_one_press_away_whatever_the_database_does(house: House) -> None:
    question = await opened(house)
    house.store.broken = True
    support = await house.press(house.ann, question.message, "I need support")
    assert support.ephemeral
    assert list(buttons(support.message)) == ["Ride out ten minutes", "Talk to somebody", "Crisis help"]


async def test_the_plain_form_asks_at_once(house: House) -> None:
    message = await arrived(house, discreet=False)
    assert message.content in house.bot.content.prompts["en"].questions[Asks.MOOD]
    assert list(buttons(message)) == [*MOODS, *WAYS]
    assert "Done." in (await house.press(house.ann, message, "4 good")).text


async def test_what_did_not_come_is_said_once_in_our_name(house: House) -> None:
    await house.start_checkin(house.ann)
    async with house.store.write() as tx:
        await tx.consents.rely_on(PersonId(house.ann.id), Scope.CHECKINS)
        await tx.members.owe_word(PersonId(house.ann.id), True)
    await house.deliver_next()
    first = house.dms(house.ann)[-1].content
    assert (
        first
        == "Some messages before this one did not reach you. That was my failing, not yours.\nA moment for yourself?"
    )
    await house.deliver_next()
    assert house.dms(house.ann)[-1].content == "Hello. Is this a good time for a pause?"


async def test_after_silence_one_kind_message_and_everything_can_go_on(house: House) -> None:
    await house.start_checkin(house.ann)
    for _ in range(4):
        await house.deliver_next()
    message = house.dms(house.ann)[-1]
    assert "It has been quiet here" in message.content
    assert list(buttons(message)) == ["Keep going", "Pause", "Crisis help"]
    rests = await house.press(house.ann, message, "Pause")
    assert list(buttons(rests.message)) == ["Keep going", "Clear this"]
    async with house.store.read() as tx:
        assert [plan.paused for plan in await tx.plans.of(PersonId(house.ann.id))] == [Paused.SILENCE]
    goes_on = await house.press(house.ann, rests.message, "Keep going")
    assert "I keep going" in goes_on.text
    async with house.store.read() as tx:
        assert [plan.state for plan in await tx.plans.of(PersonId(house.ann.id))] == [PlanState.ACTIVE]


async def test_it_can_be_cleared_away(house: House) -> None:
    more = await house.press(house.ann, (await opened(house)).message, "More")
    result = await house.ann.user.click(more.message, label="Clear this")
    assert result.acknowledged
    assert [row.content for row in house.dms(house.ann)] == [house.dms(house.ann)[0].content]
    assert "Every day" in (await house.run(house.ann, "checkin list")).text


async def test_it_can_stop_its_plan(house: House) -> None:
    stopped = await house.press(house.ann, (await opened(house)).message, "Stop these")
    assert "This one will not come any more" in stopped.text
    assert "You have no check-ins" in (await house.run(house.ann, "checkin list")).text


@pytest.mark.parametrize("label", ["1 very low", "Stop these"])
async def test_it_works_for_nobody_else(house: House, label: str) -> None:
    question = await house.press(house.ann, await house.arrived_checkin(house.ann), "Open")
    before = await house.rows()
    forged = house.emit(
        house.bea, PRESS, {"custom_id": buttons(question.message)[label], "component_type": 2}, message=question.message
    )
    await house.env.settle()
    assert forged.acknowledged
    assert await house.rows() == before
    assert "Every day" in (await house.run(house.ann, "checkin list")).text
    answered = await house.press(house.ann, house.dms(house.ann)[-1], "3 in between")
    assert answered.text == "Done."


async def test_a_second_answer_is_not_taken(house: House) -> None:
    """Two presses on their way at once."""
    question = await house.press(house.ann, await house.arrived_checkin(house.ann), "Open")
    ids = buttons(question.message)
    presses = [
        house.emit(house.ann, PRESS, {"custom_id": ids[label], "component_type": 2}, message=question.message)
        for label in ("2 low", "5 very good")
    ]
    await house.env.settle()
    assert all(press.acknowledged for press in presses)
    said = [row.content for press in presses if press.response for row in [press.response, *press.followups]]
    assert "You answered this one already. Thank you. The next one comes at its time." in said
    assert sum("I do not keep what you answered" in text for text in said) == 1


async def test_a_plan_whose_dms_are_closed_is_paused_and_says_so(house: House) -> None:
    await house.start_checkin(house.ann)
    house.close_dms(house.ann)
    await house.deliver_next()
    listed = await house.run(house.ann, "checkin list")
    assert "Every day at 20:30 (Europe/Berlin). Paused" in listed.text
    assert "**Privacy Settings**" in listed.text


async def test_a_member_who_left_every_community_is_not_written_to(house: House) -> None:
    await house.start_checkin(house.ann)
    channel = house.ann.user.dm_channel.id
    house.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=50278, times=None)
    await house.deliver_next()
    assert "Paused" in (await house.run(house.ann, "checkin list", dm=True)).text
