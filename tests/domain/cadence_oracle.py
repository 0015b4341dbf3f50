"""A second opinion on cadences: the standard library's zones and search, none of the bot's code, nothing clever.

Everything is plain values: `{"cadence": "daily", "at": ["02:30"], "zone": "Europe/Berlin", …}`, as one would write them
down for `supportbot schedule preview`. An answer is a list of (local date, slot, effective instant, deferred).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """What is asked. `slots` are times of day, `away` the first and last date of a vacation."""

    cadence: str
    slots: tuple[time, ...]
    zone: str
    after: datetime
    count: int
    days: tuple[int, ...] = ()
    every: int = 0
    start: date | None = None
    day: int = 0
    until: date | None = None
    quiet: tuple[time, time] | None = None
    away: tuple[date, date] | None = None


Found = tuple[date, int, datetime, bool]


def expected(case: Case, *, horizon: int = 400) -> list[Found]:
    """Look at each date around `after`, work out every slot, then sort: the first of them that are later than it."""
    zone = ZoneInfo(case.zone)
    first = case.after.astimezone(zone).date() - 5 * DAY
    found: list[Found] = []
    for ahead in range(horizon):
        day = first + ahead * DAY
        if is_asked_on(case, day):
            found.extend(of_day(case, day, zone))
        if len(found) > case.count + 8 * len(case.slots):
            break  # the dates behind are days later: nothing in quiet hours or gaps overtakes so many
    found = [each for each in found if each[2] > case.after]
    return sorted(found, key=lambda each: (each[2], each[0], case.slots[each[1]], each[1]))[: case.count]


def is_asked_on(case: Case, day: date) -> bool:
    if case.until is not None and day > case.until:
        return False
    if case.away is not None and case.away[0] <= day <= case.away[1]:
        return False
    if case.cadence == "every_n_days":
        assert case.start is not None
        return day >= case.start and (day - case.start).days % case.every == 0
    last = calendar.monthrange(day.year, day.month)[1]
    return {
        "daily": True,
        "weekdays": day.strftime("%w") in "12345",
        "weekly": day.weekday() in case.days,
        "monthly": day.day == case.day or (day.day == last and case.day > last),
    }[case.cadence]


def of_day(case: Case, day: date, zone: ZoneInfo) -> Iterator[Found]:
    for slot, at in enumerate(case.slots):
        due = instant_of(datetime.combine(day, at), zone)
        shown = reading(due, zone)
        if shown.date() != day and not is_ever_shown(day, zone):
            continue
        ends = quiet_until(shown, case.quiet)
        yield (day, slot, due, False) if ends is None else (day, slot, instant_of(ends, zone), True)


@cache
def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The earliest instant at which the clock shows this; if it never does, what the clock before the jump makes it."""
    as_utc = wall.replace(tzinfo=UTC)
    offsets = {(as_utc + step * HOUR).astimezone(zone).utcoffset() or timedelta() for step in range(-30, 31, 2)}
    shown = [as_utc - offset for offset in offsets if reading(as_utc - offset, zone) == wall]
    return min(shown) if shown else wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def reading(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


@cache
def is_ever_shown(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), UTC)
    return any(reading(noon + step * 10 * MINUTE, zone).date() == day for step in range(-300, 300))


def quiet_until(shown: datetime, quiet: tuple[time, time] | None) -> datetime | None:
    """Walk from minute to minute until it is no longer quiet."""
    if quiet is None:
        return None
    silent = minutes_of(quiet)
    walked = shown
    while (walked.hour, walked.minute) in silent:
        walked += MINUTE
    return None if walked == shown else walked


@cache
def minutes_of(quiet: tuple[time, time]) -> frozenset[tuple[int, int]]:
    walked, found = datetime.combine(date(2000, 1, 1), quiet[0]), set[tuple[int, int]]()
    while walked.time() != quiet[1]:
        found.add((walked.hour, walked.minute))
        walked += MINUTE
    return frozenset(found)


def changes_of(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Every instant at which the distance from UTC changes: looked for every six hours, then narrowed to the second."""
    here = first
    while here < last:
        there = here + 6 * HOUR
        if here.astimezone(zone).utcoffset() != there.astimezone(zone).utcoffset():
            yield narrowed(here, there, zone)
        here = there


def narrowed(before: datetime, behind: datetime, zone: ZoneInfo) -> datetime:
    old = before.astimezone(zone).utcoffset()
    while behind - before > timedelta(seconds=1):
        middle = (before + (behind - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            behind = middle
    return behind
