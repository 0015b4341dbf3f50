"""What the operator asks of the table of check-ins. Nothing here reads whose they are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, or_, select

from supportbot.domain.checkins import Kind, PlanState, State
from supportbot.domain.operating import LATENESS, OVERDUE, Due, Stats, Stuck
from supportbot.storage.engine import Database
from supportbot.storage.tables import deliveries, leases, occurrences, plans

_MINUTE = 60_000
CHECKINS = (Kind.CHECKIN, Kind.SILENCE)
_OPEN = deliveries.c.wake_at.is_not(None)


async def due(database: Database, now: datetime, lease: str) -> Due:
    """What is planned; `lease` is the name under which a process delivers."""
    async with database.read() as connection:
        planned = _OPEN & (deliveries.c.state == State.PLANNED.value)
        hour, day = now + timedelta(hours=1), now + timedelta(days=1)
        wake = deliveries.c.wake_at
        counted = await connection.execute(
            select(
                func.count(case((wake <= now, 1))),
                func.count(case(((wake > now) & (wake <= hour), 1))),
                func.count(case(((wake > now) & (wake <= day), 1))),
                func.count(case((wake > day, 1))),
                func.min(wake),
            ).where(planned)
        )
        row = counted.one()
        minute = cast(wake, BigInteger) // _MINUTE
        busiest = await connection.execute(
            select(func.min(wake), func.count())
            .where(planned, wake > now, wake <= day)
            .group_by(minute)
            .order_by(func.count().desc(), func.min(wake))
            .limit(1)
        )
        found = busiest.one_or_none()
        until = await connection.execute(select(leases.c.until).where(leases.c.name == lease, leases.c.until > now))
        return Due(
            now,
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            None if found is None else (found[0], found[1]),
            until.scalar_one_or_none(),
        )


async def stuck(database: Database, now: datetime) -> Stuck:
    """What should not stay as it is."""
    async with database.read() as connection:
        overdue = await connection.execute(
            select(deliveries.c.state, func.count(), func.min(deliveries.c.wake_at))
            .where(_OPEN, deliveries.c.wake_at < now - OVERDUE)
            .group_by(deliveries.c.state)
        )
        rows = overdue.all()
        retried = await connection.execute(
            select(
                func.count(case((deliveries.c.state == State.UNKNOWN.value, 1))),
                func.count(case(((deliveries.c.state == State.PLANNED.value) & (deliveries.c.attempt > 0), 1))),
                func.max(deliveries.c.attempt),
            ).where(_OPEN)
        )
        unknown, again, attempts = retried.one()
        going_on = select(occurrences.c.plan_id).join(deliveries).where(_OPEN)
        yesterday = f"{now - timedelta(days=1):%Y-%m-%d}"
        without = await connection.execute(
            select(func.count())
            .select_from(plans)
            .where(
                plans.c.state == PlanState.ACTIVE.value,
                or_(plans.c.ends_on.is_(None), plans.c.ends_on > yesterday),
                plans.c.id.not_in(going_on),
            )
        )
        oldest = min((row[2] for row in rows), default=None)
        counts = {str(row[0]): int(row[1]) for row in rows}
        return Stuck(now, counts, oldest, unknown, again, attempts or 0, without.scalar_one())


async def stats(database: Database, since: datetime) -> Stats:
    """What became of check-ins that were due since an instant, and what plans there are."""
    async with database.read() as connection:
        late = cast(deliveries.c.started_at, BigInteger) - cast(deliveries.c.due, BigInteger)
        bounds = [None, *(step // timedelta(milliseconds=1) for step in LATENESS), None]
        step = case(*((_between(late, low, high), number) for number, (low, high) in enumerate(pairwise(bounds))))
        began = case((deliveries.c.state.in_((State.SENT.value, State.ANSWERED.value)), step))
        settled = (
            select(deliveries.c.state, deliveries.c.reason, began.label("began"))
            .where(
                deliveries.c.due >= since,
                deliveries.c.kind.in_([kind.value for kind in CHECKINS]),
                # Nearly all rows are read: an index would only lead to each of them by itself.
                cast(deliveries.c.wake_at, BigInteger).is_(None),
            )
            .subquery()
            .c
        )
        counted = await connection.execute(
            select(settled.state, settled.reason, settled.began, func.count()).group_by(
                settled.state, settled.reason, settled.began
            )
        )
        kept = await connection.execute(
            select(plans.c.state, plans.c.paused, func.count()).group_by(plans.c.state, plans.c.paused)
        )
        outcomes: Counter[tuple[str, str | None]] = Counter()
        steps: Counter[int | None] = Counter()
        for state, reason, began_in, count in counted:
            outcomes[state, reason] += count
            steps[began_in] += count
        return Stats(
            since,
            outcomes,
            {(state, why): count for state, why, count in kept},
            tuple(steps[number] for number in range(len(bounds) - 1)),
        )


def _between(late: ColumnElement[int], low: int | None, high: int | None) -> ColumnElement[bool]:
    """Later than `low`, and at most `high` milliseconds."""
    if low is None:
        return late <= high
    return late > low if high is None else (late > low) & (late <= high)
