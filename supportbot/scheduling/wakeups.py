"""Two verbs over APScheduler: wake at an instant of the Clock, and again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import (  # pyright: ignore[reportMissingTypeStubs]
    AsyncIOScheduler,  # pyright: ignore[reportUnknownVariableType]
)

from supportbot.scheduling.clocks import AlarmClock


class SchedulerWakeups:
    """The Wakeups port. Callbacks run on the event loop and must return at once; start it inside the running loop.

    APScheduler knows only the machine's clock, so an instant becomes a delay, and each jump of the Clock re-arms.
    """

    def __init__(self, clock: AlarmClock) -> None:
        self._clock = clock
        self._pending: dict[str, tuple[datetime, Callable[[], None]]] = {}
        # APScheduler has no type stubs; this module is the only one that touches it.
        self._scheduler: Any = AsyncIOScheduler(timezone=UTC)
        clock.on_jump(self._rearm)

    def start(self) -> None:
        """Begin; wake-ups set before are kept."""
        self._scheduler.start()

    def stop(self) -> None:
        """End; nothing is called back after this."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def wake_at(self, name: str, instant: datetime | None, callback: Callable[[], None]) -> None:
        """Arm, re-arm, or with None take away the wake-up of that name. A past instant calls back soon."""
        if instant is None:
            self._pending.pop(name, None)
            if self._scheduler.get_job(name) is not None:
                self._scheduler.remove_job(name)
        else:
            self._pending[name] = (instant, callback)
            self._arm(name)
        self._clock.announce(name, instant)

    def every(self, name: str, interval: timedelta, callback: Callable[[], None]) -> None:
        """Call back again and again in the machine's time, the first time after one interval."""

        async def on_the_loop() -> None:
            callback()

        self._scheduler.add_job(
            on_the_loop,
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=None,
        )

    def _arm(self, name: str) -> None:
        instant, _ = self._pending[name]
        delay = max(timedelta(), instant - self._clock.now())
        self._scheduler.add_job(
            self._fire,
            "date",
            args=[name],
            run_date=datetime.now(UTC) + delay,
            id=name,
            replace_existing=True,
            # A wake-up that comes late is still wanted: the default would drop it after one second.
            misfire_grace_time=None,
        )

    async def _fire(self, name: str) -> None:
        """A coroutine, though it awaits nothing: APScheduler runs plain functions in a thread of its own."""
        found = self._pending.get(name)
        if found is None:
            return
        instant, callback = found
        if self._clock.now() < instant:
            # The clock was moved back between arming and firing.
            self._arm(name)
            return
        del self._pending[name]
        self._clock.announce(name, None)
        callback()

    def _rearm(self) -> None:
        for name in list(self._pending):
            self._arm(name)
