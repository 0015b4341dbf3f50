"""Hours: understood where they can be, and closed said only where it is certain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot import content
from supportbot.domain.helplines import ALWAYS_OPEN, UNKNOWN_HOURS
from supportbot.domain.opening import Opening, opening_of

BERLIN = "Europe/Berlin Mon-Sat 14:00-20:00"
PARIS = "Europe/Paris daily 08:00-02:00"


def at(zone: str, day: int, hour: int, minute: int = 0) -> datetime:
    """In June 2026, whose first day is a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def understood(hours: str) -> Opening:
    opening = opening_of(hours)
    assert opening is not None
    return opening


@pytest.mark.parametrize(
    ("hours", "when", "closed"),
    [
        (BERLIN, at("Europe/Berlin", 1, 13, 59), True),
        (BERLIN, at("Europe/Berlin", 1, 14), False),
        (BERLIN, at("Europe/Berlin", 1, 19, 59), False),
        (BERLIN, at("Europe/Berlin", 1, 20), True),
        (BERLIN, at("Europe/Berlin", 6, 15), False),
        (BERLIN, at("Europe/Berlin", 7, 15), True),
        (PARIS, at("Europe/Paris", 3, 1, 59), False),
        (PARIS, at("Europe/Paris", 3, 2), True),
        (PARIS, at("Europe/Paris", 3, 8), False),
        ("Europe/Rome daily 09:00-24:00", at("Europe/Rome", 3, 23, 59), False),
        ("Europe/Rome daily 09:00-24:00", at("Europe/Rome", 3, 0), True),
        ("Europe/Helsinki Fri 09:00-13:00", at("Europe/Helsinki", 5, 12), False),
        ("Europe/Helsinki Fri 09:00-13:00", at("Europe/Helsinki", 4, 12), True),
        ("Africa/Nairobi Sat-Mon 22:00-06:00", at("Africa/Nairobi", 2, 5), False),
        ("Africa/Nairobi Sat-Mon 22:00-06:00", at("Africa/Nairobi", 3, 5), True),
        ("Asia/Tokyo daily at least 06:00-24:00", at("Asia/Tokyo", 3, 3), False),
    ],
)
def test_closed_or_not(hours: str, when: datetime, closed: bool) -> None:
    assert understood(hours).is_closed(when) is closed


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        (BERLIN, at("Europe/Berlin", 1, 9), at("Europe/Berlin", 1, 14)),
        (BERLIN, at("Europe/Berlin", 1, 21), at("Europe/Berlin", 2, 14)),
        (BERLIN, at("Europe/Berlin", 6, 21), at("Europe/Berlin", 8, 14)),
        ("Europe/Helsinki Fri 09:00-13:00", at("Europe/Helsinki", 5, 14), at("Europe/Helsinki", 12, 9)),
        ("Europe/Paris daily 08:00-02:00", at("Europe/Paris", 3, 3), at("Europe/Paris", 3, 8)),
    ],
)
def test_when_it_opens_next(hours: str, now: datetime, opens: datetime) -> None:
    assert understood(hours).next_opening(now) == opens


def test_a_night_without_its_opening_hour() -> None:
    """Clocks go forward from 02:00 to 03:00: what opens at 02:30 opens at 03:30 then, as a clock on the wall says."""
    opening = understood("Europe/Berlin daily 02:30-06:00")
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert opening.next_opening(before) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "hours",
    [
        ALWAYS_OPEN,
        UNKNOWN_HOURS,
        "Mon-Fri 09:00-17:00",
        "Europe/Atlantis daily 09:00-17:00",
        "Europe/Berlin Mon-Fri",
        "Europe/Berlin daily 25:00-26:00",
        "Europe/Berlin daily 09:75-10:00",
        "Europe/Berlin daily 09:00-09:00",
        "Europe/Berlin daily 24:00-06:00",
        "Asia/Tokyo daily 16:00-21:00; from 08:00 on the 10th until 08:00 on the 11th",
        "most evenings",
    ],
)
def test_hours_that_are_not_understood_are_never_called_closed(hours: str) -> None:
    assert opening_of(hours) is None


def test_what_is_shipped_is_understood_but_for_one() -> None:
    given = {line.hours for line in content.load().helplines} - {ALWAYS_OPEN, UNKNOWN_HOURS}
    assert len(given) > 5
    assert [hours for hours in given if opening_of(hours) is None] == [
        "Asia/Tokyo daily 16:00-21:00; from 08:00 on the 10th until 08:00 on the 11th"
    ]


minutes = st.integers(0, 24 * 60 - 1)
instants = st.integers(0, 15 * 365 * 24 * 60).map(
    lambda minute: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"]),
    minutes,
    minutes,
    instants,
)
def test_it_is_open_when_it_has_just_opened(zone: str, opens: int, closes: int, now: datetime) -> None:
    if opens == closes:
        return
    hours = f"{zone} daily {opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
    opening = understood(hours)
    next_one = opening.next_opening(now)
    assert now < next_one <= now + timedelta(days=2)
    # On the night of a clock change the wall clock may have jumped past a short opening.
    if (opening.closes - opening.opens) > 120:
        assert not opening.is_closed(next_one)
