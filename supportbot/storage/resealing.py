"""Seals every field anew with the active key, while others read and write; and says under which key each field is."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.errors import SealingError, StorageBusy
from supportbot.storage.engine import WRITE_WAIT, Database
from supportbot.storage.failures import BUSY
from supportbot.storage.sealed import SEALED, SealedField
from supportbot.storage.sealing import Sealer, key_of
from supportbot.storage.tables import audit, audit_heads

BATCH = 500
"""How many fields are sealed anew in one transaction, which others wait for."""

_PATIENCE = 12
"""How often a batch is tried that others keep from being written, and a column gone through with rows that others hold.
"""
_PAUSE = 0.05

# Any fixed number, as in migrate.py.
_ADVISORY_LOCK = 0x5355_5050_4B45_5953


@dataclass(frozen=True, slots=True)
class Tally:
    """How many fields each key has sealed, by its id; `others` are under no key that was asked for, or damaged."""

    under: Mapping[str, int]
    others: int

    def not_under(self, key_id: str) -> int:
        """How many this key has not sealed."""
        return sum(self.under.values()) - self.under.get(key_id, 0) + self.others


@dataclass(frozen=True, slots=True)
class Verified:
    """What opening every field came to: how many opened under each key, and of those that did not, where and why."""

    opened: Mapping[str, int]
    faults: Sequence[str]


async def tally(connection: AsyncConnection, key_ids: Iterable[str]) -> Tally:
    """Count, by what the head of each field says."""
    ids = list(key_ids)
    under, all_ = Counter(dict.fromkeys(ids, 0)), 0
    for field in SEALED:
        all_ += await _count(connection, field, true())
        for each in ids:
            under[each] += await _count(connection, field, field.is_under(each))
    return Tally(under, all_ - under.total())


async def _count(connection: AsyncConnection, field: SealedField, which: ColumnElement[bool]) -> int:
    found = await connection.execute(select(func.count(field.sealed)).where(which))
    return found.scalar_one()


@asynccontextmanager
async def alone(database: Database) -> AsyncGenerator[AsyncConnection]:
    """A transaction that nobody else who calls this is beside: for a change of the key file.

    Raises StorageBusy, StorageError.
    """
    async with database.write() as connection:
        if database.backend == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection


async def settled(database: Database, *, wait: float = WRITE_WAIT) -> None:
    """Wait for whoever is writing a sealed field now, perhaps with an older key; at most `wait` seconds.

    Raises StorageBusy, StorageError.
    """
    if database.backend == "sqlite":
        async with database.write():
            return
    # Looked at, not locked: those who would have to wait for our lock could be waited for by whom we wait for.
    deadline = time.monotonic() + wait
    before = await _writing(database)
    while before & await _writing(database):
        if time.monotonic() > deadline:
            raise StorageBusy(BUSY)
        await asyncio.sleep(_PAUSE)


async def _writing(database: Database) -> set[str]:
    """PostgreSQL's transactions that have written into a table whose rows name a key, and are not over."""
    tables = sorted({field.table.name for field in SEALED} | {audit.name, audit_heads.name})
    async with database.read() as connection:
        found = await connection.execute(
            text(
                "SELECT virtualtransaction FROM pg_locks WHERE granted AND mode = 'RowExclusiveLock' "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
                "AND relation IN (SELECT to_regclass(name)::oid FROM unnest(CAST(:tables AS text[])) AS name)"
            ),
            {"tables": tables},
        )
        return set(found.scalars())


async def reseal(
    database: Database, sealer: Sealer, *, batch: int = BATCH, said: Callable[[int], None] = lambda _: None
) -> list[str]:
    """Seal anew with the active key every field that it has not sealed, and say of those that do not open where.

    Each batch is a transaction, so that whoever is stopped or killed has lost at most one, and goes on by calling this
    again. A field that somebody changes or erases meanwhile is left as they left it. `said` hears after each batch how
    many fields it was. Raises StorageBusy when others keep the database locked, StorageError.
    """
    await settled(database)
    faults: dict[tuple[str, str], str] = {}
    for field in SEALED:
        for _ in range(_PATIENCE):
            if not await _pass(database, field, sealer, batch=batch, said=said, faults=faults):
                break
            await asyncio.sleep(_PAUSE)
    return list(faults.values())


