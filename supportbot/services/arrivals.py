"""What a member does with a check-in that has arrived: open it, answer, write a note, put it off, rest, stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from supportbot.domain.checkins import (
    CRAVINGS,
    MOODS,
    PROVEN,
    Answer,
    Asks,
    Delivery,
    KeptAnswer,
    Paused,
    Plan,
    PlanState,
    Question,
    Reason,
    State,
)
from supportbot.domain.consent import Scope
from supportbot.domain.people import MessageId, PersonId
from supportbot.domain.prompts import Reply, reply_to
from supportbot.domain.snoozing import Later, again_at
from supportbot.errors import UserError
from supportbot.services.planning import Planner
from supportbot.services.ports import Clock, Store, Transaction
from supportbot.services.questions import question_of
from supportbot.services.settling import arrived, pause, run, stop

LONGEST_NOTE = 1000
"""How long a note can be, in characters."""


class Rest(StrEnum):
    """How long a plan is to rest. The values stand in custom_ids."""

    DAY = "day"
    WEEK = "week"
    OPEN = "open"


REST_FOR = {Rest.DAY: timedelta(days=1), Rest.WEEK: timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class At:
    """The message that was pressed: whose hand, of which delivery, and its id."""

    person: PersonId
    delivery: str
    message: MessageId


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was taken: to what, which reply fits, and whether it was kept."""

    question: Question
    reply: Reply
    kept: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """A note that was taken. `answers` says that the check-in asked for it, and is answered with it."""

    question: Question
    kept: bool
    answers: bool


