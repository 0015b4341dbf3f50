"""What was answered over time: the days of a period, points that are joined, gaps that stay gaps, and what is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.checkins import Answer, Goal
from supportbot.domain.history import (
    DAY,
    MOST_DAYS,
    WEEK,
    History,
    Period,
    Scale,
    history,
    runs,
    spread,
    start_of,
    ticks,
)
from supportbot.domain.pictures import Mark

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
MADRID = "Europe/Madrid"


def moods(*days_ago: float, period: Period = Period.MONTH) -> History:
    """A mood of 3 at each of these times before now, the longest ago first."""
    return history(period, [(NOW - days * DAY, Answer(mood=3)) for days in days_ago], now=NOW, zone=MADRID)


def at(marks: tuple[tuple[Mark, ...], ...]) -> list[list[float]]:
    return [[mark.at for mark in run] for run in marks]


@pytest.mark.parametrize(
    ("period", "zone", "begins"),
    [
        (Period.WEEK, "UTC", "2026-11-17T00:00:00+00:00"),
        (Period.MONTH, MADRID, "2026-10-24T22:00:00+00:00"),
        # There it is the next day already.
        (Period.WEEK, "Pacific/Auckland", "2026-11-17T11:00:00+00:00"),
        (Period.ALL, MADRID, None),
    ],
)
def test_where_a_period_begins(period: Period, zone: str, begins: str | None) -> None:
    found = start_of(period, NOW, zone)
    assert (found and found.isoformat()) == begins


def test_a_period_that_begins_with_a_missing_day() -> None:
    now = datetime(2012, 1, 5, 12, tzinfo=UTC)
    # Apia had no 30 December 2011, which is the first of the seven days; the 31st began at 10:00 UTC of the 30th.
    assert start_of(Period.WEEK, now, "Pacific/Apia") == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_days_without_an_answer_are_gaps() -> None:
    shown = moods(5, 4, 2, 0.25, 0)
    assert shown.answered_days == 4
    assert [len(run) for run in runs(shown, Scale.MOOD)] == [2, 1, 2]
    assert runs(shown, Scale.CRAVING) == ()


def test_the_day_is_the_members() -> None:
    late, early = datetime(2026, 11, 20, 22, 30, tzinfo=UTC), datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    answers = [(late, Answer(mood=1)), (early, Answer(mood=5))]
    # 23:30 on the 20th and 00:30 on the 22nd: a day lies between.
    assert [len(run) for run in runs(history(Period.WEEK, answers, now=NOW, zone=MADRID), Scale.MOOD)] == [1, 1]
    assert [len(run) for run in runs(history(Period.WEEK, answers, now=NOW, zone="UTC"), Scale.MOOD)] == [2]


def test_several_answers_a_day_stand_at_their_times() -> None:
    shown = moods(0.5, 0.25, 0, period=Period.WEEK)
    (run,) = runs(shown, Scale.MOOD)
    assert [mark.at % 1 for mark in run] == pytest.approx([9 / 24, 15 / 24, 21 / 24])


def test_what_is_older_than_the_period_is_not_in_it() -> None:
    shown = moods(29.95, 29.9, 0)
    assert (shown.first, shown.days, len(shown.moments)) == (date(2026, 10, 25), 30, 2)


def test_all_begins_with_the_first_answer() -> None:
    assert moods(9, 0, period=Period.ALL).days == 10
    assert moods(period=Period.ALL) == History(date(2026, 11, 23), date(2026, 11, 23), ())


def test_a_clock_set_back_hides_nothing() -> None:
    shown = moods(0, -2)
    assert shown.last == date(2026, 11, 25)
    assert max(max(run) for run in at(runs(shown, Scale.MOOD))) < shown.days


def test_a_year_has_a_mark_a_week() -> None:
    answers = [(NOW - days * DAY, Answer(mood=mood)) for days, mood in ((15, 1), (14, 5), (6, 2), (3, 3), (0, 4))]
    shown = history(Period.YEAR, answers, now=NOW, zone=MADRID)
    first, last = runs(shown, Scale.MOOD)
    assert [(mark.value, mark.low, mark.high) for mark in first] == [(3, 1, 5)]
    assert [(mark.value, mark.low, mark.high) for mark in last] == [(3, 2, 4)]


def test_what_is_said() -> None:
    answers = [Answer(mood=3), Answer(mood=3, craving=0), Answer(mood=2), Answer(mood=2, note="x"), Answer(mood=5)]
    answers += [Answer(goal=Goal.PARTLY), Answer(goal=Goal.DONE), Answer(goal=Goal.PARTLY)]
    shown = history(Period.MONTH, [(NOW, each) for each in answers], now=NOW, zone=MADRID)
    found = spread(shown, Scale.MOOD)
    assert found is not None
    assert (found.count, found.most, found.times, found.lowest, found.highest) == (5, (2, 3), 2, 2, 5)
    assert (shown.answered_days, shown.notes, shown.goals) == (1, 1, {Goal.DONE: 1, Goal.PARTLY: 2})
    assert spread(moods(), Scale.MOOD) is None


@pytest.mark.parametrize("days", [1, 2, 7, 8, 30, 90, 120, 121, 365, 731])
def test_a_few_days_are_named_and_all_are_in_it(days: int) -> None:
    last = date(2026, 11, 23)
    shown = History(last - (days - 1) * DAY, last, ())
    named = ticks(shown)
    assert 1 <= len(named) <= 7
    assert all(shown.first <= day <= last for day in named)
    assert named == sorted(set(named))
    assert (named[-1] == last) is (days <= MOST_DAYS)


@given(
    st.lists(st.integers(0, 800 * 24 * 60), max_size=60),
    st.sampled_from(Period),
    st.sampled_from([MADRID, "UTC", "Pacific/Auckland", "America/New_York", "Australia/Lord_Howe"]),
)
def test_no_line_crosses_a_gap(minutes_ago: list[int], period: Period, zone: str) -> None:
    instants = [NOW - timedelta(minutes=each) for each in sorted(minutes_ago, reverse=True)]
    answers = [(instant, Answer(mood=1 + number % 5)) for number, instant in enumerate(instants)]
    shown = history(period, answers, now=NOW, zone=zone)
    found = runs(shown, Scale.MOOD)
    step = WEEK if shown.is_by_week else 1
    midnight = datetime.combine(shown.first, time())
    answered = {(each.at - midnight).days for each in shown.moments}
    if shown.is_by_week:
        answered = {-((shown.days - 1 - day) // WEEK) for day in answered}
        number = {-week: shown.days - WEEK * week - 3.5 for week in range(shown.days // WEEK + 1)}
        assert {mark.at for run in found for mark in run} == {max(number[week], 0.5) for week in answered}
    else:
        assert len(shown.moments) == sum(map(len, found))
        for before, after in pairwise(sorted(answered)):
            # Between two answered days with others between them, nothing is joined.
            crossing = any(run[0].at < before + 1 and run[-1].at >= after for run in found)
            assert crossing is (after - before == 1)
    for run in found:
        assert all(after.at - before.at < 2 * step for before, after in pairwise(run))
    assert all(0 <= mark.at <= shown.days for run in found for mark in run)
