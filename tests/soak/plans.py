"""What a bot of the kill test finds in its database: people who agreed, and check-ins that are about to be due."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.checkins import Plan, PlanState
from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import ChannelId, Member, PersonId
from supportbot.sandbox.server import Sandbox
from supportbot.services.planning import Planner
from supportbot.services.ports import DmChannel, Transaction
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.migrate import upgrade
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, new_id

GUILD = "Riverside Recovery"
DUE = datetime(2030, 6, 3, 9, 30, tzinfo=UTC)
KEY = b"k" * 32
DATA_KEYS = f"soak:{base64.urlsafe_b64encode(KEY).decode()}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with plans. Half of them have a DM that the bot knows of."""

    name: str
    id: PersonId
    channel: ChannelId | None


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery that was due in the run. Times in UTC; `wake_at` is None once nothing is left to do."""

    id: str
    person: PersonId
    state: str
    reason: str | None
    wake_at: datetime | None


@dataclass(frozen=True, slots=True)
class _At:
    """A clock that stands still."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def on_jump(self, _: object) -> None: ...


class Book:
    """Writes people and plans, into the database of a bot that runs or is about to."""

    def __init__(self, store: SqlStore, sandbox: Sandbox, window: timedelta) -> None:
        self.store = store
        self._sandbox = sandbox
        self._window = window

    async def person(self, name: str, *, knows: bool) -> Person:
        """Somebody new, who agreed to check-ins; `knows` says whether the bot knows their DM."""
        user = await self._sandbox.actor.add_user(username=name, guilds=[GUILD])
        channel = ChannelId(int((await self._sandbox.actor.open_dm(user=name))["channel"])) if knows else None
        person, now = Person(name, PersonId(int(user["id"])), channel), self._sandbox.clock.now()
        async with self.store.write() as tx:
            await tx.consents.record(
                ConsentEntry(person.id, None, Scope.CHECKINS, "1", "en", now, How.BUTTON, given=True)
            )
            await tx.members.save(Member(person.id, "UTC", "en"), at=now)
            if channel is not None:
                await tx.dm_channels.save(DmChannel(person.id, channel, None), at=now)
        return person

    async def plan(self, person: Person, *ats: datetime) -> None:
        """A plan a time, due at these instants for the first time."""
        for at in ats:
            await self.plan_of(person.id, at)

    async def plan_of(self, person: PersonId, *ats: datetime) -> None:
        """One plan with all these times."""
        async with self.store.write() as tx:
            await self.agreed(tx, person)
            before = _At(min(ats) - timedelta(seconds=1))
            rule = Rule(Cadence.DAILY, tuple(Slot(new_id(), at.time()) for at in ats))
            plan = Plan(new_id(), person, None, rule, PlanState.ACTIVE, before.now())
            await tx.plans.add(plan)
            await Planner(before, new_id, self._window).plan_next(tx, plan, after=before.now())

    @staticmethod
    async def agreed(tx: Transaction, person: PersonId) -> None:
        """They did, and this transaction may write what rests on it."""
        await tx.consents.rely_on(person, Scope.CHECKINS)


async def create(file: Path) -> None:
    """An empty database."""
    await upgrade(f"sqlite+aiosqlite:///{file}")


@asynccontextmanager
async def book(sandbox: Sandbox, file: Path, *, window: timedelta) -> AsyncGenerator[Book]:
    """Open while the block runs. The bot must have the same keys (`DATA_KEYS`)."""
    database = await Database.open(f"sqlite:///{file}")
    try:
        yield Book(SqlStore(database, Sealer(KeyRing("soak", {"soak": KEY}))), sandbox, window)
    finally:
        await database.close()


async def write(sandbox: Sandbox, file: Path, chance: Random, *, people: int, window: timedelta) -> Sequence[Person]:
    """One or two check-ins on the day of `DUE`, most of them due at once, for each of this many people."""
    async with book(sandbox, file, window=window) as writing:
        found = [await writing.person(f"person{number}", knows=bool(number % 2)) for number in range(people)]
        for person in found:
            minutes = chance.choice(([0], [0], [0], [0, 1], [0, 0]))
            await writing.plan(person, *(DUE + timedelta(minutes=each) for each in minutes))
    return found


def rows(file: Path) -> list[Row]:
    """Every delivery that was due on the day of `DUE`."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
        found = connection.execute(
            "SELECT d.id, p.person_id, d.state, d.reason, d.wake_at FROM deliveries d "
            "JOIN occurrences o ON d.occurrence_id = o.id JOIN plans p ON o.plan_id = p.id WHERE o.local_date = ?",
            (DUE.date().isoformat(),),
        ).fetchall()
    return [
        Row(key, PersonId(person), state, reason, None if wake is None else datetime.fromtimestamp(wake / 1000, UTC))
        for key, person, state, reason, wake in found
    ]
