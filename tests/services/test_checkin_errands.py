"""What the engine does with every cadence, quiet hours, vacations, silence and gaps, over a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from supportbot.domain.cadence import Cadence, QuietHours, Rule, Slot, Vacation
from supportbot.domain.checkins import Answer, Asks, Invitation, Kind, Paused, PlanState, Question, Silence, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import Member, Notice
from supportbot.errors import NotSent, OpeningTooFast, Unreachable
from supportbot.services.delivering_turn import LEASE, LONGEST_LEASE
from supportbot.services.delivery import WAKE_UP
from supportbot.services.errands import Letter
from supportbot.services.planning import FORGOTTEN
from tests.services.house import ALEX, SAM, TIMING, House, house_on
from tests.storage.rows import agreed, plan_of
from tests.support.databases import OpenDatabase
from tests.support.fakes import START, FakeClock, FakeMessenger


async def times(house: House, **changes: object) -> None:
    """Change what holds for all of Sam's plans."""
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        member = await tx.members.get(SAM)
        assert member is not None
        await tx.members.save(replace(member, **changes), at=house.clock.now())


async def change(house: House, plan_id: str, **changes: object) -> None:
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        plan = await tx.plans.get(plan_id)
        assert plan is not None
        await tx.plans.change(replace(plan, **changes), at=house.clock.now())


async def plans(house: House) -> list[tuple[PlanState, Paused | None]]:
    return [(view.plan.state, view.plan.paused) for view in await house.checkins.plans(SAM)]


async def slots_of(house: House, plan_id: str) -> tuple[Slot, ...]:
    async with house.store.read() as tx:
        plan = await tx.plans.get(plan_id)
        assert plan is not None
        return plan.rule.slots


# --- when


async def test_quiet_hours_are_looked_at_again_when_it_would_go_out(house: House) -> None:
    await house.start(at="21:59")
    await times(house, quiet=QuietHours(time(22), time(7)))
    house.clock.set(START.replace(hour=22, minute=1))
    await house.engine.deliver_due()
    assert not house.invitations()
    assert (await house.states())[0] == ("planned", None)
    await house.pass_to(8)
    assert not house.invitations()
    await house.pass_to(1)
    assert len(house.invitations()) == 1, "at their end"
    assert await house.states() == [("sent", None), ("planned", None)]


async def test_what_quiet_hours_bring_together_is_one_message(house: House) -> None:
    """23:00 and 06:30 both end at seven."""
    plan_id = await house.start(at="23:00")
    [slot] = await slots_of(house, plan_id)
    await times(house, quiet=QuietHours(time(22), time(7)))
    rule = Rule(Cadence.DAILY, (slot, Slot("early", time(6, 30))))
    await change(house, plan_id, rule=rule)
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        await tx.deliveries.drop_planned(plan_id)
        plan = await tx.plans.get(plan_id)
        assert plan is not None
        await house.planner.plan_next(tx, plan, after=START.replace(hour=8))
    house.clock.set(START + timedelta(days=1, hours=7))
    await house.engine.deliver_due()
    assert len(house.invitations()) == 1
    assert sorted(await house.states()) == [*[("merged", None)] * 2, ("planned", None), ("sent", None)], "today's, next"
    await house.pass_to(24)
    assert len(house.invitations()) == 2


async def test_a_late_one_takes_the_next_along_where_quiet_hours_end_for_both(house: House) -> None:
    plan_id = await house.start(at="21:59")
    [slot] = await slots_of(house, plan_id)
    await times(house, quiet=QuietHours(time(22), time(7)))
    await change(house, plan_id, rule=Rule(Cadence.DAILY, (slot, Slot("early", time(6, 30)))))
    house.clock.set(START.replace(hour=22))
    await house.engine.deliver_due()
    await house.pass_to(9)
    assert len(house.invitations()) == 1
    assert sorted(await house.states()) == [("merged", None), ("planned", None), ("sent", None)]


async def test_a_vacation_drops_what_is_planned_and_goes_on_afterwards(house: House) -> None:
    await house.start(at="20:30")
    await times(house, vacation=Vacation(date(2026, 1, 1), date(2026, 1, 3)))
    await house.pass_to(20.5)
    assert not house.invitations()
    assert (await house.states())[0] == ("cancelled", "vacation")
    await house.pass_to(48)
    assert not house.invitations()
    await house.pass_to(24)
    assert len(house.invitations()) == 1


