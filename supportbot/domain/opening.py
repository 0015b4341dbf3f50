"""When a line is open: its hours as far as they can be understood, and whether it is closed at an instant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count

from supportbot.domain.cadence import resolve, wall_clock, zone_names

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = "|".join(_DAYS)
_HOURS = re.compile(
    rf"(?P<zone>\S+) (?:daily|(?P<first>{_DAY})(?:-(?P<last>{_DAY}))?) (?P<least>at least )?"
    r"(?P<from>\d{2}:\d{2})-(?P<to>\d{2}:\d{2})"
)
WEEK = frozenset(range(7))
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Opening:
    """The same hours on each of some days. `zone` is an IANA name, days count from Monday, 0.

    `opens` and `closes` are minutes after midnight; `closes` is past 24:00 when it closes on the next day. Hours that
    hold `at_least` say nothing about the rest of the day.
    """

    zone: str
    days: frozenset[int]
    opens: int
    closes: int
    at_least: bool = False

    def is_closed(self, now: datetime) -> bool:
        """Whether it is certainly closed at this aware instant, by these hours. Public holidays are not in them."""
        if self.at_least:
            return False
        here = wall_clock(now, self.zone)
        minute = here.hour * 60 + here.minute
        by_today = here.weekday() in self.days and self.opens <= minute < self.closes
        by_yesterday = (here.weekday() - 1) % 7 in self.days and minute < self.closes - _DAY_MINUTES
        return not (by_today or by_yesterday)

    def next_opening(self, now: datetime) -> datetime:
        """When it opens next after this aware instant, in UTC."""
        today, at = wall_clock(now, self.zone).date(), time(self.opens // 60, self.opens % 60)
        coming = (today + timedelta(days=ahead) for ahead in count())
        opened = (resolve(day, at, self.zone) for day in coming if day.weekday() in self.days)
        return next(opening for opening in opened if opening is not None and opening > now)


def opening_of(hours: str) -> Opening | None:
    """The hours of a line, such as `Europe/Berlin Mon-Sat 14:00-20:00`, if they are of a form that we understand."""
    match = _HOURS.fullmatch(hours)
    if match is None or match["zone"] not in zone_names():
        return None
    opens, closes = _minutes(match["from"]), _minutes(match["to"])
    if opens is None or closes is None or opens in {closes, _DAY_MINUTES}:
        return None
    if closes < opens:
        closes += _DAY_MINUTES
    days = WEEK if match["first"] is None else _days(match["first"], match["last"] or match["first"])
    return Opening(match["zone"], days, opens, closes, at_least=match["least"] is not None)


def _days(first: str, last: str) -> frozenset[int]:
    start = _DAYS.index(first)
    return frozenset((start + each) % 7 for each in range((_DAYS.index(last) - start) % 7 + 1))


def _minutes(clock: str) -> int | None:
    hour, minute = int(clock[:2]), int(clock[3:])
    at = hour * 60 + minute
    return at if minute < 60 and at <= _DAY_MINUTES else None
