"""What can be asked of the deliveries' table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.checkins import (
    OPEN_STATES,
    PROVEN,
    Asks,
    Delivery,
    Kind,
    Reason,
    Settled,
    State,
    sequence_of,
)
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.services.ports import Json
from supportbot.storage.tables import deliveries, occurrences, plans

_OF_OCCURRENCE = (occurrences.c.plan_id, occurrences.c.local_date, occurrences.c.due.label("planned_for"))
JOINED = select(deliveries, *_OF_OCCURRENCE).outerjoin(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
FIRST = "-1"
"""How the id of an occurrence's first delivery ends."""
NOTHING_WENT_OUT = (State.PLANNED.value, State.CLAIMED.value)


class DeliveryReads:
    """Deliveries by id, by when they must be looked at, by plan and by person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, delivery_id: str) -> Delivery | None:
        """The delivery, or None."""
        found = await self._connection.execute(JOINED.where(deliveries.c.id == delivery_id))
        row = found.mappings().one_or_none()
        return None if row is None else delivery_of(row)

    async def of_occurrence(self, occurrence_id: str) -> list[Delivery]:
        """Every message for this occurrence, the first one first."""
        found = await self._connection.execute(JOINED.where(deliveries.c.occurrence_id == occurrence_id))
        return sorted(map(delivery_of, found.mappings()), key=lambda each: sequence_of(each.id))

    async def to_look_at(self, now: datetime, *, limit: int, states: Collection[State] = OPEN_STATES) -> list[Delivery]:
        """Deliveries in one of these open states whose `wake_at` has come, the oldest first."""
        found = await self._connection.execute(
            JOINED.where(deliveries.c.wake_at <= now, deliveries.c.state.in_([each.value for each in states]))
            .order_by(deliveries.c.wake_at)
            .limit(limit)
        )
        return [delivery_of(row) for row in found.mappings()]

    async def next_wake(self) -> datetime | None:
        """The earliest `wake_at` of all open deliveries."""
        found = await self._connection.execute(
            select(deliveries.c.wake_at)
            .where(deliveries.c.wake_at.is_not(None))
            .order_by(deliveries.c.wake_at)
            .limit(1)
        )
        return found.scalar_one_or_none()

    async def next_due(self, plan_id: str) -> datetime | None:
        """When the plan's next delivery is due of which nothing went out yet, if there is one."""
        found = await self._connection.execute(
            select(func.min(deliveries.c.due))
            .join(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
            .where(occurrences.c.plan_id == plan_id, deliveries.c.state.in_(NOTHING_WENT_OUT))
        )
        return found.scalar_one_or_none()

    async def has_next(self, plan_id: str, *, after: datetime) -> bool:
        """Whether an occurrence of the plan that was computed for later than `after` has not gone out yet.

        A repeat that somebody asked for is not one.
        """
        found = await self._connection.execute(
            select(deliveries.c.id)
            .join(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
            .where(
                occurrences.c.plan_id == plan_id,
                occurrences.c.due > after,
                deliveries.c.state.in_(NOTHING_WENT_OUT),
                deliveries.c.id.like(f"%{FIRST}"),
            )
            .limit(1)
        )
        return found.one_or_none() is not None

    async def has_spoken_for(self, delivery: Delivery, *, kind: Kind | None, since: datetime | None) -> bool:
        """Whether another message to the same person, which went out or may have since an instant, is of this kind;
        for None, whether one is under way that says that some did not go out.
        """
        others = (deliveries.c.person_id == delivery.person) & (deliveries.c.id != delivery.id)
        if kind is None:
            under_way = deliveries.c.state.in_((State.SENDING.value, State.UNKNOWN.value))
            wanted = others & under_way & (deliveries.c.reason == Reason.CATCH_UP.value)
        else:
            out = deliveries.c.state.in_([state.value for state in (State.SENDING, State.UNKNOWN, *PROVEN)])
            wanted = others & out & (deliveries.c.kind == kind.value)
            if since is not None:
                wanted &= deliveries.c.changed_at > since
        return (
            await self._connection.execute(select(deliveries.c.id).where(wanted).limit(1))
        ).one_or_none() is not None

    async def next_planned(self, plan_id: str) -> Delivery | None:
        """The plan's next delivery of which nothing went out yet."""
        found = await self._connection.execute(
            JOINED.where(occurrences.c.plan_id == plan_id, deliveries.c.state.in_(NOTHING_WENT_OUT))
            .order_by(deliveries.c.due)
            .limit(1)
        )
        row = found.mappings().one_or_none()
        return None if row is None else delivery_of(row)

    async def due_with(self, plan_id: str, due: datetime) -> Delivery | None:
        """The plan's planned delivery that is due at this very instant."""
        found = await self._connection.execute(
            JOINED.where(
                occurrences.c.plan_id == plan_id,
                deliveries.c.state == State.PLANNED.value,
                deliveries.c.due == due,
            ).limit(1)
        )
        row = found.mappings().one_or_none()
        return None if row is None else delivery_of(row)

    async def lately(self, person: PersonId, *, limit: int) -> list[Settled]:
        """What became of the person's check-ins that were due lately, the newest first."""
        found = await self._connection.execute(
            select(deliveries, *_OF_OCCURRENCE)
            .join(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
            .where(deliveries.c.person_id == person, deliveries.c.wake_at.is_(None))
            .order_by(deliveries.c.due.desc(), deliveries.c.id.desc())
            .limit(limit)
        )
        return [
            Settled(delivery_of(row), row["reason"] and Reason(row["reason"]), row["changed_at"])
            for row in found.mappings()
        ]

    async def answered_lately(self, person: PersonId, *, limit: int) -> int:
        """How many of the person's check-ins are known to be answered, counted up to a limit."""
        answered = (deliveries.c.person_id == person) & (deliveries.c.state == State.ANSWERED.value)
        found = await self._connection.execute(
            select(deliveries.c.occurrence_id).where(answered).distinct().limit(limit)
        )
        return len(found.all())

    async def unanswered(self, person: PersonId, since: datetime | None) -> list[tuple[str, date]]:
        """Plan and local date of each occurrence with a question that was sent since an instant, and not answered."""
        answered = select(deliveries.c.occurrence_id).where(deliveries.c.state == State.ANSWERED.value)
        wanted = (
            select(occurrences.c.plan_id, occurrences.c.local_date)
            .join(deliveries, deliveries.c.occurrence_id == occurrences.c.id)
            .join(plans, occurrences.c.plan_id == plans.c.id)
            .where(
                deliveries.c.person_id == person,
                deliveries.c.state == State.SENT.value,
                plans.c.asks != Asks.HELLO.value,
                occurrences.c.id.not_in(answered.where(deliveries.c.person_id == person)),
            )
            .distinct()
        )
        if since is not None:
            wanted = wanted.where(deliveries.c.changed_at > since)
        found = await self._connection.execute(wanted)
        return [(row.plan_id, date.fromisoformat(row.local_date)) for row in found]

    async def newest(self, person: PersonId, states: Collection[State], *, of: Collection[Kind]) -> datetime | None:
        """When a delivery of these kinds last came to one of these states."""
        found = await self._connection.execute(
            select(func.max(deliveries.c.changed_at)).where(
                deliveries.c.person_id == person,
                deliveries.c.state.in_([state.value for state in states]),
                deliveries.c.kind.in_([kind.value for kind in of]),
            )
        )
        return found.scalar_one_or_none()

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Every delivery: when it was due, and what became of it."""
        found = await self._connection.execute(
            JOINED.where(deliveries.c.person_id == person).order_by(deliveries.c.due, deliveries.c.id)
        )
        return [
            {
                "plan": row["plan_id"],
                "delivery": row["id"],
                "kind": row["kind"],
                "local_date": row["local_date"],
                "first_due": None if row["planned_for"] is None else row["planned_for"].isoformat(),
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
                "turn": row["turn"],
                "goes_with": row["merged_into"],
            }
            for row in found.mappings()
        ]


def delivery_of(row: RowMapping) -> Delivery:
    """The delivery that a row of `JOINED` stands for."""
    channel, message = row["channel_id"], row["message_id"]
    return Delivery(
        id=row["id"],
        kind=Kind(row["kind"]),
        plan_id=row["plan_id"] or "",
        occurrence_id=row["occurrence_id"] or "",
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
        turn=row["turn"],
        says_so=row["reason"] == Reason.CATCH_UP.value,
        planned_for=row["planned_for"],
        local_date=None if row["local_date"] is None else date.fromisoformat(row["local_date"]),
    )
