"""Puts a backup in the database's place: opened beside it, checked, upgraded, forgetting what was erased since."""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from supportbot.domain.erasures import KEPT, Ledger
from supportbot.errors import BackupError, NewerDatabase, StorageError
from supportbot.storage import backups, migrate, vault
from supportbot.storage.backups import Manifest
from supportbot.storage.engine import Database
from supportbot.storage.failures import explained
from supportbot.storage.files import give_name, private_file, sync_folder
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.reapplying import Applied, apply, begin, read_ledger
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlTransaction, new_id, refuse_other_keys

_IN_USE_WAIT = 1.0
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to restore, and to where.

    `ledgers` are the files of erasures; those that are not there are passed over. `may_replace` allows a database in
    the place, `may_miss_erasures` a restore after which somebody who was erased may be back.
    """

    source: Path
    secret: vault.Secret
    database: Path
    ledgers: Sequence[Path]
    may_replace: bool = False
    may_miss_erasures: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, the schema it has now, how many people were erased again, and the former database's file."""

    manifest: Manifest
    revision: str
    people: int
    set_aside: Path | None


async def restore(wanted: Wanted, sealer: Sealer, now: datetime) -> Restored:
    """Restore as `wanted` says. Until the last step, which is one, the database in the place is as it was.

    Raises BackupError, NewerDatabase, ConfigError for keys that do not open it, StorageError.
    """
    await asyncio.to_thread(_refuse_unready, wanted)
    known = await _known(wanted, sealer)
    async with _beside(wanted.database) as half:
        manifest = await asyncio.to_thread(_unpack, wanted, half, known, now)
        upgraded = await migrate.upgrade(_url(half))
        people = await _brought_up_to_date(half, sealer, known, wanted, now)
        await asyncio.to_thread(_folded, half)
        set_aside = await asyncio.to_thread(_put_in_place, half, wanted, now)
    return Restored(manifest, upgraded.after, people, set_aside)


async def _known(wanted: Wanted, sealer: Sealer) -> list[Ledger]:
    """Every ledger there is: the files, and that of the database in the place."""
    read = [await asyncio.to_thread(LedgerFile(path).read) for path in wanted.ledgers]
    found = [ledger for ledger in read if ledger is not None]
    try:
        database = await Database.look(_url(wanted.database))
        if database is not None:
            try:
                found.append(await read_ledger(database, sealer))
            finally:
                await database.close()
    except StorageError:
        pass  # it is damaged, or older than the ledger: a reason to restore a backup, and none not to
    return found


