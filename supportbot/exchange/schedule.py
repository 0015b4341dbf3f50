"""When a plan would ask, without a plan: parameters in, occurrences out, as text and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError

from supportbot.domain.cadence import (
    Cadence,
    MemberTimes,
    Occurrence,
    QuietHours,
    Rule,
    Slot,
    Vacation,
    check_zone,
    next_occurrences,
)
from supportbot.domain.wallclock import every_zone, local
from supportbot.errors import UserError

MOST_TIMES = 3
DEFAULT_COUNT, MOST_OCCURRENCES = 5, 10_000
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Three or four capitals name several zones (EST is New York's winter to some, Sydney's to others); these two do not.
_ABBREVIATION = re.compile(r"(?!UTC|GMT)[A-Z]{3,4}")
_WHOLE = "the line"
_MUST: Mapping[str, str] = {
    "cadence": "daily, weekdays, weekly, every_n_days or monthly",
    "at": "one to three different local times such as 02:30; one alone for every_n_days and monthly",
    "zone": "an IANA time zone such as Europe/Berlin; an abbreviation such as EST is none",
    "after": "an instant with its distance from UTC, such as 2026-03-27T00:00:00Z",
    "count": f"a number from 1 to {MOST_OCCURRENCES}",
    "days": "weekdays out of mon, tue, wed, thu, fri, sat, sun; weekly needs them",
    "every": "a number of days from 2 to 90; every_n_days needs it",
    "start": "a date such as 2026-01-01; every_n_days needs it",
    "day": "a day of the month from 1 to 31; monthly needs it",
    "quiet": "two local times such as 22:00-07:00",
    "until": "a date such as 2026-12-31",
    "vacation": "two dates such as 2026-07-01/2026-07-14, the earlier first",
    _WHOLE: "one JSON object of parameters",
}


class WrongParameter(Exception):
    """`field` is the parameter that is wrong. The message says what it must be, and nothing of what it was."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} must be {_MUST[field]}" if field in _MUST else "there is a parameter nobody knows")
        self.field = field


class WrongLines(Exception):
    """Some lines cannot be answered; `says` has one sentence for each."""

    def __init__(self, says: list[str]) -> None:
        super().__init__("; ".join(says[:1]))
        self.says = says


@dataclass(frozen=True, slots=True)
class Question:
    """What to work out. Slots are called 0, 1, 2 by time of day."""

    rule: Rule
    times: MemberTimes
    after: datetime
    count: int


def question_of(given: Mapping[str, object], now: datetime) -> Question:
    """From parameters, where texts and numbers are as people write them; `now` stands in for `after`.

    Raises WrongParameter.
    """
    try:
        return _question(_Asked.model_validate(dict(given)), now)
    except ValidationError as error:
        raise _first_of(error) from None


def answers_of(lines: Iterable[str], now: datetime) -> list[str]:
    """For each line, one JSON object of parameters, one JSON array. Raises WrongLines when any cannot be answered."""
    found: list[str] = []
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(as_json(_answer(line, now)))
        except WrongParameter as error:
            wrong.append(f"line {number}: {error}")
    if wrong:
        raise WrongLines(wrong)
    return found


def answer(question: Question) -> list[dict[str, Any]]:
    """The occurrences as they are printed; both instants are the effective one."""
    found = next_occurrences(question.rule, question.times, question.after, question.count)
    return [_shown(each, question.times.zone) for each in found]


def as_json(found: list[dict[str, Any]]) -> str:
    """One line."""
    return json.dumps(found)


def as_text(found: list[dict[str, Any]]) -> str:
    """To be read: one occurrence a line."""
    if not found:
        return "Nothing is due any more."
    rows = [("date", "slot", "local", "UTC", "")]
    for each in found:
        note = "after the quiet hours" if each["deferred"] else ""
        rows.append((each["local_date"], str(each["slot"]), each["local"], each["utc"], note))
    return "\n".join(f"{day:10}  {slot:4}  {here:25}  {utc:20}  {note}".rstrip() for day, slot, here, utc, note in rows)


def _answer(line: str, now: datetime) -> list[dict[str, Any]]:
    try:
        return answer(_question(_Asked.model_validate_json(line), now))
    except ValidationError as error:
        raise _first_of(error) from None


