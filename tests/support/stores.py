"""Stores for tests of what is shown: one that holds nothing, one that refuses, one that never answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from supportbot.errors import StorageBusy


class Nothing:
    """Every repository of a new database: there is nothing to find."""

    async def get(self, *_: object) -> None:
        return None

    async def holds(self, *_: object) -> bool:
        return False

    async def of(self, *_: object) -> list[Any]:
        return []

    async def approved(self, *_: object) -> list[Any]:
        return []

    async def all(self) -> dict[str, Any]:
        return {}


class EmptyTransaction:
    """Reading in a new database."""

    communities = consents = plans = own_helplines = member_regions = helpline_checks = Nothing()


class EmptyStore:
    """A new database."""

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Any]:
        yield EmptyTransaction()

    async def scrub(self) -> None: ...

    def write(self) -> Any:
        raise NotImplementedError


class LockedStore(EmptyStore):
    """Somebody else keeps the database locked."""

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Any]:
        raise StorageBusy("the test locked it")
        yield


class SilentStore(EmptyStore):
    """A database that takes the question and never answers."""

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Any]:
        await asyncio.Event().wait()
        yield
