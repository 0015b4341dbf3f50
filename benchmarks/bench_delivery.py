"""Claim: a clump of check-ins goes out at Discord's own pace, without one 429, and none is lost or doubled.

Limit: 50 requests a second for the whole bot, as a fixed window and as a sliding one, over a network with 50 ms of
jitter and a server that takes 100 ms. Peers: what reminder bots do (see peers.py), each against the same stand-in in
the same run; those that take one message at a time get fewer. Exit status 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import peers
from benchmarks.filling import FIRST_PERSON, Filling, filled
from benchmarks.stand_in import Conditions, Counts, Running, stand_in
from supportbot.app import App, opened
from supportbot.bot import Addresses, point_at
from supportbot.config import load_settings
from supportbot.log import configure
from supportbot.sandbox import TOKEN

LIMIT = 50.0
GOAL = 46.5
"""A second, in a clump."""
GOAL_LATE = 1.5
GOAL_BACK = 5.0
GOAL_MEET_AGAIN = 0.01
SLOW_SHARE = 10
"""Of those that take one message at a time, so many times fewer."""
QUIET = 30.0
"""Seconds without a message after which nothing more is waited for; what met a 429 is tried again within less."""
STARTING = timedelta(seconds=4)
"""From the filling of the database to the instant at which the clump is due; the bot is logged in by then."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a design came to with `wanted` messages. `late` is the last one's lateness in seconds."""

    name: str
    wanted: int
    counts: Counts
    late: float

    @property
    def per_second(self) -> float:
        """In the whole seconds from the first message on: a burst in a last second that is cut short says nothing."""
        first = min(self.counts.times, default=0.0)
        seconds = max(1, int(max(self.counts.times, default=0.0) - first))
        return sum(0 < each - first <= seconds for each in self.counts.times) / seconds

    @property
    def requests_each(self) -> float:
        """Requests that count against the limit, for each member reached."""
        return sum(self.counts.requests.values()) / max(1, self.counts.reached)

    @property
    def lost(self) -> int:
        """Members who got nothing."""
        return self.wanted - self.counts.reached

    def line(self, width: int) -> str:
        """For the table."""
        counts = self.counts
        return (
            f"{self.name:{width}} {self.wanted:6} {self.per_second:8.1f} {self.per_second / LIMIT:6.2f}"
            f" {counts.global_429 + counts.route_429:6} {self.lost:6} {counts.doubled:7}"
            f" {self.requests_each:8.2f} {self.late:8.1f} {self.wanted / GOAL + GOAL_LATE:8.1f}"
        )

    def misses(self) -> list[str]:
        """The goals that it misses."""
        goals = {
            f"{self.per_second:.1f} a second, the goal is {GOAL:g}": self.per_second >= GOAL,
            "a 429": not self.counts.global_429 + self.counts.route_429,
            "lost or doubled": not self.lost and not self.counts.doubled,
            "more than one request each": self.requests_each == 1.0,
            f"the last was {self.late:.1f} s late": self.late <= self.wanted / GOAL + GOAL_LATE,
        }
        return [f"{self.name}: {goal}" for goal, reached in goals.items() if not reached]


Design = Callable[[Running, int, Path], Awaitable[float]]
"""Delivers to so many; says since when they were due, by the machine's time of day."""


def at_once(deliver: Callable[[peers.Send, Sequence[int]], Awaitable[None]], how=peers.to_channel) -> Design:
    """A design that begins with a list of those who are due."""

    async def run(there: Running, wanted: int, _: Path) -> float:
        async with peers.bare_client(there.api) as client:
            began = time.time()
            await deliver(how(client), _people(wanted))
        return began

    return run


async def timers(there: Running, wanted: int, folder: Path) -> float:
    """Delete-then-send."""
    async with peers.bare_client(there.api) as client, peers.Timers(folder / "timers.db") as rows:
        due = datetime.now(UTC) + timedelta(seconds=1)
        await rows.add(_people(wanted), due)
        await rows.run(peers.to_channel(client))
    return due.timestamp()


async def jobs(there: Running, wanted: int, folder: Path, *, grace: int | None) -> float:
    """One APScheduler job each."""
    async with peers.bare_client(there.api) as client:
        # Adding them takes its time: a job that is due by then would be counted as missed for that alone.
        due = datetime.now(UTC) + timedelta(seconds=2 + wanted / 40)
        await peers.Jobs(folder / "jobs.db", grace).run(peers.to_channel(client), _people(wanted), due)
    return due.timestamp()


async def ours(there: Running, wanted: int, folder: Path) -> float:
    """The bot's own engine, messenger and database."""
    due = datetime.now(UTC) + STARTING + timedelta(seconds=wanted / 2000)
    async with opened_filled(there, Filling(wanted, wanted, due), folder) as app:
        assert datetime.now(UTC) < due, "this machine is too slow for STARTING"
        delivering = asyncio.create_task(app.engine.run())
        await until_quiet(there, wanted, due)
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
    return due.timestamp()


