"""Claim: ready in under a second against the sandbox. Peer: a bare discord.py client; limit: one second."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import discord

from benchmarks.measure import table
from supportbot.app import opened
from supportbot.bot import Addresses, point_at
from supportbot.config import load_settings
from supportbot.log import configure
from supportbot.sandbox import TOKEN
from supportbot.sandbox.ratelimits import UNLIMITED
from supportbot.sandbox.server import Sandbox
from supportbot.tryout import bot_environment

ROUNDS = 7
LIMIT = 1.0


async def bare(sandbox: Sandbox) -> float:
    """A client that does nothing, with the same guild-ready time-out."""
    point_at(Addresses(sandbox.api_url, sandbox.gateway_url))
    began = time.perf_counter()
    ready = asyncio.Event()
    async with discord.Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05) as client:

        @client.event
        async def on_ready() -> None:
            ready.set()

        running = asyncio.create_task(client.start(TOKEN))
        await ready.wait()
        seconds = time.perf_counter() - began
        await client.close()
        await asyncio.gather(running, return_exceptions=True)
    return seconds


async def ours(sandbox: Sandbox, database: Path) -> float:
    """The whole bot: content, migrations, database, keys, clock, cogs, commands."""
    settings = load_settings(bot_environment(sandbox, database), env_file=None)
    began = time.perf_counter()
    async with opened(settings) as app:
        ready = asyncio.Event()

        async def on_ready() -> None:
            ready.set()

        app.bot.add_listener(on_ready)
        running = asyncio.create_task(app.run())
        await ready.wait()
        seconds = time.perf_counter() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return seconds


async def main() -> None:
    """Print both, in turns, on one sandbox."""
    configure("ERROR")
    rows: dict[str, list[float]] = {"bare discord.py": [], "supportbot, new database": [], "supportbot, again": []}
    async with Sandbox(port=0, limits=UNLIMITED) as sandbox:
        for number in range(ROUNDS + 1):
            with tempfile.TemporaryDirectory() as folder:
                database = Path(folder) / "a.db"
                found = (await bare(sandbox), await ours(sandbox, database), await ours(sandbox, database))
            if number:
                for name, seconds in zip(rows, found, strict=True):
                    rows[name].append(seconds)
    table("from construction to ready, milliseconds", rows, against="bare discord.py")
    worst = max(map(statistics.median, rows.values()))
    print(f"slowest median is {worst / LIMIT:.2f} of the limit of {LIMIT:.0f} s")


if __name__ == "__main__":
    asyncio.run(main())
