"""Occurrences and deliveries: the table that says what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import Occurrence
from supportbot.domain.checkins import FOLLOWS, OPEN_STATES, Delivery, Plan, Reason, State, delivery_id
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.services.ports import Json
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import deliveries, occurrences, plans

_JOINED = (
    select(deliveries, occurrences.c.plan_id, occurrences.c.due, occurrences.c.local_date, plans.c.person_id)
    .join(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
    .join(plans, occurrences.c.plan_id == plans.c.id)
)
GOES_OUT = (State.CLAIMED, State.SENDING)
"""States that lead to a message: without a consent nobody is written to."""
_NOTHING_WENT_OUT = (State.PLANNED.value, State.CLAIMED.value)


class DeliveryRepository:
    """Deliveries by id, by when they must be looked at, and by plan."""

    kind = "deliveries"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        self._connection = connection
        self._grants = grants

    async def plan(
        self, plan: Plan, occurrence: Occurrence, *, occurrence_id: str, window: timedelta, at: datetime
    ) -> bool:
        """Add an occurrence and its first delivery; false if this (plan, local date, slot) is there already.

        Raises ConsentMissing.
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
                state=State.PLANNED.value,
                wake_at=occurrence.due,
                window_ends=occurrence.due + window,
                attempt=0,
                changed_at=at,
            )
        )
        return True

    async def get(self, delivery_id: str) -> Delivery | None:
        """The delivery, or None."""
        found = await self._connection.execute(_JOINED.where(deliveries.c.id == delivery_id))
        row = found.mappings().one_or_none()
        return None if row is None else _delivery(row)

    async def to_look_at(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Open deliveries whose `wake_at` has come, the oldest first."""
        found = await self._connection.execute(
            _JOINED.where(deliveries.c.wake_at <= now).order_by(deliveries.c.wake_at).limit(limit)
        )
        return [_delivery(row) for row in found.mappings()]

    async def to_claim(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Planned deliveries whose `wake_at` has come, the oldest first, nobody else's until the transaction ends.

        On PostgreSQL those that another process has in hand are passed over; on SQLite there is one writer at a time.
        """
        found = await self._connection.execute(
            _JOINED.where(deliveries.c.wake_at <= now, deliveries.c.state == State.PLANNED.value)
            .order_by(deliveries.c.wake_at)
            .limit(limit)
            .with_for_update(of=deliveries, skip_locked=True)
        )
        return [_delivery(row) for row in found.mappings()]

    async def next_wake(self) -> datetime | None:
        """The earliest `wake_at` of all open deliveries."""
        found = await self._connection.execute(
            select(deliveries.c.wake_at)
            .where(deliveries.c.wake_at.is_not(None))
            .order_by(deliveries.c.wake_at)
            .limit(1)
        )
        return found.scalar_one_or_none()

    async def next_due(self, plan_id: str, *, after: datetime | None = None) -> datetime | None:
        """When the plan's next delivery is due, if one is planned (later than `after`, if given)."""
        wanted = (
            select(func.min(occurrences.c.due))
            .join(deliveries, deliveries.c.occurrence_id == occurrences.c.id)
            .where(occurrences.c.plan_id == plan_id, deliveries.c.state == State.PLANNED.value)
        )
        if after is not None:
            wanted = wanted.where(occurrences.c.due > after)
        return (await self._connection.execute(wanted)).scalar_one_or_none()

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
        search_after: MessageId | None = None,
    ) -> bool:
        """Bring a delivery from the state and attempt it was read in to another; false if it was moved meanwhile.

        Raises ValueError for a state that may not follow, and for an open state without `wake_at`; ConsentMissing for
        one in which it goes out.
        """
        if state in GOES_OUT:
            self._grants.require(delivery.person, self.basis)
        if state not in FOLLOWS[delivery.state]:
            raise ValueError(f"{state} does not follow {delivery.state}")
        if (state in OPEN_STATES) != (wake_at is not None):
            raise ValueError(f"{state} and wake_at do not fit together")
        values: dict[str, object] = {"state": state.value, "wake_at": wake_at, "changed_at": at}
        if reason is not None:
            values["reason"] = reason.value
        if channel is not None:
            values["channel_id"] = channel
        if message is not None:
            values["message_id"] = message
        if search_after is not None:
            values["search_after"] = search_after
        if new_attempt:
            values |= {"attempt": delivery.attempt + 1, "started_at": at}
        changed = await self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.id == delivery.id,
                deliveries.c.state == delivery.state.value,
                deliveries.c.attempt == delivery.attempt,
            )
            .values(values)
        )
        return changed.rowcount == 1

    async def cancel_planned(self, plan_id: str, *, reason: Reason, at: datetime) -> int:
        """Cancel what is planned or claimed of a plan; says how many."""
        changed = await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.state.in_(_NOTHING_WENT_OUT), _of_plan(plan_id))
            .values(state=State.CANCELLED.value, wake_at=None, reason=reason.value, changed_at=at)
        )
        return changed.rowcount

    async def drop_planned(self, plan_id: str) -> None:
        """Forget occurrences of which nothing was claimed or sent yet, so that they can be computed anew."""
        untouched = select(deliveries.c.occurrence_id).where(
            deliveries.c.state == State.PLANNED.value, deliveries.c.attempt == 0, _of_plan(plan_id)
        )
        await self._connection.execute(delete(occurrences).where(occurrences.c.id.in_(untouched)))

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Every delivery: when it was due, and what became of it."""
        found = await self._connection.execute(
            _JOINED.where(plans.c.person_id == person).order_by(occurrences.c.due, deliveries.c.id)
        )
        return [
            {
                "plan": row["plan_id"],
                "delivery": row["id"],
                "local_date": row["local_date"],
                "due": row["due"].isoformat(),
                "next_look": None if row["wake_at"] is None else row["wake_at"].isoformat(),
                "too_late_after": row["window_ends"].isoformat(),
                "state": row["state"],
                "reason": row["reason"],
                "attempts": row["attempt"],
                "last_attempt": None if row["started_at"] is None else row["started_at"].isoformat(),
                "channel": None if row["channel_id"] is None else str(row["channel_id"]),
                "message": None if row["message_id"] is None else str(row["message_id"]),
                "message_before": None if row["search_after"] is None else str(row["search_after"]),
                "changed": row["changed_at"].isoformat(),
            }
            for row in found.mappings()
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget the occurrences of this person's plans; says how many deliveries went with them."""
        theirs = select(occurrences.c.id).join(plans).where(plans.c.person_id == person)
        gone = await self._connection.execute(delete(deliveries).where(deliveries.c.occurrence_id.in_(theirs)))
        await self._connection.execute(delete(occurrences).where(occurrences.c.id.in_(theirs)))
        return gone.rowcount


def _of_plan(plan_id: str):
    return deliveries.c.occurrence_id.in_(select(occurrences.c.id).where(occurrences.c.plan_id == plan_id))


def _delivery(row: RowMapping) -> Delivery:
    channel, message = row["channel_id"], row["message_id"]
    return Delivery(
        id=row["id"],
        plan_id=row["plan_id"],
        occurrence_id=row["occurrence_id"],
        person=PersonId(row["person_id"]),
        state=State(row["state"]),
        due=row["due"],
        wake_at=row["wake_at"],
        window_ends=row["window_ends"],
        attempt=row["attempt"],
        started_at=row["started_at"],
        channel=None if channel is None else ChannelId(channel),
        message=None if message is None else MessageId(message),
        search_after=None if row["search_after"] is None else MessageId(row["search_after"]),
    )
