"""Occurrences and deliveries: the table that says what is due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import Occurrence
from supportbot.domain.checkins import (
    FOLLOWS,
    OPEN_STATES,
    PROVEN,
    Asks,
    Delivery,
    Kind,
    Plan,
    Reason,
    Settled,
    State,
    delivery_id,
    sequence_of,
)
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.services.ports import Json
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import deliveries, occurrences, plans

_OF_OCCURRENCE = (occurrences.c.plan_id, occurrences.c.local_date, occurrences.c.due.label("planned_for"))
_JOINED = select(deliveries, *_OF_OCCURRENCE).outerjoin(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
GOES_OUT = (State.CLAIMED, State.SENDING)
"""States that lead to a message: without a consent nobody is written to."""
FIRST = "-1"
"""How the id of an occurrence's first delivery ends."""
_NOTHING_WENT_OUT = (State.PLANNED.value, State.CLAIMED.value)


class DeliveryRepository:
    """Deliveries by id, by when they must be looked at, and by plan."""

    kind = "deliveries"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        self._connection = connection
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
            .where(deliveries.c.id == delivery.id, deliveries.c.state.in_(_NOTHING_WENT_OUT))
            .values(state=State.PLANNED.value, due=due, wake_at=due, window_ends=due + window, changed_at=at)
        )
        return changed.rowcount == 1

    async def merge(self, delivery: Delivery, into: str, *, at: datetime) -> None:
        """It goes out with another one, which is due at the same instant."""
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery.id, deliveries.c.state.in_(_NOTHING_WENT_OUT))
            .values(state=State.MERGED.value, wake_at=None, merged_into=into, changed_at=at)
        )

    async def get(self, delivery_id: str) -> Delivery | None:
        """The delivery, or None."""
        found = await self._connection.execute(_JOINED.where(deliveries.c.id == delivery_id))
        row = found.mappings().one_or_none()
        return None if row is None else _delivery(row)

    async def of_occurrence(self, occurrence_id: str) -> list[Delivery]:
        """Every message for this occurrence, the first one first."""
        found = await self._connection.execute(_JOINED.where(deliveries.c.occurrence_id == occurrence_id))
        return sorted(map(_delivery, found.mappings()), key=lambda each: sequence_of(each.id))

    async def to_look_at(self, now: datetime, *, limit: int, states: Collection[State] = OPEN_STATES) -> list[Delivery]:
        """Deliveries in one of these open states whose `wake_at` has come, the oldest first."""
        found = await self._connection.execute(
            _JOINED.where(deliveries.c.wake_at <= now, deliveries.c.state.in_([each.value for each in states]))
            .order_by(deliveries.c.wake_at)
            .limit(limit)
        )
        return [_delivery(row) for row in found.mappings()]

    async def to_claim(self, now: datetime, *, limit: int) -> list[Delivery]:
        """Planned deliveries whose `wake_at` has come, the oldest first, nobody else's until the transaction ends.

        On PostgreSQL those that another process has in hand are passed over, and all of whoever changes something just
        now, or relies on a consent: nobody is waited for, and until the end they wait. On SQLite there is one writer at
        a time.
        """
        due = (
            _JOINED.where(deliveries.c.wake_at <= now, deliveries.c.state == State.PLANNED.value)
            .order_by(deliveries.c.wake_at)
            .limit(limit)
        )
        if self._connection.dialect.name == "postgresql":
            # Others lock the person first and then rows. This one has rows first, and so must never wait for a person.
            rows = due.with_for_update(of=deliveries, skip_locked=True).cte("due")
            due = select(rows).where(func.pg_try_advisory_xact_lock(rows.c.person_id)).order_by(rows.c.wake_at)
        return [_delivery(row) for row in (await self._connection.execute(due)).mappings()]

    async def claim(self, planned: Sequence[Delivery], *, at: datetime, until: datetime) -> None:
        """Claim what `to_claim` gave in this transaction, until an instant. Raises ConsentMissing."""
        for delivery in planned:
            self._grants.require(delivery.person, self.basis)
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_([delivery.id for delivery in planned]))
            .values(state=State.CLAIMED.value, wake_at=until, changed_at=at)
        )

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
            .where(occurrences.c.plan_id == plan_id, deliveries.c.state.in_(_NOTHING_WENT_OUT))
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
                deliveries.c.state.in_(_NOTHING_WENT_OUT),
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
            _JOINED.where(occurrences.c.plan_id == plan_id, deliveries.c.state.in_(_NOTHING_WENT_OUT))
            .order_by(deliveries.c.due)
            .limit(1)
        )
        row = found.mappings().one_or_none()
        return None if row is None else _delivery(row)

    async def due_with(self, plan_id: str, due: datetime) -> Delivery | None:
        """The plan's planned delivery that is due at this very instant."""
        found = await self._connection.execute(
            _JOINED.where(
                occurrences.c.plan_id == plan_id,
                deliveries.c.state == State.PLANNED.value,
                deliveries.c.due == due,
            ).limit(1)
        )
        row = found.mappings().one_or_none()
        return None if row is None else _delivery(row)

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
            Settled(_delivery(row), row["reason"] and Reason(row["reason"]), row["changed_at"])
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
            .where(deliveries.c.state.in_(_NOTHING_WENT_OUT), _of_plan(plan_id))
            .values(state=State.CANCELLED.value, wake_at=None, reason=reason.value, changed_at=at)
        )
        return changed.rowcount

    async def cancel_all(self, person: PersonId, *, reason: Reason, at: datetime) -> int:
        """Cancel what is planned or claimed for a person; says how many."""
        changed = await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.person_id == person, deliveries.c.state.in_(_NOTHING_WENT_OUT))
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
            _JOINED.where(deliveries.c.person_id == person).order_by(deliveries.c.due, deliveries.c.id)
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

    async def erase(self, person: PersonId) -> int:
        """Forget the occurrences of this person's plans; says how many deliveries went with them."""
        theirs = select(occurrences.c.id).join(plans).where(plans.c.person_id == person)
        gone = await self._connection.execute(delete(deliveries).where(deliveries.c.person_id == person))
        await self._connection.execute(delete(occurrences).where(occurrences.c.id.in_(theirs)))
        return gone.rowcount


def _of_plan(plan_id: str):
    return deliveries.c.occurrence_id.in_(select(occurrences.c.id).where(occurrences.c.plan_id == plan_id))


def _delivery(row: RowMapping) -> Delivery:
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
