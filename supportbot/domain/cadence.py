"""From a plan's wall clock to instants: pure functions, no clock, no I/O."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice

from supportbot.domain.wallclock import (
    DAY,
    EPOCH_DAY,
    ZoneYear,
    check_zone,
    instant_of,
    parse_local_time,
    resolve,
    second_of_day,
    seconds_of,
    start_of,
    wall_clock,
    year_at,
    zone_names,
    zone_year,
)

__all__ = [
    "Cadence",
    "MemberTimes",
    "Occurrence",
    "QuietHours",
    "Rule",
    "Slot",
    "Vacation",
    "check_zone",
    "deferred_to",
    "due_on",
    "next_occurrences",
    "parse_local_time",
    "resolve",
    "start_of",
    "wall_clock",
    "zone_names",
]

# How many local dates an occurrence can be later than its own: a gap over midnight moves it to the next; so do quiet
# hours, whose end can lie in a date that the zone skips.
_LATER, _LATER_WITH_QUIET = 1, 2
# What is later than this day can end beyond the calendar.
_LAST_DAY = date(9999, 12, 20).toordinal()


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

    def has(self, day: date) -> bool:
        """Whether it is one of the dates."""
        return self.first <= day <= self.last


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
    time (RFC 5545, "compatible" in Temporal). A local date that the zone skips has no occurrence, nor has one of the
    vacation. What lies in quiet hours is deferred to their end; two that end at one instant are both given, the one
    of the earlier date and time first. There are fewer than `count` when the rule ends.
    Raises UserError `zone.unknown` for a zone that the time zone database does not have, or no longer.
    """
    return list(islice(_upcoming(rule, times, seconds_of(after)), max(0, count)))


def due_on(rule: Rule, times: MemberTimes, day: date, slot: str) -> Occurrence | None:
    """The occurrence of a local date and a slot; None if the rule and these times have none such (any more).

    Raises UserError `zone.unknown`.
    """
    year = zone_year(times.zone, day.year)
    number = day.toordinal()
    is_away = times.vacation is not None and times.vacation.has(day)
    if is_away or (rule.until is not None and day > rule.until) or _from(rule, number) != number:
        return None
    slots = [(second_of_day(each.at), each.id) for each in rule.slots if each.id == slot]
    found = _on(number - EPOCH_DAY, slots, year, None if times.quiet is None else _seconds(times.quiet))
    return _occurrence(found[0]) if found else None


def deferred_to(instant: datetime, times: MemberTimes) -> datetime | None:
    """When the quiet hours end in which an aware instant lies, in UTC and later than it; None if it lies in none."""
    if times.quiet is None:
        return None
    seconds = seconds_of(instant)
    year = year_at(seconds, times.zone)
    ends = _quiet_end(year.reading(seconds), *_seconds(times.quiet))
    if ends is None:
        return None
    # Clocks that were set back can show the quiet hours again, whose end has been by then.
    effective = instant_of(year.instant(ends))
    return effective if effective > instant else None


# An instant, the day counted from 1970 and the second of it, the slot, and whether quiet hours moved it.
_Found = tuple[int, int, int, str, bool]


def _upcoming(rule: Rule, times: MemberTimes, after: int) -> Iterator[Occurrence]:
    if not rule.slots:
        return
    quiet = None if times.quiet is None else _seconds(times.quiet)
    today = year_at(after, times.zone).reading(after) // DAY + EPOCH_DAY
    slots = [(second_of_day(slot.at), slot.id) for slot in rule.slots]
    found: list[_Found] = []
    for day in _days(rule, times.vacation, today - (_LATER if quiet is None else _LATER_WITH_QUIET)):
        year = zone_year(times.zone, date.fromordinal(day).year)
        found += [item for item in _on(day - EPOCH_DAY, slots, year, quiet) if item[0] > after]
        found.sort()
        # Nothing of a later date is due before this, as quiet hours and gaps move it later only.
        settled = (day + 1 - EPOCH_DAY) * DAY - year.most
        while found and found[0][0] <= settled:
            yield _occurrence(found.pop(0))
    yield from map(_occurrence, found)


def _occurrence(found: _Found) -> Occurrence:
    due, day, _, slot, deferred = found
    return Occurrence(date.fromordinal(day + EPOCH_DAY), slot, instant_of(due), deferred)


def _on(day: int, slots: list[tuple[int, str]], year: ZoneYear, quiet: tuple[int, int] | None) -> list[_Found]:
    found: list[_Found] = []
    for at, slot in slots:
        due = year.instant(day * DAY + at)
        reading = year.reading(due)
        if reading // DAY != day and not year.has_day(day):
            continue
        ends = None if quiet is None else _quiet_end(reading, *quiet)
        found.append((due, day, at, slot, False) if ends is None else (year.instant(ends), day, at, slot, True))
    return found


def _seconds(quiet: QuietHours) -> tuple[int, int]:
    return second_of_day(quiet.begins), second_of_day(quiet.ends)


def _quiet_end(reading: int, begins: int, ends: int) -> int | None:
    """What the clock shows when the quiet hours are over in which a reading lies."""
    at = reading % DAY
    if begins <= at < ends:
        return reading - at + ends
    if ends < begins and (at < ends or begins <= at):
        return reading - at + ends + (DAY if begins <= at else 0)
    return None


def _days(rule: Rule, vacation: Vacation | None, first: int) -> Iterator[int]:
    """The rule's local dates from the first on that are no vacation, as ordinals."""
    last = _LAST_DAY if rule.until is None else min(_LAST_DAY, rule.until.toordinal())
    away, back = (0, 0) if vacation is None else (vacation.first.toordinal(), vacation.last.toordinal() + 1)
    day = _from(rule, max(1, first))
    while day is not None and day <= last:
        if away <= day < back:
            day = _from(rule, back)
        else:
            yield day
            day = _from(rule, day + 1)


def _from(rule: Rule, day: int) -> int | None:
    """The first of the rule's days that is not before this one; None if there is none."""
    match rule.cadence:
        case Cadence.DAILY:
            return day
        case Cadence.WEEKDAYS:
            return day + _TO_WORKDAY[(day - 1) % 7]
        case Cadence.WEEKLY:
            # An ordinal of 1 is a Monday.
            return min((day + (weekday - (day - 1)) % 7 for weekday in rule.days), default=None)
        case Cadence.EVERY_N_DAYS:
            return _every(rule.start, rule.every or 0, day)
        case Cadence.MONTHLY:
            return _monthly(rule.day, day)


_TO_WORKDAY = (0, 0, 0, 0, 0, 2, 1)


def _every(start: date | None, every: int, day: int) -> int | None:
    if start is None or every < 1:
        return None
    begins = start.toordinal()
    return begins if day <= begins else day + (begins - day) % every


def _monthly(wanted: int | None, day: int) -> int | None:
    if wanted is None or day > _LAST_DAY:
        return None
    here = date.fromordinal(day)
    found = _in_month(here.year, here.month, wanted)
    if found >= day:
        return found
    return _in_month(here.year + here.month // 12, here.month % 12 + 1, wanted)


def _in_month(year: int, month: int, wanted: int) -> int:
    return date(year, month, min(wanted, monthrange(year, month)[1])).toordinal()
