"""From wall clock to instant: a table of hard cases, and laws that hold everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supportbot.domain.cadence import (
    Cadence,
    MemberTimes,
    QuietHours,
    Rule,
    Slot,
    Vacation,
    check_zone,
    next_occurrences,
    parse_local_time,
    resolve,
    zone_names,
)
from supportbot.errors import UserError

ZONES = st.sampled_from(sorted(zone_names()))
DAYS = st.dates(date(1990, 1, 1), date(2037, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def utc(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        ("2026-03-28", "02:30", "Europe/Berlin", "2026-03-28T01:30+00:00"),
        ("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29T03:30+02:00"),  # gap: an hour later
        ("2026-03-29", "03:00", "Europe/Berlin", "2026-03-29T03:00+02:00"),
        ("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T02:30+02:00"),  # fold: the first
        ("2026-11-01", "01:30", "America/New_York", "2026-11-01T01:30-04:00"),  # fold
        ("2026-03-08", "02:30", "America/New_York", "2026-03-08T03:30-04:00"),  # gap
        ("2026-10-04", "02:10", "Australia/Lord_Howe", "2026-10-04T02:40+11:00"),  # a gap of half an hour
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-05T01:45+11:00"),  # a fold of half an hour
        ("2011-12-29", "08:00", "Pacific/Apia", "2011-12-29T08:00-10:00"),
        ("2011-12-31", "08:00", "Pacific/Apia", "2011-12-31T08:00+14:00"),
        ("2024-02-29", "12:00", "Asia/Kathmandu", "2024-02-29T12:00+05:45"),
        ("2019-09-08", "00:00", "America/Santiago", "2019-09-08T01:00-03:00"),  # midnight does not exist
    ],
)
def test_hard_cases(day: str, at: str, zone: str, expected: str) -> None:
    assert resolve(date.fromisoformat(day), time.fromisoformat(at), zone) == utc(expected)


def test_a_date_that_a_zone_skips_has_no_occurrence() -> None:
    assert resolve(date(2011, 12, 30), time(8), "Pacific/Apia") is None
    rule = Rule(Cadence.DAILY, (Slot("a", time(8)),))
    found = next_occurrences(rule, MemberTimes("Pacific/Apia"), utc("2011-12-29T00:00-10:00"), 3)
    assert [item.local_date.day for item in found] == [29, 31, 1]


def local_times(*times: str) -> tuple[Slot, ...]:
    return tuple(Slot(str(number), time.fromisoformat(at)) for number, at in enumerate(times))


def test_quiet_hours_move_to_their_end_and_keep_the_date() -> None:
    times = MemberTimes("Europe/Berlin", QuietHours(time(22), time(7)))
    found = next_occurrences(Rule(Cadence.DAILY, local_times("06:00", "12:00", "23:00")), times, utc("2026-06-01"), 4)
    assert [(item.local_date.day, item.slot, item.due.isoformat()[5:16], item.deferred) for item in found] == [
        (31, "2", "06-01T05:00", True),
        (1, "0", "06-01T05:00", True),
        (1, "1", "06-01T10:00", False),
        (1, "2", "06-02T05:00", True),
    ]


def test_a_rule_that_ends_gives_fewer_and_at_once() -> None:
    rule = Rule(Cadence.WEEKLY, local_times("08:00"), days=(2,), until=date(2026, 6, 10))
    days = [item.local_date.day for item in next_occurrences(rule, MemberTimes("UTC"), utc("2026-06-01"), 9)]
    assert days == [3, 10]
    away = MemberTimes("UTC", vacation=Vacation(date(2020, 1, 1), date(9998, 1, 1)))
    assert next_occurrences(rule, away, utc("2026-06-01"), 1) == []
    assert next_occurrences(replace(rule, slots=()), MemberTimes("UTC"), utc("2026-06-01"), 1) == []
    assert next_occurrences(replace(rule, days=(), until=None), MemberTimes("UTC"), utc("2026-06-01"), 1) == []


@given(DAYS, TIMES, ZONES)
def test_the_wall_clock_shows_the_time_or_stands_behind_a_gap(day: date, at: time, zone: str) -> None:
    """Against the standard library's arithmetic, which is written differently."""
    due = resolve(day, at, zone)
    assume(due is not None)
    assert due is not None
    wall = datetime.combine(day, at)
    shown = due.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if shown != wall:
        before = wall.replace(tzinfo=ZoneInfo(zone), fold=0).utcoffset()
        after = wall.replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset()
        assert before is not None
        assert after is not None
        assert shown - wall == after - before > timedelta(), "moved later by the length of the gap"
    earlier = (due - timedelta(hours=3)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert earlier != wall or shown != wall, "the first of two"


@given(
    st.lists(TIMES, min_size=1, max_size=3, unique=True),
    ZONES,
    st.integers(int(utc("1995-01-01T00:00Z").timestamp()), int(utc("2036-01-01T00:00Z").timestamp())),
)
def test_occurrences_are_in_order_after_and_unique(ats: list[time], zone: str, after: int) -> None:
    rule = Rule(Cadence.DAILY, tuple(Slot(str(number), at) for number, at in enumerate(ats)))
    start = datetime.fromtimestamp(after, UTC)
    found = next_occurrences(rule, MemberTimes(zone), start, 8)
    assert len(found) == 8
    dues = [item.due for item in found]
    assert dues == sorted(dues)
    assert all(due > start for due in dues), "`after` is exclusive"
    assert len({(item.local_date, item.slot) for item in found}) == 8
    assert next_occurrences(rule, MemberTimes(zone), dues[0], 7)[-1].due <= dues[-1], "nothing is passed over"


@given(DAYS, TIMES, ZONES)
def test_asking_again_from_an_occurrence_gives_the_next(day: date, at: time, zone: str) -> None:
    rule, times = Rule(Cadence.DAILY, (Slot("a", at),)), MemberTimes(zone)
    three = next_occurrences(rule, times, datetime.combine(day, time(0), UTC), 3)
    assert next_occurrences(rule, times, three[0].due, 2) == three[1:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20:30", time(20, 30)),
        ("8.30", time(8, 30)),
        (" 08:05 ", time(8, 5)),
        ("8:30 pm", time(20, 30)),
        ("8pm", time(20)),
        ("8 PM", time(20)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("12:01 a.m.", time(0, 1)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
        ("20h15", time(20, 15)),
    ],
)
def test_times_that_people_write(text: str, expected: time) -> None:
    assert parse_local_time(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "25:00", "24:00", "8", "20:60", "13pm", "0am", "noon", "8:3", "20:30:15", "-1:00", "８:３０ x", "20:30 20:31"],
)
def test_times_that_nobody_can_understand(text: str) -> None:
    with pytest.raises(UserError) as refusal:
        parse_local_time(text)
    assert refusal.value.text_id == "time.unclear"


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_time_or_a_kind_refusal(text: str) -> None:
    try:
        understood: time | UserError = parse_local_time(text)
    except UserError as refusal:
        understood = refusal
    if isinstance(understood, UserError):
        assert understood.text_id == "time.unclear"
        assert not understood.values, "what was typed is not carried along"
    else:
        assert understood.second == 0


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" America/New York ", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_zones_that_people_write(typed: str, zone: str) -> None:
    assert check_zone(typed) == zone


@pytest.mark.parametrize(
    "typed", ["", "EST", "MST7MDT", "Berlin", "Mars/Olympus", "../etc/passwd", "Etc/GMT+5", "localtime"]
)
def test_zones_that_are_none_or_unclear(typed: str) -> None:
    with pytest.raises(UserError) as refusal:
        check_zone(typed)
    assert refusal.value.text_id == "zone.unknown"


def test_every_zone_offered_can_be_used() -> None:
    assert len(zone_names()) > 400
    for zone in zone_names():
        assert check_zone(zone) == zone
        assert resolve(date(2026, 7, 1), time(12), zone)
