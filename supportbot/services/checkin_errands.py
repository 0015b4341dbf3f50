"""What a check-in means to the delivery engine: whose consent it needs, when it rests, what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from supportbot.domain import cadence, silence
from supportbot.domain.checkins import (
    Asks,
    Delivery,
    Invitation,
    Kind,
    Paused,
    Plan,
    PlanState,
    Reason,
    Silence,
    State,
    sequence_of,
)
from supportbot.domain.consent import Scope
from supportbot.domain.people import Member, Notice, PersonId
from supportbot.errors import SealingError, UserError
from supportbot.services.errands import Drop, Letter, PutOff, Verdict, Wait
from supportbot.services.planning import Planner
from supportbot.services.ports import Transaction
from supportbot.services.questions import question_of
from supportbot.services.settling import arrived, pause, shut

log = structlog.stdlib.get_logger(__name__)

TROUBLE = timedelta(minutes=10)
"""How long a row that cannot be opened waits until it is tried again."""


class CheckInErrands:
    """Check-ins, as the engine carries them. Of a plan that runs, the next one is written as soon as one goes out."""

    def __init__(self, planner: Planner, *, noted: Callable[[PersonId], None] = lambda _: None) -> None:
        self._planner = planner
        self._noted = noted

    async def look(self, tx: Transaction, due: Sequence[Delivery], now: datetime) -> Mapping[str, Verdict]:
        """See Errands."""
        people = {delivery.person for delivery in due}
        states = await tx.plans.states(list({delivery.plan_id for delivery in due}))
        holding = await tx.consents.holding(people, Scope.CHECKINS)
        gone = await tx.absences.gone(people)
        resting, shut = await self._resting(tx, people)
        found: dict[str, Verdict] = {}
        for delivery in due:
            person = delivery.person
            if states.get(delivery.plan_id) is not PlanState.ACTIVE:
                found[delivery.id] = Drop(Reason.STOPPED)
            elif person not in holding:
                found[delivery.id] = Drop(Reason.NO_CONSENT)
            elif person in gone:
                found[delivery.id] = Drop(Reason.AWAY)
            elif person in shut:
                found[delivery.id] = Wait(now + TROUBLE)
            elif person in resting and (verdict := _rests(delivery, resting[person], now)):
                found[delivery.id] = verdict
        return found

    async def begin(self, tx: Transaction, delivery: Delivery, now: datetime) -> Letter | Verdict:
        """See Errands."""
        try:
            return await self._begin(tx, delivery, now)
        except SealingError as error:
            # One member's row that cannot be opened holds nobody else up; theirs waits.
            log.error("checkins.cannot_plan", delivery=delivery.id, error=str(error))  # noqa: TRY400
            return Wait(now + TROUBLE)

    async def ended(self, tx: Transaction, delivery: Delivery, state: State, now: datetime) -> None:
        """See Errands."""
        if state is State.SENT:
            await arrived(tx, delivery, at=now)
            return
        if not await tx.consents.holds(delivery.person, Scope.CHECKINS):
            return
        if state is State.UNREACHABLE:
            await shut(tx, delivery.person, at=now)
            self._noted(delivery.person)
            return
        if state in {State.NOT_SENT, State.GAVE_UP}:
            await tx.members.owe_word(delivery.person, True)
        plan = await tx.plans.get(delivery.plan_id)
        if plan is not None and plan.state is PlanState.ACTIVE:
            await self._plan_next(tx, plan, delivery, now)

    async def _begin(self, tx: Transaction, delivery: Delivery, now: datetime) -> Letter | Verdict:
        plan, member = await tx.plans.get(delivery.plan_id), await tx.members.get(delivery.person)
        if plan is None or member is None or plan.state is not PlanState.ACTIVE:
            return Drop(Reason.STOPPED)
        verdict = await self._unwanted(tx, plan, member, delivery, now)
        if verdict is not None:
            return verdict
        if await self._is_silent(tx, plan, member, delivery):
            if await tx.deliveries.has_spoken_for(delivery, kind=Kind.SILENCE, since=member.sign_at):
                return Drop(Reason.SILENCE)  # another plan's check-in says it, and is to be the only one
            return Letter(Silence(delivery.id, member.language), Kind.SILENCE)
        if not await self._plan_next(tx, plan, delivery, now):
            return Drop(Reason.ZONE_GONE)
        says_so = member.catch_up and await _is_to_say_so(tx, delivery)
        question = None if plan.discreet else await question_of(tx, plan, plan.turn, member.language)
        note = Invitation(delivery.id, member.language, question, catch_up=says_so, turn=plan.turn)
        return Letter(note, Kind.CHECKIN, plan.turn, says_so)

    async def _unwanted(
        self, tx: Transaction, plan: Plan, member: Member, delivery: Delivery, now: datetime
    ) -> Verdict | None:
        if not await tx.consents.holds(plan.person, Scope.CHECKINS):
            return Drop(Reason.NO_CONSENT)
        if await tx.absences.is_gone(plan.person):
            return Drop(Reason.AWAY)
        try:
            return _rests(delivery, member, now)
        except UserError:
            await self._zone_is_gone(tx, plan, now)
            return Drop(Reason.ZONE_GONE)

    async def _plan_next(self, tx: Transaction, plan: Plan, delivery: Delivery, now: datetime) -> bool:
        """Write the plan's next one; where its zone is no more, pause the plan and say false."""
        after = delivery.planned_for or delivery.due
        try:
            await self._planner.plan_next(tx, plan, after=after)
            # Quiet hours can bring this one to the instant at which the next is due: then it goes out for both.
            while twin := await tx.deliveries.due_with(plan.id, delivery.due):
                await tx.deliveries.merge(twin, delivery.id, at=now)
                await self._planner.plan_next(tx, plan, after=after)
        except UserError:
            await self._zone_is_gone(tx, plan, now)
            return False
        except SealingError as error:
            # Nothing more can be planned for this member until their row can be opened; the others go on.
            log.error("checkins.cannot_plan", delivery=delivery.id, error=str(error))  # noqa: TRY400
        return True

    async def _zone_is_gone(self, tx: Transaction, plan: Plan, now: datetime) -> None:
        await pause(tx, plan, Paused.ZONE_GONE, at=now)
        await tx.members.note(plan.person, Notice.ZONE_GONE)
        self._noted(plan.person)
        log.warning("checkins.zone_gone", plan=plan.id)

    async def _is_silent(self, tx: Transaction, plan: Plan, member: Member, delivery: Delivery) -> bool:
        if plan.asks is Asks.HELLO or sequence_of(delivery.id) > 1 or delivery.local_date is None:
            return False
        unanswered = await tx.deliveries.unanswered(plan.person, member.sign_at)
        return silence.is_long(plan.rule, plan.id, unanswered, today=delivery.local_date)

    async def _resting(
        self, tx: Transaction, people: set[PersonId]
    ) -> tuple[Mapping[PersonId, Member], frozenset[PersonId]]:
        """Those with quiet hours or a vacation, and those whose row cannot be opened."""
        try:
            return await tx.members.resting(people), frozenset()
        except SealingError:
            found: dict[PersonId, Member] = {}
            shut: set[PersonId] = set()
            for person in people:
                try:
                    found |= await tx.members.resting({person})
                except SealingError as error:
                    log.error("checkins.cannot_open", error=str(error))  # noqa: TRY400
                    shut.add(person)
            return found, frozenset(shut)


async def _is_to_say_so(tx: Transaction, delivery: Delivery) -> bool:
    """Of two that go out at once, one says it. Who owes the word is asked last: the other may just have paid."""
    if await tx.deliveries.has_spoken_for(delivery, kind=None, since=None):
        return False
    member = await tx.members.get(delivery.person)
    return member is not None and member.catch_up


def _rests(delivery: Delivery, member: Member, now: datetime) -> Verdict | None:
    """Quiet hours and vacation, as they are now. Raises UserError for a zone that is no more."""
    if member.vacation is not None and delivery.local_date is not None and member.vacation.has(delivery.local_date):
        return Drop(Reason.VACATION)
    later = cadence.deferred_to(now, member.times)
    return None if later is None else PutOff(later)
