"""Wake-ups over the real APScheduler, with a clock that a test moves; nothing here waits longer than it must."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from supportbot.scheduling import wakeups as module
from supportbot.scheduling.wakeups import SchedulerWakeups

HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=1)


class MovedClock:
    """The machine's clock and what somebody added to it."""

    def __init__(self) -> None:
        self.added = timedelta()
        self.announced: list[tuple[str, datetime | None]] = []
        self._callbacks: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self.added

    def on_jump(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def announce(self, name: str, instant: datetime | None) -> None:
        self.announced.append((name, instant))

    def jump(self, by: timedelta, *, told: bool = True) -> None:
        self.added += by
        for callback in self._callbacks if told else ():
            callback()


class Calls:
    """What was called back, in order, and in which thread."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.threads: set[int] = set()
        self._called = asyncio.Event()

    def __call__(self, name: str) -> Callable[[], None]:
        def called() -> None:
            asyncio.get_running_loop()
            self.names.append(name)
            self.threads.add(threading.get_ident())
            self._called.set()

        return called

    async def until(self, name: str) -> list[str]:
        """Everything so far, once this was called."""
        async with asyncio.timeout(20):
            while name not in self.names:
                self._called.clear()
                await self._called.wait()
        return self.names


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def wakeups(clock: MovedClock) -> SchedulerWakeups:
    return SchedulerWakeups(clock)


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
async def started(wakeups: SchedulerWakeups) -> Iterator[SchedulerWakeups]:
    wakeups.start()
    yield wakeups
    wakeups.stop()


@pytest.mark.parametrize("debug", [False, True])
async def test_callbacks_run_in_the_loops_own_thread(started: SchedulerWakeups, calls: Calls, debug: bool) -> None:
    """In debug mode asyncio itself refuses to be touched from another one."""
    asyncio.get_running_loop().set_debug(debug)
    event = asyncio.Event()
    once, often = calls("once"), calls("often")
    started.wake_at("once", datetime.now(UTC), lambda: (once(), asyncio.get_running_loop().call_soon(event.set)))
    started.every("often", 10 * TICK, often)
    await calls.until("once")
    await calls.until("often")
    await event.wait()
    assert calls.threads == {threading.get_ident()}


async def test_what_repeats_goes_on(started: SchedulerWakeups) -> None:
    enough = asyncio.Event()
    count = [0]

    def called() -> None:
        count[0] += 1
        if count[0] == 3:
            enough.set()

    started.every("often", TICK, called)
    async with asyncio.timeout(20):
        await enough.wait()


async def test_a_past_instant_calls_back_once_and_soon(
    started: SchedulerWakeups, clock: MovedClock, calls: Calls
) -> None:
    past = clock.now() - HOUR
    started.wake_at("a", past, calls("a"))
    assert await calls.until("a") == ["a"]
    assert clock.announced == [("a", past), ("a", None)]
    started.wake_at("end", past, calls("end"))
    assert await calls.until("end") == ["a", "end"]


@pytest.mark.parametrize("earlier", [-HOUR, HOUR])
async def test_setting_it_again_replaces(
    started: SchedulerWakeups, clock: MovedClock, calls: Calls, earlier: timedelta
) -> None:
    started.wake_at("a", clock.now() + earlier, calls("first"))
    started.wake_at("a", clock.now(), calls("second"))
    await calls.until("second")
    clock.jump(2 * HOUR)
    started.wake_at("end", clock.now(), calls("end"))
    assert await calls.until("end") == ["second", "end"]


async def test_none_takes_it_away(started: SchedulerWakeups, clock: MovedClock, calls: Calls) -> None:
    started.wake_at("a", clock.now() - HOUR, calls("a"))
    started.wake_at("b", clock.now() + HOUR, calls("b"))
    for name in ("a", "b", "never set"):
        started.wake_at(name, None, calls(name))
    clock.jump(2 * HOUR)
    started.wake_at("end", clock.now(), calls("end"))
    assert await calls.until("end") == ["end"]
    assert clock.announced[2:5] == [("a", None), ("b", None), ("never set", None)]


async def test_a_jump_brings_it_near(started: SchedulerWakeups, clock: MovedClock, calls: Calls) -> None:
    started.wake_at("a", clock.now() + HOUR, calls("a"))
    started.wake_at("b", clock.now() + 3 * HOUR, calls("b"))
    clock.jump(2 * HOUR)
    assert await calls.until("a") == ["a"]
    clock.jump(2 * HOUR)
    assert await calls.until("b") == ["a", "b"]


@pytest.mark.parametrize("told", [True, False])
async def test_a_clock_moved_back_does_not_wake_early(
    started: SchedulerWakeups, clock: MovedClock, calls: Calls, told: bool
) -> None:
    started.wake_at("a", clock.now(), calls("a"))
    clock.jump(-HOUR, told=told)
    started.wake_at("end", clock.now(), calls("end"))
    assert await calls.until("end") == ["end"]
    clock.jump(HOUR)
    assert await calls.until("a") == ["end", "a"]


async def test_a_little_too_early_is_tried_again(started: SchedulerWakeups, clock: MovedClock, calls: Calls) -> None:
    """A clock that was set back without a word, as a machine's own is."""
    instant = clock.now()
    reached: list[bool] = []
    called = calls("a")
    started.wake_at("a", instant, lambda: (reached.append(clock.now() >= instant), called()))
    clock.jump(-50 * TICK, told=False)
    assert await calls.until("a") == ["a"]
    assert reached == [True]


async def test_what_was_set_before_the_start_is_kept(
    wakeups: SchedulerWakeups, clock: MovedClock, calls: Calls
) -> None:
    wakeups.wake_at("a", clock.now(), calls("a"))
    wakeups.start()
    assert await calls.until("a") == ["a"]
    wakeups.stop()


async def test_a_late_wake_up_is_still_wanted(
    started: SchedulerWakeups, clock: MovedClock, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the machine slept: APScheduler by itself drops what comes more than a second too late."""

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) - HOUR

    monkeypatch.setattr(module, "datetime", Late)
    started.wake_at("a", clock.now() - HOUR, calls("a"))
    assert await calls.until("a") == ["a"]


async def test_nothing_after_the_end(wakeups: SchedulerWakeups, clock: MovedClock, calls: Calls) -> None:
    wakeups.stop()
    wakeups.start()
    wakeups.wake_at("a", clock.now(), calls("a"))
    wakeups.stop()
    other = SchedulerWakeups(clock)
    other.start()
    other.wake_at("end", clock.now(), calls("end"))
    assert await calls.until("end") == ["end"]
    other.stop()
