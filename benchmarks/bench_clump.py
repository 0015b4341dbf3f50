"""Claim: whoever asks the bot for something while a clump of check-ins goes out is answered as if nothing were.

The real bot as a process of its own, on a database file, against the sandbox with Discord's limits. First 20 commands a
second while hundreds of check-ins are due: limit, Discord's three seconds; peer, the same commands while nothing is
due. Then check-ins that are due alone: how late each one comes. Then 1,000 people at once with a command that writes
and replies: peer, a bare discord.py bot that replies and writes nothing. Exit status 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.filling import FIRST_PERSON, Filling, filled
from benchmarks.measure import at, percentiles
from benchmarks.stand_in import channel_of
from supportbot.config import load_settings
from supportbot.log import configure
from supportbot.sandbox import TOKEN
from supportbot.sandbox.log import Exchange
from supportbot.sandbox.model import Json, Member, User
from supportbot.sandbox.ratelimits import UNLIMITED, Limits
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.world import default_world

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 3.0
GOAL_P50, GOAL_P99 = 0.005, 0.050
GOAL_ALONE = 0.100
GOAL_BURST = 400.0
A_SECOND = 20
ASKING = 20
"""So many people give the commands of the mixed run, in turns."""
WARM = 3.0
SETTLED = 12.0
"""Until a bot that was just started has prepared all that it will."""
APART = timedelta(milliseconds=200)
"""Between two check-ins that are due alone."""
STARTING = timedelta(seconds=8)
"""From the filling of the database to the first of them; the bot is connected by then."""
COMMANDS: tuple[tuple[str, Json], ...] = (("about", {}), ("checkin list", {}), ("crisis", {}))
WRITE: tuple[str, Json] = ("checkin stop", {"which": "all"})
SUPPORTBOT = ("-c", "from supportbot.cli import main; main()", "run")
ECHO = (str(ROOT / "benchmarks" / "echo_bot.py"),)


@dataclass(slots=True)
class Found:
    """What people met: seconds from sent to answered, and how many got no answer in time."""

    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0
    took: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers."""
        return len(self.seconds) / self.took


@dataclass(frozen=True, slots=True)
class House:
    """A bot that runs, and the Discord it runs against; `sent` are the times at which messages arrived, by channel."""

    sandbox: Sandbox
    sent: dict[int, float]
    refused: list[str]

    async def ask(self, person: int, command: str, options: Json, found: Found) -> None:
        """One command in the DM of this person."""
        began = time.perf_counter()
        result = await self.sandbox.actor.invoke(user=str(person), channel="dm", command=command, options=options)
        if "message" in result:
            found.seconds.append(time.perf_counter() - began)
        else:
            found.unanswered += 1


@asynccontextmanager
async def house(
    folder: Path, filling: Filling, limits: Limits, command: Sequence[str] = SUPPORTBOT
) -> AsyncGenerator[House]:
    """A world with the members of this filling, and a bot in it. Those who ask in the mixed run come first."""
    database = folder / "a.db"
    await filled(load_settings({"SUPPORTBOT_DATABASE_URL": str(database)}, env_file=None), filling)
    world = default_world()
    guild = next(iter(world.guilds.values()))
    there = {person: User(person, f"u{person}") for person in filling.people}
    # The sandbox looks for a person from the first one on: its own people come last here.
    world.users = {**there, **world.users}
    for person in there:
        guild.members[person] = Member(person, filling.at)
        world.add_dm(channel_of(person), person)
    async with Sandbox(world=world, limits=limits) as sandbox:
        sent: dict[int, float] = {}
        refused: list[str] = []

        def note(exchange: Exchange) -> None:
            if exchange.status == 429:
                refused.append(exchange.path)
            elif exchange.method == "POST" and exchange.path.endswith("/messages"):
                sent[int(exchange.path.split("/")[-2])] = time.time()

        sandbox.observers.append(note)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORTBOT_")}
        given = {
            "PYTHONPATH": str(ROOT),
            "SUPPORTBOT_TOKEN": TOKEN,
            "SUPPORTBOT_DISCORD_API_URL": sandbox.api_url,
            "SUPPORTBOT_DISCORD_GATEWAY_URL": sandbox.gateway_url,
            "SUPPORTBOT_DATABASE_URL": str(database),
            "SUPPORTBOT_GUILD_READY_TIMEOUT": "0.05",
            "SUPPORTBOT_LOG_LEVEL": "ERROR",
        }
        addresses = [sandbox.api_url, sandbox.gateway_url] if command is ECHO else []
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "ignore", *command, *addresses, cwd=ROOT, env={**kept, **given}
        )
        try:
            await sandbox.actor.bot_ready(timeout=60)
            yield House(sandbox, sent, refused)
        finally:
            process.terminate()
            await process.wait()


async def asked(there: House, seconds: float) -> Found:
    """So many commands a second, evenly, whatever becomes of them."""
    found, tasks = Found(), list[asyncio.Task[None]]()
    began = time.perf_counter()
    for number in range(int(seconds * A_SECOND)):
        await asyncio.sleep(began + number / A_SECOND - time.perf_counter())
        command, options = COMMANDS[number % len(COMMANDS)]
        person = FIRST_PERSON + number % ASKING
        tasks.append(asyncio.create_task(there.ask(person, command, options, found)))
    await asyncio.gather(*tasks)
    found.took = time.perf_counter() - began
    return found


