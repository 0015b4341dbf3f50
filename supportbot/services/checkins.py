"""What a member can do with check-ins: propose, agree, list, stop, open one, answer it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from weakref import WeakValueDictionary

from supportbot.domain.cadence import Cadence, MemberTimes, Rule, Slot, check_zone, next_occurrences, parse_local_time
from supportbot.domain.checkins import (
    MOST_PLANS,
    Plan,
    PlanDraft,
    PlanState,
    Reason,
    State,
    Timing,
    Welcome,
)
from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope
from supportbot.domain.people import CommunityId, Member, PersonId
from supportbot.errors import DeliveryError, Unreachable, UserError
from supportbot.services.planning import Planner
from supportbot.services.ports import Clock, DmChannel, Messenger, NewId, Store, Transaction

TOLD_FOR = timedelta(days=30)
"""How long somebody can read that a check-in was ended because they left."""

PREVIEW = 3
"""How many coming dates are shown before a member agrees."""


class Greeting(StrEnum):
    """What became of the first DM."""

    SENT = "sent"
    UNSURE = "unsure"
    BEFORE = "before"
    """There was nothing to send: this plan ran already, as after a second press."""


@dataclass(frozen=True, slots=True)
class Started:
    """A plan that is running, and what is known about the first DM."""

    plan: Plan
    draft: PlanDraft
    greeting: Greeting


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as its owner sees it. `next_due` is an aware UTC instant, None while the plan is paused."""

    plan: Plan
    zone: str
    next_due: datetime | None


