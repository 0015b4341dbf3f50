"""From a plan's wall clock to instants: pure functions, no clock, no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from whenever import Instant, PlainDateTime, TimeZoneNotFoundError, ZonedDateTime, available_timezones

from supportbot.errors import UserError

# One wall clock reading at most: hour, minutes if any, and am or pm if the person writes so.
_LOCAL_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?(half)m?)\.?", re.IGNORECASE
)


class Cadence(StrEnum):
    """How often a plan asks."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    EVERY_N_DAYS = "every_n_days"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Slot:
    """One of a plan's times of day. The id survives edits of the time and is never given to another time."""

    id: str
    at: time


@dataclass(frozen=True, slots=True)
class Rule:
    """When a plan asks, in the member's wall clock.

    `days` are a weekly rule's weekdays, 0 is Monday; `every` (days) and `start` belong to every_n_days, `day` of the
    month to monthly, where a month without it uses its last day. `until` is the last local date that is asked on.
    """

    cadence: Cadence
    slots: tuple[Slot, ...]
    days: tuple[int, ...] = ()
    every: int | None = None
    start: date | None = None
    day: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """[begins, ends) in local time, over midnight where it begins later than it ends; none where both are the same."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Vacation:
    """Local dates without check-ins, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class MemberTimes:
    """What holds for all plans of a member. `zone` is an IANA name."""

    zone: str
    quiet: QuietHours | None = None
    vacation: Vacation | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What should happen once: (plan, local date, slot). `due` is the effective instant, aware and in UTC.

    `deferred` says that quiet hours moved it.
    """

    local_date: date
    slot: str
    due: datetime
    deferred: bool = False


def next_occurrences(rule: Rule, times: MemberTimes, after: datetime, count: int) -> list[Occurrence]:
    """The first `count` occurrences whose effective instant is later than `after` (aware), in order of that instant.

    A time inside a gap of the clock moves later by the length of the gap, a time that happens twice is taken the first
    time (RFC 5545, "compatible" in Temporal). A local date that the zone skips has no occurrence.
    Raises UserError `zone.unknown` for a zone that the time zone database does not have, or no longer.
    """
    found = (item for day in _days_from(after, times.zone) for item in _on(day, rule, times) if item.due > after)
    return list(islice(found, count))


def _days_from(after: datetime, zone: str) -> Iterator[date]:
    # Start one local day early: an occurrence moved by a gap can end on the day after its own.
    local = _in_zone(Instant(after), zone).date().to_stdlib() - timedelta(days=1)
    while local < date.max:
        yield local
        local += timedelta(days=1)


def _on(day: date, rule: Rule, times: MemberTimes) -> list[Occurrence]:
    found = [
        Occurrence(day, slot.id, due) for slot in rule.slots if (due := resolve(day, slot.at, times.zone)) is not None
    ]
    return sorted(found, key=lambda item: (item.due, item.slot))


@lru_cache(maxsize=65_536)
def resolve(day: date, at: time, zone: str) -> datetime | None:
    """The UTC instant at which `zone`'s wall clock shows `at` on `day`, or None if that zone has no such day."""
    resolved = _zoned(day, at, zone)
    if resolved.date().to_stdlib() != day and _is_skipped(day, zone):
        return None
    return resolved.to_instant().to_stdlib().astimezone(UTC)


def _zoned(day: date, at: time, zone: str) -> ZonedDateTime:
    plain = PlainDateTime(day.year, day.month, day.day, at.hour, at.minute)
    try:
        return plain.assume_tz(zone, disambiguation="compatible")  # pyright: ignore[reportUnknownMemberType]
    except TimeZoneNotFoundError:
        raise UserError("zone.unknown") from None


def _in_zone(instant: Instant, zone: str) -> ZonedDateTime:
    # The library's stubs name an optional type that is not installed; these two calls are the only ones it touches.
    try:
        return instant.to_tz(zone)  # pyright: ignore[reportUnknownMemberType]
    except TimeZoneNotFoundError:
        raise UserError("zone.unknown") from None


def wall_clock(instant: datetime, zone: str) -> datetime:
    """What the clocks of `zone` show at an aware instant, naive. Raises UserError `zone.unknown`."""
    return _in_zone(Instant(instant), zone).to_stdlib().replace(tzinfo=None)


def _is_skipped(day: date, zone: str) -> bool:
    return all(_zoned(day, at, zone).date().to_stdlib() != day for at in (time(0, 0), time(23, 59)))


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
def zone_names() -> frozenset[str]:
    """The IANA names that a person can choose. Abbreviations such as EST are left out: they mean several things."""
    return frozenset(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    ) | {"UTC"}


def check_zone(name: str) -> str:
    """The zone's name as the time zone database spells it; raises UserError `zone.unknown` if it has none such."""
    wanted = name.strip().replace(" ", "_")
    for known in (wanted, *_by_lower_case().get(wanted.lower(), ())):
        if known in zone_names():
            with suppress(UserError):
                _in_zone(Instant.from_timestamp(0), known)
                return known
    raise UserError("zone.unknown")


@lru_cache(maxsize=1)
def _by_lower_case() -> dict[str, tuple[str, ...]]:
    return {name.lower(): (name,) for name in zone_names()}
