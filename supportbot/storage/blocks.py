"""The blocks that use a database: an end waits for them, and after it their connections are not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress

from sqlalchemy.ext.asyncio import AsyncConnection


class Blocks:
    """Those under way, counted."""

    def __init__(self) -> None:
        self._running = 0
        self._quiet = asyncio.Event()
        self._has_ended = False

    @contextmanager
    def one(self) -> Generator[None]:
        """A block, from before it has a connection until after it has given that back."""
        self._running += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._running -= 1
            if not self._running:
                self._quiet.set()

    async def end(self, within: float) -> None:
        """Wait for those under way, at most so many seconds."""
        self._has_ended = True
        if self._running:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._quiet.wait()

    async def leave(self, connection: AsyncConnection) -> None:
        """Of a block that outlived the end: the pool that its connection goes back to is closed, and would lose it."""
        if self._has_ended:
            await connection.invalidate()
