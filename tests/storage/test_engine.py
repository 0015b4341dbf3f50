"""The two verbs of Database: what they promise, also when the file is locked, full, foreign or read-only."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from supportbot.errors import ConfigError, StorageBusy, StorageError
from supportbot.storage import engine as engine_module
from supportbot.storage.engine import Database, parse_url


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


async def opened(path: Path, *, busy_timeout: float, write_wait: float) -> Database:
    database = await Database.open(url(path), busy_timeout=busy_timeout, write_wait=write_wait)
    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE)")
    return database


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """Waits long enough for any machine; nothing here waits that long."""
    database = await opened(tmp_path / "bot.db", busy_timeout=20, write_wait=30)
    yield database
    await database.close()


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Database]:
    """Gives up soon, for the tests in which it must."""
    database = await opened(tmp_path / "bot.db", busy_timeout=0.1, write_wait=0.2)
    yield database
    await database.close()


async def add(database: Database, body: str) -> None:
    async with database.write() as connection:
        await connection.exec_driver_sql("INSERT INTO notes (body) VALUES (?)", (body,))


async def bodies(database: Database) -> list[str]:
    async with database.read() as connection:
        rows = await connection.exec_driver_sql("SELECT body FROM notes ORDER BY id")
        return [row[0] for row in rows]


async def pragma(database: Database, name: str, *, write: bool) -> object:
    async with database.write() if write else database.read() as connection:
        return (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()


async def test_commits_at_the_end_and_rolls_back_on_error(db: Database) -> None:
    await add(db, "kept")

    async def fail() -> None:
        async with db.write() as connection:
            await connection.exec_driver_sql("INSERT INTO notes (body) VALUES ('gone')")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await bodies(db) == ["kept"]


async def test_a_cancelled_write_leaves_nothing_and_frees_the_writer(db: Database) -> None:
    inserted = asyncio.Event()

    async def write() -> None:
        async with db.write() as connection:
            await connection.exec_driver_sql("INSERT INTO notes (body) VALUES ('gone')")
            inserted.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inserted.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await add(db, "next")
    assert await bodies(db) == ["next"]


async def test_a_write_cancelled_inside_a_statement_frees_the_writer(db: Database) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n"

    inserted = asyncio.Event()

    async def write() -> None:
        async with db.write() as connection:
            await connection.exec_driver_sql("INSERT INTO notes (body) VALUES ('gone')")
            inserted.set()
            await connection.exec_driver_sql(slow)

    task = asyncio.create_task(write())
    await inserted.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await add(db, "next")
    assert await bodies(db) == ["next"]


async def test_a_write_cancelled_while_it_waits_for_another_process_frees_the_writer(
    db: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(add(db, "gone"))
        while not db._writer.pool.checkedout():  # noqa: ASYNC110 - the pool has no event to wait for
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        task.cancel()
        other.execute("ROLLBACK")
    with pytest.raises(asyncio.CancelledError):
        await task
    await add(db, "next")
    assert await bodies(db) == ["next"]


async def test_a_commit_that_fails_leaves_nothing_and_frees_the_writer(db: Database) -> None:
    async with db.write() as connection:
        await connection.exec_driver_sql(
            "CREATE TABLE replies (note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)"
        )

    async def write() -> None:
        async with db.write() as connection:
            await connection.exec_driver_sql("INSERT INTO notes (body) VALUES ('gone')")
            await connection.exec_driver_sql("INSERT INTO replies VALUES (99)")

    with pytest.raises(IntegrityError):
        await write()
    await add(db, "next")
    assert await bodies(db) == ["next"]


async def test_many_writers_take_turns(db: Database) -> None:
    async def count_up() -> None:
        async with db.write() as connection:
            count = (await connection.exec_driver_sql("SELECT count(*) FROM notes")).scalar_one()
            await connection.exec_driver_sql("INSERT INTO notes (body) VALUES (?)", (str(count),))

    await asyncio.gather(*(count_up() for _ in range(50)))
    assert await bodies(db) == [str(n) for n in range(50)]


async def test_a_read_sees_one_moment_and_does_not_wait_for_a_writer(db: Database) -> None:
    await add(db, "first")
    async with db.read() as reader:
        assert (await reader.exec_driver_sql("SELECT count(*) FROM notes")).scalar_one() == 1
        async with db.write() as writer:
            await writer.exec_driver_sql("INSERT INTO notes (body) VALUES ('second')")
            assert await bodies(db) == ["first"]
        assert (await reader.exec_driver_sql("SELECT count(*) FROM notes")).scalar_one() == 1
    assert await bodies(db) == ["first", "second"]


async def test_a_read_cannot_write(db: Database) -> None:
    with pytest.raises(StorageError, match="read-only, or this only reads"):
        async with db.read() as connection:
            await connection.exec_driver_sql("INSERT INTO notes (body) VALUES ('no')")


async def test_more_readers_than_connections_is_busy(tmp_path: Path) -> None:
    database = await Database.open(url(tmp_path / "bot.db"), write_wait=0.05, readers=1)
    async with database.read():
        with pytest.raises(StorageBusy):
            async with database.read():
                pass
    await database.close()


async def test_a_writer_waits_for_its_turn_only_so_long(hasty: Database) -> None:
    async with hasty.write():
        with pytest.raises(StorageBusy, match="stayed locked for longer"):
            await asyncio.create_task(add(hasty, "late"))
    await add(hasty, "in time")


async def test_write_inside_write_is_a_mistake_and_not_a_wait(db: Database) -> None:
    with pytest.raises(RuntimeError, match="write\\(\\) inside write"):
        async with db.write():
            await add(db, "never")


async def test_another_process_holding_the_file_is_busy(hasty: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            await add(hasty, "no")
        assert await bodies(hasty) == []
        other.execute("ROLLBACK")
    await add(hasty, "yes")
    assert await bodies(hasty) == ["yes"]


async def test_the_wait_for_the_turn_is_taken_off_the_wait_for_other_processes(hasty: Database) -> None:
    assert await pragma(hasty, "busy_timeout", write=True) == 100
    async with engine_module._transaction(hasty._writer, hasty._blocks, busy_timeout=0.04) as connection:
        assert (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar_one() == 40
    assert await pragma(hasty, "busy_timeout", write=True) == 100


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("temp_store", 2)],
)
async def test_pragmas(db: Database, name: str, value: object, *, write: bool) -> None:
    assert await pragma(db, name, write=write) == value


async def test_readers_are_told_to_read_only(db: Database) -> None:
    assert await pragma(db, "query_only", write=False) == 1
    assert await pragma(db, "query_only", write=True) == 0


async def test_a_broken_rule_stays_an_integrity_error_without_the_value(db: Database) -> None:
    await add(db, "what a member wrote")
    with pytest.raises(IntegrityError) as caught:
        await add(db, "what a member wrote")
    assert "what a member wrote" not in str(caught.value)


async def test_a_full_disk_is_one_sentence(db: Database) -> None:
    pages = await pragma(db, "page_count", write=True)
    await pragma(db, f"max_page_count = {pages}", write=True)
    with pytest.raises(StorageError, match="disk is full"):
        await add(db, "x" * 100_000)


async def test_a_missing_table_is_a_storage_error(db: Database) -> None:
    with pytest.raises(StorageError, match="no such table: nowhere"):
        async with db.read() as connection:
            await connection.exec_driver_sql("SELECT * FROM nowhere")


async def test_an_oserror_of_the_block_is_left_alone(db: Database) -> None:
    with pytest.raises(ConnectionResetError):
        async with db.write():
            raise ConnectionResetError


async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(b"not a database " * 400)
    with pytest.raises(StorageError, match="not an SQLite database"):
        await Database.open(url(file))
    assert file.read_bytes() == b"not a database " * 400


async def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        await Database.open(url(tmp_path))


async def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"SUPPORTBOT_DATABASE_URL names .*bot\.db, .*: Not a directory\.$"):
        await Database.open(url(tmp_path / "file" / "bot.db"))


async def test_looking_creates_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    assert await Database.look(url(path)) is None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
    before = path.read_bytes()
    database = await Database.look(url(path))
    assert database is not None
    async with database.read() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM t")).scalar() == 0
    await database.close()
    assert path.read_bytes() == before, "no write-ahead log either"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
async def test_new_files_and_folders_are_private(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "new" / "deeper" / "bot.db"
    before = os.umask(umask)
    try:
        database = await Database.open(url(path))
    finally:
        os.umask(before)
    await pragma(database, "journal_mode", write=True)
    files = [path, *path.parent.glob("bot.db-*")]
    assert len(files) > 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    await database.close()


async def test_an_existing_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.touch()
    path.chmod(0o640)
    await (await Database.open(url(path))).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


async def test_opening_many_at_once(tmp_path: Path) -> None:
    databases = await asyncio.gather(*(Database.open(url(tmp_path / "bot.db")) for _ in range(8)))
    for database in databases:
        await database.close()


async def test_erased_text_is_in_no_file_after_a_checkpoint(db: Database, tmp_path: Path) -> None:
    await add(db, "what-a-member-wrote")
    async with db.write() as connection:
        await connection.exec_driver_sql("DELETE FROM notes")
    await db.checkpoint()
    for file in tmp_path.iterdir():
        assert b"what-a-member-wrote" not in file.read_bytes()


async def test_a_checkpoint_that_a_reader_holds_up_is_busy(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "CHECKPOINT_WAIT", 0.05)
    async with db.read() as reader:
        assert (await reader.exec_driver_sql("SELECT count(*) FROM notes")).scalar_one() == 0
        await add(db, "what-a-member-wrote")
        with pytest.raises(StorageBusy):
            await db.checkpoint()
    await db.checkpoint()
    assert await pragma(db, "busy_timeout", write=True) == 20_000


async def test_closing_twice_and_repr(tmp_path: Path) -> None:
    database = await Database.open(url(tmp_path / "bot.db"))
    assert repr(database) == f"Database({url(tmp_path / 'bot.db')})"
    assert database.backend == "sqlite"
    await database.close()
    await database.close()


async def holding(database: Database, until: asyncio.Event, told: asyncio.Queue[Any]) -> None:
    """A read that ends when it is told to; it tells its connection."""
    async with database.read() as connection:
        await told.put((await connection.get_raw_connection()).driver_connection)
        await until.wait()


async def is_open(connection: Any) -> bool:
    try:
        cursor = await connection.execute("SELECT 1")
        await cursor.close()
    except ValueError:  # aiosqlite's answer when there is none any more
        return False
    return True


@pytest.mark.parametrize("patience", [20.0, 0.0], ids=["waited for", "not waited for"])
async def test_closing_while_somebody_reads_leaves_no_connection_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    """A connection given back to a pool that is closed would stay open until the garbage collector finds it."""
    monkeypatch.setattr(engine_module, "CLOSE_WAIT", patience)
    database = await Database.open(url(tmp_path / "bot.db"))
    until, told = asyncio.Event(), asyncio.Queue[Any]()
    reading = asyncio.create_task(holding(database, until, told))
    connection = await told.get()
    closing_ = asyncio.create_task(database.close())
    closed, _ = await asyncio.wait({closing_}, timeout=0.1 if patience else 10)
    assert bool(closed) is not bool(patience)
    assert await is_open(connection), "it is still in use"
    until.set()
    await asyncio.gather(reading, closing_)
    assert not await is_open(connection)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////var/a.db", "sqlite+aiosqlite"),
        ("postgresql://bot@db/support", "postgresql+asyncpg"),
        ("postgresql+asyncpg://bot@db/support", "postgresql+asyncpg"),
    ],
)
def test_urls_get_the_async_driver(given: str, driver: str) -> None:
    assert parse_url(given).drivername == driver


@pytest.mark.parametrize(
    "given",
    ["", "bot.db", "mysql://u:hunter2@db/x", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "x://["],
)
def test_wrong_urls_are_refused_without_their_password(given: str) -> None:
    with pytest.raises(ConfigError, match=r"^The database URL .*\.$|…$") as caught:
        parse_url(given)
    assert "hunter2" not in str(caught.value)


async def test_postgresql_without_its_driver_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("No module named 'asyncpg'", name="asyncpg")

    monkeypatch.setattr(engine_module, "create_async_engine", missing)
    with pytest.raises(ConfigError, match=r"asyncpg is not installed: install supportbot\[postgres\]"):
        await Database.open("postgresql://bot:hunter2@db/support")
