"""What a member changes in a plan that they have: edit, pause, skip, snooze."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from supportbot.domain.checkins import Paused, Plan, PlanDraft, PlanState, Reason, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.domain.wallclock import start_of, wall_clock
from supportbot.domain.wishes import Wish, kept_slots
from supportbot.errors import UserError
from supportbot.services.checkins import PREVIEW
from supportbot.services.dates import read_date
from supportbot.services.plan_rows import own_plan, replan, still_to_come
from supportbot.services.planning import Planner
from supportbot.services.ports import Clock, NewId, Store, Transaction
from supportbot.services.settling import pause, run


@dataclass(frozen=True, slots=True)
class Rests:
    """A plan that rests: until a local date on which it goes on, or until its owner lets it."""

    plan: Plan
    until: date | None
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What does not come, and what comes next; aware UTC instants."""

    plan: Plan
    due: datetime
    next_due: datetime | None


class PlanChanges:
    """Changes to plans that run or rest. `changed` is called after anything that may change the next wake-up."""

    def __init__(
        self, store: Store, clock: Clock, *, new_id: NewId, lateness: timedelta, changed: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._planner = Planner(clock, new_id, lateness)
        self._changed = changed

    async def plan(self, person: PersonId, plan_id: str) -> Plan:
        """This member's plan. Raises UserError if they have no such one."""
        async with self._store.read() as tx:
            return await own_plan(tx, person, plan_id)

    async def propose(self, person: PersonId, plan_id: str, wish: Wish) -> PlanDraft:
        """What would come of an edit; nothing of it is kept. Raises UserError for one that never asks."""
        async with self._store.read() as tx:
            plan = await own_plan(tx, person, plan_id)
            return await self._draft(tx, plan, wish)

    async def edit(self, person: PersonId, plan_id: str, wish: Wish) -> PlanDraft:
        """Change a plan. A time keeps its slot also where it moves, so what was sent today is not sent again.

        Raises UserError as `propose` does, ConsentMissing.
        """
        async with self._store.write() as tx:
            plan = await own_plan(tx, person, plan_id)
            await tx.consents.rely_on(person, Scope.CHECKINS)
            draft = await self._draft(tx, plan, wish)
            edited = replace(
                plan,
                rule=draft.rule,
                asks=wish.asks,
                words=_words(plan, wish),
                discreet=wish.discreet,
            )
            now = self._clock.now()
            await tx.plans.change(edited, at=now)
            await replan(tx, self._planner, edited, now)
            await tx.members.sign(person, at=now)
        self._changed()
        return draft

    async def pause(self, person: PersonId, plan_id: str | None, until: date | None = None) -> list[Rests]:
        """Let a plan rest, or all of them, until a local date or until its owner lets it go on.

        Raises UserError for a plan that is none of theirs, and for somebody who has none.
        """
        async with self._store.write() as tx:
            plans = await self._chosen(tx, person, plan_id)
            member = await tx.members.get(person)
            if member is None or not plans:
                raise UserError("checkin.list.none")
            await tx.consents.rely_on(person, Scope.CHECKINS)
            now = self._clock.now()
            instant = None if until is None else start_of(until, member.zone)
            rests = [await self._rest(tx, plan, until, instant, now) for plan in plans]
            await tx.members.sign(person, at=now)
        self._changed()
        return rests

    async def read_end(self, person: PersonId, until: str, languages: tuple[str, ...]) -> date:
        """The local date on which a rest ends, from somebody's words; tomorrow at the earliest. Raises UserError."""
        today = await self.today(person)
        found = await read_date(until, languages, today)
        if found <= today:
            raise UserError("date.past")
        return found

    async def today(self, person: PersonId) -> date:
        """The date where this member is. Raises UserError for somebody without check-ins."""
        async with self._store.read() as tx:
            member = await tx.members.get(person)
        if member is None:
            raise UserError("checkin.list.none")
        return wall_clock(self._clock.now(), member.zone).date()

    async def skip(self, person: PersonId, plan_id: str) -> Skipped:
        """The next one of a plan does not come. Raises UserError if none is planned."""
        async with self._store.write() as tx:
            plan = await own_plan(tx, person, plan_id)
            await tx.consents.rely_on(person, Scope.CHECKINS)
            delivery = await tx.deliveries.next_planned(plan.id)
            now = self._clock.now()
            if delivery is None or not await tx.deliveries.move(
                delivery, State.CANCELLED, at=now, reason=Reason.SKIPPED
            ):
                raise UserError("checkin.skip.none")
            await self._planner.plan_next(tx, plan, after=max(now, delivery.due))
            await tx.members.sign(person, at=now)
            next_due = await tx.deliveries.next_due(plan.id)
        self._changed()
        return Skipped(plan, delivery.due, next_due)

    async def _chosen(self, tx: Transaction, person: PersonId, plan_id: str | None) -> list[Plan]:
        if plan_id is not None:
            return [await own_plan(tx, person, plan_id)]
        return await tx.plans.of(person)

    async def _rest(
        self, tx: Transaction, plan: Plan, until: date | None, instant: datetime | None, now: datetime
    ) -> Rests:
        """A plan that was paused for closed DMs stays so: it needs the proof that they are open."""
        if plan.paused is Paused.CLOSED_DM:
            return Rests(plan, None, None)
        await pause(tx, plan, Paused.MEMBER, at=now)
        rests = replace(plan, state=PlanState.PAUSED, paused=Paused.MEMBER, paused_until=None)
        if instant is not None:
            rests = await run(tx, self._planner, plan, at=now, until=instant)
        return Rests(rests, until, await tx.deliveries.next_due(plan.id))

    async def _draft(self, tx: Transaction, plan: Plan, wish: Wish) -> PlanDraft:
        member = await tx.members.get(plan.person)
        if member is None:
            raise UserError("checkin.no_such_plan")
        _words(plan, wish)
        times = (slot.at for slot in wish.rule.slots)
        rule = replace(wish.rule, slots=kept_slots(plan.rule.slots, times, self._new_id))
        found = await still_to_come(tx, replace(plan, rule=rule), member.times, self._clock.now(), PREVIEW)
        if not found:
            raise UserError("checkin.never")
        return PlanDraft(rule, member.times, found)


def _words(plan: Plan, wish: Wish) -> str | None:
    """The words of an edited plan: the new ones, else those it has. Raises UserError where there are none."""
    if not wish.needs_words:
        return None
    words = wish.words or plan.words
    if words is None:
        raise UserError("checkin.words_needed")
    return words
