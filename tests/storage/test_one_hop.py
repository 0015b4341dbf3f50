"""The connection that goes into its thread once a statement: how often it does, and what it leaves open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from supportbot.storage.engine import sqlite_engine
from supportbot.storage.one_hop import OneHopConnection, connect


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncGenerator[OneHopConnection]:
    opened = await connect(str(tmp_path / "a.db"), isolation_level=None)
    cursor = opened.cursor()
    await cursor.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    yield opened
    await opened.close()


async def test_each_statement_is_one_hop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sqlite_engine(tmp_path / "a.db", begin="BEGIN IMMEDIATE")
    async with engine.begin() as opened:
        await opened.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"))
        await opened.execute(text("INSERT INTO t (b) VALUES (:b)"), [{"b": "one"}, {"b": "two"}])
    hops = 0
    original = OneHopConnection._execute

    async def counted(self: OneHopConnection, *args: object, **kwargs: object) -> object:
        nonlocal hops
        hops += 1
        return await original(self, *args, **kwargs)

    monkeypatch.setattr(OneHopConnection, "_execute", counted)
    async with engine.begin() as opened:
        found = await opened.execute(text("SELECT b FROM t ORDER BY a"))
        assert found.scalars().all() == ["one", "two"]
        changed = await opened.execute(text("UPDATE t SET b = 'three'"))
        assert changed.rowcount == 2
    assert hops == 4  # BEGIN, the two statements, COMMIT
    await engine.dispose()


async def test_a_cursor_knows_what_its_statement_did(connection: OneHopConnection) -> None:
    cursor = connection.cursor()
    await cursor.execute("INSERT INTO t (b) VALUES (?)", ("x",))
    assert (cursor.rowcount, cursor.lastrowid, cursor.description) == (1, 1, None)
    await cursor.executemany("INSERT INTO t (b) VALUES (?)", [("y",), ("z",)])
    assert cursor.rowcount == 2
    await cursor.execute("SELECT b FROM t ORDER BY a")
    assert cursor.description[0][0] == "b"
    assert list(await cursor.fetchall()) == [("x",), ("y",), ("z",)]
    assert list(await cursor.fetchall()) == []


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_a_begin_that_is_cancelled_or_not_is_rolled_back(
    connection: OneHopConnection, is_cancelled: bool
) -> None:
    free = threading.Event()
    held = asyncio.create_task(connection._execute(free.wait, 5))
    await asyncio.sleep(0)
    begun = asyncio.create_task(connection.cursor().execute("BEGIN IMMEDIATE"))
    await asyncio.sleep(0)
    if is_cancelled:
        begun.cancel()
    free.set()
    with suppress(asyncio.CancelledError):
        await begun
    await connection.rollback()
    await held
    assert not connection.in_transaction


async def test_nothing_to_roll_back_is_no_hop(connection: OneHopConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("went into the thread")

    monkeypatch.setattr(connection, "_execute", never)
    await connection.rollback()
