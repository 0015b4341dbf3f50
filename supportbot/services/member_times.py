"""What holds for all check-ins of a member: time zone, quiet hours, vacation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from supportbot.domain.cadence import MemberTimes, Occurrence, QuietHours, Vacation
from supportbot.domain.checkins import Paused, Plan, PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.people import Member, PersonId
from supportbot.domain.wallclock import check_zone, parse_local_time, wall_clock
from supportbot.domain.wishes import is_always_quiet
from supportbot.errors import UserError
from supportbot.services.dates import read_date
from supportbot.services.plan_rows import replan_all, still_to_come
from supportbot.services.planning import Planner
from supportbot.services.ports import Clock, NewId, Store, Transaction

COMING = 3


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a member's times mean for their plans: the next of all that run, each with its plan, and the plans that
    quiet hours always put off.
    """

    before: MemberTimes
    times: MemberTimes
    coming: tuple[tuple[Plan, Occurrence], ...]
    always_quiet: tuple[Plan, ...]


class TimesOfMembers:
    """Changes to what holds for all plans. `changed` is called after anything that may change the next wake-up."""

    def __init__(
        self, store: Store, clock: Clock, *, new_id: NewId, lateness: timedelta, changed: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._planner = Planner(clock, new_id, lateness)
        self._changed = changed

    async def now(self, person: PersonId) -> Outlook:
        """How it is. Raises UserError for somebody who has no check-ins."""
        async with self._store.read() as tx:
            member = await self._member(tx, person)
            return await self._outlook(tx, member, member.times)

    async def propose_zone(self, person: PersonId, zone: str) -> Outlook:
        """What would come of another zone; nothing is kept. Raises UserError."""
        zone = check_zone(zone)
        async with self._store.read() as tx:
            member = await self._member(tx, person)
            return await self._outlook(tx, member, replace(member.times, zone=zone))

    async def propose_quiet(self, person: PersonId, quiet: QuietHours) -> Outlook:
        """What would come of quiet hours; nothing is kept. Raises UserError."""
        async with self._store.read() as tx:
            member = await self._member(tx, person)
            return await self._outlook(tx, member, replace(member.times, quiet=quiet))

    async def set_zone(self, person: PersonId, zone: str) -> Outlook:
        """Move every plan to another zone. Raises UserError, ConsentMissing."""
        zone = check_zone(zone)
        return await self._set(person, lambda member: replace(member, zone=zone))

    async def set_quiet(self, person: PersonId, quiet: QuietHours | None) -> Outlook:
        """Set quiet hours, or none. Raises UserError, ConsentMissing."""
        return await self._set(person, lambda member: replace(member, quiet=quiet))

    async def set_vacation(self, person: PersonId, vacation: Vacation | None) -> Outlook:
        """Set a vacation, or none. Raises UserError, ConsentMissing."""
        return await self._set(person, lambda member: replace(member, vacation=vacation))

    async def read_vacation(self, person: PersonId, first: str, last: str, languages: Sequence[str]) -> Vacation:
        """From somebody's words, where they are. Raises UserError for dates that are over or the wrong way round."""
        async with self._store.read() as tx:
            member = await self._member(tx, person)
        today = wall_clock(self._clock.now(), member.zone).date()
        begins = await read_date(first, tuple(languages), today)
        ends = await read_date(last, tuple(languages), today)
        if ends < begins:
            raise UserError("vacation.reversed")
        return Vacation(begins, ends)

    def local_date(self, times: MemberTimes) -> date:
        """The date where somebody with these times is."""
        return wall_clock(self._clock.now(), times.zone).date()

    async def _set(self, person: PersonId, change: Callable[[Member], Member]) -> Outlook:
        async with self._store.write() as tx:
            before = await self._member(tx, person)
            await tx.consents.rely_on(person, Scope.CHECKINS)
            member = change(before)
            now = self._clock.now()
            await tx.members.save(member, at=now)
            await tx.members.sign(person, at=now)
            if member.zone != before.zone:
                await self._go_on_in_a_zone(tx, person)
            if member.times != before.times:
                await replan_all(tx, self._planner, person, now)
            outlook = await self._outlook(tx, before, member.times)
        self._changed()
        return outlook

    async def _go_on_in_a_zone(self, tx: Transaction, person: PersonId) -> None:
        """What rests since a zone is no more has one again."""
        for plan in await tx.plans.of(person):
            if plan.paused is Paused.ZONE_GONE:
                await tx.plans.set_state(plan.id, PlanState.ACTIVE, at=self._clock.now())

    async def _member(self, tx: Transaction, person: PersonId) -> Member:
        member = await tx.members.get(person)
        if member is None or not await tx.plans.of(person):
            raise UserError("checkin.list.none")
        return member

    async def _outlook(self, tx: Transaction, member: Member, times: MemberTimes) -> Outlook:
        now = self._clock.now()
        plans = [plan for plan in await tx.plans.of(member.person) if plan.state is PlanState.ACTIVE]
        found = [
            (plan, each)
            for plan in plans
            for each in await still_to_come(tx, plan, times, max(now, plan.paused_until or now), COMING)
        ]
        found.sort(key=lambda pair: (pair[1].due, pair[0].id))
        quiet = tuple(plan for plan in plans if is_always_quiet(plan.rule, times.quiet))
        return Outlook(member.times, times, tuple(found[:COMING]), quiet)


def read_quiet(begins: str, ends: str) -> QuietHours | None:
    """Quiet hours from two times as people write them; none where both are the same. Raises UserError."""
    found: list[time] = [parse_local_time(each) for each in (begins, ends)]
    return None if found[0] == found[1] else QuietHours(*found)
