"""Brings a database's schema to the newest revision, once, however many processes start together."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.errors import ConfigError, NewerDatabase, StorageError
from supportbot.storage.engine import (
    Database,
    check_place,
    create_file,
    parse_url,
    postgresql_writer,
    sqlite_engine,
    sqlite_path,
    use_wal,
)
from supportbot.storage.failures import explained
from supportbot.storage.files import private_file
from supportbot.storage.whole import refuse_cut_short

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"
LOCK_WAIT = 30.0
_NAMED = re.compile(r'^revision = "([^"]+)"', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision = "([^"]+)"', re.MULTILINE)

# Any fixed number: PostgreSQL's advisory locks are numbers, and this one is ours.
_ADVISORY_LOCK = 0x5355_5050_4F52_5442


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What `upgrade` did: revisions before and after, and the copy made first (SQLite only, when there was data)."""

    before: str | None
    after: str
    backup: Path | None


async def upgrade(db_url: str, *, lock_wait: float = LOCK_WAIT, scripts: Path = SCRIPTS) -> Upgrade:
    """Bring the database at `db_url` to `head()`, creating an SQLite file (0600) when there is none.

    All of it is one transaction under a lock that other processes wait for, at most `lock_wait` seconds: either every
    step is done or none. An SQLite file with data is first copied to `<file>.before-<revision>` (0600).
    `scripts` is the folder of migrations, another one only in tests.
    Raises NewerDatabase, StorageBusy, StorageError, ConfigError.
    """
    parsed = parse_url(db_url)
    path = sqlite_path(parsed)
    if path is not None:
        await create_file(path)
        await asyncio.to_thread(refuse_cut_short, path)
    async with _locked(parsed, lock_wait) as connection:
        before, after = await _way(connection, scripts)
        if before == after:
            return Upgrade(before, after, None)
        backup = None
        if path is not None and before is not None:
            backup = await asyncio.to_thread(_copy, path, after)
        await connection.run_sync(_run, scripts)
        if path is not None:
            await _check_foreign_keys(connection)
        return Upgrade(before, after, backup)


async def current(db_url: str) -> str | None:
    """The database's revision; None when it has none yet or the SQLite file does not exist. Changes nothing.

    Raises StorageError, ConfigError.
    """
    async with _looking(db_url) as connection:
        return None if connection is None else await connection.run_sync(_revision)


async def planned(db_url: str, *, scripts: Path = SCRIPTS) -> Upgrade:
    """What `upgrade` would do now, but for the copy. Changes nothing, and raises what `upgrade` would raise."""
    path = sqlite_path(parse_url(db_url))
    if path is not None:
        await check_place(path)
        await asyncio.to_thread(refuse_cut_short, path)
    async with _looking(db_url) as connection:
        if connection is None:
            return Upgrade(None, head(scripts=scripts), None)
        before, after = await _way(connection, scripts)
        return Upgrade(before, after, None)


@asynccontextmanager
async def _looking(db_url: str) -> AsyncGenerator[AsyncConnection | None]:
    database = await Database.look(db_url)
    if database is None:
        yield None
        return
    try:
        async with database.read() as connection:
            yield connection
    finally:
        await database.close()


async def _way(connection: AsyncConnection, scripts: Path) -> tuple[str | None, str]:
    """From which revision to which. Raises NewerDatabase, and ConfigError for somebody else's file."""
    before = await connection.run_sync(_revision)
    after = head(scripts=scripts)
    if before is None:
        await connection.run_sync(_refuse_foreign)
    elif before != after:
        _refuse_newer(before, scripts)
    return before, after


def head(*, scripts: Path = SCRIPTS) -> str:
    """The newest revision this program knows. Read without alembic: no start with nothing to do is to wait for it."""
    texts = [file.read_text(encoding="utf-8") for file in (scripts / "versions").glob("*.py")]
    followed = {match[1] for text in texts if (match := _FOLLOWS.search(text))}
    heads = {match[1] for text in texts if (match := _NAMED.search(text))} - followed
    if len(heads) != 1:
        raise StorageError("This installation has no migrations; install supportbot again.")
    return heads.pop()


@asynccontextmanager
async def _locked(url: URL, wait: float) -> AsyncGenerator[AsyncConnection]:
    """One transaction that no other process's `upgrade` can overlap."""
    path = sqlite_path(url)
    if path is None:
        engine = postgresql_writer(url, pool_size=1, lock_timeout=wait)
    else:
        # Foreign keys off: altering a table copies, drops and renames it. Checked as a whole after the steps.
        engine = sqlite_engine(path, begin="BEGIN IMMEDIATE", busy_timeout=wait, pragmas={"foreign_keys": "OFF"})
    try:
        if path is not None:
            await use_wal(engine, wait=wait)
        with explained(OSError, sqlite3.Error):
            async with engine.begin() as connection:
                if path is None:
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
                yield connection
    finally:
        await engine.dispose()


async def _check_foreign_keys(connection: AsyncConnection) -> None:
    broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise StorageError(f"The upgrade would leave rows of {broken[0]} that point nowhere; nothing was changed.")


def _config(scripts: Path) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - it costs a tenth of a second, and 20 MB

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()


def _refuse_foreign(connection: Connection) -> None:
    """A file with tables but no revision is somebody else's. PostgreSQL schemas may be shared."""
    if connection.dialect.name == "sqlite" and inspect(connection).get_table_names():
        raise ConfigError(
            "The database file holds tables that supportbot did not make; name another file in SUPPORTBOT_DATABASE_URL."
        )


def knows(revision: str, *, scripts: Path = SCRIPTS) -> bool:
    """Whether this program can bring a database of that revision to its own."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see _config()

    return revision in {script.revision for script in ScriptDirectory.from_config(_config(scripts)).walk_revisions()}


def _refuse_newer(before: str, scripts: Path) -> None:
    if not knows(before, scripts=scripts):
        raise NewerDatabase(
            f"The database is at revision {before}, and this supportbot knows only up to "
            f"{head(scripts=scripts)}; install the newer version, or restore the copy made before its upgrade."
        )


def _run(connection: Connection, scripts: Path) -> None:
    from alembic import command  # noqa: PLC0415 - see _config()

    config = _config(scripts)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _copy(path: Path, revision: str) -> Path:
    """Copy the database as it was last committed. Beside the open write transaction: SQLite lets readers in."""
    final = path.with_name(f"{path.name}.before-{revision}")
    half = final.with_name(f"{final.name}.half")
    with explained(OSError, sqlite3.Error):
        half.unlink(missing_ok=True)
        private_file(half)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(half)) as copy:
            source.backup(copy)
        half.replace(final)
    return final
