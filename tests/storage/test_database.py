"""What the two verbs of Database promise on SQLite and PostgreSQL alike; `test_engine.py` has what is SQLite's own."""

from __future__ import annotations

import asyncio
import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from supportbot.errors import StorageBusy, StorageError
from supportbot.storage.engine import Database
from tests.support.databases import OpenDatabase
from tests.support.postgresql import Cluster

ADD = text("INSERT INTO app_state (key, value) VALUES (:key, 'x')")
KEYS = text("SELECT key FROM app_state ORDER BY key")
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(30)",
}
on_postgresql = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@pytest.fixture
def db(opened_database: Database) -> Database:
    return opened_database


async def add(database: Database, key: str) -> None:
    async with database.write() as connection:
        await connection.execute(ADD, {"key": key})


async def keys(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(KEYS)).scalars())


async def test_a_write_is_kept_as_a_whole_or_not_at_all(db: Database) -> None:
    await add(db, "kept")

    async def fail() -> None:
        async with db.write() as connection:
            await connection.execute(ADD, {"key": "gone"})
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await keys(db) == ["kept"]


async def test_a_write_cancelled_inside_a_statement_leaves_nothing_and_frees_the_writer(db: Database) -> None:
    inserted = asyncio.Event()

    async def write() -> None:
        async with db.write() as connection:
            await connection.execute(ADD, {"key": "gone"})
            inserted.set()
            await connection.exec_driver_sql(SLOW[db.backend])

    for _ in range(6):  # more often than there are writers
        inserted.clear()
        task = asyncio.create_task(write())
        await inserted.wait()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await add(db, "next")
    assert await keys(db) == ["next"]


async def test_a_read_sees_one_moment_and_does_not_wait_for_a_writer(db: Database) -> None:
    await add(db, "first")
    async with db.read() as reader:
        assert list((await reader.execute(KEYS)).scalars()) == ["first"]
        async with db.write() as writer:
            await writer.execute(ADD, {"key": "second"})
            assert await keys(db) == ["first"]
        assert list((await reader.execute(KEYS)).scalars()) == ["first"]
    assert await keys(db) == ["first", "second"]


async def test_a_read_cannot_write(db: Database) -> None:
    for _ in range(6):  # more often than there are readers
        with pytest.raises(StorageError, match="read-only, or this only reads"):
            async with db.read() as connection:
                await connection.execute(ADD, {"key": "no"})
    await add(db, "yes")
    assert await keys(db) == ["yes"]


async def test_more_readers_than_connections_is_busy(open_database: OpenDatabase) -> None:
    database = await open_database(write_wait=0.05, readers=1)
    async with database.read():
        with pytest.raises(StorageBusy):
            async with database.read():
                pass
    assert await keys(database) == []


async def test_what_another_process_keeps_locked_is_busy(db: Database, open_database: OpenDatabase) -> None:
    hasty = await open_database(busy_timeout=0.05)
    await add(db, "ours")
    change = text("UPDATE app_state SET value = :value")
    async with db.write() as connection:
        await connection.execute(change, {"value": "new"})
        with pytest.raises(StorageBusy, match="stayed locked for longer"):
            async with hasty.write() as other:
                await other.execute(change, {"value": "late"})
        assert await keys(hasty) == ["ours"]
    async with hasty.write() as other:
        await other.execute(change, {"value": "in time"})


async def test_write_inside_write_is_a_mistake_and_not_a_wait(db: Database) -> None:
    with pytest.raises(RuntimeError, match="write\\(\\) inside write"):
        async with db.write():
            await add(db, "never")
    await add(db, "next")
    assert await keys(db) == ["next"]


async def test_a_checkpoint_inside_a_write_is_a_mistake(db: Database) -> None:
    async with db.write() as connection:
        await connection.execute(ADD, {"key": "kept"})
        if db.backend == "sqlite":
            with pytest.raises(RuntimeError, match="write\\(\\) inside write"):
                await db.checkpoint()
    await db.checkpoint()
    assert await keys(db) == ["kept"]


async def test_many_writers_at_once(db: Database) -> None:
    await asyncio.gather(*(add(db, f"{number:02}") for number in range(50)))
    assert await keys(db) == [f"{number:02}" for number in range(50)]


async def test_a_broken_rule_stays_an_integrity_error_without_the_value(db: Database) -> None:
    value = "what a " + "member wrote"  # so that the traceback's source lines do not hold it
    await add(db, value)
    with pytest.raises(IntegrityError) as caught:
        await add(db, value)
    assert value not in "".join(traceback.format_exception(caught.value))
    assert await keys(db) == [value]


async def test_an_oserror_of_the_block_is_left_alone(db: Database) -> None:
    with pytest.raises(ConnectionResetError):
        async with db.write():
            raise ConnectionResetError


@on_postgresql
async def test_connections_that_the_server_closed_are_replaced(db: Database) -> None:
    await add(db, "before")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> {}"
    async with db.write() as connection:
        await connection.exec_driver_sql(others.format("pg_backend_pid()"))
    assert await keys(db) == ["before"]
    await add(db, "after")
    assert await keys(db) == ["after", "before"]


async def test_a_database_that_is_not_there_is_one_sentence(postgresql: Cluster) -> None:
    with pytest.raises(StorageError, match="no database of the name"):
        await Database.open(postgresql.url("nowhere"))


async def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(StorageError, match="cannot be reached"):
        await Database.open("postgresql://supportbot@/bot?host=/nowhere/at/all")
