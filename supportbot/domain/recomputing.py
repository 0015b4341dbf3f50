"""What is planned, computed anew: after new time zone data, say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from supportbot.domain.cadence import MemberTimes, Rule, due_on, next_occurrences
from supportbot.domain.people import PersonId
from supportbot.errors import UserError


@dataclass(frozen=True, slots=True)
class Pending:
    """An occurrence of which nothing went out yet, as it was planned. `due` is its effective instant (UTC)."""

    delivery: str
    occurrence: str
    plan: str
    person: PersonId
    rule: Rule
    times: MemberTimes
    local_date: date
    slot: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """It is due at another instant than `before`."""

    delivery: str
    occurrence: str
    before: datetime
    due: datetime


@dataclass(slots=True)
class Judged:
    """What is to be done. Plans of `anew` have to be planned anew, the zone of those of `gone` is no more.

    `leads` are those of `moves` that something may go out with, by delivery.
    """

    moves: list[Move] = field(default_factory=list[Move])
    leads: dict[str, Pending] = field(default_factory=dict[str, Pending])
    anew: list[Pending] = field(default_factory=list[Pending])
    gone: list[Pending] = field(default_factory=list[Pending])


def judged(pending: Iterable[Pending]) -> Judged:
    """Compute each anew. What is due as it was is in none of the lists."""
    found = Judged()
    for each in pending:
        try:
            now = due_on(each.rule, each.times, each.local_date, each.slot)
        except UserError:
            found.gone.append(each)
            continue
        if now is None:
            found.anew.append(each)
        elif now.due != each.due:
            found.moves.append(Move(each.delivery, each.occurrence, each.due, now.due))
            if len(each.rule.slots) > 1:
                found.leads[each.delivery] = each
    return found


def too_far(pending: Iterable[Pending], now: datetime) -> list[Pending]:
    """Those with another occurrence between now and them: planned by a clock that was ahead, or after one to skip."""
    found: list[Pending] = []
    for each in pending:
        try:
            first = next(iter(next_occurrences(each.rule, each.times, now, 1)), None)
        except UserError:
            continue  # its zone is no more, which is not for the clock to mend
        if first is not None and first.due < each.due:
            found.append(each)
    return found
