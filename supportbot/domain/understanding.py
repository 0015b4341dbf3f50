"""When somebody wants to be asked, from their own words: "weekdays at half past eight", "cada 2 días a las 21"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.schedule_times import DAYPARTS, Piece, Unclear, Why, find_times, settle
from supportbot.domain.schedule_words import Mark, ScheduleWords, Unknown, marks_of

LONGEST = 100
"""How many characters of what somebody typed are looked at; more is refused."""

MOST_TIMES = 3
MOST_DAYS_BETWEEN = 90
EVERY_DAY = tuple(range(7))
WORKDAYS = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)
FORTNIGHT = 14
LAST_DAY = 31
SHORTEST_MONTH = 28
DAYS = frozenset({"weekday", "weekend", "workdays", "daily", "date", "every-n"})
"""What says on which days."""

JOINING = frozenset({"filler", "from", "or_last_day", "and", "slash", "plus", "at", "every", *DAYPARTS})
"""What stands between the others. Parts of the day have been looked at with the times."""

__all__ = ["LONGEST", "NotUnderstood", "Understood", "Why", "understand"]


@dataclass(frozen=True, slots=True)
class Understood:
    """The rule, whose slots are numbered by time of day.

    `is_guess`: a time such as 8:30 stood without morning or evening and was read as it stands. `step`: by how many days
    the start of an every-few-days rule can move and still be what was said; 7 where a weekday was named.
    """

    rule: Rule
    is_guess: bool = False
    step: int = 1


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Why not. `word` is one that is not known, letters alone, as it was typed, or a number; never to be logged."""

    why: Why
    word: str = ""


def understand(
    text: str, vocabularies: Sequence[ScheduleWords], today: date, *, zones: Iterable[str] = ()
) -> Understood | NotUnderstood:
    """Read a text in the first vocabulary in which all of it makes sense. `today` is the member's local date, on which
    an every-few-days rule starts; `zones` are names such as `est` that belong elsewhere.
    """
    if len(text) > LONGEST:
        return NotUnderstood(Why.TOO_LONG)
    refused: list[NotUnderstood] = []
    for vocabulary in vocabularies:
        try:
            return _Reading(vocabulary, text, today).result()
        except Unclear as unclear:
            refused.append(NotUnderstood(unclear.why, unclear.word))
        except Unknown as unknown:
            is_zone = unknown.plain in zones
            refused.append(NotUnderstood(Why.ZONE if is_zone else Why.WORD, unknown.word))
    # What makes sense but for one thing says more than a word that is of another language.
    return next((each for each in refused if each.why is not Why.WORD), refused[0])


@dataclass(slots=True)
class _Said:
    """What was found besides times of day."""

    days: list[int] = field(default_factory=list[int])
    every: list[int] = field(default_factory=list[int])
    dates: list[int] = field(default_factory=list[int])
    marks: set[str] = field(default_factory=set[str])
    without: list[int] = field(default_factory=list[int])


COUNTED = {
    "once_a_day": Mark("daily", 1),
    "twice_a_day": Mark("daily", 2),
    "three_times_a_day": Mark("daily", 3),
    "once_a_week": Mark("weekly", 1),
    "once_a_month": Mark("monthly", 1),
}
"""How often, where that is said with the number of times."""


