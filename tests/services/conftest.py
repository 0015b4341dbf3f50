"""Every test of the use cases runs on SQLite and, in the long suite, on PostgreSQL: statements are tested on both."""

from __future__ import annotations

import pytest

from supportbot.storage.engine import Backend, Database
from tests.services.house import House, house_on
from tests.services.nights import HERE, THERE, Nights, nights_on
from tests.support.fakes import FakeClock, FakeMessenger, FakeWhereabouts


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def backend(request: pytest.FixtureRequest) -> Backend:
    return request.param


@pytest.fixture
def house(opened_database: Database) -> House:
    return house_on(opened_database, clock := FakeClock(), FakeMessenger(clock))


@pytest.fixture
def nights(house: House) -> Nights:
    return nights_on(house, FakeWhereabouts(HERE, THERE))
