"""Every canonical zone and cadence, three days around each change of its clocks, against the oracle beside this file.

The default suite looks at a sample; `make test-long` looks at all of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from itertools import cycle, islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.domain.cadence import (
    Cadence,
    MemberTimes,
    QuietHours,
    Rule,
    Slot,
    Vacation,
    deferred_to,
    due_on,
    next_occurrences,
    start_of,
)
from tests.domain.cadence_oracle import Case, Found, changes_of, expected, instant_of, is_ever_shown
from tests.domain.hard_cases import HARD

FIRST, LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
GROUPS = 24
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SAMPLED = (
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/New_York",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Chatham",
)


def canonical_zones() -> list[str]:
    """The zones that are no other name of another, as the time zone database lists them."""
    lines = (resources.files("tzdata") / "zoneinfo" / "tzdata.zi").read_text().splitlines()
    return sorted(line.split()[1] for line in lines if line.startswith("Z "))


@cache
def changes(zone: str) -> list[datetime]:
    return list(changes_of(ZoneInfo(zone), FIRST, LAST))


def telling_times(zone: str, change: datetime) -> list[time]:
    """Readings of the clock before, in, at both ends of, and behind what it jumps over or shows twice."""
    moment = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    before = (change - MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + MINUTE
    low, high = sorted((before, moment))
    found = (low - MINUTE, low, low + (high - low) / 2, high - MINUTE, high, high + 31 * MINUTE)
    return [each.replace(second=0).time() for each in found]


def quiet_choices(at: list[time]) -> Iterator[tuple[time, time] | None]:
    """None twice, then what ends or begins in the jump, what goes over midnight, nothing, and nearly the whole day."""
    return cycle([None, (time(22), at[2]), None, (time(22), time(7)), (at[2], time(9)), (at[1], at[1]), (at[4], at[2])])


def cases_of(zone: str, change: datetime, turn: int) -> Iterator[Case]:
    """Every cadence, so that it asks on the day of the change."""
    at = telling_times(zone, change)
    here = change.astimezone(ZoneInfo(zone)).date()
    slots = tuple(islice(cycle(at), turn % 6, turn % 6 + 3))
    one = slots[:1]
    quiet = islice(quiet_choices(at), turn % 7, None)
    base = Case("daily", slots, zone, change - 1.5 * DAY, 9)
    yield replace(base, quiet=next(quiet))
    yield replace(base, cadence="weekdays", quiet=next(quiet), until=here + timedelta(days=turn % 4))
    yield replace(base, cadence="weekly", days=(here.weekday(), (here.weekday() + 1) % 7), quiet=next(quiet))
    n = 2 + turn % 89
    start = here + n * timedelta(days=turn % 5 - 2)
    yield replace(base, cadence="every_n_days", slots=one, every=n, start=start, count=3, quiet=next(quiet))
    day = here.day if turn % 2 else 31
    yield replace(base, cadence="monthly", slots=one, day=day, count=3, quiet=next(quiet))
    yield replace(base, quiet=next(quiet), away=(here + (turn % 3 - 1) * DAY, here + DAY))


def ours(case: Case) -> list[Found]:
    rule, times = asked(case)
    found = next_occurrences(rule, times, case.after, case.count)
    assert next_occurrences(rule, times, case.after, 1) == found[:1]
    assert [due_on(rule, times, each.local_date, each.slot) for each in found] == found
    return [(each.local_date, int(each.slot), each.due, each.deferred) for each in found]


def asked(case: Case) -> tuple[Rule, MemberTimes]:
    rule = Rule(
        Cadence(case.cadence),
        tuple(Slot(str(number), at) for number, at in enumerate(case.slots)),
        days=case.days,
        every=case.every or None,
        start=case.start,
        day=case.day or None,
        until=case.until,
    )
    quiet = None if case.quiet is None else QuietHours(*case.quiet)
    return rule, MemberTimes(case.zone, quiet, None if case.away is None else Vacation(*case.away))


def look_at(zones: list[str], *, one_in: int = 1) -> tuple[int, int, int]:
    """Compare all of it; how many changes, cases and occurrences there were."""
    cases = occurrences = seen = 0
    for zone in zones:
        for turn, change in enumerate(changes(zone) or [datetime(2026, 3, 29, 1, tzinfo=UTC)]):
            if (turn + len(zone)) % one_in:
                continue
            seen += 1
            for case in cases_of(zone, change, turn + len(zone)):
                wanted = expected(case)
                assert ours(case) == wanted, case
                cases += 1
                occurrences += len(wanted)
        instant_of.cache_clear()
        is_ever_shown.cache_clear()
    return seen, cases, occurrences


def by_hand(told: str) -> list[Found]:
    found: list[Found] = []
    for part in told.split(" / "):
        if part != "end":
            day, slot, due, *quiet = part.split()
            found.append((date.fromisoformat(day), int(slot), utc(due), bool(quiet)))
    return found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("why", "case", "told"), HARD)
def test_hard_cases_that_were_checked_by_hand(why: str, case: Case, told: str) -> None:
    wanted = by_hand(told)
    case = replace(case, count=len(wanted) + ("end" in told))
    assert ours(case) == wanted, why
    assert expected(case, horizon=10_000) == wanted, f"the oracle errs: {why}"


@pytest.mark.parametrize(
    ("day", "zone", "told"),
    [
        ("2026-06-01", "Europe/Berlin", "2026-05-31T22:00"),
        ("2019-09-08", "America/Santiago", "2019-09-08T04:00"),  # begins at 01:00
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00"),  # is not there: the 31st begins
        ("2010-11-07", "America/St_Johns", "2010-11-07T02:30"),  # begins twice: the first time
        ("1919-03-31", "America/Toronto", "1919-03-31T04:30"),  # the clock went from 23:30 to 00:30
    ],
)
def test_a_day_begins_when_its_clock_first_shows_it(day: str, zone: str, told: str) -> None:
    assert start_of(date.fromisoformat(day), zone) == utc(told)


@pytest.mark.parametrize(
    ("quiet", "now", "told"),
    [
        ("22:00-07:00", "2026-06-01T20:00", "2026-06-02T05:00"),
        ("22:00-07:00", "2026-06-02T04:59", "2026-06-02T05:00"),
        ("22:00-07:00", "2026-06-02T05:00", None),
        ("22:00-07:00", "2026-06-01T19:59", None),
        ("09:00-09:00", "2026-06-01T07:00", None),
        ("22:00-02:30", "2026-10-25T00:10", "2026-10-25T00:30"),
        ("22:00-02:30", "2026-10-25T01:10", None),  # 02:10 for the second time: the quiet hours are over
        ("22:00-02:30", "2026-03-29T00:30", "2026-03-29T01:30"),
    ],
)
def test_what_is_about_to_go_out_in_quiet_hours_waits_for_their_end(quiet: str, now: str, told: str | None) -> None:
    begins, ends = map(time.fromisoformat, quiet.split("-"))
    times = MemberTimes("Europe/Berlin", QuietHours(begins, ends))
    assert deferred_to(utc(now), times) == (None if told is None else utc(told))
    assert deferred_to(utc(now), MemberTimes("Europe/Berlin")) is None


def test_a_date_on_which_nothing_is_due() -> None:
    rule = Rule(Cadence.WEEKLY, (Slot("a", time(8)),), days=(0,), until=date(2026, 6, 8))
    times = MemberTimes("UTC", vacation=Vacation(date(2026, 6, 1), date(2026, 6, 3)))
    days = [date(2026, 6, day) for day in (1, 7, 8, 15)]
    assert [due_on(rule, times, day, "a") is not None for day in days] == [False, False, True, False]
    assert due_on(rule, times, days[2], "b") is None
    daily = Rule(Cadence.DAILY, rule.slots)
    assert due_on(daily, MemberTimes("Pacific/Apia"), date(2011, 12, 30), "a") is None


TIMES = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(list(Cadence)),
    st.lists(TIMES, min_size=1, max_size=3),
    st.sampled_from(canonical_zones()),
    st.integers(int(utc("1993-08-01").timestamp()), int(utc("2037-12-01").timestamp())),
    st.none() | st.tuples(TIMES, TIMES),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(2, 90),
    st.integers(-200, 40),
)
def test_any_rule_agrees_with_the_oracle(
    cadence: Cadence,
    at: list[time],
    zone: str,
    after: int,
    quiet: tuple[time, time] | None,
    days: set[int],
    number: int,
    ahead: int,
) -> None:
    moment = datetime.fromtimestamp(after, UTC)
    case = Case(
        cadence.value,
        tuple(at),
        zone,
        moment,
        4,
        days=tuple(days),
        every=number,
        start=moment.date() + ahead * DAY,
        day=number % 31 + 1,
        quiet=quiet,
    )
    assert ours(case) == expected(case)


def test_a_sample_of_the_changes_agrees_with_the_oracle() -> None:
    seen, cases, occurrences = look_at(list(SAMPLED), one_in=12)
    sys.stdout.write(f"{len(SAMPLED)} zones, {seen} changes, {cases} cases, {occurrences} occurrences\n")
    assert cases == 6 * seen
    assert occurrences > 4 * cases


@pytest.mark.long
@pytest.mark.parametrize("group", range(GROUPS))
def test_every_zone_and_cadence_around_every_change_agrees_with_the_oracle(group: int) -> None:
    zones = canonical_zones()[group::GROUPS]
    seen, cases, occurrences = look_at(zones)
    sys.stdout.write(f"\n{len(zones)} zones, {seen} changes, {cases} cases, {occurrences} occurrences: 0 differ\n")
    assert seen >= len(zones)
