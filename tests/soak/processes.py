"""Bots as processes: started by the launcher, killed at once, waited for."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.program import environment


@dataclass(eq=False)
class BotProcess:
    """One bot. `ended` is set once it is gone."""

    pid: int
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    status: int | None = None

    def kill(self) -> None:
        """SIGKILL, now."""
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: it is there, and does nothing."""
        self._signal(signal.SIGSTOP)

    def end(self) -> None:
        """SIGTERM: it ends in order."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Launcher:
    """The process that bots are forked from."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._started: asyncio.Queue[BotProcess] = asyncio.Queue()
        self._bots: dict[int, BotProcess] = {}
        self._turn = asyncio.Lock()
        self.ready = asyncio.Event()

    async def start(
        self,
        settings: dict[str, str],
        log: Path,
        *,
        die_at: tuple[str, int] | None = None,
        planted: str | None = None,
        ahead: float = 0.0,
    ) -> BotProcess:
        """A bot that is building itself; nothing is waited for."""
        wanted = {"settings": settings, "log": str(log), "die_at": die_at, "planted": planted, "ahead": ahead}
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            async with asyncio.timeout(30):
                return await self._started.get()

    async def listen(self) -> None:
        """Hear what the launcher says, until it ends."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self._hear(*json.loads(line))

    def _hear(self, word: str, pid: int, status: int = 0) -> None:
        if word == "ready":
            self.ready.set()
        elif word == "started":
            self._bots[pid] = bot = BotProcess(pid)
            self._started.put_nowait(bot)
        else:
            bot = self._bots.pop(pid)
            bot.status = status
            bot.ended.set()


@asynccontextmanager
async def launcher() -> AsyncGenerator[Launcher]:
    """Ready when the block starts; it and its bots are gone when the block ends."""
    program = (sys.executable, "-m", "tests.soak.launcher")
    kept: dict[str, Any] = environment()
    process = await asyncio.create_subprocess_exec(*program, env=kept, stdin=PIPE, stdout=PIPE)
    found = Launcher(process)
    listening = asyncio.create_task(found.listen())
    try:
        async with asyncio.timeout(60):
            await found.ready.wait()
        yield found
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await asyncio.gather(listening, return_exceptions=True)
