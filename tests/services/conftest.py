"""Every test of the use cases runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from supportbot.storage.engine import Database
from tests.services.house import House, house_on
from tests.support.fakes import FakeClock, FakeMessenger


@pytest.fixture
def house(opened_database: Database) -> House:
    return house_on(opened_database, clock := FakeClock(), FakeMessenger(clock))