async def mixed(folder: Path, clump: int) -> list[str]:
    """The commands beside nothing, and beside a clump; the goals that are missed."""
    seconds = clump / 50
    due = datetime.now(UTC) + STARTING + timedelta(seconds=2 * WARM + seconds)
    async with house(folder, Filling(clump, clump, due), Limits(new_dms=None)) as there:
        await asked(there, WARM)
        quiet = await asked(there, seconds)
        assert datetime.now(UTC) < due, "this machine is too slow for STARTING"
        await asyncio.sleep((due - datetime.now(UTC)).total_seconds())
        before = len(there.sent)
        beside = await asked(there, seconds)
        sent = len(there.sent) - before
    percentiles(
        f"from sent to answered, milliseconds; {sent} check-ins went out meanwhile, {len(there.refused)} met a 429",
        {"nothing due": quiet.seconds, "in a clump": beside.seconds},
        against="nothing due",
        limit=LIMIT,
    )
    middle, high = at(beside.seconds, 50), at(beside.seconds, 99)
    goals = {
        f"half of the answers took over {1000 * middle:.1f} ms": middle <= GOAL_P50,
        f"one answer in a hundred took over {1000 * high:.1f} ms": high <= GOAL_P99,
        f"{beside.unanswered + quiet.unanswered} commands got no answer in time": not beside.unanswered
        and not quiet.unanswered,
        "429s": not there.refused,
        f"only {sent} of {clump} check-ins went out meanwhile": sent >= 0.9 * clump,
    }
    return [goal for goal, reached in goals.items() if not reached]


async def alone(folder: Path, count: int) -> list[str]:
    """How late check-ins are that are due alone; the goals that are missed."""
    filling = Filling(count, count, datetime.now(UTC) + STARTING, APART)
    async with house(folder, filling, Limits(new_dms=None)) as there:
        last = filling.at + count * APART
        await asyncio.sleep((last - datetime.now(UTC)).total_seconds() + 1)
    late = [
        there.sent[channel_of(person)] - due.timestamp()
        for person, due in filling.instants().items()
        if channel_of(person) in there.sent
    ]
    if len(late) < 2:
        return [f"only {len(late)} of {count} lone check-ins went out"]
    high = at(late, 99)
    print(f"\n{len(late)} check-ins due {1000 * APART.total_seconds():.0f} ms apart: late by", end=" ")
    print(f"p50 {1000 * at(late, 50):.1f} ms, p99 {1000 * high:.1f} ms, at most {1000 * max(late):.1f} ms")
    goals = {
        f"one lone check-in in a hundred was over {1000 * high:.0f} ms late": high <= GOAL_ALONE,
        f"only {len(late)} of {count} lone check-ins went out": len(late) == count,
    }
    return [goal for goal, reached in goals.items() if not reached]


async def burst(folder: Path, count: int) -> list[str]:
    """Everybody at once; the goals that are missed."""
    later = datetime.now(UTC) + timedelta(days=1)
    found: dict[str, Found] = {}
    for name, command, write in (("echo", ECHO, ("echo", {})), ("supportbot", SUPPORTBOT, WRITE)):
        with tempfile.TemporaryDirectory(dir=folder) as own:
            async with house(Path(own), Filling(count, 0, later), UNLIMITED, command) as there:
                await asyncio.sleep(SETTLED)
                found[name] = Found()
                began = time.perf_counter()
                people = range(FIRST_PERSON, FIRST_PERSON + count)
                await asyncio.gather(*(there.ask(person, *write, found[name]) for person in people))
                found[name].took = time.perf_counter() - began
                if name == "supportbot":
                    stopped = _stopped(Path(own) / "a.db")
    own = found["supportbot"]
    percentiles(
        f"{count} at once: {own.per_second:.0f} answers a second, {stopped} plans stopped; "
        f"the bare bot gives {found['echo'].per_second:.0f}; milliseconds",
        {name: each.seconds for name, each in found.items()},
        against="echo",
        limit=LIMIT,
    )
    goals = {
        f"{own.unanswered} of {count} commands got no answer in time": not own.unanswered,
        f"{own.per_second:.0f} a second": own.per_second >= GOAL_BURST,
        f"{stopped} of {count} plans were stopped": stopped == count,
    }
    return [goal for goal, reached in goals.items() if not reached]


def _stopped(database: Path) -> int:
    """Plans that are stopped, as the file says."""
    there = sqlite3.connect(database)
    try:
        return there.execute("SELECT count(*) FROM plans WHERE state = 'stopped'").fetchone()[0]
    finally:
        there.close()


async def main(clump: int, lone: int, crowd: int) -> int:
    """Print the tables; 1 when a goal is missed."""
    configure("ERROR")
    missed: list[str] = []
    for measure, count in ((mixed, clump), (alone, lone), (burst, crowd)):
        with tempfile.TemporaryDirectory() as folder:
            missed += await measure(Path(folder), count)
    for each in missed:
        print(f"MISSED: {each}")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clump", type=int, default=750)
    parser.add_argument("--lone", type=int, default=100)
    parser.add_argument("--crowd", type=int, default=1000)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.clump, given.lone, given.crowd)))
