"""An even pace for requests that are not replies to somebody: below Discord's 50 a second, people's first."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from enum import IntEnum

PER_SECOND = 47.0
_INSTANT = 1e-6
"""Sleeps end by the same clock, but for what adding and taking away loses of a float."""
CREDIT = 2
"""How many turns that were not given in time are made good at once. More would be a burst."""


_paid: ContextVar[Pacer | None] = ContextVar("paid", default=None)


class Lane(IntEnum):
    """Who waits for it; the lower goes first."""

    PEOPLE = 0
    CHECKINS = 1
    BACKGROUND = 2


class Pacer:
    """Gives out turns 1/`per_second` seconds apart: people's first, of one lane in the order asked for.

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
        self._held = 0.0
        self._asked = 0
        self._waiting: list[tuple[Lane, int]] = []

    async def turn(self, lane: Lane = Lane.CHECKINS) -> None:
        """Wait for the next turn; this task's next request is then on it."""
        await self._wait(lane)
        _paid.set(self)

    async def pace(self) -> None:
        """Before a request: use up the turn that this task waited for, or wait for one, as people's requests do."""
        if _paid.get() is self:
            _paid.set(None)
        else:
            await self._wait(Lane.PEOPLE)

    async def _wait(self, lane: Lane) -> None:
        self._asked += 1
        mine = (lane, self._asked)
        insort(self._waiting, mine)
        is_late = False
        try:
            # Each waits by itself for as long as those before it need; somebody who comes first may lengthen that.
            while (rank := self._waiting.index(mine)) or self._left() > _INSTANT:
                await self._sleep(max(self._left() + rank * self._gap, _INSTANT))
                is_late = True
            now = self._now()
            # A sleep ends a little late each time: what is lost so is made good, and no more than that.
            self._next = (max(self._next, now - CREDIT * self._gap) if is_late else now) + self._gap
        finally:
            self._waiting.remove(mine)

    def _left(self) -> float:
        """Seconds until whoever is first may go."""
        return max(self._next, self._held) - self._now()

    def hold(self, seconds: float) -> None:
        """Discord asks everybody to wait: nobody gets a turn for so long."""
        self._held = max(self._held, self._now() + seconds)

    def _now(self) -> float:
        return self._monotonic() if self._monotonic else asyncio.get_running_loop().time()
