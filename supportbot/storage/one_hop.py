"""SQLite through aiosqlite with one hop into its thread for each statement.

SQLAlchemy asks a driver for a cursor, lets it execute, fetches, and closes it; aiosqlite goes into its thread for each
of the four. The hops cost several times what SQLite needs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

_CHUNK = 64
_Outcome = tuple[Any, int, int | None, list[Any]]


class OneHopConnection(aiosqlite.Connection):
    """A connection whose cursors hold all rows as soon as they have executed."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, _CHUNK)
        self._thread.daemon = True
        self._unsettled = 0

    def cursor(self) -> Any:
        """A cursor, of which the thread knows nothing until it executes."""
        return _Cursor(self)

    async def run(self, sql: str, parameters: Iterable[Any], *, many: bool) -> _Outcome:
        """Description, row count, last row id and all rows."""
        return await self._execute(self._run, sql, parameters, many=many)

    async def rollback(self) -> None:
        """Roll back, if there can be anything: a call that was cancelled or failed may have left a transaction open."""
        if self._unsettled or self.in_transaction:
            await super().rollback()
            self._unsettled = 0

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Of a call that is cancelled the thread may be in the middle, or have it still before it.
        self._unsettled += 1
        result: Any = await super()._execute(fn, *args, **kwargs)  # pyright: ignore[reportUnknownMemberType]
        self._unsettled -= 1
        return result

    def _run(self, sql: str, parameters: Iterable[Any], *, many: bool) -> _Outcome:
        cursor = self._conn.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(sql, parameters)  # pyright: ignore[reportArgumentType]
            rows = cursor.fetchall() if cursor.description else []
            return cursor.description, cursor.rowcount, cursor.lastrowid, rows
        finally:
            cursor.close()


class _Cursor:
    """What SQLAlchemy asks of an asynchronous driver's cursor."""

    arraysize = 1

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._rows: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Run one statement."""
        await self._run(sql, parameters, many=False)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Run a statement for each of these."""
        await self._run(sql, parameters, many=True)
        return self

    async def fetchall(self) -> Sequence[Any]:
        """All rows; there are none the second time."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Closed as soon as it executed."""

    async def _run(self, sql: str, parameters: Iterable[Any], *, many: bool) -> None:
        outcome = await self._connection.run(sql, parameters, many=many)
        self.description, self.rowcount, self.lastrowid, self._rows = outcome


def connect(database: str, **options: Any) -> OneHopConnection:
    """A connection that opens when it is awaited; `options` are those of `sqlite3.connect`."""
    return OneHopConnection(partial(sqlite3.connect, database, **options))
