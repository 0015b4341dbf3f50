"""What a member can do with check-ins: propose, agree, list, stop, open one, answer it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from weakref import WeakValueDictionary

from supportbot.domain.cadence import MemberTimes, next_occurrences
from supportbot.domain.checkins import (
    MOST_PLANS,
    Paused,
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
from supportbot.domain.wallclock import check_zone
from supportbot.domain.wishes import Wish, kept_slots, numbered
from supportbot.errors import DeliveryError, OpeningTooFast, Unreachable, UserError
from supportbot.services.opening import OpeningDms
from supportbot.services.plan_rows import own_plan, replan_all
from supportbot.services.planning import Planner
from supportbot.services.ports import Clock, DmChannel, Messenger, NewId, Store, Transaction
from supportbot.services.settling import run, stop

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
    NOT_NEEDED = "not_needed"
    """DMs reached them all along."""


NEED_PROOF = (None, Paused.CLOSED_DM)
"""Why plans are paused that go on only once a DM arrived; of the oldest, why was not written down."""


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
        opening: OpeningDms,
        *,
        new_id: NewId,
        timing: Timing,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._opening = opening
        self._new_id = new_id
        self._planner = Planner(clock, new_id, timing.lateness)
        self._changed = changed
        self._send = timing.send.total_seconds()
        self._turns: WeakValueDictionary[PersonId, _Turn] = WeakValueDictionary()

    async def propose(self, person: PersonId, wish: Wish, zone: str) -> PlanDraft:
        """What would come of a wish; nothing of it is kept.

        Raises UserError for a zone that is none, a plan that never asks, one they have, and one too many.
        """
        zone = check_zone(zone)
        async with self._store.read() as tx:
            draft = await self._draft(tx, person, wish, zone)
            if await self._same(tx, person, wish) is None:
                await self._refuse_one_too_many(tx, person)
            elif draft.moves_from is None:
                raise UserError("checkin.have_it")
        return draft

    async def agree(
        self,
        person: PersonId,
        community: CommunityId | None,
        wish: Wish,
        zone: str,
        text: ConsentText,
        *,
        may_move: bool = False,
    ) -> Started:
        """Prove that a DM reaches the member, then record the consent and the plan.

        `may_move` says that the member was shown that their other plans move to this zone.
        Raises UserError for a plan too many, `checkin.zone_moved` for a move that was not shown, and
        `checkin.dm_closed` when the member takes no DMs, `checkin.dm_held` while Discord lets the bot open none; then
        nothing is kept and nothing runs.
        """
        zone = check_zone(zone)
        turn = self._turns.setdefault(person, _Turn(asyncio.Lock()))
        erasures = turn.erasures
        # One after another: two quick presses are one plan, and the second must not speak before the first is settled.
        async with turn.lock:
            # For writing, though it only reads: a database that cannot be written is noticed before anything goes out.
            async with self._store.write() as tx:
                draft, same = await self._check(tx, person, wish, zone, may_move=may_move)
            greeting, dm = Greeting.BEFORE, None
            if same is None:
                greeting, dm = await self._greet(person, text.language)
            async with self._store.write() as tx:
                if turn.erasures != erasures:
                    raise UserError("checkin.erased_meanwhile")
                draft, same = await self._check(tx, person, wish, zone, may_move=may_move)
                await tx.consents.record(self._entry(person, community, text))
                await self._keep_times(tx, person, zone, text.language)
                plan = same or await self._add(tx, person, community, wish)
                if same is not None:  # it runs, and so something is to come of it
                    await self._planner.plan_next(tx, same, after=self._clock.now())
                if dm is not None:
                    await tx.dm_channels.save(dm, at=self._clock.now())
        self._changed()
        return Started(plan, draft, greeting)

    async def go_on(self, person: PersonId, plan_id: str | None = None) -> Greeting:
        """Let a paused or resting plan run again, or all of them, under the consent they gave; where DMs were closed,
        prove first that one reaches the member.

        Raises UserError `checkin.go_on.closed` when the member takes no DMs still, `checkin.dm_held`,
        `checkin.zone_gone`; ConsentMissing.
        """
        turn = self._turns.setdefault(person, _Turn(asyncio.Lock()))
        erasures = turn.erasures
        async with turn.lock:
            # For writing, as in agree.
            async with self._store.write() as tx:
                if plan_id is not None:
                    await own_plan(tx, person, plan_id)
                await tx.consents.rely_on(person, Scope.CHECKINS)
                member, paused = await tx.members.get(person), await self._paused(tx, person, plan_id)
                if member is None or not paused:
                    return Greeting.BEFORE
                _refuse_a_zone_that_is_gone(member)
            greeting, dm = Greeting.NOT_NEEDED, None
            if any(plan.paused in NEED_PROOF for plan in paused if plan.state is PlanState.PAUSED):
                greeting, dm = await self._greet(person, member.language, closed="checkin.go_on.closed")
            async with self._store.write() as tx:
                if turn.erasures != erasures:
                    raise UserError("checkin.erased_meanwhile")
                await tx.consents.rely_on(person, Scope.CHECKINS)
                now = self._clock.now()
                for plan in await self._paused(tx, person, plan_id):
                    await run(tx, self._planner, plan, at=now)
                await tx.members.sign(person, at=now)
                await tx.members.note(person, None)
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
                    now = self._clock.now()
                    await tx.deliveries.move(delivery, State.GAVE_UP, at=now, reason=Reason.UNDECIDED)
                    plan = await tx.plans.get(delivery.plan_id)
                    if plan is not None and plan.state is PlanState.ACTIVE:
                        await tx.consents.rely_on(person, Scope.CHECKINS)
                        await self._planner.plan_next(tx, plan, after=delivery.planned_for or delivery.due)
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
            plan = await own_plan(tx, person, plan_id)
            await stop(tx, plan, at=self._clock.now())
        self._changed()
        return plan

    async def stop_all(self, person: PersonId) -> int:
        """Stop every plan of this member; says how many there were."""
        async with self._store.write() as tx:
            now = self._clock.now()
            count = await tx.plans.stop_all(person, at=now)
            await tx.deliveries.cancel_all(person, reason=Reason.STOPPED, at=now)
        self._changed()
        return count

    async def _draft(self, tx: Transaction, person: PersonId, wish: Wish, zone: str) -> PlanDraft:
        member = await tx.members.get(person)
        times = MemberTimes(zone) if member is None else replace(member.times, zone=zone)
        coming = tuple(next_occurrences(wish.rule, times, self._clock.now(), PREVIEW))
        if not coming:
            raise UserError("checkin.never")
        return PlanDraft(wish.rule, times, coming, await self._moves_from(tx, person, zone))

    async def _check(
        self, tx: Transaction, person: PersonId, wish: Wish, zone: str, *, may_move: bool
    ) -> tuple[PlanDraft, Plan | None]:
        """What would come of it, and the same plan, if it runs already; else whether there may be one more."""
        draft = await self._draft(tx, person, wish, zone)
        if draft.moves_from is not None and not may_move:
            raise UserError("checkin.zone_moved", zone=draft.moves_from)
        same = await self._same(tx, person, wish)
        if same is None:
            await self._refuse_one_too_many(tx, person)
        return draft, same

    async def _moves_from(self, tx: Transaction, person: PersonId, zone: str) -> str | None:
        """The zone of the member's other plans, if they would move out of it."""
        member = await tx.members.get(person)
        moves = member is not None and member.zone != zone and await tx.plans.of(person)
        return member.zone if member is not None and moves else None

    async def _same(self, tx: Transaction, person: PersonId, wish: Wish) -> Plan | None:
        """A running plan that asks the same at these times already."""
        plans = (plan for plan in await tx.plans.of(person) if plan.state is PlanState.ACTIVE)
        return next((plan for plan in plans if _is_that(plan, wish)), None)

    async def _add(self, tx: Transaction, person: PersonId, community: CommunityId | None, wish: Wish) -> Plan:
        now = self._clock.now()
        rule = replace(wish.rule, slots=kept_slots((), (slot.at for slot in wish.rule.slots), self._new_id))
        plan = Plan(
            self._new_id(),
            person,
            community,
            rule,
            PlanState.ACTIVE,
            now,
            asks=wish.asks,
            words=wish.words,
            discreet=wish.discreet,
        )
        await tx.plans.add(plan)
        await self._planner.plan_next(tx, plan, after=now)
        return plan

    async def _refuse_one_too_many(self, tx: Transaction, person: PersonId) -> None:
        if len(await tx.plans.of(person)) >= MOST_PLANS:
            raise UserError("checkin.too_many", limit=MOST_PLANS)

    def _entry(self, person: PersonId, community: CommunityId | None, text: ConsentText) -> ConsentEntry:
        now = self._clock.now()
        return ConsentEntry(person, community, Scope.CHECKINS, text.version, text.language, now, How.BUTTON, given=True)

    async def _keep_times(self, tx: Transaction, person: PersonId, zone: str, language: str) -> None:
        before = await tx.members.get(person)
        now = self._clock.now()
        member = Member(person, zone, language) if before is None else replace(before, zone=zone, language=language)
        await tx.members.save(member, at=now)
        await tx.members.sign(person, at=now)
        if before is not None and before.zone != zone:
            await replan_all(tx, self._planner, person, now)

    async def _paused(self, tx: Transaction, person: PersonId, plan_id: str | None = None) -> list[Plan]:
        """Those that do not run now: paused, or resting until a day."""
        plans = [plan for plan in await tx.plans.of(person) if plan_id in {None, plan.id}]
        return [plan for plan in plans if plan.state is PlanState.PAUSED or plan.paused_until is not None]

    async def _greet(
        self, person: PersonId, language: str, *, closed: str = "checkin.dm_closed"
    ) -> tuple[Greeting, DmChannel | None]:
        try:
            async with asyncio.timeout(self._send):
                channel = await self._opening.open_as_asked(person)
                message = await self._messenger.send(channel, Welcome(language), nonce=self._new_id())
        except Unreachable:
            raise UserError(closed) from None
        except OpeningTooFast:
            raise UserError("checkin.dm_held") from None
        except (DeliveryError, TimeoutError):
            return Greeting.UNSURE, None
        return Greeting.SENT, DmChannel(person, channel, message)


def _refuse_a_zone_that_is_gone(member: Member) -> None:
    try:
        check_zone(member.zone)
    except UserError:
        raise UserError("checkin.zone_gone") from None


def _is_that(plan: Plan, wish: Wish) -> bool:
    """Whether the plan is what is wished for, whichever day it counts from."""
    one, other = (
        replace(rule, slots=numbered(slot.at for slot in rule.slots), start=None) for rule in (plan.rule, wish.rule)
    )
    return one == other and (plan.asks, plan.words) == (wish.asks, wish.words)


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """One person's agreeing: whose turn it is, and how often they asked to erase everything meanwhile."""

    lock: asyncio.Lock
    erasures: int = 0
