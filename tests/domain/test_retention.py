"""The table of periods, the nights, and who counts as gone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from supportbot.domain.people import CommunityId
from supportbot.domain.retention import (
    HOUR,
    TABLE,
    Keep,
    Look,
    Periods,
    Verdict,
    is_due,
    is_late,
    judge,
    next_night,
    night_of,
    share_of,
)

HERE, THERE = CommunityId(1), CommunityId(2)
GONE, NOTHING = Verdict(is_there=False, is_gone=True), Verdict(is_there=False, is_gone=False)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_everything_has_a_period_that_can_only_be_made_shorter() -> None:
    assert set(TABLE) == set(Keep)
    assert all(0 < period.least <= period.days for period in TABLE.values())
    assert Periods.default().start(Keep.GRACE, at(31)) == at(1)


@pytest.mark.parametrize(
    ("instant", "night", "following"),
    [(at(2, 2, 59), 1, at(2, 3)), (at(2, 3), 2, at(3, 3)), (at(2, 23, 59), 2, at(3, 3)), (at(3, 0), 2, at(3, 3))],
)
def test_a_night_begins_at_its_hour(instant: datetime, night: int, following: datetime) -> None:
    assert night_of(instant) == date(2026, 3, night)
    assert next_night(instant) == following
    assert following.time() == HOUR


def test_a_night_is_due_once_and_late_after_two_were_missed() -> None:
    done = at(2, 3)
    assert not is_due(done, at(3, 2, 59))
    assert is_due(done, at(3, 3))
    assert is_due(None, at(1))
    assert is_due(done, at(1)), "a clock that was set back does not keep the next night waiting"
    assert not is_late(done, at(5, 2, 59))
    assert is_late(done, at(5, 3))
    assert is_late(None, at(1))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({}, NOTHING),
        ({HERE: Look.THERE}, Verdict(is_there=True, is_gone=False)),
        ({HERE: Look.NOT_THERE}, GONE),
        ({HERE: Look.BOT_NOT_THERE}, GONE),
        ({HERE: Look.NOT_THERE, THERE: Look.BOT_NOT_THERE}, GONE),
        ({HERE: Look.UNKNOWN}, NOTHING),
        ({HERE: Look.NOT_THERE, THERE: Look.UNKNOWN}, NOTHING),
        ({HERE: Look.THERE, THERE: Look.NOT_THERE}, Verdict(is_there=True, is_gone=False, left=frozenset({THERE}))),
        ({HERE: Look.THERE, THERE: Look.BOT_NOT_THERE}, Verdict(is_there=True, is_gone=False)),
        ({HERE: Look.THERE, THERE: Look.UNKNOWN}, Verdict(is_there=True, is_gone=False)),
    ],
)
def test_only_answers_say_who_is_gone(found: dict[CommunityId, Look], verdict: Verdict) -> None:
    assert judge(found) == verdict


def test_looking_is_spread_over_as_few_nights_as_it_takes() -> None:
    assert [share_of(people, 100) for people in (0, 1, 100, 101, 1000)] == [1, 1, 1, 2, 10]
    assert Periods.default().start(Keep.ERASURES, at(1)) == at(1) - timedelta(days=365)
