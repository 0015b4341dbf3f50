"""Moves the clock, if asked so through the alarms on the way, as if time had really passed for whoever follows it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from supportbot.sandbox.state import State

STOPS = 1000
_NOTHING = timedelta()

Way = Callable[[], timedelta]
"""How far the clock has still to go; real time passes while it stops."""


class Traveller:
    """Serialises the moves of one sandbox's clock: each begins where the one before it ended.

    A program that follows the clock removes or changes its alarm when it fires, and says when it wants to wake next
    once it has done what was due (`Clock.set_alarm`). At an alarm the clock stands still for that.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._turn = asyncio.Lock()
        self._ignored: dict[str, int] = {}

    async def move(self, plan: Callable[[], Way], *, through_alarms: bool) -> None:
        """Go the way that `plan` gives when it is this move's turn. Raises OverflowError, the clock unmoved."""
        clock = self._state.clock
        async with self._turn:
            way = plan()
            if through_alarms and way() > _NOTHING:
                clock.check(clock.now() + way())
                await self._stop_on_the_way(way)
                clock.advance(max(way(), _NOTHING))
            else:
                clock.advance(way())

    async def _stop_on_the_way(self, way: Way) -> None:
        # What was asked of a program a moment ago may still become an alarm.
        await self._quiet(-math.inf, lambda: False)
        for _ in range(STOPS):
            name = self._next_alarm(way)
            if name is None or self._state.stopping.is_set():
                return
            await self._stop_at(name)

    def _next_alarm(self, way: Way) -> str | None:
        """The first alarm on the way, past ones included, but for those that nobody minded before."""
        clock = self._state.clock
        target = clock.now() + way()
        on_the_way = [
            (at, name)
            for name, at in clock.alarms.items()
            if at <= target and self._ignored.get(name) != clock.alarms_told[name]
        ]
        return min(on_the_way)[1] if on_the_way else None

    async def _stop_at(self, name: str) -> None:
        """Wait at this alarm until it is there no more, or not as it was, and the work that it called for is done."""
        clock, options = self._state.clock, self._state.options
        told = clock.alarms_told[name]
        if clock.alarms[name] > clock.now():
            clock.to(clock.alarms[name])
        with suppress(TimeoutError):
            await self._until(lambda: clock.alarms_told[name] != told, options.alarm_heeded_within)
        if clock.alarms_told[name] == told:
            self._ignored[name] = told
        elif name not in clock.alarms:
            fired = clock.alarms_told[name]
            await self._quiet(self._state.real_time(), lambda: clock.alarms_told[name] != fired)

    async def _quiet(self, since: float, done: Callable[[], bool]) -> None:
        """Until `done`, or until no request was made for a while, counted from `since` at the earliest."""
        state, quiet = self._state, self._state.options.alarm_quiet
        with suppress(TimeoutError):
            async with asyncio.timeout(state.options.alarm_work_at_most):
                while not done() and (left := max(since, state.requested_at) + quiet - state.real_time()) > 0:
                    with suppress(TimeoutError):
                        await self._until(self._news(done), left)

    def _news(self, done: Callable[[], bool]) -> Callable[[], bool]:
        before = self._state.requested_at
        return lambda: done() or self._state.requested_at != before

    async def _until(self, look: Callable[[], bool], seconds: float) -> None:
        await self._state.pulse.until(lambda: look() or self._state.stopping.is_set(), seconds)
