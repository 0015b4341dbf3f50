"""What whoever hosts the bot may know of check-ins: how many, how old, in which state; never whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

OVERDUE = timedelta(minutes=5)
"""What should have been looked at longer ago than this is stuck: the engine looks at least that often."""

LATENESS = (timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))
"""Steps in which lateness is counted; the last count is of what was later than all of them."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is planned. Instants are UTC. `busiest` is the minute of the next day with the most, and how many they are.

    `delivered_until` is until when some process holds the delivering; None where nobody does, or none has to.
    """

    at: datetime
    now: int
    next_hour: int
    next_day: int
    later: int
    next: datetime | None
    busiest: tuple[datetime, int] | None
    delivered_until: datetime | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """What should not stay as it is.

    `overdue` counts, by state, what should have been looked at long ago, `oldest` since when; `unknown` are sends of
    which it is not known whether they arrived, `retried` those that were refused and are tried again. `without_next`
    are active plans that have not ended and of which nothing is planned.
    """

    at: datetime
    overdue: Mapping[str, int]
    oldest: datetime | None
    unknown: int
    retried: int
    most_attempts: int
    without_next: int

    @property
    def is_any(self) -> bool:
        """Whether somebody should look."""
        return bool(self.overdue or self.without_next)


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of what was due since an instant, and what there is.

    `outcomes` counts by state and reason, `plans` by state and why they are paused, `late` by the steps of LATENESS.
    """

    since: datetime
    outcomes: Mapping[tuple[str, str | None], int]
    plans: Mapping[tuple[str, str | None], int]
    late: tuple[int, ...]
