"""Editing, pausing, skipping and moving: what was sent is not sent again, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from supportbot.domain.cadence import QuietHours, Vacation
from supportbot.domain.checkins import Asks, Paused, PlanDraft, PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.snoozing import Later
from supportbot.domain.wishes import Wish
from supportbot.errors import ConsentMissing, UserError
from supportbot.services.member_times import TimesOfMembers, read_quiet
from supportbot.services.plan_changes import PlanChanges
from supportbot.services.wishes import Draft, Wishes
from supportbot.storage.store import new_id
from tests.services.house import ALEX, SAM, TIMING, House, daily


@pytest.fixture
def changes(house: House) -> PlanChanges:
    return PlanChanges(house.store, house.clock, new_id=new_id, lateness=TIMING.lateness, changed=house.engine.look)


@pytest.fixture
def times(house: House) -> TimesOfMembers:
    return TimesOfMembers(house.store, house.clock, new_id=new_id, lateness=TIMING.lateness, changed=house.engine.look)


async def next_due(house: House, plan_id: str) -> str | None:
    async with house.store.read() as tx:
        due = await tx.deliveries.next_due(plan_id)
    return due and f"{due:%m-%d %H:%M}"


def coming(draft: PlanDraft) -> list[str]:
    return [f"{each.due:%m-%d %H:%M}" for each in draft.next]


async def test_what_was_sent_today_is_not_sent_again_at_its_new_time(house: House, changes: PlanChanges) -> None:
    plan = await house.start(at="08:00")
    await house.pass_to(8)
    assert len(house.invitations()) == 1
    assert coming(await changes.propose(SAM, plan, daily("09:30"))) == ["01-02 09:30", "01-03 09:30", "01-04 09:30"]
    assert coming(await changes.edit(SAM, plan, daily("09:30"))) == ["01-02 09:30", "01-03 09:30", "01-04 09:30"]
    assert await next_due(house, plan) == "01-02 09:30"
    await house.pass_to(4)
    assert len(house.invitations()) == 1
    await house.pass_to(21.5)
    assert len(house.invitations()) == 2


async def test_a_time_that_is_new_today_comes_today(house: House, changes: PlanChanges) -> None:
    plan = await house.start(at="08:00")
    await house.pass_to(8)
    edited = await changes.edit(SAM, plan, daily("08:00", "20:00"))
    assert coming(edited) == ["01-01 20:00", "01-02 08:00", "01-02 20:00"]
    assert await next_due(house, plan) == "01-01 20:00"
    await house.pass_to(12)
    assert len(house.invitations()) == 2


async def test_what_is_not_sent_yet_moves_and_a_removed_time_does_not_come(house: House, changes: PlanChanges) -> None:
    plan = await house.start(at="20:30")
    await changes.edit(SAM, plan, daily("19:00"))
    await house.pass_to(19)
    await house.pass_to(2)
    assert len(house.invitations()) == 1


async def test_an_edit_changes_what_is_asked(house: House, changes: PlanChanges) -> None:
    plan = await house.start()
    with pytest.raises(UserError, match="words_needed"):
        await changes.edit(SAM, plan, Wish(daily("20:30").rule, Asks.GOAL))
    await changes.edit(SAM, plan, Wish(daily("20:30").rule, Asks.GOAL, "walk", discreet=False))
    found = await changes.plan(SAM, plan)
    assert (found.asks, found.words, found.discreet) == (Asks.GOAL, "walk", False)
    with pytest.raises(UserError, match="no_such_plan"):
        await changes.edit(ALEX, plan, daily("20:30"))


async def test_a_pause_until_a_day_and_for_good(house: House, changes: PlanChanges) -> None:
    plan = await house.start()
    (rests,) = await changes.pause(SAM, plan, date(2026, 1, 5))
    assert rests.next_due is not None
    assert await next_due(house, plan) == "01-05 20:30"
    (rests,) = await changes.pause(SAM, None)
    assert rests.plan.paused is Paused.MEMBER
    assert await next_due(house, plan) is None
    await house.checkins.go_on(SAM)
    assert (await changes.plan(SAM, plan)).state is PlanState.ACTIVE
    assert await next_due(house, plan) == "01-01 20:30"


async def test_what_was_put_off_does_not_come_while_its_plan_rests(house: House, changes: PlanChanges) -> None:
    plan = await house.start(at="08:00")
    await house.pass_to(8)
    await house.arrivals.snooze(house.last(), Later.HOUR)
    (rests,) = await changes.pause(SAM, plan, date(2026, 1, 5))
    assert rests.next_due == datetime(2026, 1, 5, 8, tzinfo=UTC)
    for _ in range(8):
        await house.pass_to(11)
    assert len(house.invitations()) == 1
    await house.pass_to(8.5)
    assert len(house.invitations()) == 2


async def test_skipping_twice_skips_two(house: House, changes: PlanChanges) -> None:
    plan = await house.start()
    assert f"{(await changes.skip(SAM, plan)).due:%m-%d}" == "01-01"
    skipped = await changes.skip(SAM, plan)
    assert f"{skipped.due:%m-%d}" == "01-02"
    assert skipped.next_due is not None
    assert await next_due(house, plan) == "01-03 20:30"
    await changes.edit(SAM, plan, daily("20:30"))
    assert await next_due(house, plan) == "01-03 20:30", "an edit brings back nothing"


async def test_times_of_a_member_move_what_is_not_sent(house: House, times: TimesOfMembers) -> None:
    plan = await house.start()
    await times.set_quiet(SAM, QuietHours(time(20), time(22)))
    assert await next_due(house, plan) == "01-01 22:00"
    await times.set_quiet(SAM, None)
    await times.set_vacation(SAM, Vacation(date(2026, 1, 1), date(2026, 1, 3)))
    assert await next_due(house, plan) == "01-04 20:30"
    await times.set_vacation(SAM, None)
    outlook = await times.set_zone(SAM, "Asia/Tokyo")
    assert (outlook.before.zone, outlook.times.zone) == ("UTC", "Asia/Tokyo")
    assert await next_due(house, plan) == "01-01 11:30"


async def test_a_move_sends_nothing_of_a_date_again_and_promises_none(house: House, times: TimesOfMembers) -> None:
    plan = await house.start(at="08:00")
    await house.pass_to(8)
    proposed = await times.propose_zone(SAM, "America/New_York")
    moved = await times.set_zone(SAM, "America/New_York")
    for outlook in (proposed, moved):
        dates = [f"{each.due:%m-%d %H:%M}" for _, each in outlook.coming]
        assert dates == ["01-02 13:00", "01-03 13:00", "01-04 13:00"]
    assert await next_due(house, plan) == "01-02 13:00"


async def test_quiet_hours_promise_what_comes(house: House, times: TimesOfMembers, changes: PlanChanges) -> None:
    plan = await house.start(at="08:00")
    await changes.edit(SAM, plan, daily("08:00", "21:00"))
    for hours in (8, 13, 11):
        await house.pass_to(hours)
    await changes.skip(SAM, plan)
    for outlook in (
        await times.propose_quiet(SAM, QuietHours(time(20), time(10))),
        await times.set_quiet(SAM, QuietHours(time(20), time(10))),
        await times.now(SAM),
    ):
        dates = [f"{each.local_date:%m-%d} {each.due:%m-%d %H:%M}" for _, each in outlook.coming]
        assert dates == ["01-03 01-03 10:00", "01-03 01-04 10:00", "01-04 01-04 10:00"]
    assert await next_due(house, plan) == "01-03 10:00"
    await house.pass_to(26)
    due_together = await times.now(SAM)
    assert [f"{each.due:%m-%d %H:%M}" for _, each in due_together.coming][:2] == ["01-04 10:00", "01-04 10:00"]


async def test_nothing_is_kept_without_a_consent(house: House, times: TimesOfMembers, changes: PlanChanges) -> None:
    plan = await house.start()
    async with house.store.write() as tx:
        await tx.consents.withdraw(SAM, Scope.CHECKINS, at=house.clock.now())
    for attempt in (
        lambda: times.set_quiet(SAM, QuietHours(time(20), time(22))),
        lambda: changes.edit(SAM, plan, daily("09:30")),
        lambda: changes.pause(SAM, plan),
        lambda: changes.skip(SAM, plan),
    ):
        with pytest.raises(ConsentMissing):
            await attempt()


def test_quiet_hours_from_and_to_the_same_time_are_none() -> None:
    assert read_quiet("22:00", "10 pm") is None
    assert read_quiet("22:00", "7am") == QuietHours(time(22), time(7))


async def test_drafts_are_their_owners_and_wait_a_quarter_of_an_hour(house: House) -> None:
    wishes = Wishes(house.clock, (), frozenset(), new_token=new_id)
    token = wishes.keep(Draft(SAM, daily("20:30"), "UTC", "1", moves=False))
    with pytest.raises(UserError, match="gone"):
        wishes.kept(ALEX, token)
    assert wishes.kept(SAM, token).owner == SAM
    house.clock.advance(minutes=14)
    other = wishes.keep(Draft(SAM, daily("08:00"), "UTC", "1", moves=False))
    house.clock.advance(minutes=1)
    with pytest.raises(UserError, match="gone"):
        wishes.kept(SAM, token)
    wishes.erased(ALEX)
    assert wishes.kept(SAM, other).zone == "UTC"
    wishes.erased(SAM)
    with pytest.raises(UserError, match="gone"):
        wishes.kept(SAM, other)
    assert wishes._drafts == {}
    token = wishes.keep(Draft(SAM, daily("20:30"), "UTC", "1", moves=False))
    house.clock.set(house.clock.now() - timedelta(days=1))
    with pytest.raises(UserError, match="gone"):
        wishes.kept(SAM, token)
