"""A clock that is followed over HTTP, whatever its server says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from supportbot.errors import ConfigError
from supportbot.scheduling import clocks
from supportbot.scheduling.clocks import FollowedClock, SystemClock, open_clock

HOUR_MS = 3_600_000
HOUR = timedelta(hours=1)
INSTANT = datetime(2030, 1, 1, tzinfo=UTC)


def event(offset_ms: float) -> bytes:
    return b"data: " + json.dumps({"offset_ms": offset_ms}).encode() + b"\n\n"


class ClockServer:
    """A clock at `url`. Each connection to its stream is told the next of `streams`, and ends; the last one stays."""

    def __init__(self) -> None:
        self.now = web.json_response({"offset_ms": 0})
        self.streams: list[bytes] = [b""]
        self.connections = 0
        self.alarms: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.refused = 0
        self._last = 1
        self._over = asyncio.Event()
        app = web.Application()
        app.add_routes(
            [
                web.get("/clock", self._now),
                web.get("/clock/stream", self._stream),
                web.put("/clock/alarms/{name}", self._put),
            ]
        )
        app.on_shutdown.append(self._end)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def url(self) -> str:
        return str(self.server.make_url("/clock"))

    async def _now(self, _: web.Request) -> web.Response:
        return self.now

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        self.connections += 1
        said = self.streams.pop(0) if len(self.streams) > 1 else self.streams[0]
        with suppress(ConnectionError):
            await answer.write(said)
            if self.connections >= self._last:
                await self._over.wait()
        return answer

    async def _put(self, request: web.Request) -> web.Response:
        if self.refused:
            self.refused -= 1
            return web.Response(status=500)
        self.alarms.put_nowait((request.match_info["name"], await request.json()))
        return web.Response(status=204)

    async def _end(self, _: web.Application) -> None:
        self._over.set()

    def tells(self, *streams: bytes) -> None:
        self.streams = list(streams)
        self._last = len(streams)


@pytest.fixture
async def served() -> AsyncGenerator[ClockServer]:
    server = ClockServer()
    async with server.server:
        yield server


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open a lost connection again without a pause."""
    monkeypatch.setattr(clocks, "RETRY", 0)


async def jumped_to(served: ClockServer, offset: timedelta) -> FollowedClock:
    """Follow the clock until it has moved so far."""
    jumped = asyncio.Event()
    async with open_clock(served.url) as clock:
        clock.on_jump(jumped.set)
        async with asyncio.timeout(20):
            while not timedelta(0) <= offset - (clock.now() - datetime.now(UTC)) < timedelta(seconds=20):
                await jumped.wait()
                jumped.clear()
        assert isinstance(clock, FollowedClock)
        return clock


async def test_without_an_address_it_is_the_machines_own() -> None:
    async with open_clock(None) as clock:
        assert isinstance(clock, SystemClock)
        before = datetime.now(UTC)
        assert before <= clock.now() <= datetime.now(UTC)
        clock.on_jump(lambda: None)
        clock.announce("a", None)


class Machine:
    """Seconds that a test moves: `wall` is set by people, `steady` only goes on."""

    def __init__(self) -> None:
        self.wall, self.steady = 1e9, 70.0
        self.jumps = 0
        self.clock = SystemClock(lambda: self.wall, lambda: self.steady)
        self.clock.on_jump(self.count)

    def count(self) -> None:
        self.jumps += 1

    def after(self, seconds: float, *, jump: float = 0) -> int:
        """How many jumps have been told of when the clock is looked at so much later."""
        self.steady += seconds
        self.wall += seconds + jump
        self.clock.look()
        return self.jumps


@pytest.mark.parametrize("jump", [3600, -3600, 2.5, -2.5, 5 * 86_400])
def test_the_machines_clock_tells_once_of_each_jump(jump: float) -> None:
    machine = Machine()
    assert machine.after(5) == 0
    assert machine.after(5, jump=jump) == 1, "set, or the machine was suspended and the steady clock stood still"
    assert machine.after(5) == 1
    assert machine.after(86_400) == 1, "a process that was stopped for long missed no jump"
    assert machine.after(5, jump=-jump) == 2
    assert machine.clock.now().timestamp() == machine.wall


def test_what_sets_a_clock_right_little_by_little_adds_up() -> None:
    machine = Machine()
    assert [machine.after(5, jump=0.75) for _ in range(6)] == [0, 0, 1, 1, 1, 2]
    assert machine.after(5, jump=1.9) == 2, "too little to be told"


