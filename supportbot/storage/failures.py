"""Turns what the database drivers raise into this project's errors, each one plain sentence without data."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from supportbot.errors import StorageBusy, StorageError

BUSY = "The database stayed locked for longer than we wait; trying again later may work."
_FULL = "The database cannot grow: the disk is full."
_READ_ONLY = "The database cannot be written: the file, its folder or the disk is read-only, or this only reads."

# What a full disk is called when the first thing that does not fit is the index of the write-ahead log.
_ALSO_FULL = frozenset({sqlite3.SQLITE_IOERR_SHMSIZE})

_SQLITE: dict[int, str] = {
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: "The disk failed while the database was read or written.",
    sqlite3.SQLITE_CORRUPT: "The database file is damaged; restore it from a backup.",
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CANTOPEN: (
        "The database file of SUPPORTBOT_DATABASE_URL cannot be opened; check that its folder exists and that both may "
        "be written."
    ),
    sqlite3.SQLITE_NOTADB: "The file that SUPPORTBOT_DATABASE_URL names is not an SQLite database, or it is damaged.",
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL_BUSY = frozenset({"40001", "40P01", "55P03", "57014"})
_POSTGRESQL: dict[str, str] = {
    "08": "The connection to PostgreSQL was lost.",
    "25": _READ_ONLY,
    "28": "PostgreSQL refused the user name or password of SUPPORTBOT_DATABASE_URL.",
    "3D": "PostgreSQL has no database of the name in SUPPORTBOT_DATABASE_URL.",
    "42501": "PostgreSQL does not allow this user to do that; grant it the schema.",
    "53": "PostgreSQL has no connection, memory or disk left.",
    "53100": _FULL,
    "57": "PostgreSQL is stopping or not ready yet.",
}


def explain(error: BaseException) -> StorageError | None:
    """This project's error for a driver's error, or None for a broken rule (IntegrityError) or a mistake of ours."""
    if isinstance(error, PoolTimeout):
        return StorageBusy(BUSY)
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return _explain_postgresql(state)
    if isinstance(cause, sqlite3.DatabaseError):
        return _explain_sqlite(cause)
    if isinstance(cause, OSError):
        return StorageError(
            f"The database of SUPPORTBOT_DATABASE_URL cannot be reached: {cause.strerror or type(cause).__name__}."
        )
    return None


def _explain_sqlite(error: sqlite3.DatabaseError) -> StorageError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code in _ALSO_FULL:
        return StorageError(_FULL)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StorageBusy(BUSY)
    if primary in _SQLITE:
        return StorageError(_SQLITE[primary])
    if isinstance(error, sqlite3.OperationalError):
        return StorageError(f"The database refused: {error}.")
    return None


def _explain_postgresql(state: str) -> StorageError | None:
    if state in _POSTGRESQL_BUSY:
        return StorageBusy(BUSY)
    sentence = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    return None if sentence is None else StorageError(sentence)


def _without_details(error: BaseException | None) -> None:
    """PostgreSQL's DETAIL quotes the row, and asyncpg prints it wherever a traceback is logged."""
    while error is not None:
        if isinstance(vars(error).get("detail"), str):  # SQLAlchemy has a list of its own under that name
            del vars(error)["detail"]
        error = error.__cause__


@contextmanager
def explained(*others: type[Exception]) -> Generator[None]:
    """Raise StorageError (or StorageBusy) for a driver's error in the block, and for `others` such as OSError."""
    try:
        yield
    except (DBAPIError, PoolTimeout, *others) as error:
        _without_details(error)
        explanation = explain(error)
        if explanation is None:
            raise
        raise explanation from error
