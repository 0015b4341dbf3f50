"""Moves the clock, if asked so through the alarms on the way, as if time had really passed for whoever follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from supportbot.sandbox.state import State

STOPS = 1000


class Traveller:
    """Serialises the moves of one sandbox's clock: each begins where the one before it ended.

    A program that follows the clock removes or changes its alarm when it fires, and says when it wants to wake next
    once it has done what was due (`Clock.set_alarm`). At an alarm the clock stands still for that.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._turn = asyncio.Lock()
        self._ignored: dict[str, int] = {}

    async def move(self, target: Callable[[], datetime], *, through_alarms: bool) -> None:
        """Set the clock to what `target` says when it is this move's turn. Raises OverflowError, the clock unmoved."""
        clock = self._state.clock
        async with self._turn:
            instant = target()
            if through_alarms and instant > clock.now():
                clock.check(instant)
                await self._stop_on_the_way(instant)
                instant = max(instant, clock.now())
            clock.to(instant)

    async def _stop_on_the_way(self, target: datetime) -> None:
        # What was asked of a program a moment ago may still become an alarm.
        await self._quiet(lambda: False)
        for _ in range(STOPS):
            name = self._next_alarm(target)
            if name is None or self._state.stopping.is_set():
                return
            await self._stop_at(name)

    def _next_alarm(self, target: datetime) -> str | None:
        """The first alarm up to `target`, past ones included, but for those that nobody minded before."""
        clock = self._state.clock
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
        clock.to(max(clock.alarms[name], clock.now()))
        with suppress(TimeoutError):
            await self._until(lambda: clock.alarms_told[name] != told, options.alarm_heeded_within)
        if clock.alarms_told[name] == told:
            self._ignored[name] = told
        elif name not in clock.alarms:
            fired = clock.alarms_told[name]
            await self._quiet(lambda: clock.alarms_told[name] != fired)

    async def _quiet(self, done: Callable[[], bool]) -> None:
        """Until `done`, or until the programs have asked and told nothing for a while; but not for ever."""
        state = self._state
        with suppress(TimeoutError):
            async with asyncio.timeout(state.options.alarm_work_at_most):
                while not done() and (left := state.active_at + state.options.alarm_quiet - state.real_time()) > 0:
                    before = state.active_at
                    with suppress(TimeoutError):
                        await self._until(lambda: done() or state.active_at != before, left)  # noqa: B023 - awaited here

    async def _until(self, look: Callable[[], bool], seconds: float) -> None:
        await self._state.pulse.until(lambda: look() or self._state.stopping.is_set(), seconds)
