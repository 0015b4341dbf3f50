"""Whether this machine's clock can be believed: by one that nobody sets, and by what Discord says the time is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from supportbot.services.ports import Clock

log = structlog.stdlib.get_logger(__name__)

TOLERANCE = timedelta(minutes=10)
"""Clocks of machines that are looked after are seconds apart; nobody minds a check-in that is minutes early."""
A_ZONE = timedelta(hours=15)
"""A machine that was told the wrong time zone is so far off at most, and stays so."""

WAITS = "this machine's clock is not the time that Discord says; set it right. Until then check-ins wait."
SHIFTED = "this machine's clock is not the time that Discord says; set it right. Check-ins come at the wrong hour."


class ClockInDoubt(Exception):
    """What is due cannot be told: the clock leapt, and Discord does not say the same, or nothing."""


class ClockGuard:
    """Compares the wall clock with a steady one, from an instant at which Discord agreed with it.

    Where the two have come apart, and at the start, Discord's word decides: a machine that was suspended goes on at
    once, a clock that was set wrong is not believed. One that was off from the start by no more than time zones are is
    taken as it is, as long as it does not leap. `asked` makes one request and says the time in its answer, if
    any.
    """

    def __init__(
        self,
        clock: Clock,
        asked: Callable[[], Awaitable[datetime | None]],
        *,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._asked = asked
        self._steady = steady
        self._callbacks: list[Callable[[], None]] = []
        self._agreed: tuple[datetime, float] | None = None
        self._off: timedelta | None = None
        self._asking = asyncio.Lock()
        self._wrong = False

    @property
    def is_wrong(self) -> bool:
        """Whether check-ins wait since Discord, when it was last asked, said another time."""
        return self._wrong

    def on_set_back(self, callback: Callable[[], None]) -> None:
        """Call back when the clock is believed again after it was not, and when Discord agrees that it went back."""
        self._callbacks.append(callback)

    def now(self) -> datetime:
        """The present instant. Raises ClockInDoubt."""
        now = self._clock.now()
        apart = self._apart(now)
        if apart is None or abs(apart) > TOLERANCE:
            raise ClockInDoubt
        return now

    async def check(self) -> None:
        """Make sure of the clock, with one request if it takes one. Raises ClockInDoubt."""
        if not self._is_as_agreed():
            async with self._asking:
                # Of many who wait for the answer, one asks.
                if not self._is_as_agreed():
                    await self._ask()
        if self._wrong:
            self._right_again()

    def _is_as_agreed(self) -> bool:
        apart = self._apart(self._clock.now())
        return apart is not None and abs(apart) <= TOLERANCE

    async def _ask(self) -> None:
        told = await self._asked()
        now = self._clock.now()
        if told is None:
            raise ClockInDoubt
        off = now - told
        if not self._is_usual(off):
            if not self._wrong:
                log.error("clock.not_believed", minutes=_minutes(off), advice=WAITS)
            self._wrong = True
            raise ClockInDoubt
        if abs(off) > TOLERANCE and self._off is None:
            log.warning("clock.off", minutes=_minutes(off), advice=SHIFTED)
        self._off = off
        was_ahead = (apart := self._apart(now)) is not None and apart < timedelta()
        self._agreed = now, self._steady()
        if was_ahead and not self._wrong:
            self._set_back()

    def _is_usual(self, off: timedelta) -> bool:
        """Whether Discord agrees, or the clock is as far off as it was at the start: then nothing leapt."""
        if abs(off) <= TOLERANCE:
            return True
        return abs(off) <= A_ZONE if self._off is None else abs(off - self._off) <= TOLERANCE

    def _right_again(self) -> None:
        self._wrong = False
        log.info("clock.believed_again")
        self._set_back()

    def _set_back(self) -> None:
        for callback in self._callbacks:
            callback()

    def _apart(self, now: datetime) -> timedelta | None:
        """How far the clock is ahead of where it should be by the steady one; None before anybody agreed."""
        if self._agreed is None:
            return None
        at, steady = self._agreed
        return now - at - timedelta(seconds=self._steady() - steady)


def _minutes(off: timedelta) -> int:
    return round(off / timedelta(minutes=1))
