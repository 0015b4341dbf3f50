"""One database behind two verbs: `write()` and `read()`, each a transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Literal, Self, cast

import aiosqlite
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine import AdaptedConnection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from supportbot.errors import ConfigError, StorageBusy
from supportbot.storage import one_hop
from supportbot.storage.blocks import Blocks
from supportbot.storage.failures import BUSY, explained
from supportbot.storage.files import private_file, try_place

Backend = Literal["sqlite", "postgresql"]

BUSY_TIMEOUT = 1.5
WRITE_WAIT = 2.4
"""An answer is to be there within three seconds, and a kind one takes some time too."""
CHECKPOINT_WAIT = 0.4
CLOSE_WAIT = 2.0
READERS = 4
_POSTGRESQL_WRITERS = 4
_POSTGRESQL_CONNECT_TIMEOUT = 5.0
_RETRY_PAUSE = 0.02
_BUSY_OPTION = "supportbot_busy_timeout"
_NO_BEGIN = "supportbot_no_begin"

# What each connection needs; journal_mode belongs to the file and is set once, by `use_wal`.
_PRAGMAS: Mapping[str, str] = {
    "foreign_keys": "ON",
    "secure_delete": "ON",  # what a member asked us to forget is overwritten, not only unlinked
    "synchronous": "FULL",  # a "sent" mark must outlive a power cut
    "temp_store": "MEMORY",  # no copy of members' data in the temporary folder
}


def parse_url(url: str) -> URL:
    """The URL with the async driver we use.

    Raises ConfigError, whose sentence never holds the URL: there may be a password in it.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise ConfigError("The database URL cannot be read; use sqlite:///file or postgresql://…") from None
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+asyncpg")
    if backend != "sqlite":
        raise ConfigError("The database URL names a database that is neither SQLite nor PostgreSQL.")
    if parsed.query or parsed.database in {None, "", ":memory:"}:
        raise ConfigError(
            "The database URL must name an SQLite file, with nothing after it (no memory database, no ?…)."
        )
    return parsed.set(drivername="sqlite+aiosqlite")


def sqlite_path(url: URL) -> Path | None:
    """The file of an SQLite URL; None for PostgreSQL."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


async def create_file(path: Path) -> None:
    """Create an empty SQLite file (0600) and its folder (0700) when there is none.

    Raises ConfigError when there cannot be one, which names the setting.
    """
    with _named_place(path):
        await asyncio.to_thread(private_file, path)


async def check_place(path: Path) -> None:
    """Find out whether an SQLite file can be created or written there, leaving nothing. Raises ConfigError as above."""
    with _named_place(path):
        await asyncio.to_thread(try_place, path)


@contextmanager
def _named_place(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"SUPPORTBOT_DATABASE_URL names {path}, which cannot be created or written: {error.strerror}."
        ) from None


async def _is_there(path: Path) -> bool:
    with _named_place(path):
        return await asyncio.to_thread(path.exists)


def sqlite_engine(
    path: Path,
    *,
    begin: Literal["BEGIN", "BEGIN IMMEDIATE"],
    busy_timeout: float = BUSY_TIMEOUT,
    pool_size: int = 1,
    pool_timeout: float = WRITE_WAIT,
    pragmas: Mapping[str, str] | None = None,
) -> AsyncEngine:
    """An engine on an SQLite file whose transactions start with `begin`; `pragmas` add to the usual ones.

    Times are in seconds. Nothing is opened yet. A transaction that cannot begin raises sqlite3's own error.
    """
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        # Autocommit in the driver, so that our own BEGIN below is the only one.
        connect_args={"isolation_level": None, "timeout": busy_timeout, "async_creator_fn": one_hop.connect},
        hide_parameters=True,
        max_overflow=0,
        pool_reset_on_return="rollback",  # needed: a COMMIT that fails, or a cancelled BEGIN, leaves a transaction open
        pool_size=pool_size,
        pool_timeout=pool_timeout,
    )
    settings = {**_PRAGMAS, **(pragmas or {})}

    def on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        try:
            for name, value in settings.items():
                cursor.execute(f"PRAGMA {name} = {value}")
        finally:
            cursor.close()

    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        wanted = _busy_ms(options.get(_BUSY_OPTION, busy_timeout))
        if wanted != connection.info.get("busy_ms", _busy_ms(busy_timeout)):
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wanted}")
            connection.info["busy_ms"] = wanted
        if options.get(_NO_BEGIN):
            return
        # Not exec_driver_sql, which does much around it on every transaction.
        adapted = cast("AdaptedConnection", connection.connection.dbapi_connection)
        adapted.run_async(start)

    def start(driver: aiosqlite.Connection) -> Awaitable[aiosqlite.Cursor]:
        return driver.execute(begin)

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", on_begin)
    return engine


def _busy_ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))


async def use_wal(engine: AsyncEngine, *, wait: float) -> None:
    """Give the engine's file a write-ahead log, so that readers and the writer do not wait for one another.

    SQLite may answer "locked" at once here, without its busy timeout, when two processes ask together: asked again
    for up to `wait` seconds. Raises StorageError.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    while True:
        try:
            await _outside_transaction(engine, "PRAGMA journal_mode = WAL", {})
        except StorageBusy:
            if loop.time() >= deadline:
                raise
            await asyncio.sleep(_RETRY_PAUSE)
        else:
            return


