"""What `supportbot checkins` does: tells the operator how delivering goes, and nothing about anybody."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from supportbot.config import Settings
from supportbot.domain.operating import Due, Stats, Stuck
from supportbot.services.delivering_turn import LEASE
from supportbot.storage import operating
from supportbot.storage.engine import Database
from supportbot.storage.in_use import in_use


async def due(settings: Settings, now: datetime) -> Due:
    """What is planned. Raises ConfigError for a database that cannot be used, StorageError."""
    async with _reading(settings) as database:
        return await operating.due(database, now, LEASE)


async def stuck(settings: Settings, now: datetime) -> Stuck:
    """What should not stay as it is. Raises as `due` does."""
    async with _reading(settings) as database:
        return await operating.stuck(database, now)


async def stats(settings: Settings, now: datetime, days: int) -> Stats:
    """What became of what was due in the last so many days. Raises as `due` does."""
    async with _reading(settings) as database:
        return await operating.stats(database, now - timedelta(days=days))


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncGenerator[Database]:
    # Not tried: no sealed field is opened here.
    wanted = in_use(settings.database_url, data_keys=settings.given_keys, key_file=settings.key_file, tried=False)
    async with wanted as (database, _):
        yield database
