"""The schema is read, every column that names a person is found and filled, and erasing them leaves no row and no byte.

Nothing here knows a table by its name: a new one is walked by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.sql.elements import ColumnElement

from supportbot.domain.people import PersonId
from supportbot.exchange.mydata import pack
from supportbot.services.mydata import MyData
from supportbot.storage.engine import Database
from supportbot.storage.store import SqlStore
from tests.support.fakes import FakeClock

# As long as Discord's own, so that its bytes mean nothing else in a file.
SAM = PersonId(1_140_123_456_789_012_345)
OF_OTHER_THINGS = {"community_id", "channel_id", "message_id", "last_message_id", "staff_channel_id"} | {
    *("role_id", "duty_role_id", "talk_channel_id", "nudge_channel_id"),
}
"""Discord's numbers of what is no person. Every other column of numbers whose name ends like theirs names one."""


def names_person(column: Column[object]) -> bool:
    is_number = isinstance(column.type, Integer) and not isinstance(column.type, Boolean)
    return is_number and column.name.endswith("_id") and column.name not in OF_OTHER_THINGS


def about(table: Table) -> ColumnElement[bool] | None:
    """Which rows are about them: by a column that names them, or because they hang on a row that is."""
    ways: list[ColumnElement[bool]] = [column == SAM for column in table.columns if names_person(column)]
    for key in table.foreign_keys:
        inner = about(key.column.table)
        if inner is not None and key.column.table is not table:
            ways.append(key.parent.in_(select(key.column).where(inner)))
    return or_(*ways) if ways else None


@dataclass
class Filled:
    """A row in every table, with a mark of its own in each column that can hold one."""

    marks: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def rows(self, schema: MetaData) -> Iterator[tuple[Table, dict[str, object]]]:
        written: dict[str, dict[str, object]] = {}
        for table in schema.sorted_tables:
            if table.name != "alembic_version":
                written[table.name] = {column.name: self._value(column, written) for column in table.columns}
                yield table, written[table.name]

    def _value(self, column: Column[object], written: dict[str, dict[str, object]]) -> object:
        for key in column.foreign_keys:
            return written[key.column.table.name][key.column.name]
        if names_person(column):
            return int(SAM)
        if isinstance(column.type, Boolean):
            return True
        if isinstance(column.type, Integer):
            return 7
        mark = f"<mark {column.table.name}.{column.name}>".encode()
        if about(column.table) is not None:
            self.marks[f"{column.table.name}.{column.name}"] = mark
        return mark if isinstance(column.type, LargeBinary) else mark.decode()


async def fill(database: Database) -> Filled:
    filled = Filled()

    def write(connection: Connection) -> None:
        for table, values in filled.rows(reflected(connection)):
            connection.execute(insert(table).values(values))

    async with database.write() as connection:
        await connection.run_sync(write)
    return filled


def reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


async def rows_about(database: Database) -> dict[str, int]:
    """How many rows about them each table has that can have any."""

    def count(connection: Connection) -> dict[str, int]:
        which = {table: about(table) for table in reflected(connection).sorted_tables}
        return {
            table.name: connection.execute(select(func.count()).select_from(table).where(rows)).scalar_one()
            for table, rows in which.items()
            if rows is not None
        }

    async with database.read() as connection:
        return await connection.run_sync(count)


async def erased(store: SqlStore) -> None:
    await MyData(store, FakeClock(), pack=pack, erased=lambda _: None).delete(SAM)


async def left(database: Database, store: SqlStore) -> set[str]:
    """The check itself: fill, erase, and name every table that still has a row about them."""
    await fill(database)
    before = await rows_about(database)
    assert before
    assert all(before.values()), "or the walk fills too little"
    await erased(store)
    return {table for table, rows in (await rows_about(database)).items() if rows}


async def test_erasing_leaves_no_row(opened_database: Database, store: SqlStore) -> None:
    assert await left(opened_database, store) == set()


@pytest.mark.parametrize(
    ("planted", "tables"),
    [
        ("CREATE TABLE diary (id TEXT PRIMARY KEY, person_id BIGINT NOT NULL, words TEXT)", {"diary"}),
        ("CREATE TABLE letters (id TEXT PRIMARY KEY, author_id BIGINT)", {"letters"}),
    ],
)
async def test_a_planted_table_without_eraser_is_found(
    opened_database: Database, store: SqlStore, planted: str, tables: set[str]
) -> None:
    async with opened_database.write() as connection:
        await connection.execute(text(planted))
    assert await left(opened_database, store) == tables


async def bytes_left(database: Database, store: SqlStore, folder: Path) -> set[str]:
    """The check itself: fill, erase, and name every column whose mark is still in a file."""
    filled = await fill(database)
    marks = {**filled.marks, "the id": SAM.to_bytes(8, "big")}

    def found() -> set[str]:
        contents = [file.read_bytes() for file in folder.iterdir()]
        return {name for name, mark in marks.items() if any(mark in content for content in contents)}

    assert found() == set(marks), "or it looks for the wrong bytes"
    await database.checkpoint()
    assert found() == set(marks)
    await erased(store)
    return found()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_erasing_leaves_no_byte_in_any_file(opened_database: Database, store: SqlStore, tmp_path: Path) -> None:
    assert await bytes_left(opened_database, store, tmp_path) == set()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_words_that_a_planted_table_lets_go_of_are_found(
    opened_database: Database, store: SqlStore, tmp_path: Path
) -> None:
    """Its row is about nobody any more, and still says what they said."""
    async with opened_database.write() as connection:
        await connection.execute(
            text(
                "CREATE TABLE moods (id TEXT PRIMARY KEY, words TEXT, "
                "plan_id TEXT REFERENCES plans (id) ON DELETE SET NULL)"
            )
        )
    assert await bytes_left(opened_database, store, tmp_path) == {"moods.id", "moods.words"}
