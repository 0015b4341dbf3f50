"""What somebody wishes for before they agree, short enough to stand in a button; and how slots outlive an edit."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from supportbot.domain.cadence import Cadence, QuietHours, Rule, Slot
from supportbot.domain.checkins import OWN_WORDS, Asks

_DIGITS = string.digits + string.ascii_lowercase
_CADENCES = dict(zip("dwkem", Cadence, strict=True))
_LETTERS = {cadence: letter for letter, cadence in _CADENCES.items()}
_EPOCH = date(2020, 1, 1).toordinal()
_LATEST = 36**3 - 1
_ASKS = tuple(Asks)
_MOST_TIMES = 3
_ONCE = (Cadence.EVERY_N_DAYS, Cadence.MONTHLY)
CODE = r"[dwkem][0-9a-z]{9,15}"
"""What a coded wish looks like."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A check-in as somebody wants it. The rule's slots are numbered by time of day.

    `words`, for a goal or a question of their own, are None where those that the plan has already are meant.
    """

    rule: Rule
    asks: Asks = Asks.MOOD
    words: str | None = None
    discreet: bool = True

    @property
    def needs_words(self) -> bool:
        """Whether it cannot be without words of theirs."""
        return self.asks in OWN_WORDS


def coded(wish: Wish, *, flag: bool = False) -> str:
    """The wish but for its words, and one thing more, in at most 16 small letters and digits."""
    rule = wish.rule
    number = {
        Cadence.WEEKLY: sum(1 << day for day in rule.days),
        Cadence.EVERY_N_DAYS: rule.every or 0,
        Cadence.MONTHLY: rule.day or 0,
    }.get(rule.cadence, 0)
    more = _ASKS.index(wish.asks) * 4 + wish.discreet * 2 + flag
    start = _days(rule.start) if rule.cadence is Cadence.EVERY_N_DAYS else ""
    times = "".join(_base36(slot.at.hour * 60 + slot.at.minute, 3) for slot in rule.slots)
    return f"{_LETTERS[rule.cadence]}{_base36(more, 1)}{_base36(number, 2)}{_days(rule.until)}{start}{times}"


def decoded(code: str) -> tuple[Wish, bool]:
    """The wish, and the one thing more. Raises ValueError for what `coded` never makes."""
    cadence = _CADENCES.get(code[:1])
    if cadence is None or not code.isalnum() or not code.isascii():
        raise ValueError(code)
    more, number, until, rest = int(code[1:2], 36), int(code[2:4], 36), _date(code[4:7]), code[7:]
    start = None
    if cadence is Cadence.EVERY_N_DAYS:
        start, rest = _date(rest[:3]), rest[3:]
    minutes = [int(rest[at : at + 3], 36) for at in range(0, len(rest), 3)]
    most = 1 if cadence in _ONCE else _MOST_TIMES
    if more >= len(_ASKS) * 4 or not 1 <= len(minutes) <= most or max(minutes) >= 24 * 60:
        raise ValueError(code)
    rule = replace(
        _rule(cadence, number, start), slots=numbered(time(*divmod(each, 60)) for each in minutes), until=until
    )
    wish = Wish(rule, _ASKS[more // 4], discreet=bool(more & 2))
    if coded(wish, flag=bool(more & 1)) != code:
        raise ValueError(code)
    return wish, bool(more & 1)


def _rule(cadence: Cadence, number: int, start: date | None) -> Rule:
    match cadence:
        case Cadence.WEEKLY if 0 < number < 1 << 7:
            return Rule(cadence, (), tuple(day for day in range(7) if number & 1 << day))
        case Cadence.EVERY_N_DAYS if 2 <= number <= 90 and start is not None:
            return Rule(cadence, (), every=number, start=start)
        case Cadence.MONTHLY if 1 <= number <= 31:
            return Rule(cadence, (), day=number)
        case Cadence.DAILY | Cadence.WEEKDAYS if number == 0:
            return Rule(cadence, ())
        case _:
            raise ValueError(number)


def numbered(times: Iterable[time]) -> tuple[Slot, ...]:
    """Slots of a rule that is no plan's yet."""
    return tuple(Slot(str(number), at) for number, at in enumerate(sorted({*times})))


def soonest(rule: Rule, now: datetime, step: int) -> Rule:
    """An every-few-days rule that starts where its first time is still to come. `now` is the wall clock's, naive."""
    if rule.start is None:
        return rule
    start = rule.start
    while datetime.combine(start, rule.slots[0].at) <= now:
        start += timedelta(days=step)
    return replace(rule, start=start)


def kept_slots(before: Sequence[Slot], times: Iterable[time], new_id: Callable[[], str]) -> tuple[Slot, ...]:
    """The slots of an edited plan: a time that stays keeps its slot, one that moved the nearest that is left.

    A time that is new has a new one, which was never another's; a slot that nothing is left for retires.
    """
    wanted = sorted({*times})
    free = {slot.at: slot for slot in before}
    found = {at: free.pop(at) for at in wanted if at in free}
    pairs = sorted((_apart(slot.at, at), at, slot.id) for slot in free.values() for at in wanted if at not in found)
    used: set[str] = set()
    for _, at, slot_id in pairs:
        if at not in found and slot_id not in used:
            found[at] = Slot(slot_id, at)
            used.add(slot_id)
    return tuple(found.get(at) or Slot(new_id(), at) for at in wanted)


def is_always_quiet(rule: Rule, quiet: QuietHours | None) -> bool:
    """Whether quiet hours cover every time of day at which the rule asks."""
    return quiet is not None and all(_is_in(slot.at, quiet) for slot in rule.slots)


def _is_in(at: time, quiet: QuietHours) -> bool:
    if quiet.begins <= quiet.ends:
        return quiet.begins <= at < quiet.ends
    return at >= quiet.begins or at < quiet.ends


def _apart(one: time, other: time) -> int:
    return abs((one.hour - other.hour) * 60 + one.minute - other.minute)


def _days(day: date | None) -> str:
    return "000" if day is None else _base36(min(max(day.toordinal() - _EPOCH, 1), _LATEST), 3)


def _date(code: str) -> date | None:
    days = int(code, 36)
    return date.fromordinal(_EPOCH + days) if days else None


def _base36(number: int, width: int) -> str:
    found = ""
    for _ in range(width):
        number, rest = divmod(number, 36)
        found = _DIGITS[rest] + found
    return found