async def _outside_transaction(engine: AsyncEngine, pragma: str, options: Mapping[str, float]) -> object:
    """The first value of SQLite's answer."""
    with explained():
        async with engine.connect() as connection:
            await connection.execution_options(**{_NO_BEGIN: True}, **options)
            return (await connection.exec_driver_sql(pragma)).scalar()


def _postgresql_engine(
    url: URL, *, pool_size: int, lock_timeout: float, pool_timeout: float, **options: Any
) -> AsyncEngine:
    """Raises ConfigError when the driver is not installed."""
    try:
        return create_async_engine(
            url,
            connect_args={
                "timeout": _POSTGRESQL_CONNECT_TIMEOUT,
                "server_settings": {"application_name": "supportbot", "lock_timeout": f"{_busy_ms(lock_timeout)}ms"},
            },
            hide_parameters=True,
            max_overflow=0,
            pool_pre_ping=True,  # the server may have been restarted since
            pool_size=pool_size,
            pool_timeout=pool_timeout,
            **options,
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"SUPPORTBOT_DATABASE_URL names PostgreSQL; {error.name} is not installed: install supportbot[postgres]."
        ) from None


def postgresql_writer(
    url: URL,
    *,
    pool_size: int = _POSTGRESQL_WRITERS,
    lock_timeout: float = BUSY_TIMEOUT,
    pool_timeout: float = WRITE_WAIT,
) -> AsyncEngine:
    """An engine for PostgreSQL at its default isolation; times in seconds. Raises ConfigError."""
    return _postgresql_engine(url, pool_size=pool_size, lock_timeout=lock_timeout, pool_timeout=pool_timeout)


