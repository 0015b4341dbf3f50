"""What a member does with a check-in that has arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from supportbot.domain.cadence import QuietHours
from supportbot.domain.checkins import Answer, Asks, CommunityPrompt, Paused, PlanState, Silence
from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import CommunityId
from supportbot.domain.prompts import Reply
from supportbot.domain.snoozing import Later
from supportbot.errors import ConsentMissing, OutcomeUnknown, UserError
from supportbot.services.arrivals import LONGEST_NOTE, At, Rest
from tests.services.house import ALEX, SAM, TEXT, House, daily

HERE = CommunityId(900)


async def arrived(house: House, **of_plan: object) -> At:
    """A check-in that came just now, of a plan with these parts."""
    plan_id = await house.start()
    if of_plan:
        async with house.store.write() as tx:
            await tx.consents.rely_on(SAM, Scope.CHECKINS)
            plan = await tx.plans.get(plan_id)
            assert plan is not None
            await tx.plans.change(replace(plan, **of_plan), at=house.clock.now())
    await house.pass_to(20.5)
    return house.last()


async def agree_to_history(house: House) -> None:
    async with house.store.write() as tx:
        now = house.clock.now()
        await tx.consents.record(ConsentEntry(SAM, None, Scope.HISTORY, "1", "en", now, How.BUTTON, given=True))


async def kept(house: House) -> list[Answer]:
    async with house.store.read() as tx:
        return [each.answer for each in await tx.answers.of(SAM)]


async def sign_at(house: House) -> object:
    async with house.store.read() as tx:
        member = await tx.members.get(SAM)
        return member and member.sign_at


async def test_an_answer_is_kept_only_for_those_who_asked_for_that(house: House) -> None:
    first = await arrived(house)
    assert not (await house.arrivals.answer(first, Answer(mood=4))).kept
    assert await kept(house) == []
    assert await sign_at(house) == house.clock.now()
    await agree_to_history(house)
    await house.pass_to(24)
    assert (await house.arrivals.answer(house.last(), Answer(mood=2))).kept
    noted = await house.arrivals.note(house.last(), " a walk ")
    assert (noted.kept, noted.answers) == (True, False)
    assert await kept(house) == [Answer(mood=2, note="a walk")]


async def test_a_question_of_ones_own_is_answered_by_a_note(house: House) -> None:
    here = await arrived(house, asks=Asks.QUESTION, words="What was good today?")
    question = await house.arrivals.open(here, "en")
    assert question is not None
    assert (question.asks, question.words) == (Asks.QUESTION, "What was good today?")
    noted = await house.arrivals.note(here, "the tea")
    assert (noted.kept, noted.answers) == (False, True)
    assert await house.arrivals.open(here, "en") is None
    assert await kept(house) == []


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_NOTE + 1)])
async def test_a_note_that_is_none_is_not_taken(house: House, text: str) -> None:
    here = await arrived(house)
    with pytest.raises(UserError):
        await house.arrivals.note(here, text)


@pytest.mark.parametrize("answer", [Answer(mood=0), Answer(mood=6), Answer(craving=-1), Answer(craving=5)])
async def test_an_answer_that_is_none_is_not_taken(house: House, answer: Answer) -> None:
    here = await arrived(house)
    with pytest.raises(UserError, match=r"checkin\.stale"):
        await house.arrivals.answer(here, answer)


async def test_it_comes_again_when_it_is_put_off_and_once(house: House) -> None:
    here = await arrived(house)
    due = await house.arrivals.snooze(here, Later.QUARTER)
    assert due == house.clock.now() + timedelta(minutes=15)
    later = await house.arrivals.snooze(here, Later.HOUR)
    assert later == house.clock.now() + timedelta(hours=1)
    await house.pass_to(0.3)
    assert len(house.invitations()) == 1, "the second wish counts"
    await house.pass_to(0.7)
    assert len(house.invitations()) == 2
    assert house.last().delivery == here.delivery.replace("-1", "-2")
    await house.arrivals.answer(house.last(), Answer(mood=3))
    with pytest.raises(UserError, match="answered_before"):
        await house.arrivals.answer(here, Answer(mood=3))
    await house.pass_to(24)
    assert len(house.invitations()) == 3, "the next day's comes at its time"


async def test_answering_the_older_message_takes_the_repeat_back(house: House) -> None:
    here = await arrived(house)
    await house.arrivals.snooze(here, Later.HOUR)
    await house.arrivals.answer(here, Answer(mood=3))
    await house.pass_to(2)
    assert len(house.invitations()) == 1
    assert ("cancelled", "answered") in await house.states()


async def test_it_is_put_off_past_quiet_hours(house: House) -> None:
    here = await arrived(house)
    async with house.store.write() as tx:
        await tx.consents.rely_on(SAM, Scope.CHECKINS)
        member = await tx.members.get(SAM)
        assert member is not None
        await tx.members.save(replace(member, quiet=QuietHours(time(21), time(7))), at=house.clock.now())
    due = await house.arrivals.snooze(here, Later.HOUR)
    assert (due.hour, due.minute) == (7, 0)


async def test_what_does_not_run_is_not_put_off(house: House) -> None:
    here = await arrived(house)
    await house.arrivals.pause(here, Rest.OPEN)
    with pytest.raises(UserError, match="not_running"):
        await house.arrivals.snooze(here, Later.HOUR)
    async with house.store.write() as tx:
        await tx.consents.withdraw(SAM, Scope.CHECKINS, at=house.clock.now())
    with pytest.raises(ConsentMissing):
        await house.arrivals.snooze(here, Later.HOUR)


async def test_it_can_be_skipped(house: House) -> None:
    here = await arrived(house)
    await house.arrivals.snooze(here, Later.HOUR)
    next_due = await house.arrivals.skip(here)
    assert next_due == house.clock.now() + timedelta(days=1)
    await house.pass_to(2)
    assert len(house.invitations()) == 1
    assert await sign_at(house) is not None


@pytest.mark.parametrize(("rest", "days"), [(Rest.DAY, 2), (Rest.WEEK, 8)])
async def test_a_rest_with_an_end(house: House, rest: Rest, days: int) -> None:
    here = await arrived(house)
    house.clock.advance(minutes=1)
    started = house.clock.now()
    next_due = await house.arrivals.pause(here, rest)
    assert next_due == started + timedelta(days=days, minutes=-1)
    for _ in range(days * 2):
        await house.pass_to(12)
    assert len(house.invitations()) == 2


async def test_a_rest_without_an_end_until_it_goes_on(house: House) -> None:
    here = await arrived(house)
    await house.arrivals.snooze(here, Later.HOUR)
    assert await house.arrivals.pause(here, Rest.OPEN) is None
    for _ in range(4):
        await house.pass_to(24)
    assert len(house.invitations()) == 1
    next_due = await house.arrivals.resume(here)
    assert next_due == house.clock.now() + timedelta(days=1)
    await house.pass_to(24)
    assert len(house.invitations()) == 2


async def test_closed_dms_are_not_mended_by_a_press(house: House) -> None:
    here = await arrived(house)
    async with house.store.write() as tx:
        plan = (await tx.plans.of(SAM))[0]
        await tx.plans.set_state(plan.id, PlanState.PAUSED, at=house.clock.now(), paused=Paused.CLOSED_DM)
    with pytest.raises(UserError, match=r"arrived\.resume\.other"):
        await house.arrivals.resume(here)


async def test_after_silence_everything_can_go_on(house: House) -> None:
    await house.start()
    for hours in (20.5, 24, 24, 24):
        await house.pass_to(hours)
    assert isinstance(house.messenger.sent[-1].note, Silence)
    async with house.store.read() as tx:
        assert [plan.paused for plan in await tx.plans.of(SAM)] == [Paused.SILENCE]
    with pytest.raises(UserError, match="not_yours"):
        await house.arrivals.keep_going(house.last(ALEX))
    await house.arrivals.let_rest(house.last())
    assert await house.arrivals.keep_going(house.last()) == 1
    assert await sign_at(house) == house.clock.now()
    before = len(house.invitations())
    await house.pass_to(24)
    assert len(house.invitations()) == before + 1


async def test_a_press_before_the_answer_of_discord_settles_it(house: House) -> None:
    """The message is out, the answer to the send is lost: the press is the proof, and nothing is sent again."""
    await house.start()
    house.messenger.refuse(OutcomeUnknown("reset"), stored=True)
    await house.pass_to(20.5)
    assert (await house.states())[0] == ("unknown", None)
    await house.arrivals.answer(house.last(), Answer(mood=3))
    assert (await house.states())[0] == ("answered", None)
    await house.pass_to(1)
    assert len(house.invitations()) == 1


async def test_words_of_the_community_take_turns_with_the_others(house: House) -> None:
    async with house.store.write() as tx:
        for language, asks in (("en", Asks.MOOD), ("es", Asks.MOOD), ("en", Asks.HELLO)):
            words = f"{language} {asks}"
            await tx.community_prompts.add(CommunityPrompt(words, HERE, asks, language, words, house.clock.now()))
    await house.checkins.agree(SAM, HERE, daily("20:30"), "UTC", TEXT)
    await house.pass_to(20.5)
    question = await house.arrivals.open(house.last(), "en")
    assert question is not None
    assert question.others == ("en mood",)


async def test_a_strong_urge_is_met_with_more(house: House) -> None:
    here = await arrived(house, asks=Asks.CRAVING)
    assert (await house.arrivals.answer(here, Answer(craving=4))).reply is Reply.CRAVING


async def test_the_plain_form_brings_the_question_at_once(house: House) -> None:
    await arrived(house, asks=Asks.GOAL, words="Swim", discreet=False)
    (invitation,) = house.invitations()
    assert invitation.question is not None
    assert (invitation.question.asks, invitation.question.words) == (Asks.GOAL, "Swim")


async def test_stopping_everything_ends_what_rests_and_what_was_put_off(house: House) -> None:
    here = await arrived(house)
    await house.start(at="08:00")
    await house.arrivals.snooze(here, Later.HOUR)
    async with house.store.write() as tx:
        morning = next(plan for plan in await tx.plans.of(SAM) if plan.rule.slots[0].at == time(8))
        now = house.clock.now()
        await tx.plans.set_state(morning.id, PlanState.PAUSED, at=now, paused=Paused.SILENCE)
    assert await house.checkins.stop_all(SAM) == 2
    for _ in range(3):
        await house.pass_to(24)
    assert len(house.invitations()) == 1
    assert {state for state, _ in await house.states()} <= {"sent", "cancelled"}
