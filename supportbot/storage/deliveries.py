"""Occurrences and deliveries: the table that says what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import Occurrence
from supportbot.domain.checkins import (
    FOLLOWS,
    OPEN_STATES,
    Delivery,
    Kind,
    Plan,
    Reason,
    State,
    delivery_id,
    sequence_of,
)
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.storage.delivery_reads import JOINED, NOTHING_WENT_OUT, DeliveryReads, delivery_of
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import deliveries, occurrences, plans

GOES_OUT = (State.CLAIMED, State.SENDING)
"""States that lead to a message: without a consent nobody is written to."""


class DeliveryRepository(DeliveryReads):
    """Deliveries and occurrences: planned, moved from state to state, cancelled and forgotten."""

    kind = "deliveries"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        super().__init__(connection)
        self._grants = grants

    async def plan(
        self,
        plan: Plan,
        occurrence: Occurrence,
        *,
        occurrence_id: str,
        window: timedelta,
        at: datetime,
        merged_into: str | None = None,
    ) -> bool:
        """Add an occurrence and its first delivery; false if this (plan, local date, slot) is there already.

        One that is merged into another delivery goes out with that one. Raises ConsentMissing.
        """
        self._grants.require(plan.person, self.basis)
        is_new = await insert_new(
            self._connection,
            occurrences,
            id=occurrence_id,
            plan_id=plan.id,
            slot_id=occurrence.slot,
            local_date=occurrence.local_date.isoformat(),
            due=occurrence.due,
        )
        if not is_new:
            return False
        await self._connection.execute(
            insert(deliveries).values(
                id=delivery_id(occurrence_id, 1),
                occurrence_id=occurrence_id,
                kind=Kind.CHECKIN.value,
                person_id=plan.person,
                due=occurrence.due,
                state=(State.PLANNED if merged_into is None else State.MERGED).value,
                wake_at=occurrence.due if merged_into is None else None,
                merged_into=merged_into,
                window_ends=occurrence.due + window,
                attempt=0,
                changed_at=at,
            )
        )
        return True

    async def repeat(self, delivery: Delivery, *, due: datetime, window: timedelta, at: datetime) -> str:
        """Add one more delivery of the same occurrence, due later; says its id. Raises ConsentMissing."""
        self._grants.require(delivery.person, self.basis)
        found = await self._connection.execute(
            select(deliveries.c.id).where(deliveries.c.occurrence_id == delivery.occurrence_id)
        )
        number = max(sequence_of(each) for each in found.scalars()) + 1
        new = delivery_id(delivery.occurrence_id, number)
        await self._connection.execute(
            insert(deliveries).values(
                id=new,
                occurrence_id=delivery.occurrence_id,
                kind=delivery.kind.value,
                person_id=delivery.person,
                due=due,
                state=State.PLANNED.value,
                wake_at=due,
                window_ends=due + window,
                attempt=0,
                changed_at=at,
            )
        )
        return new

    async def put_off(self, delivery: Delivery, due: datetime, *, window: timedelta, at: datetime) -> bool:
        """Give a planned or claimed delivery another due instant; false if it was moved meanwhile."""
        changed = await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery.id, deliveries.c.state.in_(NOTHING_WENT_OUT))
            .values(state=State.PLANNED.value, due=due, wake_at=due, window_ends=due + window, changed_at=at)
        )
        return changed.rowcount == 1

    async def merge(self, delivery: Delivery, into: str, *, at: datetime) -> None:
        """It goes out with another one, which is due at the same instant."""
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery.id, deliveries.c.state.in_(NOTHING_WENT_OUT))
            .values(state=State.MERGED.value, wake_at=None, merged_into=into, changed_at=at)
        )

    async def to_claim(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Planned deliveries whose `wake_at` has come, the oldest first, nobody else's until the transaction ends.

        On PostgreSQL those that another process has in hand are passed over, and all of whoever changes something just
        now, or relies on a consent: nobody is waited for, and until the end they wait. On SQLite there is one writer at
        a time.
        """
        due = (
            JOINED.where(deliveries.c.wake_at <= now, deliveries.c.state == State.PLANNED.value)
            .order_by(deliveries.c.wake_at)
            .limit(limit)
        )
        if self._connection.dialect.name == "postgresql":
            # Others lock the person first and then rows. This one has rows first, and so must never wait for a person.
            rows = due.with_for_update(of=deliveries, skip_locked=True).cte("due")
            due = select(rows).where(func.pg_try_advisory_xact_lock(rows.c.person_id)).order_by(rows.c.wake_at)
        return [delivery_of(row) for row in (await self._connection.execute(due)).mappings()]

    async def claim(self, planned: Sequence[Delivery], *, at: datetime, until: datetime) -> None:
        """Claim what `to_claim` gave in this transaction, until an instant. Raises ConsentMissing."""
        for delivery in planned:
            self._grants.require(delivery.person, self.basis)
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_([delivery.id for delivery in planned]))
            .values(state=State.CLAIMED.value, wake_at=until, changed_at=at)
        )

    async def move(
        self,
        delivery: Delivery,
        state: State,
        *,
        at: datetime,
        wake_at: datetime | None = None,
        reason: Reason | None = None,
        channel: ChannelId | None = None,
        message: MessageId | None = None,
        new_attempt: bool = False,
        not_begun: bool = False,
        search_after: MessageId | None = None,
        turn: int | None = None,
        kind: Kind | None = None,
    ) -> bool:
        """Bring a delivery from the state and attempt it was read in to another; false if it was moved meanwhile.

        `not_begun` takes an attempt back of which nothing was sent. Raises ValueError for a state that may not follow,
        and for an open state without `wake_at`; ConsentMissing for one in which it goes out.
        """
        if state in GOES_OUT:
            self._grants.require(delivery.person, self.basis)
        if state not in FOLLOWS[delivery.state]:
            raise ValueError(f"{state} does not follow {delivery.state}")
        if (state in OPEN_STATES) != (wake_at is not None):
            raise ValueError(f"{state} and wake_at do not fit together")
        if self._connection.dialect.name == "postgresql":
            # First the person and then rows, as whoever takes a consent back: two must not wait for each other.
            await self._connection.execute(select(func.pg_advisory_xact_lock_shared(delivery.person)))
        given: dict[str, object] = {
            "reason": reason and reason.value,
            "channel_id": channel,
            "message_id": message,
            "search_after": search_after,
            "turn": turn,
            "kind": kind and kind.value,
        }
        values: dict[str, object] = {"state": state.value, "wake_at": wake_at, "changed_at": at}
        values |= {name: value for name, value in given.items() if value is not None}
        if new_attempt:
            values |= {"attempt": delivery.attempt + 1, "started_at": at}
        if not_begun:
            values["attempt"] = delivery.attempt - 1
        changed = await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.id == delivery.id,
                deliveries.c.state == delivery.state.value,
                deliveries.c.attempt == delivery.attempt,
                # A claim that was made anew looks like the one before, but for this.
                deliveries.c.wake_at == delivery.wake_at
                if delivery.wake_at is not None
                else deliveries.c.wake_at.is_(None),
            )
            .values(values)
        )
        return changed.rowcount == 1

    async def cancel_planned(self, plan_id: str, *, reason: Reason, at: datetime) -> int:
        """Cancel what is planned or claimed of a plan; says how many."""
        changed = await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.state.in_(NOTHING_WENT_OUT), _of_plan(plan_id))
            .values(state=State.CANCELLED.value, wake_at=None, reason=reason.value, changed_at=at)
        )
        return changed.rowcount

    async def cancel_all(self, person: PersonId, *, reason: Reason, at: datetime) -> int:
        """Cancel what is planned or claimed for a person; says how many."""
        changed = await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.person_id == person, deliveries.c.state.in_(NOTHING_WENT_OUT))
            .values(state=State.CANCELLED.value, wake_at=None, reason=reason.value, changed_at=at)
        )
        return changed.rowcount

    async def drop_planned(self, plan_id: str) -> None:
        """Forget occurrences of which nothing was claimed or sent yet, so that they can be computed anew."""
        found = await self._connection.execute(
            select(deliveries.c.id, deliveries.c.occurrence_id).where(
                deliveries.c.state == State.PLANNED.value, deliveries.c.attempt == 0, _of_plan(plan_id)
            )
        )
        # A repeat that somebody asked for stays as they asked for it.
        first = [row for row in found if sequence_of(row.id) == 1]
        with_it = select(deliveries.c.occurrence_id).where(
            deliveries.c.merged_into.in_([row.id for row in first]),
            _of_plan(plan_id),  # which has an index
        )
        theirs = [row.occurrence_id for row in first]
        await self._connection.execute(
            delete(occurrences).where(or_(occurrences.c.id.in_(theirs), occurrences.c.id.in_(with_it)))
        )

    async def add(
        self, delivery_id: str, kind: Kind, person: PersonId, *, due: datetime, window: timedelta, at: datetime
    ) -> None:
        """Plan one without an occurrence. Raises ConsentMissing."""
        self._grants.require(person, self.basis)
        await self._connection.execute(
            insert(deliveries).values(
                id=delivery_id,
                kind=kind.value,
                person_id=person,
                due=due,
                state=State.PLANNED.value,
                wake_at=due,
                window_ends=due + window,
                attempt=0,
                changed_at=at,
            )
        )

    async def tried(self, delivery_id: str, kind: Kind, person: PersonId, *, at: datetime) -> None:
        """Add one without an occurrence that is about to be tried once: given up, unless it is moved to sent.

        Raises ConsentMissing.
        """
        self._grants.require(person, self.basis)
        await self._connection.execute(
            insert(deliveries).values(
                id=delivery_id,
                kind=kind.value,
                person_id=person,
                due=at,
                state=State.GAVE_UP.value,
                reason=Reason.UNDECIDED.value,
                window_ends=at,
                attempt=1,
                started_at=at,
                changed_at=at,
            )
        )

    async def erase(self, person: PersonId) -> int:
        """Forget the occurrences of this person's plans; says how many deliveries went with them."""
        theirs = select(occurrences.c.id).join(plans).where(plans.c.person_id == person)
        gone = await self._connection.execute(delete(deliveries).where(deliveries.c.person_id == person))
        await self._connection.execute(delete(occurrences).where(occurrences.c.id.in_(theirs)))
        return gone.rowcount


def _of_plan(plan_id: str):
    return deliveries.c.occurrence_id.in_(select(occurrences.c.id).where(occurrences.c.plan_id == plan_id))