class Arrivals:
    """The buttons of check-ins. Each press proves that the message arrived, which is settled in the transaction that
    does what the button is for. `changed` is called after anything that may change the next wake-up.

    All raise UserError for a check-in that is gone, or somebody else's.
    """

    def __init__(self, store: Store, clock: Clock, planner: Planner, *, changed: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._planner = planner
        self._changed = changed

    async def open(self, at: At, language: str) -> Question | None:
        """What it asks, in words that fit the language where its community has some; None once it was answered."""
        async with self._store.write() as tx:
            delivery = await self._arrived(tx, at)
            if await _is_answered(tx, delivery):
                return None
            return await self._question(tx, delivery, language)

    async def answer(self, at: At, answer: Answer) -> Answered:
        """Take an answer. It is kept only for those who asked for that; of all others, only that there was one.

        Raises UserError when it was answered before, or the answer is none.
        """
        if answer.mood not in {None, *MOODS} or answer.craving not in {None, *CRAVINGS}:
            raise UserError("checkin.stale")
        async with self._store.write() as tx:
            delivery = await self._waiting(tx, at)
            question = await self._question(tx, delivery)
            kept = await self._finish(tx, delivery, answer)
        self._changed()
        return Answered(question, reply_to(question.asks, answer), kept)

    async def note(self, at: At, text: str) -> Noted:
        """Take a note, also after the answer. Raises UserError for one that is empty or too long."""
        text = text.strip()
        if not text or len(text) > LONGEST_NOTE:
            raise UserError("arrived.note.empty" if not text else "checkin.stale")
        async with self._store.write() as tx:
            delivery = await self._arrived(tx, at)
            question = await self._question(tx, delivery)
            answers = question.asks is Asks.QUESTION and not await _is_answered(tx, delivery)
            if answers:
                kept = await self._finish(tx, delivery, Answer(note=text))
            else:
                kept = await self._keep(tx, delivery, Answer(note=text))
                await self._sign(tx, delivery.person)
        self._changed()
        return Noted(question, kept, answers)

    async def snooze(self, at: At, later: Later) -> datetime:
        """Let it come again; says when (UTC). Raises UserError when it was answered, or its plan does not run."""
        async with self._store.write() as tx:
            delivery = await self._waiting(tx, at)
            await tx.consents.rely_on(at.person, Scope.CHECKINS)
            plan, member = await tx.plans.get(delivery.plan_id), await tx.members.get(at.person)
            if plan is None or member is None or plan.state is not PlanState.ACTIVE:
                raise UserError("arrived.not_running")
            now, window = self._clock.now(), self._planner.window
            due = again_at(later, now, member.times)
            for each in await tx.deliveries.of_occurrence(delivery.occurrence_id):
                if each.state is State.PLANNED and await tx.deliveries.put_off(each, due, window=window, at=now):
                    break  # put off twice: it still comes once
            else:
                await tx.deliveries.repeat(delivery, due=due, window=window, at=now)
            await self._sign(tx, at.person)
        self._changed()
        return due

    async def skip(self, at: At) -> datetime | None:
        """Let this one be; says when the next one comes (UTC)."""
        async with self._store.write() as tx:
            delivery = await self._waiting(tx, at)
            await self._cancel_repeats(tx, delivery, Reason.SKIPPED)
            await self._sign(tx, at.person)
            next_due = await tx.deliveries.next_due(delivery.plan_id)
        self._changed()
        return next_due

    async def pause(self, at: At, rest: Rest) -> datetime | None:
        """Let its plan rest; says when the next one comes (UTC), if that is known."""
        async with self._store.write() as tx:
            plan = await self._plan(tx, await self._arrived(tx, at))
            await tx.consents.rely_on(at.person, Scope.CHECKINS)
            now = self._clock.now()
            if plan.state is PlanState.ACTIVE:
                await pause(tx, plan, Paused.MEMBER, at=now)
                if rest in REST_FOR:
                    await run(tx, self._planner, plan, at=now, until=now + REST_FOR[rest])
            await self._sign(tx, at.person)
            next_due = await tx.deliveries.next_due(plan.id)
        self._changed()
        return next_due

    async def resume(self, at: At) -> datetime | None:
        """Let its plan go on; says when the next one comes (UTC).

        Raises UserError for a plan that rests for a reason that a press does not mend.
        """
        async with self._store.write() as tx:
            plan = await self._plan(tx, await self._arrived(tx, at))
            await tx.consents.rely_on(at.person, Scope.CHECKINS)
            if plan.paused in {Paused.CLOSED_DM, Paused.ZONE_GONE}:
                raise UserError("arrived.resume.other")
            if plan.state is PlanState.PAUSED or plan.paused_until is not None:
                await run(tx, self._planner, plan, at=self._clock.now())
            await self._sign(tx, at.person)
            next_due = await tx.deliveries.next_due(plan.id)
        self._changed()
        return next_due

    async def keep_going(self, at: At) -> int:
        """Let everything go on that rests because of silence; says how many plans run now."""
        async with self._store.write() as tx:
            await self._arrived(tx, at)
            await tx.consents.rely_on(at.person, Scope.CHECKINS)
            plans = await tx.plans.of(at.person)
            for plan in plans:
                if plan.paused is Paused.SILENCE:
                    await run(tx, self._planner, plan, at=self._clock.now())
            await self._sign(tx, at.person)
            running = [plan for plan in await tx.plans.of(at.person) if plan.state is PlanState.ACTIVE]
        self._changed()
        return len(running)

    async def let_rest(self, at: At) -> None:
        """Everything stays paused, as it is after silence; that they said so is a sign of them."""
        async with self._store.write() as tx:
            await self._arrived(tx, at)
            await self._sign(tx, at.person)
        self._changed()

    async def stay(self, at: At) -> None:
        """Nothing of theirs is erased: they were seen."""
        async with self._store.write() as tx:
            await self._arrived(tx, at)
            await tx.absences.end(at.person)
            await self._sign(tx, at.person)
        self._changed()

    async def stop(self, at: At) -> Plan:
        """Stop its plan. Raises UserError when it is stopped already."""
        async with self._store.write() as tx:
            plan = await self._plan(tx, await self._arrived(tx, at))
            await stop(tx, plan, at=self._clock.now())
        self._changed()
        return plan

    async def cleared(self, at: At) -> None:
        """The member takes the message away; it counts as seen. A check-in that is gone already is fine."""
        async with self._store.write() as tx:
            delivery = await tx.deliveries.get(at.delivery)
            if delivery is not None and delivery.person == at.person:
                await self._prove(tx, delivery, at.message)

    async def _arrived(self, tx: Transaction, at: At) -> Delivery:
        delivery = await tx.deliveries.get(at.delivery)
        if delivery is None:
            raise UserError("checkin.gone")
        if delivery.person != at.person:
            raise UserError("not_yours")
        return await self._prove(tx, delivery, at.message)

    async def _prove(self, tx: Transaction, delivery: Delivery, message: MessageId) -> Delivery:
        if delivery.state in PROVEN:
            return delivery
        now = self._clock.now()
        if await tx.deliveries.move(delivery, State.SENT, at=now, message=message):
            await arrived(tx, delivery, at=now)
        return await tx.deliveries.get(delivery.id) or delivery

    async def _waiting(self, tx: Transaction, at: At) -> Delivery:
        """Raises UserError when it was answered before, on whichever of its messages."""
        delivery = await self._arrived(tx, at)
        if await _is_answered(tx, delivery):
            raise UserError("checkin.answered_before")
        return delivery

    async def _question(self, tx: Transaction, delivery: Delivery, language: str = "") -> Question:
        plan = await tx.plans.get(delivery.plan_id)
        if plan is None:
            raise UserError("checkin.gone")
        return await question_of(tx, plan, plan.turn if delivery.turn is None else delivery.turn, language)

    async def _plan(self, tx: Transaction, delivery: Delivery) -> Plan:
        plan = await tx.plans.get(delivery.plan_id)
        if plan is None or plan.person != delivery.person or plan.state is PlanState.STOPPED:
            raise UserError("checkin.no_such_plan")
        return plan

    async def _finish(self, tx: Transaction, delivery: Delivery, answer: Answer) -> bool:
        """It is answered: what was to come of it again does not; whether the answer was kept."""
        await tx.deliveries.move(delivery, State.ANSWERED, at=self._clock.now())
        await self._cancel_repeats(tx, delivery, Reason.ANSWERED)
        await self._sign(tx, delivery.person)
        return await self._keep(tx, delivery, answer)

    async def _keep(self, tx: Transaction, delivery: Delivery, answer: Answer) -> bool:
        if answer == Answer() or not await tx.consents.holds(delivery.person, Scope.HISTORY):
            return False
        now = self._clock.now()
        await tx.answers.save(KeptAnswer(delivery.person, delivery.plan_id, delivery.occurrence_id, now, answer))
        return True

    async def _cancel_repeats(self, tx: Transaction, delivery: Delivery, reason: Reason) -> None:
        now = self._clock.now()
        for each in await tx.deliveries.of_occurrence(delivery.occurrence_id):
            if each.state in {State.PLANNED, State.CLAIMED}:
                await tx.deliveries.move(each, State.CANCELLED, at=now, reason=reason)

    async def _sign(self, tx: Transaction, person: PersonId) -> None:
        if await tx.consents.holds(person, Scope.CHECKINS):
            await tx.members.sign(person, at=self._clock.now())


async def _is_answered(tx: Transaction, delivery: Delivery) -> bool:
    found = await tx.deliveries.of_occurrence(delivery.occurrence_id)
    return any(each.state is State.ANSWERED for each in found)
