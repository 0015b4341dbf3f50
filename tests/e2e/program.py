"""`supportbot` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("supportbot"))


def environment(**settings: str) -> dict[str, str]:
    """The machine's environment without anything of ours, and these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORTBOT_")}
    return {**kept, **settings}


async def supportbot(*arguments: str, cwd: Path, **settings: str) -> tuple[int, str, str]:
    """Run the program to its end: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        cwd=cwd,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
