"""Every occurrence of which nothing went out yet, page by page, and what moves it to another instant."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    bindparam,
    case,
    exists,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import Slot
from supportbot.domain.checkins import Kind, PlanState, State, sequence_of
from supportbot.domain.people import PersonId
from supportbot.domain.recomputing import Move, Pending
from supportbot.errors import SealingError
from supportbot.services.ports.recomputing import Page, Place
from supportbot.storage.people import opened_times
from supportbot.storage.plans import rule_of
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import deliveries, members, occurrences, plan_slots, plans

log = structlog.stdlib.get_logger(__name__)

# Written out, because many are changed with one statement.
_IS_WAITING = or_(deliveries.c.state == State.PLANNED.value, deliveries.c.state == State.MERGED.value)
_WANTED = (
    select(
        deliveries.c.id.label("delivery_id"),
        deliveries.c.wake_at,
        occurrences.c.id.label("occurrence_id"),
        occurrences.c.local_date,
        occurrences.c.slot_id,
        occurrences.c.due,
        plans.c.id.label("plan_id"),
        *(plans.c[name] for name in ("cadence", "weekdays", "every", "starts_on", "month_day", "ends_on")),
        members.c.id.label("member_id"),
        *(members.c[name] for name in ("person_id", "zone", "quiet", "vacation")),
    )
    .join(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
    .join(plans, occurrences.c.plan_id == plans.c.id)
    .join(members, plans.c.person_id == members.c.person_id)
    .where(plans.c.state == PlanState.ACTIVE.value, deliveries.c.attempt == 0, deliveries.c.kind == Kind.CHECKIN.value)
)


class RecomputingRepository:
    """Moves what is written already, to another instant and nothing else: it rests on the consent it was written on."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    async def page(self, after: Place | None, *, limit: int) -> Page:
        """What is planned, in the order in which it is due; a repeat that somebody asked for is not in it."""
        place = self._place()
        wanted = _WANTED.add_columns(place.label("place")).where(
            deliveries.c.wake_at.is_not(None), deliveries.c.state == State.PLANNED.value
        )
        if after is not None:
            wanted = wanted.where(
                tuple_(deliveries.c.wake_at, place)
                > tuple_(literal(after.wake_at, deliveries.c.wake_at.type), after.row)
            )
        rows = await self._rows(wanted.order_by(deliveries.c.wake_at, place).limit(limit))
        if not rows:
            return Page((), None)
        return Page(await self._pending(rows), Place(rows[-1]["wake_at"], rows[-1]["place"]))

    async def going_with(self, leads: Collection[Pending]) -> dict[str, list[Pending]]:
        """By delivery, what is to go out with it."""
        wanted = _WANTED.add_columns(deliveries.c.merged_into).where(
            plans.c.id.in_({each.plan for each in leads}), deliveries.c.state == State.MERGED.value
        )
        rows = [row for row in await self._rows(wanted) if row["merged_into"] in {each.delivery for each in leads}]
        into = {row["delivery_id"]: row["merged_into"] for row in rows}
        found: dict[str, list[Pending]] = {}
        for each in await self._pending(rows):
            found.setdefault(into[each.delivery], []).append(each)
        return found

    async def move(self, moves: Sequence[Move], *, window: timedelta, at: datetime) -> None:
        """Give them their new instants; what was changed, claimed or sent meanwhile is left as it is."""
        if not moves:
            return
        delivery, occurrence = bindparam("delivery", type_=Text), bindparam("occurrence", type_=Text)
        due, before = bindparam("new", type_=deliveries.c.due.type), bindparam("old", type_=deliveries.c.due.type)
        values = [
            {
                "delivery": each.delivery,
                "occurrence": each.occurrence,
                "new": each.due,
                "old": each.before,
                "ends": each.due + window,
                "now": at,
            }
            for each in moves
        ]
        as_it_was = exists().where(occurrences.c.id == occurrence, occurrences.c.due == before)
        await self._connection.execute(
            update(deliveries)
            .where(deliveries.c.id == delivery, _IS_WAITING, deliveries.c.attempt == 0, as_it_was)
            .values(
                due=due,
                wake_at=case((deliveries.c.wake_at.is_(None), None), else_=due),
                window_ends=bindparam("ends", type_=deliveries.c.due.type),
                changed_at=bindparam("now", type_=deliveries.c.due.type),
            ),
            values,
        )
        moved = exists().where(deliveries.c.id == delivery, _IS_WAITING, deliveries.c.due == due)
        await self._connection.execute(
            update(occurrences)
            .where(occurrences.c.id == occurrence, occurrences.c.due == before, moved)
            .values(due=due),
            values,
        )

    def _place(self) -> ColumnElement[object]:
        # SQLite's index ends in it, so that the next page begins where this one ended.
        return literal_column("deliveries.rowid") if self._connection.dialect.name == "sqlite" else deliveries.c.id

    async def _rows(self, wanted: Select[tuple[object, ...]]) -> Sequence[RowMapping]:
        return (await self._connection.execute(wanted)).mappings().all()

    async def _pending(self, rows: Sequence[RowMapping]) -> tuple[Pending, ...]:
        ids = {row["plan_id"] for row in rows}
        found = await self._connection.execute(
            select(plan_slots.c.plan_id, plan_slots.c.id, plan_slots.c.at).where(
                plan_slots.c.plan_id.in_(ids), plan_slots.c.retired_at.is_(None)
            )
        )
        return await asyncio.to_thread(self._opened, rows, found.all())

    def _opened(self, rows: Sequence[RowMapping], slots: Sequence[tuple[str, str, str]]) -> tuple[Pending, ...]:
        of_plan: dict[str, tuple[Slot, ...]] = {}
        for plan, slot, at in slots:
            of_plan[plan] = (*of_plan.get(plan, ()), Slot(slot, time.fromisoformat(at)))
        found: list[Pending] = []
        for row in rows:
            if sequence_of(row["delivery_id"]) > 1:
                continue
            try:
                found.append(self._one(row, of_plan.get(row["plan_id"], ())))
            except SealingError as error:
                # Theirs stays as it is: nobody can say when it is due.
                log.error("zones.cannot_open", error=str(error))  # noqa: TRY400
        return tuple(found)

    def _one(self, row: RowMapping, slots: tuple[Slot, ...]) -> Pending:
        return Pending(
            delivery=row["delivery_id"],
            occurrence=row["occurrence_id"],
            plan=row["plan_id"],
            person=PersonId(row["person_id"]),
            rule=rule_of(row, slots),
            times=opened_times(self._sealer, row, key=row["member_id"]),
            local_date=date.fromisoformat(row["local_date"]),
            slot=row["slot_id"],
            due=row["due"],
        )