class _Reading:
    """One text in one vocabulary."""

    def __init__(self, vocabulary: ScheduleWords, text: str, today: date) -> None:
        self._today = today
        self._pieces: list[Piece] = [COUNTED.get(mark.kind, mark) for mark in marks_of(vocabulary, text)]

    def result(self) -> Understood:
        if not self._pieces:
            raise Unclear(Why.EMPTY)
        self._pieces = find_times(_find_numbers(self._pieces))
        times, is_guess = settle(self._pieces)
        _refuse_times_of_their_own(self._pieces)
        said = _sort(self._pieces)
        if not times:
            raise Unclear(Why.NO_TIME)
        if len(times) > MOST_TIMES:
            raise Unclear(Why.TOO_MANY_TIMES)
        rule, step = self._rule(said)
        if len(times) > 1 and rule.cadence in {Cadence.EVERY_N_DAYS, Cadence.MONTHLY}:
            raise Unclear(Why.ONE_TIME)
        _refuse_other_counts(self._pieces, len(times), rule)
        return Understood(replace(rule, slots=_slots(times)), is_guess, step)

    def _rule(self, said: _Said) -> tuple[Rule, int]:
        kinds = [bool(said.every), bool(said.dates) or "monthly" in said.marks]
        if sum(kinds) > 1 or len(said.every) > 1 or (any(kinds) and (said.without or said.marks & {"daily", "weekly"})):
            raise Unclear(Why.MIXED)
        if said.every:
            return self._every(said.every[0], said.days)
        if kinds[1]:
            return _monthly(said), 1
        return _by_days(said), 1

    def _every(self, every: int, days: Sequence[int]) -> tuple[Rule, int]:
        if not 1 <= every <= MOST_DAYS_BETWEEN or (days and (every % 7 or len(days) > 1)):
            raise Unclear(Why.HOW_MANY_DAYS)
        if every == 1:
            return Rule(Cadence.DAILY, ()), 1
        if every == 7 and days:
            return Rule(Cadence.WEEKLY, (), tuple(days)), 1
        ahead = (days[0] - self._today.weekday()) % 7 if days else 0
        start = self._today + timedelta(days=ahead)
        return Rule(Cadence.EVERY_N_DAYS, (), every=every, start=start), 7 if days else 1


def _monthly(said: _Said) -> Rule:
    if said.days or len(said.dates) > 1:
        raise Unclear(Why.MIXED)
    if not said.dates:
        raise Unclear(Why.WHICH_DAY)
    if not 1 <= said.dates[0] <= 31:
        raise Unclear(Why.NO_SUCH_DAY)
    return Rule(Cadence.MONTHLY, (), day=said.dates[0])


def _by_days(said: _Said) -> Rule:
    days = set(said.days)
    if "weekly" in said.marks and not days:
        raise Unclear(Why.WHICH_DAY)
    if not days:
        days = {*EVERY_DAY}
    elif "daily" in said.marks and days != {*EVERY_DAY}:
        raise Unclear(Why.MIXED)
    chosen = tuple(sorted(days - {*said.without}))
    if not chosen:
        raise Unclear(Why.WHICH_DAY)
    if chosen == EVERY_DAY:
        return Rule(Cadence.DAILY, ())
    return Rule(Cadence.WEEKDAYS, ()) if chosen == WORKDAYS else Rule(Cadence.WEEKLY, (), chosen)


def _refuse_other_counts(pieces: Iterable[Piece], times: int, rule: Rule) -> None:
    """Twice a day at 8 pm, or once a week on Monday and Friday: what is left out is not guessed."""
    found = {"daily": times, "weekly": len(rule.days), "monthly": 1}
    if any(piece.number not in {0, found[piece.kind]} for piece in pieces if piece.kind in found):
        raise Unclear(Why.MIXED)
    if "or_last_day" in {piece.kind for piece in pieces} and (rule.day or 0) <= SHORTEST_MONTH:
        raise Unclear(Why.MIXED)


def _slots(times: Sequence[time]) -> tuple[Slot, ...]:
    return tuple(Slot(str(number), at) for number, at in enumerate(times))


def _find_numbers(pieces: Sequence[Piece]) -> list[Piece]:
    """Numbers that count days, or name one of a month, become marks of their own; all others may be hours."""
    found: list[Piece] = []
    rest = list(pieces)
    while rest:
        for length, piece in _number_at(rest, found):
            found.append(piece)
            del rest[:length]
            break
        else:
            found.append(rest.pop(0))
    return found


def _number_at(rest: Sequence[Piece], before: Sequence[Piece]) -> Iterable[tuple[int, Piece]]:
    """At most one: how many pieces are taken, and what they are together."""
    kinds = [piece.kind for piece in rest[:5]]
    match kinds:
        case ["every", "number" | "ordinal", *_]:
            yield from _counted(rest[1].number, kinds[2:3])
        case ["fortnight" | "alternate", *_]:
            yield 1, Mark("every-n", FORTNIGHT if kinds[0] == "fortnight" else 2)
        case ["days", "number" | "ordinal", *_]:
            yield 2, Mark("date", rest[1].number)
        case ["last_day" | "ordinal", *_]:
            yield 1, Mark("date", LAST_DAY if kinds[0] == "last_day" else rest[0].number)
        case ["number", *after] if _is_date(before, after):
            yield 1, Mark("date", rest[0].number)
        case _:
            pass


