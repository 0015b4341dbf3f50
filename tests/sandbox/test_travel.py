"""The clock passes through alarms: followers wake at each as if time had really passed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from supportbot.sandbox import travel
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.state import Options
from tests.sandbox.conftest import AUTHORIZED

START = datetime(2030, 6, 1, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PATIENT = Options(alarm_heeded_within=30, alarm_quiet=30)
HASTY = Options(alarm_heeded_within=0.05, alarm_quiet=0.05)

Answer = Callable[["Follower"], None]


class Follower:
    """A program that follows the clock by its moves; `woken` is when it woke, `answer` says what it does then."""

    def __init__(self, sandbox: Sandbox, answer: Answer, name: str = "checkins") -> None:
        self.sandbox, self.answer, self.name = sandbox, answer, name
        self.woken: list[datetime] = []
        self.tasks: list[asyncio.Task[object]] = []
        sandbox.clock.on_move.append(self._look)

    def tell(self, at: datetime | None) -> None:
        """Say when to wake next, a little later, as over HTTP."""
        self.tasks.append(asyncio.create_task(self.sandbox.actor.set_alarm(name=self.name, at=at)))

    def _look(self) -> None:
        at = self.sandbox.clock.alarms.get(self.name)
        if at is not None and at <= self.sandbox.clock.now():
            self.woken.append(at)
            self.answer(self)


@asynccontextmanager
async def travelling(options: Options = PATIENT) -> AsyncIterator[Sandbox]:
    """A sandbox in the morning of a day."""
    async with Sandbox(options=options) as sandbox:
        sandbox.clock.to(START)
        yield sandbox


def every(step: timedelta) -> Answer:
    """Take the alarm away, and set it again that much later."""

    def answer(follower: Follower) -> None:
        follower.tell(None)
        follower.tell(follower.woken[-1] + step)

    return answer


async def test_it_stops_at_every_alarm_and_arrives() -> None:
    async with travelling() as sandbox:
        follower = Follower(sandbox, every(5 * HOUR))
        await sandbox.actor.set_alarm(name="checkins", at=START + 5 * HOUR)
        before = sandbox.clock.offset
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        assert follower.woken == [START + hours * HOUR for hours in (5, 10, 15, 20)]
        assert sandbox.clock.offset == before + DAY, "real time that passed on the way is no reason to go farther"


async def test_it_is_there_at_the_alarm_and_not_later() -> None:
    async with travelling() as sandbox:
        late: list[timedelta] = []

        def answer(follower: Follower) -> None:
            late.append(sandbox.clock.now() - follower.woken[-1])
            every(5 * HOUR)(follower)

        Follower(sandbox, answer)
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        assert len(late) == 5
        assert all(timedelta() <= each < timedelta(minutes=1) for each in late)


async def test_an_alarm_at_the_target_is_passed_and_one_behind_it_is_not() -> None:
    async with travelling() as sandbox:
        follower = Follower(sandbox, every(timedelta(seconds=1)))
        await sandbox.actor.set_alarm(name="checkins", at=START + DAY)
        await sandbox.actor.move_clock(to=START + DAY, through_alarms=True)
        assert follower.woken == [START + DAY]
        assert START + DAY <= sandbox.clock.now() < START + DAY + timedelta(minutes=1)


async def test_several_followers_wake_in_order() -> None:
    async with travelling() as sandbox:
        order: list[str] = []

        def note(follower: Follower) -> None:
            order.append(follower.name)
            every(9 * HOUR)(follower)

        for name, hours in (("late", 8), ("early", 2)):
            Follower(sandbox, note, name)
            await sandbox.actor.set_alarm(name=name, at=START + hours * HOUR)
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        assert order == ["early", "late", "early", "late", "early"]


async def test_an_alarm_is_put_off_to_before_the_target() -> None:
    """Tried again soon, as after a failed delivery; and told without being taken away first."""
    async with travelling() as sandbox:
        retries = iter([15, 30, 60])

        def again(follower: Follower) -> None:
            pause = next(retries, None)
            follower.tell(follower.woken[-1] + (DAY if pause is None else timedelta(seconds=pause)))

        follower = Follower(sandbox, again)
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        await sandbox.actor.move_clock(advance=7200, through_alarms=True)
        assert [round((at - START - HOUR).total_seconds()) for at in follower.woken] == [0, 15, 45, 105]


async def test_an_alarm_that_is_past_already_is_waited_for() -> None:
    """The follower has found something that is due and is about to wake by itself."""
    async with travelling() as sandbox:
        await sandbox.actor.set_alarm(name="checkins", at=START - HOUR)
        moving = asyncio.create_task(sandbox.actor.move_clock(advance=86_400, through_alarms=True))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not moving.done()
        assert sandbox.clock.now() < START + HOUR
        await sandbox.actor.set_alarm(name="checkins", at=START + 2 * DAY)
        await moving
        assert sandbox.clock.now() >= START + DAY


async def test_a_follower_that_sets_no_alarm_again_is_given_a_quiet_moment() -> None:
    async with travelling(Options(alarm_heeded_within=30, alarm_quiet=0.05)) as sandbox:
        follower = Follower(sandbox, lambda f: f.tell(None))
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        assert follower.woken == [START + HOUR]
        assert sandbox.clock.now() >= START + DAY


async def test_a_follower_at_work_is_waited_for() -> None:
    """As long as it makes requests, each within the quiet moment after the one before."""
    async with (
        travelling(Options(alarm_heeded_within=30, alarm_quiet=0.3)) as sandbox,
        aiohttp.ClientSession() as session,
    ):

        async def work(follower: Follower) -> None:
            await sandbox.actor.set_alarm(name="checkins", at=None)
            async with asyncio.timeout(20):
                started = sandbox._state.real_time()
                while sandbox._state.real_time() < started + 3 * sandbox._state.options.alarm_quiet:
                    async with session.get(f"{sandbox.api_url}/gateway", headers=AUTHORIZED):
                        pass
            assert sandbox.clock.now() < START + 2 * HOUR
            await sandbox.actor.set_alarm(name="checkins", at=START + 2 * HOUR)

        follower = Follower(sandbox, lambda f: f.tasks.append(asyncio.create_task(work(f))))
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        await sandbox.actor.move_clock(advance=5400, through_alarms=True)
        assert follower.tasks[0].done()
        await follower.tasks[0]
        assert follower.woken == [START + HOUR]


async def test_work_without_end_does_not_hold_the_clock_for_ever() -> None:
    options = Options(alarm_heeded_within=30, alarm_quiet=30, alarm_work_at_most=0.05)
    async with travelling(options) as sandbox:
        Follower(sandbox, lambda f: f.tell(None))
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        assert sandbox.clock.now() >= START + DAY


async def test_an_alarm_that_nobody_minds_costs_its_time_once() -> None:
    async with travelling(HASTY) as sandbox:
        await sandbox.actor.set_alarm(name="forgotten", at=START + HOUR)
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        assert sandbox.clock.now() >= START + DAY
        assert "forgotten" in sandbox.clock.alarms
        moves: list[datetime] = []
        sandbox.clock.on_move.append(lambda: moves.append(sandbox.clock.now()))
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        assert len(moves) == 1


async def test_there_is_an_end_to_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(travel, "STOPS", 7)
    async with travelling() as sandbox:
        follower = Follower(sandbox, every(timedelta(seconds=1)))
        await sandbox.actor.set_alarm(name="checkins", at=START + timedelta(seconds=1))
        await sandbox.actor.move_clock(advance=3600, through_alarms=True)
        assert len(follower.woken) == 8, "seven stops, and the arrival"
        assert sandbox.clock.now() >= START + HOUR


async def test_one_move_after_the_other() -> None:
    async with travelling() as sandbox:
        follower = Follower(sandbox, lambda _: None)
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        before = sandbox.clock.offset
        first = asyncio.create_task(sandbox.actor.move_clock(advance=7200, through_alarms=True))
        await sandbox.actor.until(lambda: follower.woken)
        others = [asyncio.create_task(sandbox.actor.move_clock(advance=seconds)) for seconds in (60, -30)]
        await sandbox.actor.send_message(user="sam", channel="dm", content="meanwhile")
        assert not any(task.done() for task in [first, *others])
        assert sandbox.clock.now() < START + 2 * HOUR
        await sandbox.actor.set_alarm(name="checkins", at=START + 2 * DAY)
        await asyncio.gather(first, *others)
        assert sandbox.clock.offset == before + timedelta(seconds=7230)


async def test_without_it_and_backwards_nothing_is_waited_for() -> None:
    async with travelling() as sandbox:
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        await sandbox.actor.move_clock(advance=86_400)
        assert sandbox.clock.now() >= START + DAY
        await sandbox.actor.move_clock(advance=-2 * 86_400, through_alarms=True)
        assert sandbox.clock.now() < START


async def test_the_end_of_the_sandbox_ends_a_move() -> None:
    async with travelling() as sandbox:
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        moving = asyncio.create_task(sandbox.actor.move_clock(advance=86_400, through_alarms=True))
        await sandbox.actor.until(lambda: sandbox.clock.now() >= START + HOUR)
        await sandbox.stop()
        await moving


async def test_too_far_is_refused_before_the_first_stop() -> None:
    async with travelling() as sandbox, aiohttp.ClientSession() as session:
        await sandbox.actor.set_alarm(name="checkins", at=START + HOUR)
        body = {"to": "2190-01-01T00:00:00Z", "through_alarms": True}
        async with session.post(sandbox.clock_url, json=body) as answer:
            assert answer.status == 400
            assert "2149" in (await answer.json())["error"]
        async with session.post(sandbox.clock_url, json={"advance": 1, "through_alarms": "yes"}) as answer:
            assert answer.status == 400
        assert sandbox.clock.now() < START + HOUR
