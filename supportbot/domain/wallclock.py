"""What the clocks of a time zone show, and when: the one place that knows the time zone database."""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from whenever import Instant, TimeZoneNotFoundError, ZonedDateTime, available_timezones, clear_tzcache

from supportbot.errors import UserError

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
_SECOND = timedelta(seconds=1)
# A year's table holds the changes of some days before and after it too: what begins in one year can end in another.
_MARGIN = 10 * DAY
# Years in which every such day is still one of the calendar.
_FIRST_YEAR, _LAST_YEAR = 2, 9998

# One wall clock reading at most: hour, minutes if any, and am or pm if the person writes so.
_LOCAL_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?(half)m?)\.?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ZoneYear:
    """How far a zone's clocks are from UTC in one year: `offsets`, in seconds, with a change between each two.

    `changes` are the instants of the changes. `meant` are the readings, one a change, below which the offset before the
    change is the one that is meant. An instant is counted in seconds from 1970 in UTC; a reading of the clock too, as
    if the clock showed UTC. `most` is the largest offset.
    """

    offsets: tuple[int, ...]
    changes: tuple[int, ...]
    meant: tuple[int, ...]
    most: int

    def instant(self, reading: int) -> int:
        """When the clock shows this: the first time if twice, and by the length of the gap later if never."""
        # Both rules are one: the offset before the change holds for readings in a gap, and for the first of two.
        return reading - self.offsets[bisect_right(self.meant, reading)]

    def reading(self, instant: int) -> int:
        """What the clock shows."""
        return instant + self.offsets[bisect_right(self.changes, instant)]

    def has_day(self, day: int) -> bool:
        """Whether the clock shows anything of that day, counted from 1970."""
        return any(self.reading(self.instant(each)) == each for each in (day * DAY, day * DAY + DAY - 1))


def zone_year(zone: str, year: int) -> ZoneYear:
    """The changes of a zone's clocks around a year. Raises UserError `zone.unknown`."""
    return _zone_year(zone, min(max(year, _FIRST_YEAR), _LAST_YEAR))


# 4,096 tables take about 2 MB: every zone that there is, over some years.
@lru_cache(maxsize=4096)
def _zone_year(zone: str, year: int) -> ZoneYear:
    begins = seconds_of(datetime(year, 1, 1, tzinfo=UTC)) - _MARGIN
    ends = seconds_of(datetime(year + 1, 1, 1, tzinfo=UTC)) + _MARGIN
    now = _in_zone(begins, zone)
    offsets, changes = [_offset(now)], list[int]()
    while (change := now.next_transition()) is not None and change.timestamp() < ends:
        now = change
        if _offset(now) != offsets[-1]:  # it can also be the name of the time alone that changes
            changes.append(now.timestamp())
            offsets.append(_offset(now))
    meant = tuple(change + max(offsets[at : at + 2]) for at, change in enumerate(changes))
    return ZoneYear(tuple(offsets), tuple(changes), meant, max(offsets))


def _offset(moment: ZonedDateTime) -> int:
    return round(moment.offset.total("seconds"))


def _in_zone(seconds: int, zone: str) -> ZonedDateTime:
    # The library's stubs name an optional type that is not installed; this call is the only one it touches.
    try:
        return Instant.from_timestamp(seconds).to_tz(zone)  # pyright: ignore[reportUnknownMemberType]
    except TimeZoneNotFoundError:
        raise UserError("zone.unknown") from None


def resolve(day: date, at: time, zone: str) -> datetime | None:
    """The UTC instant at which `zone`'s wall clock shows `at` on `day`, or None if that zone has no such day.

    A time inside a gap of the clock moves later by the length of the gap, a time that happens twice is taken the first
    time (RFC 5545, "compatible" in Temporal). Raises UserError `zone.unknown`.
    """
    year = zone_year(zone, day.year)
    number = day.toordinal() - EPOCH_DAY
    reading = number * DAY + second_of_day(at)
    instant = year.instant(reading)
    if year.reading(instant) // DAY != number and not year.has_day(number):
        return None
    return instant_of(instant)


def start_of(day: date, zone: str) -> datetime:
    """The first instant, in UTC, of a local date, or of the next that the zone has. Raises UserError `zone.unknown`."""
    year = zone_year(zone, day.year)
    midnight = (day.toordinal() - EPOCH_DAY) * DAY
    instant = year.instant(midnight)
    if year.reading(instant) != midnight:  # the clock jumps over midnight: the day begins with the jump
        instant = year.changes[bisect_right(year.changes, instant) - 1]
    return instant_of(instant)


def wall_clock(instant: datetime, zone: str) -> datetime:
    """What the clocks of `zone` show at an aware instant, naive. Raises UserError `zone.unknown`."""
    return local(instant, zone).replace(tzinfo=None)


def local(instant: datetime, zone: str) -> datetime:
    """An aware instant as the clocks of `zone` show it, and how far from UTC. Raises UserError `zone.unknown`."""
    seconds = seconds_of(instant)
    offset = year_at(seconds, zone).reading(seconds) - seconds
    return instant.astimezone(timezone(timedelta(seconds=offset)))


def year_at(seconds: int, zone: str) -> ZoneYear:
    """The changes of a zone's clocks around an instant. Raises UserError `zone.unknown`."""
    return zone_year(zone, date.fromordinal(seconds // DAY + EPOCH_DAY).year)


def seconds_of(instant: datetime) -> int:
    """Whole seconds from 1970 to an aware instant."""
    return (instant - EPOCH) // _SECOND


def instant_of(seconds: int) -> datetime:
    """Aware, in UTC."""
    return EPOCH + timedelta(seconds=seconds)


def second_of_day(at: time) -> int:
    """Seconds from midnight to a reading of the clock."""
    return at.hour * 3600 + at.minute * 60 + at.second


def parse_local_time(text: str) -> time:
    """The wall clock time that a person wrote: `20:30`, `8.30`, `8:30 pm`, `8pm`.

    Raises UserError `time.unclear` for anything else, and for a bare number, which could be morning or evening.
    """
    match = _LOCAL_TIME.fullmatch(text.strip())
    if match is None or (match["minute"] is None and match["half"] is None):
        raise UserError("time.unclear")
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise UserError("time.unclear")
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    if hour > 23 or minute > 59:
        raise UserError("time.unclear")
    return time(hour, minute)


@lru_cache(maxsize=1)
def every_zone() -> frozenset[str]:
    """Every name that the time zone database has, also those that nobody is offered."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The IANA names that a person can choose. Abbreviations such as EST are left out: they mean several things."""
    return frozenset(
        name for name in every_zone() if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    ) | {"UTC"}


def check_zone(name: str) -> str:
    """The zone's name as the time zone database spells it; raises UserError `zone.unknown` if it has none such."""
    wanted = name.strip().replace(" ", "_")
    for known in (wanted, *_by_lower_case().get(wanted.lower(), ())):
        if known in zone_names():
            with suppress(UserError):
                _in_zone(0, known)
                return known
    raise UserError("zone.unknown")


@lru_cache(maxsize=1)
def _by_lower_case() -> dict[str, tuple[str, ...]]:
    return {name.lower(): (name,) for name in zone_names()}


def forget_zones() -> None:
    """Read the time zone database anew from now on: its files have changed."""
    clear_tzcache()
    for kept in (_zone_year, every_zone, zone_names, _by_lower_case):
        kept.cache_clear()
