"""What a bot of the kill test finds in its database: people who agreed, and check-ins that are about to be due."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.checkins import Plan, PlanState
from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import ChannelId, Member, PersonId
from supportbot.sandbox.server import Sandbox
from supportbot.services.planning import Planner
from supportbot.services.ports import DmChannel
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
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


async def write(sandbox: Sandbox, file: Path, chance: Random, *, people: int, window: timedelta) -> Sequence[Person]:
    """Plans of one to three check-ins on the day of `DUE`, most of them due at once, for this many people."""
    before = _At(DUE - timedelta(seconds=5))
    found = [await _somebody(sandbox, f"person{number}", knows=bool(number % 2)) for number in range(people)]
    database = await Database.open(f"sqlite:///{file}")
    try:
        store = SqlStore(database, Sealer(KeyRing("soak", {"soak": KEY})))
        planner = Planner(before, new_id, window)
        async with store.write() as tx:
            for person in found:
                await tx.consents.record(
                    ConsentEntry(person.id, None, Scope.CHECKINS, "1", "en", before.now(), How.BUTTON, given=True)
                )
                await tx.members.save(Member(person.id, "UTC", "en"), at=before.now())
                if person.channel is not None:
                    await tx.dm_channels.save(DmChannel(person.id, person.channel, None), at=before.now())
                for minutes in chance.choice(([0], [0], [0], [0, 1], [0, 0])):
                    at = (DUE + timedelta(minutes=minutes)).time()
                    plan = _plan(person.id, at, before.now())
                    await tx.plans.add(plan)
                    await planner.plan_next(tx, plan, after=before.now())
    finally:
        await database.close()
    return found


def _plan(person: PersonId, at: time, now: datetime) -> Plan:
    return Plan(new_id(), person, None, Rule(Cadence.DAILY, (Slot(new_id(), at),)), PlanState.ACTIVE, now)


async def _somebody(sandbox: Sandbox, name: str, *, knows: bool) -> Person:
    user = await sandbox.actor.add_user(username=name, guilds=[GUILD])
    channel = ChannelId(int((await sandbox.actor.open_dm(user=name))["channel"])) if knows else None
    return Person(name, PersonId(int(user["id"])), channel)


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
