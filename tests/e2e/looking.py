"""The bot's database, looked at from outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    """What a query finds in the file just now."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()
