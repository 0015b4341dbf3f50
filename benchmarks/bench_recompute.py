"""Claim: after new time zone data 100,000 plans are computed anew in under 10 s, while others read and write.

Peer: what one would write first, a transaction for each plan, measured over a part of them. Exit status 1 when a goal
is missed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from benchmarks.filling import FIRST_PERSON, Filling, filled
from benchmarks.loop import memory, watched
from supportbot.config import load_settings
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.scheduling.clocks import SystemClock
from supportbot.scheduling.wakeups import SchedulerWakeups
from supportbot.services.planning import Planner
from supportbot.services.zonedata import ZoneData
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, new_id

PLANS = 100_000
GOAL = 10.0
GOAL_WRITE = 0.2
"""Seconds that a member's own write waits at most."""
PEER_PLANS = 500
HOUR_MS = 3_600_000
WINDOW = timedelta(hours=2)


@dataclass(slots=True)
class Longest:
    """The longest write of a member in seconds, and how many there were."""

    seconds: float = 0.0
    writes: int = 0


async def main() -> int:
    """Print how long it takes when nothing differs, and when everything does."""
    clock = SystemClock()
    planner = Planner(clock, new_id, WINDOW)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"SUPPORTBOT_DATABASE_URL": f"sqlite:///{folder}/bot.db"}, env_file=None)
        await filled(settings, Filling(PLANS, 0, clock.now().replace(second=0, microsecond=0)))
        ring, _ = KeyRing.load(data_keys=None, key_file=settings.key_file)
        database = await Database.open(settings.database_url)
        store = SqlStore(database, Sealer(ring))
        try:
            print(
                f"{PLANS:,} plans{'':21} seconds of {GOAL:g}   member's write of {GOAL_WRITE:g}   loop stall, ms     MB"
            )
            for name, moved in (("nothing differs", False), ("every one differs", True)):
                if moved:
                    await an_hour_off(database)
                good = await measured(name, store, planner) and good
            good = await all_right(store) and good
            await an_hour_off(database)
            print(f"{'peer: a transaction each':36} {await peer(store, planner):5.0f}")
        finally:
            await database.close()
    return 0 if good else 1


async def measured(name: str, store: SqlStore, planner: Planner) -> bool:
    """Recompute, as with data that nobody has seen; print a row."""

    async def new_data() -> str:
        return name

    zones = ZoneData(store, planner, SchedulerWakeups(SystemClock()), new_data)
    async with watched() as stall, writing(store) as longest:
        began = time.perf_counter()
        assert await zones.check()
        seconds = time.perf_counter() - began
    print(
        f"{name:34} {seconds:7.1f} {seconds / GOAL:5.2f}   {longest.seconds:14.3f} {longest.seconds / GOAL_WRITE:7.2f}"
        f"   {1000 * stall.longest:14.0f} {memory(peak=True):6.0f}"
    )
    return seconds <= GOAL and longest.seconds <= GOAL_WRITE and longest.writes > 0


@asynccontextmanager
async def writing(store: SqlStore) -> AsyncGenerator[Longest]:
    """A member who writes again and again, meanwhile."""
    found = Longest()

    async def write() -> None:
        while True:
            began = time.perf_counter()
            async with store.write() as tx:
                await tx.app_state.set("a member", str(found.writes))
            found.seconds = max(found.seconds, time.perf_counter() - began)
            found.writes += 1
            await asyncio.sleep(0.01)

    task = asyncio.create_task(write())
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def an_hour_off(database: Database) -> None:
    """As if the data had been other when it was planned."""
    async with database.write() as connection:
        for change in (
            "occurrences SET due = due + :hour",
            "deliveries SET due = due + :hour, wake_at = wake_at + :hour",
        ):
            await connection.execute(text(f"UPDATE {change}"), {"hour": HOUR_MS})


async def all_right(store: SqlStore) -> bool:
    """Whether the next ones are due at their own time again."""
    async with store.read() as tx:
        for person in range(FIRST_PERSON, FIRST_PERSON + PLANS, PLANS // 50):
            [plan] = await tx.plans.of(PersonId(person))
            due = await tx.deliveries.next_due(plan.id)
            if due is None or due.astimezone(UTC).time() != plan.rule.slots[0].at:
                print("a check-in is due at another time than its plan says")
                return False
    return True


async def peer(store: SqlStore, planner: Planner) -> float:
    """Seconds that all of them would take one by one."""
    began = time.perf_counter()
    for person in range(FIRST_PERSON, FIRST_PERSON + PEER_PLANS):
        async with store.write() as tx:
            for plan in await tx.plans.of(PersonId(person)):
                await tx.consents.holds(plan.person, Scope.CHECKINS)
                await tx.deliveries.drop_planned(plan.id)
                await planner.plan_next(tx, plan, after=datetime.now(UTC))
    return (time.perf_counter() - began) / PEER_PLANS * PLANS


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