def _unpack(wanted: Wanted, half: Path, known: Sequence[Ledger], now: datetime) -> Manifest:
    def check(manifest: Manifest) -> None:
        if manifest.revision is not None and not migrate.knows(manifest.revision):
            raise NewerDatabase(
                f"The backup has schema {manifest.revision} of supportbot {manifest.program}, and this one knows only "
                f"up to {migrate.head()}; install the newer version to restore it."
            )
        if not wanted.may_miss_erasures:
            _refuse_unknown_erasures(manifest, known, now)

    with half.open("r+b") as file:
        manifest = backups.unpack(wanted.source, file, wanted.secret, check=check)
    with backups.looked_at(), closing(sqlite3.connect(f"{half.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        backups.look_over(connection, manifest)
    return manifest


def _refuse_unknown_erasures(manifest: Manifest, known: Sequence[Ledger], now: datetime) -> None:
    advice = "with --accept-unknown-erasures it is restored all the same, and you must erase them again yourself"
    if manifest.made_at + KEPT < now:
        raise BackupError(
            f"The backup is of {manifest.made_at:%Y-%m-%d}; who was erased is known for {KEPT.days} days only, so "
            f"somebody may come back who asked to be forgotten; {advice}."
        )
    if not any(ledger.covers(manifest.made_at) for ledger in known):
        raise BackupError(
            f"Nothing here says who was erased since {manifest.made_at:%Y-%m-%d %H:%M} UTC; name a copy of the erasure "
            f"ledger with --erasures; {advice}."
        )


async def _brought_up_to_date(
    half: Path, sealer: Sealer, known: Sequence[Ledger], wanted: Wanted, now: datetime
) -> int:
    """Erase again who was erased since. Says how many people."""
    database = await Database.open(_url(half))
    try:
        await refuse_other_keys(database, sealer)
        async with database.write() as connection:
            tx = SqlTransaction(connection, sealer, new_id, writes=True)
            entries = {entry.id: entry for ledger in known for entry in ledger.entries}
            applied = await apply(tx, connection, entries.values())
            if not wanted.may_miss_erasures:
                _refuse_unknown_keys(applied)
            else:
                await begin(tx, now)
        await database.checkpoint()
    finally:
        await database.close()
    return applied.people


def _refuse_unknown_keys(applied: Applied) -> None:
    if applied.unknown:
        keys = ", ".join(sorted({entry.key_id for entry in applied.unknown}))
        raise BackupError(
            f"Whom {len(applied.unknown)} entries of the erasure ledger are about can be found only with a key that "
            f"is not in the key ring: {keys}. Put it back, or add --accept-unknown-erasures."
        )


def _refuse_unready(wanted: Wanted) -> None:
    if not wanted.source.is_file():
        raise BackupError(f"There is no backup at {wanted.source}.")
    if not wanted.database.exists():
        return
    if not wanted.may_replace:
        raise BackupError(
            f"There is a database at {wanted.database} already; with --replace the backup takes its place, and the "
            "former one is kept beside it."
        )
    _quiet(wanted.database)


def _quiet(database: Path) -> bool:
    """Bring the database into its one file. False when it is too damaged for that.

    Raises BackupError when a program has it open: only whoever is alone can take away the write-ahead log.
    """
    try:
        _folded(database)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise BackupError("The database is in use; stop the bot first, then restore.") from None
        return False
    return True


def _folded(database: Path) -> None:
    """Bring what is in the write-ahead log into the file, and take the log away. Raises sqlite3.Error."""
    with closing(sqlite3.connect(database, timeout=_IN_USE_WAIT, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()


def _put_in_place(half: Path, wanted: Wanted, now: datetime) -> Path | None:
    """The last step. Says where the former database is now."""
    database = wanted.database
    with _placed(database):
        with half.open("rb") as file:
            os.fsync(file.fileno())
        if not database.exists():
            _set_aside(database, _aside(database, now), _BESIDE)
            give_name(half, database)
            return None
        _refuse_unready(wanted)
        aside = _aside(database, now)
        aside.hardlink_to(database)  # not a rename: at no moment is there no database
        _set_aside(database, aside, _BESIDE)
        half.replace(database)
        sync_folder(database.parent)
        return aside


def _set_aside(database: Path, aside: Path, endings: Sequence[str]) -> None:
    """A write-ahead log that stays would be taken for the new database's."""
    for ending in endings:
        there = database.with_name(database.name + ending)
        if there.exists():
            there.rename(aside.with_name(aside.name + ending))


def _aside(database: Path, now: datetime) -> Path:
    return database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}")


@contextmanager
def _placed(database: Path) -> Generator[None]:
    try:
        yield
    except FileExistsError:
        raise BackupError(f"There is a database at {database} by now; nothing was changed.") from None
    except OSError as error:
        raise BackupError(f"The database {database} cannot be put in place: {error.strerror}.") from None


@asynccontextmanager
async def _beside(database: Path) -> AsyncGenerator[Path]:
    """A private file in the database's folder, which goes with all that SQLite and an upgrade put beside it."""
    start = f".{database.name}.restore-"
    half = database.with_name(f"{start}{secrets.token_hex(4)}.half")
    try:
        await asyncio.to_thread(_remove, database.parent, start)  # of a restore that was killed
        await asyncio.to_thread(private_file, half)
    except OSError as error:
        raise BackupError(f"Nothing can be written beside {database}: {error.strerror}.") from None
    try:
        with explained(sqlite3.Error):
            yield half
    finally:
        await asyncio.to_thread(_remove, half.parent, half.name)


def _remove(folder: Path, start: str) -> None:
    for each in folder.iterdir() if folder.exists() else ():
        if each.name.startswith(start):
            each.unlink(missing_ok=True)


def _url(path: Path) -> str:
    return f"sqlite:///{path}"
