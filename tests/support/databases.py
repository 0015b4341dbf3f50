"""Pytest plugin: tests that ask for `database_url` or `empty_database_url` run on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from supportbot.storage.engine import Backend, Database
from supportbot.storage.migrate import upgrade
from tests.support.postgresql import Cluster, NoPostgresql, running_cluster

OpenDatabase = Callable[..., Awaitable[Database]]


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


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that needs one leaves a file with our tables, for the others to copy."""
    return tmp_path_factory.mktemp("template") / "bot.db"


@pytest.fixture
async def database_url(cluster: Cluster | None, sqlite_template: Path, tmp_path: Path) -> AsyncGenerator[str]:
    """A new database with our tables and no rows."""
    if cluster is None:
        if not sqlite_template.exists():
            await upgrade(f"sqlite:///{sqlite_template}")
        file = shutil.copy(sqlite_template, tmp_path)
        yield f"sqlite:///{file}"
        return
    async with cluster.database(migrated=True) as url:
        yield url


@pytest.fixture
async def open_database(database_url: str) -> AsyncGenerator[OpenDatabase]:
    """Opens the new database with our tables, once for each process that the test plays.

    It waits long enough for any machine, unless told otherwise; nothing in a test waits that long.
    """
    async with AsyncExitStack() as stack:

        async def opened(*, busy_timeout: float = 20, write_wait: float = 30, readers: int = 4) -> Database:
            database = await Database.open(
                database_url, busy_timeout=busy_timeout, write_wait=write_wait, readers=readers
            )
            stack.push_async_callback(database.close)
            return database

        yield opened


@pytest.fixture
async def opened_database(open_database: OpenDatabase) -> Database:
    """A new database with our tables, open."""
    return await open_database()
