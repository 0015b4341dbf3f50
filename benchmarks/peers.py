"""The designs that reminder bots have, as small as they can be and still be themselves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import aiosqlite
import discord
from apscheduler.events import EVENT_JOB_MISSED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from benchmarks.stand_in import channel_of
from supportbot.bot import Addresses, point_at
from supportbot.sandbox import TOKEN

HELLO = "How are you today?"

Send = Callable[[int], Awaitable[object]]
"""Write to this person."""


@asynccontextmanager
async def bare_client(api: str) -> AsyncGenerator[discord.Client]:
    """A discord.py client that is logged in, and has no gateway."""
    point_at(Addresses(api, "ws://127.0.0.1:9"))
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)
        yield client


def to_channel(client: discord.Client) -> Send:
    """Write to the DM channel, whose id was kept: one request."""

    async def send(person: int) -> object:
        return await client.get_partial_messageable(channel_of(person), type=discord.ChannelType.private).send(HELLO)

    return send


def to_user(client: discord.Client) -> Send:
    """`user.send`, as most bots have it; the channel is not among the 128 that discord.py keeps."""

    async def send(person: int) -> object:
        channel = await client.create_dm(discord.Object(person))
        return await channel.send(HELLO)

    return send


async def _tried(sending: Awaitable[object]) -> None:
    """What fails is lost, as in those bots; the stand-in counts it."""
    with contextlib.suppress(discord.HTTPException):
        await sending


async def gathered(send: Send, people: Sequence[int]) -> None:
    """All at once."""
    await asyncio.gather(*(_tried(send(person)) for person in people))


async def in_turn(send: Send, people: Sequence[int]) -> None:
    """One after another, as the loop of the usual reminder bot."""
    for person in people:
        await _tried(send(person))


async def bursty_bucket(send: Send, people: Sequence[int], *, per_second: float = 49.0) -> None:
    """A token bucket of a second's size, as the usual rate limiters are: it is full when the clump comes."""
    tokens, filled = per_second, time.monotonic()
    tasks: list[asyncio.Task[None]] = []
    for person in people:
        while True:
            now = time.monotonic()
            tokens, filled = min(per_second, tokens + (now - filled) * per_second), now
            if tokens >= 1:
                break
            await asyncio.sleep((1 - tokens) / per_second)
        tokens -= 1
        tasks.append(asyncio.create_task(_tried(send(person))))
    await asyncio.gather(*tasks)


class Timers:
    """Delete-then-send, the shape of RoboDanny's reminders: the earliest row is waited for, deleted, and then sent.

    Use it with `async with`; `run` ends when nothing is left. `sent` is called as a task that nobody awaits.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    async def __aenter__(self) -> Timers:
        self._db = await aiosqlite.connect(self._file)
        await self._db.execute("PRAGMA journal_mode = WAL")
        await self._db.execute("PRAGMA synchronous = FULL")
        await self._db.execute("CREATE TABLE reminders (id INTEGER PRIMARY KEY, person INTEGER, expires REAL)")
        await self._db.execute("CREATE INDEX ix ON reminders (expires)")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._db.close()

    async def add(self, people: Sequence[int], due: datetime) -> None:
        """One row each."""
        rows = [(person, due.timestamp()) for person in people]
        await self._db.executemany("INSERT INTO reminders (person, expires) VALUES (?, ?)", rows)
        await self._db.commit()

    async def run(self, send: Send) -> None:
        """Until no row is left and everything was tried."""
        tasks: list[asyncio.Task[None]] = []
        while True:
            found = await self._db.execute("SELECT id, person, expires FROM reminders ORDER BY expires LIMIT 1")
            row = await found.fetchone()
            if row is None:
                break
            await asyncio.sleep(max(0.0, row[2] - time.time()))
            await self._db.execute("DELETE FROM reminders WHERE id = ?", (row[0],))
            await self._db.commit()
            tasks.append(asyncio.create_task(_tried(send(row[1]))))
        await asyncio.gather(*tasks)


@dataclass(slots=True)
class Jobs:
    """One APScheduler job a plan in an SQLAlchemy job store, daily. Jobs name a function, so there is one at a time."""

    file: Path
    grace: int | None = 1
    """Seconds that a run may be late; one is APScheduler's own default."""
    ran: int = 0
    missed: int = 0
    _done: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    here: ClassVar[tuple[Jobs, Send, int] | None] = None

    async def run(
        self, send: Send, people: Sequence[int], due: datetime, *, ready: Callable[[], None] = lambda: None
    ) -> None:
        """Until each job ran or was missed, and everything was tried; `ready` is called once all were added."""
        scheduler: Any = AsyncIOScheduler(
            jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{self.file}")}, timezone=UTC
        )
        scheduler.add_listener(self._miss, EVENT_JOB_MISSED)
        scheduler.start(paused=True)
        for person in people:
            scheduler.add_job(
                deliver, "interval", days=1, next_run_time=due, args=[person], misfire_grace_time=self.grace
            )
        Jobs.here = (self, send, len(people))
        scheduler.resume()
        ready()
        await self._done.wait()
        scheduler.shutdown(wait=False)
        await asyncio.gather(*self._tasks)

    def start(self, sending: Awaitable[object]) -> None:
        """A job ran."""
        self.ran += 1
        self._tasks.append(asyncio.ensure_future(_tried(sending)))
        self._look()

    def _miss(self, _: object) -> None:
        self.missed += 1
        self._look()

    def _look(self) -> None:
        assert Jobs.here is not None
        if self.ran + self.missed >= Jobs.here[2]:
            self._done.set()


async def deliver(person: int) -> None:
    """What the job store names."""
    assert Jobs.here is not None
    jobs, send, _ = Jobs.here
    jobs.start(send(person))