@asynccontextmanager
async def opened_filled(there: Running, filling: Filling, folder: Path) -> AsyncGenerator[App]:
    """The app on a database with these members, logged in, without a gateway."""
    given = {
        "SUPPORTBOT_TOKEN": TOKEN,
        "SUPPORTBOT_DISCORD_API_URL": there.api,
        "SUPPORTBOT_DATABASE_URL": str(folder / "a.db"),
    }
    settings = load_settings(given, env_file=None)
    await filled(settings, filling)
    point_at(Addresses(there.api, "ws://127.0.0.1:9"))
    async with opened(settings) as app:
        await app.bot.login(TOKEN)
        yield app


async def until_quiet(there: Running, wanted: int, due: datetime) -> None:
    """Everybody was reached, or nothing was sent for long: a look now and then, which costs the server little."""
    await asyncio.sleep((due - datetime.now(UTC)).total_seconds() + wanted / LIMIT)
    newest = time.time()
    while time.time() < newest + QUIET:
        counts = await there.counts()
        if counts.reached >= wanted:
            return
        newest = max(newest, *counts.times[-1:], 0.0)
        await asyncio.sleep(2)


async def measured(name: str, design: Design, wanted: int, conditions: Conditions) -> Row:
    """One design against a stand-in of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with stand_in(conditions) as there:
            began = await design(there, wanted, Path(folder))
            await asyncio.sleep(conditions.jitter + conditions.server_time)
            counts = await there.counts()
    return Row(name, wanted, counts, max(counts.times, default=began) - began)


def _people(wanted: int) -> range:
    return range(FIRST_PERSON, FIRST_PERSON + wanted)


async def compared(wanted: int, conditions: Conditions) -> list[Row]:
    """Every design; ours is the last."""
    few = max(2, wanted // SLOW_SHARE)
    designs: list[tuple[str, Design, int]] = [
        ("gather of sends", at_once(peers.gathered), wanted),
        ("one send after another", at_once(peers.in_turn), few),
        ("one user.send after another", at_once(peers.in_turn, peers.to_user), few),
        ("bursty bucket, 49 a second", at_once(peers.bursty_bucket), wanted),
        ("delete-then-send timers", timers, wanted),
        ("APScheduler job each", functools.partial(jobs, grace=1), wanted),
        ("APScheduler job each, any lateness", functools.partial(jobs, grace=None), wanted),
        ("supportbot", ours, wanted),
    ]
    window = "sliding" if conditions.sliding else "fixed"
    width = max(len(name) for name, *_ in designs)
    print(f"\n{wanted} check-ins due at once, {window} window of {LIMIT:g} a second")
    print(f"{'':{width}} wanted a second  of {LIMIT:g}   429s   lost doubled req each last late    limit")
    rows: list[Row] = []
    for name, design, count in designs:
        rows.append(await measured(name, design, count, conditions))
        print(rows[-1].line(width), flush=True)
    return rows


async def with_faults(wanted: int, conditions: Conditions) -> list[str]:
    """A clump while Discord answers 500, drops connections, and stops everything once; the goals that are missed."""
    stopped = replace(conditions, stop_after=wanted // 3)
    row = await measured("supportbot, one global 429", ours, wanted, stopped)
    again, back = row.counts.global_429_after_stop - 1, seconds_back(row.counts, stopped.stop_for)
    print(f"\none global 429 in {wanted} sends: {again} met another; back at pace after {back:.1f} s", end="; ")
    print(f"{row.lost} lost, {row.counts.doubled} doubled")
    goals = {
        f"{again} sends met another 429": 0 <= again <= max(1, wanted * GOAL_MEET_AGAIN),
        f"back at pace after {back:.1f} s": back <= GOAL_BACK,
        "lost or doubled after a global 429": not row.lost and not row.counts.doubled,
    }
    return [f"{row.name}: {goal}" for goal, reached in goals.items() if not reached]


def seconds_back(counts: Counts, stop_for: float) -> float:
    """From the end of the stop to the first second that is as full as the goal wants."""
    times = sorted(counts.times)
    over = counts.stopped_at + stop_for
    for time_of in (each for each in times if each >= over):
        if sum(time_of <= each < time_of + 1 for each in times) >= int(GOAL):
            return time_of - over
    return float("inf")


async def main(wanted: int, windows: Sequence[str]) -> int:
    """Print the tables; 1 when a goal is missed, or a peer does better."""
    configure("ERROR")
    missed: list[str] = []
    for window in windows:
        conditions = Conditions(sliding=window == "sliding")
        *others, own = await compared(wanted, conditions)
        missed += own.misses()
        clean = [row for row in others if not row.lost and not row.counts.global_429]
        missed += [f"{row.name} was faster" for row in clean if row.per_second > own.per_second]
        missed += await with_faults(wanted, conditions)
    for each in missed:
        print(f"MISSED: {each}")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wanted", type=int, default=600)
    parser.add_argument("--full", action="store_true", help="2,000 check-ins, which takes long")
    parser.add_argument("--windows", nargs="+", choices=("fixed", "sliding"), default=["fixed", "sliding"])
    given = parser.parse_args()
    sys.exit(asyncio.run(main(2000 if given.full else given.wanted, given.windows)))