async def test_a_plan_rests_until_an_instant_and_then_goes_on_by_itself(house: House) -> None:
    plan_id = await house.start(at="20:30")
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        await tx.deliveries.drop_planned(plan_id)
        until = START + timedelta(days=3)
        await tx.plans.set_state(plan_id, PlanState.ACTIVE, at=START, until=until)
        plan = await tx.plans.get(plan_id)
        assert plan is not None
        await house.planner.plan_next(tx, plan, after=START)
        assert await tx.deliveries.next_due(plan_id) == START + timedelta(days=3, hours=20.5)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (Rule(Cadence.WEEKDAYS, (Slot("a", time(9)),)), [1, 2, 5, 6]),
        (Rule(Cadence.WEEKLY, (Slot("a", time(9)),), days=(3, 6)), [1, 4, 8, 11]),
        (Rule(Cadence.EVERY_N_DAYS, (Slot("a", time(9)),), every=10, start=date(2026, 1, 5)), [5, 15, 25]),
        (Rule(Cadence.MONTHLY, (Slot("a", time(9)),), day=31), [31]),
        (Rule(Cadence.DAILY, (Slot("a", time(9)),), until=date(2026, 1, 3)), [1, 2, 3]),
    ],
)
async def test_every_cadence_comes_on_its_days(house: House, rule: Rule, days: list[int]) -> None:
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        await tx.members.save(Member(SAM, "UTC", "en"), at=START)
        plan = replace(plan_of(SAM), rule=rule, asks=Asks.HELLO)
        await tx.plans.add(plan)
        await house.planner.plan_next(tx, plan, after=START)
    came: list[int] = []
    for day in range(1, 32):
        before = len(house.invitations())
        house.clock.set(datetime(2026, 1, day, 9, tzinfo=START.tzinfo))
        await house.engine.deliver_due()
        if len(house.invitations()) > before:
            came.append(day)
    assert came[: len(days)] == days


# --- what it says


async def test_the_plain_form_asks_at_once_and_each_time_in_other_words(house: House) -> None:
    plan_id = await house.start()
    await change(house, plan_id, discreet=False, asks=Asks.GOAL, words="to the sea")
    await house.pass_to(20.5)
    await house.pass_to(24)
    assert [note.question for note in house.invitations()] == [
        Question(Asks.GOAL, "to the sea", turn, plan_id) for turn in (0, 1)
    ]


async def test_after_a_downtime_one_line_says_so_once(house: House) -> None:
    await house.start()
    await house.pass_to(3 * 24)
    assert not house.invitations(), "no burst"
    await house.pass_to(20.5)
    await house.pass_to(24)
    assert [note.catch_up for note in house.invitations()] == [True, False]


async def test_of_a_long_downtime_only_the_last_days_are_written_down(house: House) -> None:
    await house.start()
    await house.pass_to(200 * 24 + 12)
    states = await house.states()
    assert len(states) <= FORGOTTEN.days + 3
    assert states[-1] == ("planned", None)
    assert {state for state, _ in states[:-1]} == {"not_sent"}


# --- silence


async def to_evening(house: House) -> None:
    """To the next half past eight in the evening, by way of eight in the morning."""
    hour = house.clock.now().hour
    await house.pass_to(11.5 if hour == 20 else 8)
    await house.pass_to(12.5)


async def test_after_three_days_without_an_answer_one_kind_message_and_rest(house: House) -> None:
    await house.start()
    await house.start(at="08:00")
    for _ in range(3):
        await to_evening(house)
    assert len(house.invitations()) == 6
    await to_evening(house)
    assert [type(note) for note in house.messenger.sent_to(SAM)][-1] is Silence
    assert len(house.invitations()) == 6, "in its place"
    assert await plans(house) == [(PlanState.PAUSED, Paused.SILENCE)] * 2, "all of them rest"
    for _ in range(5):
        await to_evening(house)
    assert len(house.messenger.sent_to(SAM)) == 2 + 6 + 1, "no more messages"


async def test_an_answer_ends_the_count(house: House) -> None:
    await house.start()
    for day in range(8):
        await to_evening(house)
        note = house.messenger.sent[-1]
        assert isinstance(note.note, Invitation)
        if day % 3 == 2:
            await house.arrivals.answer(house.last(), Answer(mood=3))
    assert await plans(house) == [(PlanState.ACTIVE, None)]


async def test_a_hello_waits_for_no_answer(house: House) -> None:
    plan_id = await house.start()
    await change(house, plan_id, asks=Asks.HELLO)
    for _ in range(8):
        await to_evening(house)
    assert len(house.invitations()) == 8


async def test_a_weekly_one_rests_after_two(house: House) -> None:
    plan_id = await house.start()
    [slot] = await slots_of(house, plan_id)
    await change(house, plan_id, rule=Rule(Cadence.WEEKLY, (slot,), days=(3,)))
    for _ in range(22):
        await to_evening(house)
    assert len(house.invitations()) == 2
    assert isinstance(house.messenger.sent[-1].note, Silence)


