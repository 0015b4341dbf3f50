"""A database full of members with a daily check-in each, filled in bulk: what would take hours through the commands."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.dialects import sqlite

from benchmarks.stand_in import channel_of
from supportbot.config import Settings
from supportbot.scheduling.zonefiles import fingerprint
from supportbot.services.zonedata import KEY
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.migrate import upgrade
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import (
    EPOCH,
    app_state,
    consents,
    deliveries,
    dm_channels,
    members,
    occurrences,
    plan_slots,
    plans,
)

FIRST_PERSON = 5_000_000
LATENESS = timedelta(hours=2)
CHUNK = 20_000
ALPHABET = "0123456789abcdefghijkmnpqrstuvwxyz"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filling:
    """So many plans, one a member; of them `due` are due, the first one `at` an instant and each `apart` from the last.

    The others are due in the day from an hour later on. `channels` says whether everybody's DM was opened before.
    """

    plans: int
    due: int
    at: datetime
    apart: timedelta = timedelta()
    channels: bool = True

    @property
    def people(self) -> range:
        """Everybody."""
        return range(FIRST_PERSON, FIRST_PERSON + self.plans)

    def instants(self) -> dict[int, datetime]:
        """When each check-in is due that is, by person; they are spread over the whole table."""
        chosen = random.Random(self.plans).sample(self.people, self.due)  # noqa: S311
        return {person: self.at + number * self.apart for number, person in enumerate(chosen)}


async def filled(settings: Settings, filling: Filling) -> None:
    """Make the database of these settings, and fill it."""
    assert settings.database_file is not None
    await upgrade(settings.database_url)
    ring, _ = KeyRing.load(data_keys=None, key_file=settings.key_file)
    _fill(settings.database_file, Sealer(ring), filling)
    # As after a first start: what is planned was computed with the time zone data that there is.
    database = await Database.open(settings.database_url)
    async with database.write() as connection:
        await connection.execute(insert(app_state).values(key=KEY, value=await fingerprint()))
    await database.close()


def _fill(file: Path, sealer: Sealer, filling: Filling) -> None:
    database = sqlite3.connect(file, isolation_level=None)
    try:
        for pragma in ("synchronous = OFF", "cache_size = -400000", "foreign_keys = OFF", "temp_store = MEMORY"):
            database.execute(f"PRAGMA {pragma}")
        wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indexes = database.execute(wanted).fetchall()
        for name, _ in indexes:
            database.execute(f'DROP INDEX "{name}"')
        for people in _chunks(_everybody(sealer, filling)):
            database.execute("BEGIN")
            for table in (members, consents, dm_channels, plans, plan_slots, occurrences, deliveries):
                _insert(database, table, [each[table.name] for each in people if table.name in each])
            database.execute("COMMIT")
        for _, sql in indexes:
            database.execute(sql)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


def _insert(database: sqlite3.Connection, table: Table, rows: list[Row]) -> None:
    if not rows:
        return
    columns = [column for column in rows[0] if column in table.c]
    sql = insert(table).compile(column_keys=columns, dialect=sqlite.dialect(paramstyle="qmark"))
    order = list(sql.positiontup or ())
    database.executemany(str(sql), ([row[column] for column in order] for row in rows))


def _chunks(every: Iterable[dict[str, Row]]) -> Iterator[list[dict[str, Row]]]:
    left = iter(every)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _everybody(sealer: Sealer, filling: Filling) -> Iterator[dict[str, Row]]:
    # The seed is fixed, so that each run has the same rows. Keys are sorted: how they come in makes a fill fast, and
    # where they are is as random as in life.
    chance = random.Random(1)  # noqa: S311
    keys = sorted("".join(chance.choices(ALPHABET, k=16)) for _ in range(filling.plans))
    due = filling.instants()
    for person, key in zip(filling.people, keys, strict=True):
        later = timedelta(minutes=60 + chance.randrange(24 * 60))
        yield _rows(sealer, person, key, due.get(person, filling.at + later), filling)


def _rows(sealer: Sealer, person: int, key: str, due: datetime, filling: Filling) -> dict[str, Row]:
    """Everything about one member, by table."""
    at, due_ms = _ms(filling.at - timedelta(days=9)), _ms(due)
    zone = sealer.seal("UTC", column="members.zone", row=key)
    kept: dict[str, Row] = {
        "members": {
            "id": key,
            "person_id": person,
            "zone": zone,
            "language": "en",
            "created_at": at,
            "catch_up": 0,
            "sign_at": _ms(filling.at),
        },
        "consents": {
            "id": key,
            "person_id": person,
            "scope": "checkins",
            "text_version": "1",
            "language": "en",
            "at": at,
            "how": "button",
            "given": 1,
            "entry": 1,
        },
        "plans": {
            "id": key,
            "person_id": person,
            "cadence": "daily",
            "state": "active",
            "created_at": at,
            "changed_at": at,
            "asks": "mood",
            "discreet": 1,
            "turn": 3,
        },
        "plan_slots": {"id": key, "plan_id": key, "at": f"{due:%H:%M}"},
        "occurrences": {
            "id": key,
            "plan_id": key,
            "slot_id": key,
            "local_date": f"{due:%Y-%m-%d}",
            "due": due_ms,
        },
        "deliveries": {
            "id": f"{key}-1",
            "occurrence_id": key,
            "kind": "checkin",
            "person_id": person,
            "due": due_ms,
            "state": "planned",
            "wake_at": due_ms,
            "window_ends": due_ms + LATENESS // timedelta(milliseconds=1),
            "attempt": 0,
            "changed_at": at,
        },
    }
    if filling.channels:
        kept["dm_channels"] = {"person_id": person, "channel_id": channel_of(person), "at": at}
    return kept


def _ms(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(milliseconds=1)