async def _pass(
    database: Database,
    field: SealedField,
    sealer: Sealer,
    *,
    batch: int,
    said: Callable[[int], None],
    faults: dict[tuple[str, str], str],
) -> int:
    """Once through a column; how many fields somebody else was holding just then."""
    after, held = "", 0
    while rows := await _not_current(database, field, sealer.active, after=after, limit=batch):
        after = rows[-1][0]
        changes = _sealed_anew(field, sealer, rows, faults)
        began = time.monotonic()
        done = await _exchange(database, field, changes)
        held += len(changes) - done
        said(done)
        # SQLite's waiting writers look now and then whether the file is free: it has to be so half of the time.
        await asyncio.sleep(time.monotonic() - began)
    return held


async def _not_current(
    database: Database, field: SealedField, active: str, *, after: str, limit: int
) -> list[tuple[str, bytes]]:
    async with database.read() as connection:
        found = await connection.execute(
            select(field.key, field.sealed)
            .where(field.key > after, ~field.is_under(active))
            .order_by(field.key)
            .limit(limit)
        )
        return [(key, sealed) for key, sealed in found]


def _sealed_anew(
    field: SealedField, sealer: Sealer, rows: Iterable[tuple[str, bytes]], faults: dict[tuple[str, str], str]
) -> dict[str, dict[str, object]]:
    """By row what to change; what does not open goes to `faults`."""
    changes: dict[str, dict[str, object]] = {}
    for row, old in rows:
        try:
            plain = sealer.open(old, column=field.name, row=row)
        except SealingError as error:
            faults[field.name, row] = str(error)
            continue
        changes[row] = {"row": row, "old": old, "new": sealer.seal(plain, column=field.name, row=row)}
    return changes


async def _exchange(database: Database, field: SealedField, changes: Mapping[str, dict[str, object]]) -> int:
    """Put the new in the place of the old, where the old still is and nobody holds the row; of how many rows."""
    if not changes:
        return 0
    for _ in range(_PATIENCE - 1):
        with suppress(StorageBusy):
            return await _write(database, field, changes)
    return await _write(database, field, changes)


async def _write(database: Database, field: SealedField, changes: Mapping[str, dict[str, object]]) -> int:
    exchange = (
        update(field.table)
        .where(field.key == bindparam("row"), field.sealed == bindparam("old"))
        .values({field.sealed: bindparam("new")})
    )
    # Never waits for a row of PostgreSQL while it has others, so nobody's transaction fails because of it. SQLite has
    # no such rows, and does not know the words.
    free = select(field.key).where(field.key.in_(changes)).with_for_update(skip_locked=True)
    async with database.write() as connection:
        rows = (await connection.execute(free)).scalars().all()
        if rows:
            await connection.execute(exchange, [changes[row] for row in rows])
    return len(rows)


async def verify(database: Database, sealer: Sealer, *, batch: int = BATCH) -> Verified:
    """Open every field, all as they were at one moment. Raises StorageBusy, StorageError."""
    opened: Counter[str] = Counter()
    faults: list[str] = []
    async with database.read() as connection:
        for field in SEALED:
            after = ""
            of_field = select(field.key, field.sealed).where(field.sealed.is_not(None)).order_by(field.key)
            while rows := (await connection.execute(of_field.where(field.key > after).limit(batch))).all():
                for row, blob in rows:
                    try:
                        sealer.open(blob, column=field.name, row=row)
                        opened[key_of(blob)] += 1
                    except SealingError as error:
                        faults.append(str(error))
                after = rows[-1][0]
    return Verified(opened, faults)