async def test_a_silence_message_of_unknown_outcome_rests_when_it_is_found(house: House) -> None:
    await house.start()
    for _ in range(3):
        await to_evening(house)
    house.clock.advance(hours=24)
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        now = house.clock.now()
        [planned] = await tx.deliveries.to_look_at(now, limit=10)
        letter = await house.errands.begin(tx, planned, now)
        assert isinstance(letter, Letter)
        assert letter.kind is Kind.SILENCE
        await tx.deliveries.move(planned, State.CLAIMED, at=now, wake_at=now + TIMING.lease)
        claimed = await tx.deliveries.get(planned.id)
        assert claimed is not None
        await tx.deliveries.move(
            claimed, State.SENDING, at=now, wake_at=now + TIMING.lease, new_attempt=True, kind=Kind.SILENCE
        )
        dm = await tx.dm_channels.get(SAM)
        assert dm is not None
    await house.messenger.send(dm.channel, Silence(planned.id, "en"), nonce=planned.id)
    await house.pass_to(TIMING.lease / timedelta(hours=1))
    assert await plans(house) == [(PlanState.PAUSED, Paused.SILENCE)]


# --- who cannot be reached


async def test_closed_dms_pause_all_and_are_told_at_the_next_command(house: House) -> None:
    await house.start()
    await house.start(at="21:00")
    house.messenger.refuse(Unreachable("50007"), person=SAM)
    await house.pass_to(20.5)
    assert await plans(house) == [(PlanState.PAUSED, Paused.CLOSED_DM)] * 2
    async with house.store.read() as tx:
        assert await tx.members.noticed() == {SAM: Notice.CLOSED_DM}


async def test_opening_too_fast_stops_opening_and_not_sending(house: House) -> None:
    for person in (SAM, ALEX):
        await house.start(person)
    async with house.store.write() as tx:
        await tx.dm_channels.erase(SAM)
    house.messenger.calls.clear()
    house.messenger.refuse(OpeningTooFast("40003", retry_after=600), of="open_dm")
    await house.pass_to(20.5)
    assert len(house.invitations(ALEX)) == 1
    assert [call for call, _ in house.messenger.calls].count("open_dm") == 1
    await house.start(ALEX, at="20:35")
    async with house.store.write() as tx:
        await tx.dm_channels.erase(ALEX)
    house.messenger.calls.clear()
    await house.pass_to(5 / 60)
    assert house.messenger.calls == [], "nobody's DM is opened for long"
    await house.pass_to(10 / 60)
    assert (len(house.invitations(SAM)), len(house.invitations(ALEX))) == (1, 2)


async def test_a_dm_that_may_have_been_opened_is_no_message(house: House) -> None:
    await house.start()
    async with house.store.write() as tx:
        await tx.dm_channels.erase(SAM)
    house.messenger.refuse(NotSent("500"), of="open_dm")
    await house.pass_to(20.5)
    assert (await house.states())[0] == ("planned", None)
    await house.pass_to(1 / 60)
    assert len(house.invitations()) == 1


# --- one process


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_of_two_processes_on_one_file_one_delivers(
    open_database: OpenDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    messenger = FakeMessenger(clock)
    one = house_on(await open_database(), clock, messenger)
    two = house_on(await open_database(), clock, messenger)
    await one.start(SAM, at="20:30")
    await two.start(ALEX, at="20:31")
    await one.pass_to(20.5)
    assert len(one.invitations()) == 1
    clock.set(START.replace(hour=20, minute=31))
    async with one.store.write() as tx:
        await tx.leases.take(LEASE, one.engine._turn.holder, now=clock.now(), until=clock.now() + LONGEST_LEASE)
    caplog.clear()
    await two.engine.deliver_due()
    assert not two.invitations(ALEX), "the first one delivers"
    assert "another process delivers check-ins from this database" in caplog.text
    clock.advance(seconds=LONGEST_LEASE.total_seconds())
    await two.engine.deliver_due()
    assert len(two.invitations(ALEX)) == 1, "its lease is over: it is not there any more"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_whoever_comes_after_a_dead_one_sleeps_until_something_is_due(open_database: OpenDatabase) -> None:
    clock = FakeClock()
    house = house_on(await open_database(), clock, FakeMessenger(clock))
    await house.start(SAM, at="20:30")
    async with house.store.write() as tx:
        await tx.leases.take(LEASE, "dead", now=clock.now(), until=clock.now() + LONGEST_LEASE)
    for seconds in (0, 60):
        clock.advance(seconds=seconds)
        await house.engine._arm()
        assert house.wakeups.armed[WAKE_UP] == START.replace(hour=20, minute=30)
    clock.set(START.replace(hour=20, minute=30))
    async with house.store.write() as tx:
        await tx.leases.take(LEASE, "alive", now=clock.now(), until=clock.now() + LONGEST_LEASE)
    await house.engine.deliver_due()
    await house.engine._arm()
    assert house.wakeups.armed[WAKE_UP] == clock.now() + LONGEST_LEASE


async def test_consent_is_what_a_claim_rests_on(house: House) -> None:
    await house.start()
    async with house.store.write() as tx:
        await tx.consents.withdraw(SAM, Scope.CHECKINS, at=START)
    await house.pass_to(20.5)
    assert not house.invitations()
    assert (await house.states())[0] == ("cancelled", "no_consent")
