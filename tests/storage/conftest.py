"""The Store port over both databases."""

from __future__ import annotations

import pytest

from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore


@pytest.fixture
def store(opened_database: Database) -> SqlStore:
    return SqlStore(opened_database, Sealer(KeyRing("test", {"test": b"k" * 32})))