class CheckIns:
    """The member's side of check-ins. `changed` is called after anything that may change the next wake-up."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        messenger: Messenger,
        *,
        new_id: NewId,
        timing: Timing,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._new_id = new_id
        self._planner = Planner(clock, new_id, timing.lateness)
        self._changed = changed
        self._send = timing.send.total_seconds()
        self._turns: WeakValueDictionary[PersonId, _Turn] = WeakValueDictionary()

    async def propose(self, person: PersonId, at: str, zone: str) -> PlanDraft:
        """Understand what a member typed, and keep nothing of it.

        Raises UserError for a time or a zone that cannot be understood, a plan they have, and a plan too many.
        """
        draft = self._draft(parse_local_time(at), check_zone(zone))
        async with self._store.read() as tx:
            moves_from = await self._moves_from(tx, person, draft.times.zone)
            if await self._same(tx, person, draft.rule) is None:
                await self._refuse_one_too_many(tx, person)
            elif moves_from is None:
                raise UserError("checkin.have_it", time=f"{draft.rule.slots[0].at:%H:%M}")
        return replace(draft, moves_from=moves_from)

    async def agree(
        self,
        person: PersonId,
        community: CommunityId | None,
        at: time,
        zone: str,
        text: ConsentText,
        *,
        may_move: bool = False,
    ) -> Started:
        """Prove that a DM reaches the member, then record the consent and the plan.

        `may_move` says that the member was shown that their other plans move to this zone.
        Raises UserError for a plan too many, `checkin.zone_moved` for a move that was not shown, and
        `checkin.dm_closed` when the member takes no DMs; then nothing is kept and nothing runs.
        """
        draft = self._draft(at, check_zone(zone))
        turn = self._turns.setdefault(person, _Turn(asyncio.Lock()))
        erasures = turn.erasures
        # One after another: two quick presses are one plan, and the second must not speak before the first is settled.
        async with turn.lock:
            # For writing, though it only reads: a database that cannot be written is noticed before anything goes out.
            async with self._store.write() as tx:
                same = await self._check(tx, person, draft, may_move=may_move)
            greeting, dm = Greeting.BEFORE, None
            if same is None:
                greeting, dm = await self._greet(person, text.language)
            async with self._store.write() as tx:
                if turn.erasures != erasures:
                    raise UserError("checkin.erased_meanwhile")
                same = await self._check(tx, person, draft, may_move=may_move)
                await tx.consents.record(self._entry(person, community, text))
                await self._keep_times(tx, Member(person, draft.times.zone, text.language))
                plan = same or await self._add(tx, person, community, draft)
                if dm is not None:
                    await tx.dm_channels.save(dm, at=self._clock.now())
        self._changed()
        return Started(plan, draft, greeting)

    async def go_on(self, person: PersonId) -> Greeting:
        """Prove that a DM reaches the member, then let their paused plans run again, under the consent they gave.

        Raises UserError `checkin.go_on.closed` when the member takes no DMs still, ConsentMissing.
        """
        turn = self._turns.setdefault(person, _Turn(asyncio.Lock()))
        erasures = turn.erasures
        async with turn.lock:
            # For writing, as in agree.
            async with self._store.write() as tx:
                await tx.consents.rely_on(person, Scope.CHECKINS)
                member = await tx.members.get(person)
                if member is None or not await self._paused(tx, person):
                    return Greeting.BEFORE
            greeting, dm = await self._greet(person, member.language, closed="checkin.go_on.closed")
            async with self._store.write() as tx:
                if turn.erasures != erasures:
                    raise UserError("checkin.erased_meanwhile")
                await tx.consents.rely_on(person, Scope.CHECKINS)
                now = self._clock.now()
                for plan in await self._paused(tx, person):
                    await tx.plans.set_state(plan.id, PlanState.ACTIVE, at=now)
                    await self._planner.plan_next(tx, plan, after=now)
                if dm is not None:
                    await tx.dm_channels.save(dm, at=now)
        self._changed()
        return greeting

    async def sweeping(self, person: PersonId) -> None:
        """The DM's messages are about to be deleted: what may have been sent can no longer be looked up there.

        It is given up, since it would otherwise be taken for not sent, and come a second time.
        """
        async with self._store.write() as tx:
            for row in await tx.deliveries.export(person):
                delivery = await tx.deliveries.get(str(row["delivery"]))
                if delivery is not None and delivery.state is State.UNKNOWN:
                    await tx.deliveries.move(delivery, State.GAVE_UP, at=self._clock.now(), reason=Reason.UNDECIDED)
        self._changed()

    def erased(self, person: PersonId) -> None:
        """Everything about this person is being erased: what is under way for them must keep nothing anew."""
        if (turn := self._turns.get(person)) is not None:
            turn.erasures += 1

    async def plans(self, person: PersonId) -> list[PlanView]:
        """The member's plans that are not stopped, oldest first."""
        async with self._store.read() as tx:
            member = await tx.members.get(person)
            return [
                PlanView(plan, member.zone if member else "UTC", await tx.deliveries.next_due(plan.id))
                for plan in await tx.plans.of(person)
            ]

    async def left_lately(self, person: PersonId) -> bool:
        """Whether a check-in of theirs was ended lately because they left the community they made it in."""
        async with self._store.read() as tx:
            return await tx.retention.left_lately(person, self._clock.now() - TOLD_FOR)

    async def language_of(self, person: PersonId) -> str | None:
        """The language this member made their plans in, if they have any."""
        async with self._store.read() as tx:
            member = await tx.members.get(person)
            return member.language if member else None

    async def zone_of(self, person: PersonId) -> str | None:
        """The zone this member chose last, if they have one."""
        async with self._store.read() as tx:
            member = await tx.members.get(person)
            return member.zone if member else None

    async def stop(self, person: PersonId, plan_id: str) -> Plan:
        """Stop one plan of this member; raises UserError if they have no such plan running."""
        async with self._store.write() as tx:
            plan = await self._running(tx, person, plan_id)
            await self._stop(tx, plan)
        self._changed()
        return plan

    async def stop_all(self, person: PersonId) -> int:
        """Stop every plan of this member; says how many there were."""
        async with self._store.write() as tx:
            plans = await tx.plans.of(person)
            for plan in plans:
                await self._stop(tx, plan)
        self._changed()
        return len(plans)

    def _draft(self, at: time, zone: str) -> PlanDraft:
        rule = Rule(Cadence.DAILY, (Slot("draft", at),))
        times = MemberTimes(zone)
        return PlanDraft(rule, times, tuple(next_occurrences(rule, times, self._clock.now(), PREVIEW)))

    async def _check(self, tx: Transaction, person: PersonId, draft: PlanDraft, *, may_move: bool) -> Plan | None:
        """The same plan, if it runs already; else whether there may be one more."""
        moves_from = await self._moves_from(tx, person, draft.times.zone)
        if moves_from is not None and not may_move:
            raise UserError("checkin.zone_moved", zone=moves_from)
        same = await self._same(tx, person, draft.rule)
        if same is None:
            await self._refuse_one_too_many(tx, person)
        return same

    async def _moves_from(self, tx: Transaction, person: PersonId, zone: str) -> str | None:
        """The zone of the member's other plans, if they would move out of it."""
        member = await tx.members.get(person)
        moves = member is not None and member.zone != zone and await tx.plans.of(person)
        return member.zone if member is not None and moves else None

    async def _same(self, tx: Transaction, person: PersonId, rule: Rule) -> Plan | None:
        """A running plan that asks at these times already."""
        wanted = [slot.at for slot in rule.slots]
        plans = (plan for plan in await tx.plans.of(person) if plan.state is PlanState.ACTIVE)
        return next((plan for plan in plans if [slot.at for slot in plan.rule.slots] == wanted), None)

    async def _add(self, tx: Transaction, person: PersonId, community: CommunityId | None, draft: PlanDraft) -> Plan:
        now = self._clock.now()
        rule = Rule(draft.rule.cadence, tuple(Slot(self._new_id(), slot.at) for slot in draft.rule.slots))
        plan = Plan(self._new_id(), person, community, rule, PlanState.ACTIVE, now)
        await tx.plans.add(plan)
        await self._planner.plan_next(tx, plan, after=now)
        return plan

    async def _refuse_one_too_many(self, tx: Transaction, person: PersonId) -> None:
        if len(await tx.plans.of(person)) >= MOST_PLANS:
            raise UserError("checkin.too_many", limit=MOST_PLANS)

    def _entry(self, person: PersonId, community: CommunityId | None, text: ConsentText) -> ConsentEntry:
        now = self._clock.now()
        return ConsentEntry(person, community, Scope.CHECKINS, text.version, text.language, now, How.BUTTON, given=True)

    async def _keep_times(self, tx: Transaction, member: Member) -> None:
        before = await tx.members.get(member.person)
        await tx.members.save(member, at=self._clock.now())
        if before is not None and before.zone != member.zone:
            for plan in await tx.plans.of(member.person):
                await tx.deliveries.drop_planned(plan.id)
                if plan.state is PlanState.ACTIVE:
                    await self._planner.plan_next(tx, plan, after=self._clock.now())

    async def _paused(self, tx: Transaction, person: PersonId) -> list[Plan]:
        return [plan for plan in await tx.plans.of(person) if plan.state is PlanState.PAUSED]

    async def _greet(
        self, person: PersonId, language: str, *, closed: str = "checkin.dm_closed"
    ) -> tuple[Greeting, DmChannel | None]:
        try:
            async with asyncio.timeout(self._send):
                channel = await self._messenger.open_dm(person)
                message = await self._messenger.send(channel, Welcome(language), nonce=self._new_id())
        except Unreachable:
            raise UserError(closed) from None
        except (DeliveryError, TimeoutError):
            return Greeting.UNSURE, None
        return Greeting.SENT, DmChannel(person, channel, message)

    async def _running(self, tx: Transaction, person: PersonId, plan_id: str) -> Plan:
        plan = await tx.plans.get(plan_id)
        if plan is None or plan.person != person or plan.state is PlanState.STOPPED:
            raise UserError("checkin.no_such_plan")
        return plan

    async def _stop(self, tx: Transaction, plan: Plan) -> None:
        now = self._clock.now()
        await tx.plans.set_state(plan.id, PlanState.STOPPED, at=now)
        await tx.deliveries.cancel_planned(plan.id, reason=Reason.STOPPED, at=now)


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """One person's agreeing: whose turn it is, and how often they asked to erase everything meanwhile."""

    lock: asyncio.Lock
    erasures: int = 0