def _first_of(error: ValidationError) -> WrongParameter:
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return WrongParameter(str(problem["loc"][0]) if problem["loc"] else _WHOLE)


def _shown(found: Occurrence, zone: str) -> dict[str, Any]:
    return {
        "local_date": found.local_date.isoformat(),
        "slot": int(found.slot),
        "local": local(found.due, zone).isoformat(),
        "utc": f"{found.due:%Y-%m-%dT%H:%M:%SZ}",
        "deferred": found.deferred,
    }


def _text(read: Callable[[str], object]) -> PlainValidator:
    def validate(given: object) -> object:
        if isinstance(given, str):
            return read(given)
        raise ValueError

    return PlainValidator(validate)


def _texts(read: Callable[[list[str]], object]) -> PlainValidator:
    def validate(given: object) -> object:
        if not isinstance(given, list) or not all(isinstance(each, str) for each in cast("list[object]", given)):
            raise ValueError
        return read(cast("list[str]", given))

    return PlainValidator(validate)


def _clock(given: str) -> time:
    found = _CLOCK.fullmatch(given)
    if found is None:
        raise ValueError
    return time(int(found[1]), int(found[2]))


def _times(given: list[str]) -> tuple[time, ...]:
    found = sorted({_clock(each) for each in given})
    if not 1 <= len(found) == len(given) <= MOST_TIMES:
        raise ValueError
    return tuple(found)


def _zone(given: str) -> str:
    if given in every_zone() and not _ABBREVIATION.fullmatch(given):
        return given
    try:
        return check_zone(given)
    except UserError:
        raise ValueError from None


def _instant(given: str) -> datetime:
    found = datetime.fromisoformat(given)
    if found.tzinfo is None:
        raise ValueError
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError from None


def _date(given: str) -> date:
    if not _DATE.fullmatch(given):
        raise ValueError
    return date.fromisoformat(given)


def _weekdays(given: list[str]) -> tuple[int, ...]:
    return tuple(sorted({_WEEKDAYS.index(each.lower()) for each in given}))


def _quiet(given: str) -> QuietHours:
    begins, _, ends = given.partition("-")
    return QuietHours(_clock(begins), _clock(ends))


def _vacation(given: str) -> Vacation:
    first, _, last = given.partition("/")
    found = Vacation(_date(first), _date(last))
    if found.last < found.first:
        raise ValueError
    return found


class _Asked(BaseModel):
    """What the cadence does not use may be there, and is looked at, but not used."""

    model_config = ConfigDict(strict=True, extra="forbid")

    cadence: Annotated[Cadence, Field(strict=False)]
    at: Annotated[tuple[time, ...], _texts(_times)]
    zone: Annotated[str, _text(_zone)]
    after: Annotated[datetime, _text(_instant)] | None = None
    count: Annotated[int, Field(ge=1, le=MOST_OCCURRENCES)] = DEFAULT_COUNT
    days: Annotated[tuple[int, ...], _texts(_weekdays)] | None = None
    every: Annotated[int, Field(ge=2, le=90)] | None = None
    start: Annotated[date, _text(_date)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    quiet: Annotated[QuietHours, _text(_quiet)] | None = None
    until: Annotated[date, _text(_date)] | None = None
    vacation: Annotated[Vacation, _text(_vacation)] | None = None


_NEEDS: Mapping[Cadence, tuple[str, ...]] = {
    Cadence.WEEKLY: ("days",),
    Cadence.EVERY_N_DAYS: ("every", "start"),
    Cadence.MONTHLY: ("day",),
}
_ONE_TIME = (Cadence.EVERY_N_DAYS, Cadence.MONTHLY)


def _question(asked: _Asked, now: datetime) -> Question:
    for needed in _NEEDS.get(asked.cadence, ()):
        if not getattr(asked, needed):
            raise WrongParameter(needed)
    if asked.cadence in _ONE_TIME and len(asked.at) > 1:
        raise WrongParameter("at")
    rule = Rule(
        asked.cadence,
        tuple(Slot(str(number), at) for number, at in enumerate(asked.at)),
        days=asked.days or (),
        every=asked.every,
        start=asked.start,
        day=asked.day,
        until=asked.until,
    )
    times = MemberTimes(asked.zone, asked.quiet, asked.vacation)
    return Question(rule, times, now if asked.after is None else asked.after, asked.count)
