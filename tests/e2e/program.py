"""`supportbot` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-c", "from supportbot.cli import main; main()")
"""The program of this tree, whatever is installed."""


def environment(**settings: str) -> dict[str, str]:
    """The machine's environment without anything of ours, but where our code is, and these settings.

    What one process compiles the next one need not, whatever the machine has set.
    """
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SUPPORTBOT_", "PYTHONDONTWRITE"))
    }
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


async def supportbot(*arguments: str, cwd: Path, **settings: str) -> tuple[int, str, str]:
    """Run the program to its end: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *arguments,
        cwd=cwd,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
