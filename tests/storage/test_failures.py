"""Drivers' errors become ours."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from supportbot.errors import StorageBusy, StorageError
from supportbot.storage.failures import explain


class PostgresqlError(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("DETAIL: what a member wrote")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "57014"])
def test_postgresql_locks_are_busy(state: str) -> None:
    assert isinstance(explain(DBAPIError(None, None, PostgresqlError(state))), StorageBusy)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("08006", "lost"),
        ("25006", "read-only"),
        ("28P01", "password"),
        ("3D000", "name"),
        ("42501", "grant"),
        ("53100", "disk is full"),
        ("53300", "no connection"),
        ("57P03", "not ready"),
    ],
)
def test_postgresql_failures_are_sentences_without_detail(state: str, sentence: str) -> None:
    error = explain(PostgresqlError(state))
    assert isinstance(error, StorageError)
    assert sentence in str(error)
    assert "member" not in str(error)


@pytest.mark.parametrize("state", ["23505", "42P01", None])
def test_postgresql_mistakes_stay_as_they_are(state: str | None) -> None:
    assert explain(IntegrityError(None, None, PostgresqlError(state))) is None


def test_sqlite_mistakes_stay_as_they_are() -> None:
    assert explain(sqlite3.IntegrityError("UNIQUE")) is None


def test_unreachable_server() -> None:
    assert str(explain(ConnectionRefusedError(111, "Connection refused"))) == (
        "The database of SUPPORTBOT_DATABASE_URL cannot be reached: Connection refused."
    )
