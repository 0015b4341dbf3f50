"""The list of sealed fields is whole: the schema itself says which columns hold bytes."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, Text

from supportbot.storage.engine import Database
from supportbot.storage.sealed import SEALED, SealedField
from supportbot.storage.tables import metadata


def reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def binary(schema: MetaData) -> set[str]:
    """Every column of bytes, by table.column: nothing but sealed fields may be one."""
    columns = (column for table in schema.tables.values() for column in table.columns)
    return {f"{each.table.name}.{each.name}" for each in columns if isinstance(each.type, LargeBinary)}


async def test_every_column_of_bytes_is_a_sealed_field_and_no_other(opened_database: Database) -> None:
    async with opened_database.read() as connection:
        schema = await connection.run_sync(reflected)
    assert binary(schema) == binary(metadata) == {field.name for field in SEALED}
    assert len({field.name for field in SEALED}) == len(SEALED)


@pytest.mark.parametrize("field", SEALED, ids=lambda field: field.name)
def test_each_is_bound_to_one_text_that_is_the_rows_key(field: SealedField) -> None:
    assert isinstance(field.key.type, Text)
    assert metadata.tables[field.table.name].c[field.field] is field.sealed


def test_a_planted_column_is_found() -> None:
    planted = MetaData()
    Table("notes", planted, Column("id", Integer, primary_key=True), Column("text", LargeBinary))
    assert binary(planted) == {"notes.text"}
