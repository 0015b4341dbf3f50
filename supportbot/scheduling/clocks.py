"""Clocks: the machine's own, and one that somebody else moves."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

import aiohttp
import structlog
from aiohttp.http_exceptions import HttpProcessingError

from supportbot.errors import ConfigError

log = structlog.stdlib.get_logger(__name__)

RETRY = 1.0
LOOK = 5.0
JUMP = 2.0
"""Seconds. What sets a clock right by less than that moves no wake-up that anybody would notice."""
# What a server that is no clock can make of us.
_NONSENSE = (ValueError, KeyError, TypeError, OverflowError, HttpProcessingError)


class AlarmClock(Protocol):
    """A Clock that likes to know when it is next looked at."""

    def now(self) -> datetime: ...

    def on_jump(self, callback: Callable[[], None]) -> None: ...

    def announce(self, name: str, instant: datetime | None) -> None:
        """Say when the named wake-up is due."""
        ...


class SystemClock:
    """The machine's clock, which somebody can set, or which goes on while the machine is suspended.

    It is compared with one that nobody sets and that stands still meanwhile: where the two have come apart, it jumped.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._steady = steady
        self._apart = wall() - steady()
        self._callbacks: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The present instant, in UTC, whatever it was before."""
        return datetime.fromtimestamp(self._wall(), UTC)

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Call back after each jump that watch() notices."""
        self._callbacks.append(callback)

    def announce(self, name: str, instant: datetime | None) -> None:
        """Nobody to tell."""

    async def watch(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            self.look()

    def look(self) -> None:
        """Call back if the clock has jumped. Small steps add up until they are a jump."""
        apart = self._wall() - self._steady()
        jump = apart - self._apart
        if abs(jump) <= JUMP:
            return
        self._apart = apart
        log.warning("clock.jumped", seconds=round(jump))
        for callback in self._callbacks:
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - the others, and the next jump, still want to be told
                log.error("clock.callback_failed", error=type(error).__name__)  # noqa: TRY400


class FollowedClock:
    """A clock served over HTTP (see docs/sandbox.md), followed through its stream of server-sent events.

    Between two events it runs at the machine's pace.
    """

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        self._offset = timedelta()
        self._callbacks: list[Callable[[], None]] = []
        self._alarms: asyncio.Queue[tuple[str, datetime | None]] = asyncio.Queue()

    def now(self) -> datetime:
        """The present instant of the followed clock, in UTC."""
        return datetime.now(UTC) + self._offset

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Call back after each move."""
        self._callbacks.append(callback)

    def announce(self, name: str, instant: datetime | None) -> None:
        """Tell the clock when we next want to wake, so that somebody can move it there."""
        self._alarms.put_nowait((name, instant))

    async def start(self) -> None:
        """Learn the time. Raises ConfigError when there is no such clock."""
        try:
            async with self._session.get(self._url) as answer:
                answer.raise_for_status()
                self._set(await answer.json())
        except (aiohttp.ClientError, TimeoutError, *_NONSENSE) as error:
            raise ConfigError(
                f"SUPPORTBOT_CLOCK_URL: no clock answers there ({type(error).__name__}); start the sandbox first."
            ) from None

    async def follow(self) -> None:
        """Keep up with the clock until cancelled; a lost connection is opened again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell_alarms())
            group.create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (aiohttp.ClientError, TimeoutError, *_NONSENSE) as error:
                log.warning("clock.lost", error=type(error).__name__)
            await asyncio.sleep(RETRY)

    async def _listen_once(self) -> None:
        never = aiohttp.ClientTimeout(total=None, sock_read=None)
        async with self._session.get(f"{self._url}/stream", timeout=never) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                if line.startswith(b"data:") and self._set(json.loads(line[5:])):
                    for callback in self._callbacks:
                        callback()

    async def _tell_alarms(self) -> None:
        while True:
            name, instant = await self._alarms.get()
            body = {"at": None if instant is None else instant.isoformat()}
            try:
                async with self._session.put(f"{self._url}/alarms/{name}", json=body) as answer:
                    answer.raise_for_status()
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("clock.alarm_not_told", error=type(error).__name__)

    def _set(self, told: dict[str, object]) -> bool:
        offset = timedelta(milliseconds=float(str(told["offset_ms"])))
        _ = datetime.now(UTC) + offset  # an instant beyond the calendar is refused here, not at each look
        moved = offset != self._offset
        self._offset = offset
        return moved


@asynccontextmanager
async def open_clock(url: str | None) -> AsyncGenerator[AlarmClock]:
    """The machine's clock, or the one at `url`, followed while the block runs."""
    if url is None:
        machine = SystemClock()
        async with _beside(machine.watch(), "watch-clock"):
            yield machine
        return
    async with aiohttp.ClientSession() as session:
        clock = FollowedClock(url, session)
        await clock.start()
        async with _beside(clock.follow(), "follow-clock"):
            yield clock


@asynccontextmanager
async def _beside(work: Coroutine[object, object, None], name: str) -> AsyncGenerator[None]:
    """Run it as a task of that name for as long as the block runs."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
