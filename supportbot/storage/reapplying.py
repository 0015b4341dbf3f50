"""Erases again what was erased after an older database was made, and keeps the ledger's two places alike."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import Scope
from supportbot.domain.erasures import Erasure, Ledger
from supportbot.domain.people import PersonId
from supportbot.errors import StorageError
from supportbot.storage.engine import Database
from supportbot.storage.erasures import PersonHashes
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlTransaction, new_id
from supportbot.storage.tables import metadata

_SINCE = "erasures.since"


@dataclass(frozen=True, slots=True)
class Applied:
    """How many people had rows that were erased again, and the entries whose key is not in the key ring."""

    people: int = 0
    unknown: tuple[Erasure, ...] = ()


async def reconcile(database: Database, sealer: Sealer, file: LedgerFile, now: datetime) -> Applied:
    """Bring the database and the ledger file to the same entries, when the program starts.

    What the file has and the database has not was erased after that database was copied: it is erased again. What is
    past its end stays, but for what a night took from the database already. Raises StorageBusy, StorageError.
    """
    kept = await asyncio.to_thread(file.read) or Ledger(None)
    async with database.read() as connection:
        before = await _ledger(connection, sealer)
    if before.since is not None and before == kept:
        return Applied()
    async with database.write() as connection:
        tx = _transaction(connection, sealer)
        applied = await apply(tx, connection, kept.entries)
        if before.since is None:
            await begin(tx, kept.since or now)
        after = await _ledger(connection, sealer)
    if applied.people:
        await _scrub(database)
    await asyncio.to_thread(file.write, Ledger(after.since, (*after.entries, *applied.unknown)))
    return applied


async def apply(tx: SqlTransaction, connection: AsyncConnection, entries: Iterable[Erasure]) -> Applied:
    """Erase whom these entries are about, and keep the entries, but for those that are there already: what the
    database has after such an erasure came after it. So did what it has after an entry that a night took from it.
    """
    hashes, purged = tx.hashes, await tx.erasures.purged()
    present = {entry.id for entry in await tx.erasures.all()}
    missing = [entry for entry in entries if entry.id not in present and (purged is None or entry.until > purged)]
    due: dict[str, list[Erasure]] = defaultdict(list)
    for entry in missing:
        due[entry.digest].append(entry)
    key_ids = [each for each in {entry.key_id for entry in missing} if hashes.knows(each)]
    people = 0
    for person in await _people(connection) if key_ids else ():
        rows = 0
        for entry in _about(person, due, key_ids, hashes):
            rows += await _erase(tx, person, entry)
        people += bool(rows)
    for entry in missing:
        if hashes.knows(entry.key_id):
            await tx.erasures.add(entry)
    return Applied(people, tuple(entry for entry in missing if not hashes.knows(entry.key_id)))


async def read_ledger(database: Database, sealer: Sealer) -> Ledger:
    """What the database knows. Raises StorageBusy, StorageError, also for one that is older than the ledger."""
    async with database.read() as connection:
        return await _ledger(connection, sealer)


async def begin(tx: SqlTransaction, since: datetime) -> None:
    """Say from when on the database knows every erasure."""
    await tx.app_state.set(_SINCE, since.isoformat())


def _transaction(connection: AsyncConnection, sealer: Sealer) -> SqlTransaction:
    return SqlTransaction(connection, sealer, new_id, writes=True)


async def _ledger(connection: AsyncConnection, sealer: Sealer) -> Ledger:
    tx = _transaction(connection, sealer)
    since = await tx.app_state.get(_SINCE)
    return Ledger(None if since is None else datetime.fromisoformat(since), await tx.erasures.all())


def _about(
    person: PersonId, due: dict[str, list[Erasure]], key_ids: Iterable[str], hashes: PersonHashes
) -> list[Erasure]:
    found = [(key_id, hashes.of(person, key_id)) for key_id in key_ids]
    return [entry for key_id, digest in found for entry in due.get(digest, ()) if entry.key_id == key_id]


async def _erase(tx: SqlTransaction, person: PersonId, entry: Erasure) -> int:
    if entry.basis is None:
        return sum([await holder.erase(person) for holder in tx.holders()])
    rows = sum([await holder.erase(person) for holder in tx.resting_on(entry.basis)])
    if isinstance(entry.basis, Scope):
        await tx.consents.withdraw(person, entry.basis, at=entry.at)
    return rows


async def _people(connection: AsyncConnection) -> list[PersonId]:
    """Everybody about whom there is a row."""
    columns = [table.c.person_id for table in metadata.sorted_tables if "person_id" in table.c]
    found = await connection.execute(union(*(select(column) for column in columns)))
    return [PersonId(each) for each in found.scalars()]


async def _scrub(database: Database) -> None:
    try:
        await database.checkpoint()
    except StorageError:
        return  # the rows are gone; a later one takes the rest