def _counted(number: int, unit: Sequence[str]) -> Iterable[tuple[int, Piece]]:
    """Every so many days or weeks; every 8 pm is no such thing, and other units there are none."""
    match unit:
        case ["days" | "weeks"]:
            yield 3, Mark("every-n", number * (7 if unit == ["weeks"] else 1))
        case ["am" | "pm"]:
            pass
        case _:
            raise Unclear(Why.HOURS if unit == ["hours"] else Why.MIXED)


def _without_filler(kinds: Iterable[str]) -> list[str]:
    return [kind for kind in kinds if kind != "filler"]


def _is_date(before: Sequence[Piece], after: Sequence[str]) -> bool:
    """As in "15 of every month", or in "monthly on the 15", where it is no hour."""
    if _without_filler(after)[:1] == ["monthly"]:
        return True
    last = _without_filler(piece.kind for piece in before)[-1:]
    is_hour = after[:1] and after[0] in {*DAYPARTS, "am", "pm", "sharp", "hours"}
    return last == ["monthly"] and not is_hour


def _refuse_times_of_their_own(pieces: Iterable[Piece]) -> None:
    """Monday at 8 and Friday at 9 are two plans: days and times come in one block each."""
    blocks: list[str] = []
    for piece in pieces:
        if piece.kind == "except":
            break
        kind = "days" if piece.kind in DAYS else piece.kind
        if kind in {"time", "days"} and blocks[-1:] != [kind]:
            blocks.append(kind)
    kinds = [piece.kind for piece in pieces]
    at = kinds.index("except") if "except" in kinds else len(kinds)
    if len(blocks) > 2 or ("time" in kinds[:at] and "time" in kinds[at:]):
        raise Unclear(Why.SEPARATE)


def _sort(pieces: Sequence[Piece]) -> _Said:
    """Put each piece where it belongs; what stands nowhere makes no sense."""
    said = _Said()
    excluding = False
    if pieces[-1].kind in {"except", "every", "from"}:
        raise Unclear(Why.MIXED)
    at = 0
    while at < len(pieces):
        kind = pieces[at].kind
        if kind == "weekday":
            days, used = _days_at(pieces[at:])
            (said.without if excluding else said.days).extend(days)
            at += used
            continue
        if kind == "from" and not _begins_range(pieces[at + 1 :]):
            # "8pm from monday" says when to begin, and not on which days.
            raise Unclear(Why.MIXED)
        excluding = _place(said, pieces[at], excluding=excluding)
        at += 1
    if "except" in {piece.kind for piece in pieces} and not said.without:
        raise Unclear(Why.MIXED)
    return said


def _place(said: _Said, piece: Piece, *, excluding: bool) -> bool:
    """Whether weekdays after this piece are left out."""
    match piece.kind:
        case "weekend" | "workdays":
            days = WEEKEND if piece.kind == "weekend" else WORKDAYS
            (said.without if excluding else said.days).extend(days)
        case "every-n":
            said.every.append(piece.number)
        case "date":
            said.dates.append(piece.number)
        case "daily" | "weekly" | "monthly":
            if excluding:
                raise Unclear(Why.MIXED)
            said.marks.add(piece.kind)
        case "except":
            return True
        case "time":
            return False
        case "third_day":
            raise Unclear(Why.THIRD_DAY)
        case kind if kind in JOINING:
            pass
        case _:
            raise Unclear(Why.MIXED)
    return excluding


def _begins_range(after: Sequence[Piece]) -> bool:
    """As in "from monday to friday"."""
    return [piece.kind for piece in after if piece.kind != "filler"][:3] == ["weekday", "to", "weekday"]


def _days_at(pieces: Sequence[Piece]) -> tuple[list[int], int]:
    """A weekday, or from one to another, and how many pieces it takes."""
    first = pieces[0].number
    after = [piece for piece in pieces[1:4] if piece.kind != "filler"]
    if [piece.kind for piece in after[:2]] == ["to", "weekday"]:
        last = after[1].number
        used = next(number for number, piece in enumerate(pieces) if piece is after[1]) + 1
        return [(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)], used
    return [first], 1
