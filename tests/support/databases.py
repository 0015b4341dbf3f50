"""Pytest plugin: tests that ask for `database_url` or `empty_database_url` run on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from supportbot.storage.engine import Backend, Database
from supportbot.storage.migrate import upgrade
from tests.support.postgresql import Cluster, NoPostgresql, running_cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Which database this run of the test is about."""
    return request.param


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """The PostgreSQL of this pytest process; tests that need it are skipped where it is not installed."""
    try:
        with running_cluster() as cluster:
            yield cluster
    except NoPostgresql as error:
        pytest.skip(str(error))


@pytest.fixture
def cluster(backend: Backend, request: pytest.FixtureRequest) -> Cluster | None:
    """The running PostgreSQL, or None for SQLite."""
    return request.getfixturevalue("postgresql") if backend == "postgresql" else None


@pytest.fixture
async def empty_database_url(cluster: Cluster | None, tmp_path: Path) -> AsyncGenerator[str]:
    """A new database without tables; on SQLite the file is not there yet."""
    if cluster is None:
        yield f"sqlite:///{tmp_path / 'bot.db'}"
        return
    async with cluster.database(migrated=False) as url:
        yield url


@pytest.fixture
async def database_url(cluster: Cluster | None, tmp_path: Path) -> AsyncGenerator[str]:
    """A new database with our tables and no rows."""
    if cluster is None:
        url = f"sqlite:///{tmp_path / 'bot.db'}"
        await upgrade(url)
        yield url
        return
    async with cluster.database(migrated=True) as url:
        yield url


@pytest.fixture
async def opened_database(database_url: str) -> AsyncGenerator[Database]:
    """A new database with our tables, open."""
    database = await Database.open(database_url)
    yield database
    await database.close()
