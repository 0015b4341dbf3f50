"""The pacer over a clock of its own: even, people first, held back together, nobody's turn lost."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest

from supportbot.services.pacer import CREDIT, PER_SECOND, Lane, Pacer

GAP = 1 / PER_SECOND


class Time:
    """Monotonic seconds that pass only when everybody sleeps; each sleep takes `late` longer than it was to."""

    def __init__(self, late: float = 0.0) -> None:
        self.now = 100.0
        self._late = late
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self._slept = 0

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self._slept += 1
        until: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self.now + seconds + self._late, self._slept, until))
        await until

    async def pass_by(self) -> None:
        """Until cancelled: whoever sleeps the shortest is woken, when nobody else has anything to do."""
        while True:
            for _ in range(5):
                await asyncio.sleep(0)
            if self._sleeping:
                self.now, _, until = heapq.heappop(self._sleeping)
                if not until.done():
                    until.set_result(None)

    def pacer(self) -> Pacer:
        return Pacer(monotonic=lambda: self.now, sleep=self.sleep)


@pytest.fixture
async def time() -> AsyncGenerator[Time]:
    time = Time()
    passing = asyncio.create_task(time.pass_by())
    yield time
    passing.cancel()


async def given(pacer: Pacer, time: Time, lanes: list[Lane]) -> list[tuple[Lane, float]]:
    """The lane and the time of each turn, in the order of giving; all are asked for at once."""
    order: list[tuple[Lane, float]] = []

    async def one(lane: Lane) -> None:
        await pacer.turn(lane)
        order.append((lane, time.now))

    async with asyncio.timeout(30):
        await asyncio.gather(*map(one, lanes))
    return order


async def test_turns_are_even(time: Time) -> None:
    times = [when for _, when in await given(time.pacer(), time, [Lane.CHECKINS] * 200)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > GAP - 1e-9
    assert max(gaps) < GAP + 1e-9


async def test_what_sleeps_take_too_long_is_made_good_and_never_a_burst(time: Time) -> None:
    time._late = GAP / 3
    times = [when for _, when in await given(time.pacer(), time, [Lane.CHECKINS] * 470)]
    assert (len(times) - 1) / (times[-1] - times[0]) > 46.5
    for at in times:
        assert sum(at <= other < at + 1 for other in times) <= PER_SECOND + CREDIT + 1, "in any second"


async def test_a_long_stall_is_not_made_good(time: Time) -> None:
    pacer = time.pacer()
    await given(pacer, time, [Lane.CHECKINS] * 10)
    time.now += 5
    times = [when for _, when in await given(pacer, time, [Lane.CHECKINS] * 100)]
    assert sum(when <= times[0] + GAP / 2 for when in times) <= CREDIT + 1


async def test_people_go_first(time: Time) -> None:
    pacer = time.pacer()
    order = await given(pacer, time, [Lane.CHECKINS] * 5 + [Lane.BACKGROUND] * 2 + [Lane.PEOPLE] * 3)
    # The first turn was free when it was asked for.
    assert [lane for lane, _ in order] == [
        Lane.CHECKINS,
        *[Lane.PEOPLE] * 3,
        *[Lane.CHECKINS] * 4,
        *[Lane.BACKGROUND] * 2,
    ]


async def test_when_discord_asks_to_wait_everybody_does(time: Time) -> None:
    pacer = time.pacer()
    began = time.now
    pacer.hold(3.0)
    order = await given(pacer, time, [Lane.CHECKINS] * 3 + [Lane.PEOPLE])
    assert min(when for _, when in order) >= began + 3
    assert order[0][0] is Lane.PEOPLE


async def test_whoever_gives_up_waiting_uses_no_turn(time: Time) -> None:
    pacer = time.pacer()
    pacer.hold(1.0)
    impatient = asyncio.create_task(pacer.turn())
    patient = asyncio.create_task(pacer.turn())
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    began = time.now
    async with asyncio.timeout(30):
        await patient
    assert time.now - began <= 1.0 + 1e-9


async def test_a_turn_that_was_waited_for_pays_for_one_request(time: Time) -> None:
    pacer, other = time.pacer(), time.pacer()
    await pacer.turn()
    before = time.now
    await pacer.pace()
    assert time.now == before, "it was paid for"
    await pacer.pace()
    assert time.now > before, "once"
    await other.turn()
    before = time.now
    await pacer.pace()
    assert time.now > before, "another pacer's turn pays for nothing here"
