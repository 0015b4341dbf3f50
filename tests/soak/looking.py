"""What became of check-ins: in the rows, and in people's DMs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from supportbot.sandbox.server import Sandbox
from tests.soak.plans import rows

SOON = timedelta(seconds=3)
_NEVER = asyncio.Event()


async def until(look: Callable[[], object], seconds: float = 20.0) -> None:
    """Until it is true of what another process wrote. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not look():  # noqa: ASYNC110 (a file tells nobody that it was written)
            await asyncio.sleep(0.05)


async def settled(sandbox: Sandbox, database: Path, *, ended: asyncio.Event = _NEVER, ahead: float = 0.0) -> bool:
    """True once nothing that was due is left to do; false once the bot is dead.

    Pauses that the bot makes for minutes are passed over by moving the clock, while no request is under way; `ahead` is
    the error of the bot's clock, in seconds.
    """
    error = timedelta(seconds=ahead)
    while not ended.is_set():
        waiting = [row for row in rows(database) if row.wake_at is not None]
        if not waiting:
            return True
        next_wake = min(row.wake_at for row in waiting if row.wake_at is not None) - error
        nothing_out = all(row.state in {"planned", "unknown"} for row in waiting)
        if nothing_out and next_wake > sandbox.clock.now() + SOON:
            await sandbox.actor.move_clock(to=next_wake)
        await asyncio.sleep(0.05)
    return False


async def came_to(sandbox: Sandbox, *names: str) -> Counter[str]:
    """How many messages in these people's DMs carry each delivery id (and each other part of a button's id)."""
    found: Counter[str] = Counter()
    for name in names:
        for message in await sandbox.actor.messages(user=name, channel="dm", limit=1000):
            found.update({part for key in _custom_ids(message["components"]) for part in key.split(":")})
    return found


def _custom_ids(components: Iterable[dict[str, object]]) -> Iterable[str]:
    for component in components:
        if isinstance(key := component.get("custom_id"), str):
            yield key
        inner = component.get("components")
        if isinstance(inner, list):
            yield from _custom_ids(inner)
