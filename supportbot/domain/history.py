"""What somebody answered over time: which days, which points are joined, and what can be said of it in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from statistics import median

from supportbot.domain.checkins import CRAVINGS, MOODS, Answer, Goal
from supportbot.domain.pictures import Mark
from supportbot.domain.wallclock import resolve, wall_clock

DAY = timedelta(days=1)
WEEK = 7
MOST_DAYS = 120
"""Over more days a chart has one mark a week: a day would be narrower than its mark."""

MOST_DATES, MOST_MONTHS = 5, 4
"""How many names of days, and of months, which are longer, stand below a chart of more than a week."""


class Period(StrEnum):
    """How far back to look, in days. The values stand in custom_ids."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"
    YEAR = "365"
    ALL = "all"

    @property
    def days(self) -> int | None:
        """How many, today among them; None for all there are."""
        return None if self is Period.ALL else int(self.value)


class Scale(StrEnum):
    """What is answered with a number."""

    MOOD = "mood"
    CRAVING = "craving"

    @property
    def values(self) -> tuple[int, ...]:
        """Every possible answer, the lowest first."""
        return MOODS if self is Scale.MOOD else CRAVINGS


@dataclass(frozen=True, slots=True)
class Moment:
    """One answer. `at` is what the member's clock showed then, so it has no offset."""

    at: datetime
    answer: Answer

    def value(self, scale: Scale) -> int | None:
        """The number that was answered, if one was."""
        return self.answer.mood if scale is Scale.MOOD else self.answer.craving


@dataclass(frozen=True, slots=True)
class History:
    """The answers of the local days from `first` to `last`, both included, in the order in which they came."""

    first: date
    last: date
    moments: tuple[Moment, ...]

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    @property
    def answered_days(self) -> int:
        """On how many of them something was answered."""
        return len({moment.at.date() for moment in self.moments})

    @property
    def is_by_week(self) -> bool:
        """Whether a chart has one mark a week."""
        return self.days > MOST_DAYS

    @property
    def notes(self) -> int:
        """How many notes there are."""
        return sum(moment.answer.note is not None for moment in self.moments)

    @property
    def goals(self) -> dict[Goal, int]:
        """How often it went how with a goal; empty where no goal was asked for."""
        found = Counter(moment.answer.goal for moment in self.moments if moment.answer.goal is not None)
        return {goal: found[goal] for goal in Goal if found[goal]}


@dataclass(frozen=True, slots=True)
class Spread:
    """What was answered on one scale. `most` are those that came most often: more than one where they tie."""

    count: int
    most: tuple[int, ...]
    times: int
    lowest: int
    highest: int


def start_of(period: Period, now: datetime, zone: str) -> datetime | None:
    """The instant (UTC) at which the period's first local day begins; None for all there is.

    Raises UserError `zone.unknown`.
    """
    if period.days is None:
        return None
    today = wall_clock(now, zone).date()
    for back in range(period.days - 1, -1, -1):
        # A zone can lack a day; then its period begins with the next one.
        begins = resolve(today - back * DAY, time(), zone)
        if begins is not None:
            return begins
    return now


def history(period: Period, answers: Iterable[tuple[datetime, Answer]], *, now: datetime, zone: str) -> History:
    """The answers in the period, each with its instant (UTC), seen from `now` in the member's zone.

    `answers` come in the order of their instants. Raises UserError `zone.unknown`.
    """
    today = wall_clock(now, zone).date()
    moments = [Moment(wall_clock(at, zone), answer) for at, answer in answers]
    if period.days is not None:
        first = today - (period.days - 1) * DAY
        moments = [each for each in moments if each.at.date() >= first]
    else:
        first = min((each.at.date() for each in moments), default=today)
    # A clock that was set back leaves answers from later than now: they are there, and so they are shown.
    last = max([today, *(each.at.date() for each in moments)])
    return History(first, last, tuple(moments))


def spread(shown: History, scale: Scale) -> Spread | None:
    """What was answered on this scale, None where nothing was."""
    values = [value for each in shown.moments if (value := each.value(scale)) is not None]
    if not values:
        return None
    found = Counter(values)
    times = max(found.values())
    most = tuple(value for value in scale.values if found[value] == times)
    return Spread(len(values), most, times, min(values), max(values))


def runs(shown: History, scale: Scale) -> tuple[tuple[Mark, ...], ...]:
    """The marks to be joined: no run crosses a day without an answer on this scale, or, by week, a week without."""
    values = [(each.at, value) for each in shown.moments if (value := each.value(scale)) is not None]
    marks = _weeks(shown, values) if shown.is_by_week else _days(shown, values)
    found: list[list[Mark]] = []
    before: int | None = None
    for number, mark in marks:
        if before is None or number - before > 1:
            found.append([])
        found[-1].append(mark)
        before = number
    return tuple(map(tuple, found))


def _days(shown: History, values: Sequence[tuple[datetime, int]]) -> Iterator[tuple[int, Mark]]:
    """Each mark with the number of its day."""
    midnight = datetime.combine(shown.first, time())
    for at, value in values:
        since = at - midnight
        yield since // DAY, Mark(since / DAY, value, value, value)


def _weeks(shown: History, values: Sequence[tuple[datetime, int]]) -> Iterator[tuple[int, Mark]]:
    """Each mark with the number of its week. Weeks are counted back from the last day, so that none is a part."""

    def week_of(one: tuple[datetime, int]) -> int:
        return -((shown.last - one[0].date()).days // WEEK)

    for week, those in groupby(values, week_of):
        answered = [value for _, value in those]
        middle = shown.days + WEEK * week - 3.5
        yield week, Mark(max(middle, 0.5), median(answered), min(answered), max(answered))


def ticks(shown: History) -> list[date]:
    """The days to name below a chart, the first one first: at most a few. Over many days they begin a month."""
    if not shown.is_by_week:
        step = -(-shown.days // MOST_DATES) if shown.days > WEEK else 1
        return [shown.last - back * DAY for back in range(0, shown.days, step)][::-1]
    months = range(shown.first.year * 12 + shown.first.month, shown.last.year * 12 + shown.last.month)
    step = -(-len(months) // MOST_MONTHS)
    return [date(month // 12, month % 12 + 1, 1) for month in reversed(months[::-1][::step])]
