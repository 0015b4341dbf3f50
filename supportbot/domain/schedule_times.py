"""Times of day among what somebody said: half past eight, 8:30 pm, las nueve menos cuarto."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum
from itertools import pairwise

from supportbot.domain.schedule_words import Mark

DAYPARTS = ("morning", "afternoon", "evening", "night", "early")
BETWEEN_TIMES = frozenset({"and", "plus", "at", "filler", "every", *DAYPARTS})
"""What can stand between two times that are joined."""

HALF, QUARTER = 30, 15
MINUTES = frozenset({5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55})
"""Minutes that people say in words: eight fifteen is a time, and eight nine is not."""

LAST_DATE = 31
EARLIEST_OF_A_MORNING = 5
BY_NIGHT = time(5)
"""So early is hardly anybody asked: a time up to this one is a guess unless it was written out."""


class Why(StrEnum):
    """Why a text makes no sense, or not yet."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    WORD = "word"
    NUMBER = "number"
    THIRD_DAY = "third_day"
    ZONE = "zone"
    NO_TIME = "no_time"
    NO_SUCH_TIME = "no_such_time"
    HALF_OF_DAY = "half_of_day"
    TOO_MANY_TIMES = "too_many_times"
    ONE_TIME = "one_time"
    WHICH_DAY = "which_day"
    NO_SUCH_DAY = "no_such_day"
    HOW_MANY_DAYS = "how_many_days"
    HOURS = "hours"
    SEPARATE = "separate"
    MIXED = "mixed"


