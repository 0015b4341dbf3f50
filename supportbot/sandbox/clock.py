"""The sandbox's clock and its ids: both can be moved, real time is kept only for deadlines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

DISCORD_EPOCH_MS = 1_420_070_400_000
_WORKER_AND_SEQUENCE_BITS = 22


class Clock:
    """The time in the sandbox: the machine's time plus an offset that can be moved forwards and back."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self.alarms: dict[str, datetime] = {}
        self.alarms_told: Counter[str] = Counter()
        """How often an alarm was set or taken away, by its name."""
        self.on_move: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The sandbox's time, aware, in UTC."""
        return datetime.now(UTC) + self.offset

    @property
    def offset_ms(self) -> int:
        """How far the sandbox's time is ahead of the machine's, in milliseconds."""
        return round(self.offset / timedelta(milliseconds=1))

    def advance(self, by: timedelta) -> None:
        """Move the clock; a negative `by` moves it back. Raises OverflowError outside the years 2015 to 2150."""
        self.check(self.now() + by)
        self.offset += by
        for tell in list(self.on_move):
            tell()

    def to(self, instant: datetime) -> None:
        """Set the clock to an aware instant."""
        self.advance(instant - self.now())

    @staticmethod
    def check(instant: datetime) -> None:
        """Raises OverflowError for an instant to which the clock cannot be moved."""
        if not 2015 < instant.year < 2150:
            msg = "the clock can be moved between 2016 and 2149 only"
            raise OverflowError(msg)

    def set_alarm(self, name: str, at: datetime | None) -> None:
        """Somebody who follows the clock wants to wake then; None takes the alarm away."""
        if at is None:
            self.alarms.pop(name, None)
        else:
            self.alarms[name] = at
        self.alarms_told[name] += 1


class Snowflakes:
    """Discord's ids: the clock's milliseconds in the upper bits, and always larger than the one before.

    After the clock went back, ids go on from the last one, so that newer still means larger.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def __call__(self) -> int:
        fresh = snowflake_at(self._clock.now())
        self._last = max(fresh, self._last + 1)
        return self._last


def snowflake_at(instant: datetime) -> int:
    """The smallest id of this instant."""
    return (round(instant.timestamp() * 1000) - DISCORD_EPOCH_MS) << _WORKER_AND_SEQUENCE_BITS


def iso(instant: datetime) -> str:
    """The instant as Discord writes it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