def test_a_call_back_that_fails_keeps_no_other_from_being_told() -> None:
    machine, told = Machine(), list[int]()

    def fail() -> None:
        raise RuntimeError

    machine.clock.on_jump(fail)
    machine.clock.on_jump(lambda: told.append(machine.jumps))
    assert machine.after(5, jump=60) == 1
    assert machine.after(5, jump=60) == 2
    assert told == [1, 2]


async def test_the_machines_clock_is_looked_at_while_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "LOOK", 0)
    machine, jumped = Machine(), asyncio.Event()
    monkeypatch.setattr(clocks, "SystemClock", lambda: machine.clock)
    async with open_clock(None) as clock, asyncio.timeout(20):
        clock.on_jump(jumped.set)
        machine.wall += 3600
        await jumped.wait()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "watch-clock"]


async def test_it_starts_with_the_servers_time(served: ClockServer) -> None:
    served.now = web.json_response({"offset_ms": HOUR_MS})
    async with open_clock(served.url) as clock:
        assert HOUR - timedelta(seconds=20) < clock.now() - datetime.now(UTC) <= HOUR
        assert clock.now().tzinfo is UTC


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "said",
    [
        b"data: not json\n\n",
        b"data: []\n\n",
        b'data: {"x": 1}\n\n',
        b'data: {"offset_ms": 1e40}\n\n',
        b'data: {"offset_ms": NaN}\n\n',
        b'data: {"offset_ms": null}\n\n',
        b"data: \xff\n\n",
        b"data: " + b"x" * 2_000_000,
        b"",
        b": nothing new\n\nevent: clock\n\n",
    ],
    ids=["no-json", "list", "another-field", "too-far", "nan", "null", "no-utf-8", "endless", "lost", "comment"],
)
async def test_nonsense_or_a_lost_connection_does_not_end_the_following(served: ClockServer, said: bytes) -> None:
    served.tells(said, event(HOUR_MS))
    await jumped_to(served, HOUR)
    assert served.connections == 2


async def test_a_connection_tells_of_many_moves(served: ClockServer) -> None:
    served.tells(event(HOUR_MS) + b": still here\n\n" + event(2 * HOUR_MS))
    await jumped_to(served, 2 * HOUR)
    assert served.connections == 1


async def test_what_did_not_move_is_no_jump(served: ClockServer) -> None:
    jumps: list[datetime] = []
    moved = asyncio.Event()
    served.now = web.json_response({"offset_ms": HOUR_MS})
    served.tells(event(HOUR_MS) + event(HOUR_MS) + event(0))
    async with open_clock(served.url) as clock:
        clock.on_jump(lambda: jumps.append(clock.now()))
        clock.on_jump(moved.set)
        async with asyncio.timeout(20):
            await moved.wait()
    assert len(jumps) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "not json"},
        {"text": "not json", "content_type": "application/json"},
        {"text": "[]", "content_type": "application/json"},
        {"text": '{"x": 1}', "content_type": "application/json"},
        {"text": '{"offset_ms": 1e40}', "content_type": "application/json"},
        {"text": '{"offset_ms": "soon"}', "content_type": "application/json"},
        {"status": 404, "text": '{"offset_ms": 0}', "content_type": "application/json"},
        {"status": 500},
    ],
)
async def test_what_is_no_clock_is_a_wrong_setting(served: ClockServer, answer: dict[str, Any]) -> None:
    served.now = web.Response(**answer)
    with pytest.raises(ConfigError, match="SUPPORTBOT_CLOCK_URL"):
        async with open_clock(served.url):
            """It does not come to this."""


async def test_where_nobody_answers_is_a_wrong_setting(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigError, match="SUPPORTBOT_CLOCK_URL"):
            await FollowedClock(f"http://127.0.0.1:{unused_tcp_port}/clock", session).start()


async def test_alarms_are_told(served: ClockServer) -> None:
    async with open_clock(served.url) as clock, asyncio.timeout(20):
        clock.announce("a", INSTANT)
        clock.announce("a", None)
        assert await served.alarms.get() == ("a", {"at": INSTANT.isoformat()})
        assert await served.alarms.get() == ("a", {"at": None})


async def test_an_alarm_that_is_not_taken_ends_nothing(served: ClockServer, caplog: pytest.LogCaptureFixture) -> None:
    served.refused = 1
    async with open_clock(served.url) as clock, asyncio.timeout(20):
        clock.announce("a", INSTANT)
        clock.announce("b", INSTANT)
        assert await served.alarms.get() == ("b", {"at": INSTANT.isoformat()})
    assert "clock.alarm_not_told" in caplog.text
