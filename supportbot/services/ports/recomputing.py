"""What is planned, to be computed anew, and the files that say how clocks change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from supportbot.domain.recomputing import Move, Pending

ZoneFingerprint = Callable[[], Awaitable[str]]
"""Says which time zone data there is: another text when any of its files differs. Does not hold up the event loop."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    wake_at: datetime
    row: object


@dataclass(frozen=True, slots=True)
class Page:
    """`ended` is None when there is nothing more. There can be fewer than were asked for, also none."""

    pending: Sequence[Pending]
    ended: Place | None


class Recomputing(Protocol):
    """Everything that is planned and of which nothing went out yet."""

    async def page(self, after: Place | None, *, limit: int) -> Page:
        """What is planned, in the order in which it is due; a repeat that somebody asked for is not in it."""
        ...

    async def going_with(self, leads: Collection[Pending]) -> dict[str, list[Pending]]:
        """By delivery, what is to go out with it."""
        ...

    async def move(self, moves: Sequence[Move], *, window: timedelta, at: datetime) -> None:
        """Give them their new instants; what was changed, claimed or sent meanwhile is left as it is."""
        ...
