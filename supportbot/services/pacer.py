"""An even pace for requests that are not replies to somebody: below Discord's 50 a second, with headroom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PER_SECOND = 45.0


class Pacer:
    """Gives out turns at least 1/`per_second` seconds apart, in the order asked for.

    It measures the machine's monotonic time, not the Clock's: Discord's limit knows nothing of a moved clock.
    """

    def __init__(
        self,
        per_second: float = PER_SECOND,
        *,
        monotonic: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap = 1.0 / per_second
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for the next turn."""
        now = self._monotonic() if self._monotonic else asyncio.get_running_loop().time()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await self._sleep(start - now)