def _engines(url: URL, *, busy_timeout: float, write_wait: float, readers: int) -> tuple[AsyncEngine, AsyncEngine]:
    """The one that writes and the one that reads; nothing is opened yet."""
    path = sqlite_path(url)
    if path is None:
        writer = postgresql_writer(url, lock_timeout=busy_timeout, pool_timeout=write_wait)
        reader = _postgresql_engine(
            url,
            pool_size=readers,
            lock_timeout=busy_timeout,
            pool_timeout=write_wait,
            # One snapshot a transaction, as on SQLite.
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    else:
        writer = sqlite_engine(path, begin="BEGIN IMMEDIATE", busy_timeout=busy_timeout, pool_timeout=write_wait)
        reader = sqlite_engine(
            path,
            begin="BEGIN",
            busy_timeout=busy_timeout,
            pool_size=readers,
            pool_timeout=write_wait,
            pragmas={"query_only": "ON"},
        )
    return writer, reader


class Database:
    """A writer and readers on one database. Open it with `Database.open`, close it with `close`.

    `IntegrityError` (a broken UNIQUE, CHECK or foreign key) leaves both verbs as SQLAlchemy raised it; what the
    database could not do is StorageBusy or StorageError. Values never appear in either.
    """

    def __init__(
        self, url: URL, writer: AsyncEngine, reader: AsyncEngine, *, busy_timeout: float, write_wait: float
    ) -> None:
        self._url = url
        self._writer = writer
        self._reader = reader
        self._busy_timeout = busy_timeout
        self._write_wait = write_wait
        self._turn = asyncio.Lock()
        self._writing: set[asyncio.Task[Any] | None] = set()
        self._blocks = Blocks()

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)})"

    @classmethod
    async def open(
        cls, url: str, *, busy_timeout: float = BUSY_TIMEOUT, write_wait: float = WRITE_WAIT, readers: int = READERS
    ) -> Self:
        """Open the database at `url`, creating an SQLite file (0600) and its folder (0700) when there is none.

        A writer waits at most `busy_timeout` seconds for other processes, and at most `write_wait` seconds for them
        and for this process's other writers together. The schema is not looked at: `migrate.upgrade` goes first.
        Raises ConfigError for a wrong URL, StorageError for a database that cannot be used.
        """
        parsed = parse_url(url)
        path = sqlite_path(parsed)
        if path is not None:
            await create_file(path)
        writer, reader = _engines(parsed, busy_timeout=busy_timeout, write_wait=write_wait, readers=readers)
        database = cls(parsed, writer, reader, busy_timeout=busy_timeout, write_wait=write_wait)
        try:
            if path is not None:
                await use_wal(writer, wait=write_wait)
            async with database.read() as connection:
                await connection.exec_driver_sql("SELECT 1")
        except BaseException:
            await database.close()
            raise
        return database

    @classmethod
    async def look(cls, url: str) -> Self | None:
        """The database at `url`, to be read only; None when there is no SQLite file. Nothing is created or changed.

        Whether it can be reached shows at the first `read()`. Raises ConfigError.
        """
        parsed = parse_url(url)
        path = sqlite_path(parsed)
        if path is not None and not await _is_there(path):
            return None
        writer, reader = _engines(parsed, busy_timeout=BUSY_TIMEOUT, write_wait=WRITE_WAIT, readers=1)
        return cls(parsed, writer, reader, busy_timeout=BUSY_TIMEOUT, write_wait=WRITE_WAIT)

    @property
    def backend(self) -> Backend:
        """Which SQL dialect the statements meet."""
        return "sqlite" if sqlite_path(self._url) else "postgresql"

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that writes: committed when the block ends, rolled back when it raises or is cancelled.

        On SQLite they run one after another, so what is read inside stays true until the commit. On PostgreSQL they
        run side by side (READ COMMITTED): say it with a condition in the UPDATE, ON CONFLICT or FOR UPDATE, not with
        a look before. A cancellation during the commit itself leaves it open whether it happened.
        Raises StorageBusy, StorageError; RuntimeError for a `write()` inside a `write()` of the same task.
        """
        deadline = asyncio.get_running_loop().time() + self._write_wait
        async with AsyncExitStack() as stack:
            stack.enter_context(self._not_inside_another())
            if self.backend == "sqlite":
                await stack.enter_async_context(self._writers_turn(deadline))
            remaining = deadline - asyncio.get_running_loop().time()
            connection = await stack.enter_async_context(
                _transaction(self._writer, self._blocks, busy_timeout=min(self._busy_timeout, remaining))
            )
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction that only reads, all of it from one moment.

        Raises StorageBusy, and StorageError, also for a statement that writes.
        """
        async with _transaction(self._reader, self._blocks, busy_timeout=self._busy_timeout) as connection:
            yield connection

    async def checkpoint(self) -> None:
        """Move SQLite's write-ahead log into the file and empty it, so that erased text is in neither.

        Waits at most `CHECKPOINT_WAIT` for writers, and as long for readers: somebody waits for the answer. Does
        nothing on PostgreSQL, whose VACUUM gives the room of erased rows to new ones. Raises StorageBusy, StorageError.
        """
        if self.backend != "sqlite":
            return
        with self._not_inside_another():
            async with self._writers_turn(asyncio.get_running_loop().time() + CHECKPOINT_WAIT):
                was_blocked = await _outside_transaction(
                    self._writer, "PRAGMA wal_checkpoint(TRUNCATE)", {_BUSY_OPTION: CHECKPOINT_WAIT}
                )
        if was_blocked:
            raise StorageBusy(BUSY)

    async def close(self) -> None:
        """Close every connection; may be called twice.

        Waits at most `CLOSE_WAIT` for blocks under way; those still running lose their connections when they end.
        """
        await self._blocks.end(CLOSE_WAIT)
        await self._reader.dispose()
        await self._writer.dispose()

    @contextmanager
    def _not_inside_another(self) -> Generator[None]:
        task = asyncio.current_task()
        if task in self._writing:
            raise RuntimeError("write() inside write(): pass the connection on instead")
        self._writing.add(task)
        try:
            yield
        finally:
            self._writing.discard(task)

    @asynccontextmanager
    async def _writers_turn(self, deadline: float) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout_at(deadline):
                await self._turn.acquire()
        except TimeoutError:
            raise StorageBusy(BUSY) from None
        try:
            yield
        finally:
            self._turn.release()


@asynccontextmanager
async def _transaction(engine: AsyncEngine, blocks: Blocks, *, busy_timeout: float) -> AsyncGenerator[AsyncConnection]:
    with blocks.one(), explained():
        async with AsyncExitStack() as stack:
            with explained(OSError, sqlite3.Error):  # only here: an OSError of the block's own is its own affair
                connection = await stack.enter_async_context(engine.connect())
                stack.push_async_callback(blocks.leave, connection)
                await connection.execution_options(**{_BUSY_OPTION: busy_timeout})
                await stack.enter_async_context(connection.begin())
            yield connection
