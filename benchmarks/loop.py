"""What the benchmarks measure of a process from inside: how long its event loop stands still, and its memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = 0.001


@dataclass(slots=True)
class Stall:
    """The longest time in seconds that a task which wanted to go on had to wait."""

    longest: float = 0.0


@asynccontextmanager
async def watched() -> AsyncGenerator[Stall]:
    """Watch the event loop while the block runs."""
    stall = Stall()

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            stall.longest = max(stall.longest, time.perf_counter() - before - TICK)

    ticking = asyncio.create_task(tick())
    try:
        yield stall
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)


def memory(pid: int | str = "self", *, peak: bool = False) -> float:
    """Megabytes that a process has in memory now, or had at most. Linux."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(wanted)) / 1024