class Unclear(Exception):
    """A text in known words that makes no sense. `word` is the number that is in the way, if it is one."""

    def __init__(self, why: Why, word: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.word = word


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was said. `half` is am, pm or a part of the day; `is_bare` a number alone, such as 8; `is_exact`: it
    cannot be meant otherwise, as 20:30, 08:30 and noon cannot. `is_count`: a number without minutes, which may count
    something else; `is_hours`: an h stood behind it; `is_written`: it had minutes in digits, or a name such as noon.
    """

    hour: int
    minute: int = 0
    half: str | None = None
    is_bare: bool = False
    is_exact: bool = False
    is_count: bool = False
    is_hours: bool = False
    is_written: bool = False
    kind: str = "time"
    number: int = 0
    is_word: bool = False


Piece = Mark | Clock


def find_times(pieces: Sequence[Piece]) -> list[Piece]:
    """The same, with times in the place of what they were made of."""
    found: list[Piece] = []
    rest = list(pieces)
    while rest:
        taken = _time_at(rest)
        if taken is None:
            found.append(rest.pop(0))
            continue
        length, clock = taken
        del rest[:length]
        if rest and rest[0].kind == "sharp":
            del rest[0]
        if rest and rest[0].kind == "hours":
            del rest[0]
            clock = replace(clock, is_bare=False, is_exact=True, is_hours=True)
        if clock.half is None and rest and rest[0].kind in {"am", "pm", *DAYPARTS}:
            clock = replace(clock, half=rest.pop(0).kind, is_count=False)
        found.append(clock)
    return found


def _time_at(rest: Sequence[Piece]) -> tuple[int, Clock] | None:
    """A time that begins here, but for the half of the day, and how many pieces it takes."""
    found = _of_three(rest[:3]) if len(rest) > 2 else None
    found = found or (_of_two(rest[0], rest[1]) if len(rest) > 1 else None)
    if found is not None:
        return found
    alone = _of_one(rest[0])
    return None if alone is None else (1, alone)


def _of_three(three: Sequence[Piece]) -> tuple[int, Clock] | None:
    """Ten past eight, ten to eight, las ocho y diez, las ocho menos diez."""
    first, joined, last = three
    if (first.kind, last.kind) != ("number", "number"):
        return None
    clock: Clock | None = None
    if joined.kind == "past" and first.number in MINUTES:
        clock = Clock(last.number, first.number)
    elif joined.kind in {"to", "before"} and _are_minutes(last, first, digits=True):
        clock = _earlier(last.number, first.number)
    elif joined.kind == "except" and _are_minutes(first, last, digits=True):
        clock = _earlier(first.number, last.number)
    elif joined.kind == "plus" and _are_minutes(first, last):
        clock = Clock(first.number, last.number)
    return None if clock is None else (3, clock)


def _of_two(first: Piece, second: Piece) -> tuple[int, Clock] | None:
    """Half past eight, quarter to nine, las ocho y media, eight thirty."""
    clock: Clock | None = None
    match first.kind, second.kind:
        case ("half_before", "number") | ("number", "half_after"):
            clock = Clock(first.number or second.number, HALF)
        case ("quarter_before", "number") | ("number", "quarter_after"):
            clock = Clock(first.number or second.number, QUARTER)
        case ("quarter_to", "number") | ("number", "quarter_off"):
            clock = _earlier(first.number or second.number, QUARTER)
        case ("number", "number") if _are_minutes(first, second):
            clock = Clock(first.number, second.number)
        case _:
            pass
    return None if clock is None else (2, clock)


def _of_one(piece: Piece) -> Clock | None:
    match piece.kind:
        case "noon":
            return Clock(12, half="pm", is_exact=True, is_written=True)
        case "midnight":
            return Clock(12, half="am", is_exact=True, is_written=True)
        case "clock":
            return _written(piece)
        case "number":
            return _bare(piece)
        case _:
            return None


def _are_minutes(hour: Piece, minutes: Piece, *, digits: bool = False) -> bool:
    """Eight thirty and ocho y veinte are one time, 8 y 20 are two; `digits`: the hour may be written in them."""
    return (digits or hour.is_word) and minutes.is_word and minutes.number in MINUTES


def _written(piece: Piece) -> Clock:
    minute = piece.minute if isinstance(piece, Mark) else 0
    padded = isinstance(piece, Mark) and piece.padded
    is_exact = piece.number > 12 or piece.number == 0 or (padded and piece.number < 10)
    return Clock(piece.number, minute, is_exact=is_exact, is_written=True)


def _bare(piece: Piece) -> Clock:
    padded = isinstance(piece, Mark) and piece.padded
    is_exact = padded or piece.number > 12 or piece.number == 0
    return Clock(piece.number, is_bare=not is_exact, is_exact=is_exact, is_count=True)


def _earlier(hour: int, minutes: int) -> Clock:
    if not 0 <= hour <= 24:
        raise Unclear(Why.NO_SUCH_TIME)
    return Clock({0: 23, 1: 12}.get(hour, hour - 1), 60 - minutes)


def settle(pieces: Iterable[Piece]) -> tuple[list[time], bool]:
    """Every time in order, each once, and whether one was taken as it stands that could be meant otherwise.

    Raises Unclear for a bare 8, which could be morning or evening, for a number that may be no time at all, and for
    what no clock shows.
    """
    pieces = list(pieces)
    _refuse_stray_numbers(pieces)
    clocks = [piece for piece in pieces if isinstance(piece, Clock)]
    parts = {piece.kind for piece in pieces if isinstance(piece, Mark) and piece.kind in DAYPARTS}
    if len(parts) > 1:
        raise Unclear(Why.MIXED)
    for part in parts:
        # "8 de la mañana y de la noche": the second part has no hour of its own, and must fit the first.
        if not all(_fits(part, _time(each).hour) for each in clocks if each.half is not None):
            raise Unclear(Why.MIXED)
    clocks = [replace(each, half=each.half or next(iter(parts), None)) for each in clocks]
    if any(piece.kind in {"am", "pm"} for piece in pieces):
        raise Unclear(Why.MIXED)
    by_24_hours = any(each.is_exact and each.half is None and each.hour not in {0, 12} for each in clocks)
    for each in clocks:
        if each.is_bare and each.half is None and not by_24_hours:
            raise Unclear(Why.HALF_OF_DAY if each.hour <= 12 else Why.NO_SUCH_TIME)
    is_guess = any(each.half is None and not each.is_exact and each.hour < 12 and not by_24_hours for each in clocks)
    is_guess = is_guess or any(map(_is_by_night, clocks)) or bool(_numbers_after_days(pieces))
    return sorted({_time(each) for each in clocks}), is_guess


def _is_by_night(clock: Clock) -> bool:
    """Whether somebody would be woken who did not say so in so many words."""
    return _time(clock) <= BY_NIGHT and not clock.is_written and clock.half not in {"am", "morning", "early"}


def _refuse_stray_numbers(pieces: Sequence[Piece]) -> None:
    """A 3 beside 20:00 is an hour where they are joined, as in "3 and 20:00"; elsewhere it may be a date or a count."""
    at = [place for place, piece in enumerate(pieces) if isinstance(piece, Clock)]
    for before, after in pairwise(at):
        kinds = {piece.kind for piece in pieces[before + 1 : after]}
        is_joined = bool(kinds & {"and", "plus"}) and kinds <= BETWEEN_TIMES
        counts = [] if is_joined else [each for each in (before, after) if _is_count(pieces[each])]
        if counts:
            # "martes 3 a las 19": the one without "at" is the one in doubt.
            doubtful = [each for each in counts if pieces[max(each - 1, 0)].kind != "at"] or counts
            raise _in_doubt(_hour(pieces[doubtful[0]]))
    for clock in _numbers_after_days(pieces):
        # "mar 3, 20:00": sooner a date than an hour of the night.
        if (clock.is_exact and len(at) == 1) or (len(at) > 1 and clock.hour <= BY_NIGHT.hour):
            raise _in_doubt(clock.hour)


def _in_doubt(number: int) -> Unclear:
    return Unclear(Why.NUMBER, str(number)) if number <= LAST_DATE else Unclear(Why.NO_SUCH_TIME)


def _is_count(piece: Piece) -> bool:
    return isinstance(piece, Clock) and piece.is_count


def _hour(piece: Piece) -> int:
    return piece.hour if isinstance(piece, Clock) else piece.number


def _numbers_after_days(pieces: Sequence[Piece]) -> list[Clock]:
    """Such as 13 in "martes 13", where it may be the date."""
    kept = [piece for piece in pieces if piece.kind not in {"filler", "and", "slash"}]
    return [
        piece
        for before, piece in pairwise(kept)
        if isinstance(piece, Clock) and piece.is_count and not piece.is_hours and before.kind == "weekday"
    ]


def _time(clock: Clock) -> time:
    hour = clock.hour if clock.half is None else _by_half(clock)
    if hour > 23 or clock.minute > 59:
        raise Unclear(Why.NO_SUCH_TIME)
    return time(hour, clock.minute)


def _by_half(clock: Clock) -> int:
    """The hour of 24. Raises Unclear for what is never said, such as 20 in the morning."""
    hour, half = clock.hour, clock.half
    if half in {"am", "pm"} and not 1 <= hour <= 12:
        raise Unclear(Why.NO_SUCH_TIME)
    is_twelve = half == "morning" and hour == 12
    on_a_clock = hour % 12 + _added(half, hour % 12) if 1 <= hour <= 12 else hour
    if is_twelve or (half in DAYPARTS and not _fits(half, on_a_clock)):
        raise Unclear(Why.HALF_OF_DAY if 1 <= hour <= 12 else Why.NO_SUCH_TIME)
    return on_a_clock


def _added(half: str | None, hour: int) -> int:
    """What makes an hour of 12 one of 24. Twelve is 0 here."""
    if half == "night":
        return 0 if hour < EARLIEST_OF_A_MORNING else 12
    if half == "evening":
        return 12 if hour else 0
    return 12 if half in {"pm", "afternoon"} else 0


def _fits(part: str | None, hour: int) -> bool:
    """Whether a part of the day has this hour. Midnight is of the night, and of the evening before."""
    match part:
        case "morning":
            return hour < 12
        case "early":
            return hour < 7
        case "afternoon":
            return 12 <= hour < 22
        case "evening":
            return hour == 0 or hour >= 16
        case _:
            return hour < EARLIEST_OF_A_MORNING or hour >= 18
