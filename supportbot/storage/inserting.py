"""The one insert that SQLite and PostgreSQL spell alike and SQLAlchemy does not: a row, unless it is there."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_new(connection: AsyncConnection, table: Table, **values: object) -> bool:
    """Add a row; false if one with the same unique key is there, also one that another process adds meanwhile."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    added = await connection.execute(insert(table).values(values).on_conflict_do_nothing())
    return added.rowcount == 1
