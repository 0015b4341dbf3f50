"""When silence is long enough to stop asking."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from supportbot.domain.cadence import Cadence, Rule

DAYS = 3
"""So many local days with unanswered questions, for whoever is asked more often than once a week."""
TIMES = 2
"""So many local days with unanswered questions of a plan that asks once a week or less."""
WEEK = 7


def is_rare(rule: Rule) -> bool:
    """Whether it asks once a week or less."""
    match rule.cadence:
        case Cadence.MONTHLY:
            return True
        case Cadence.EVERY_N_DAYS:
            return (rule.every or 1) >= WEEK
        case Cadence.WEEKLY:
            return len(rule.days) <= 1
        case Cadence.DAILY | Cadence.WEEKDAYS:
            return False


def is_long(rule: Rule, plan_id: str, unanswered: Collection[tuple[str, date]], *, today: date) -> bool:
    """Whether the plan that is to ask now asks somebody who has been silent for long.

    `unanswered` holds plan and local date of each question that was sent and not answered since they last answered
    or asked for anything, of all their plans. `today` is the local date that the plan asks on: it is not over yet.
    """
    if is_rare(rule):
        return len({day for plan, day in unanswered if plan == plan_id and day < today}) >= TIMES
    return len({day for _, day in unanswered if day < today}) >= DAYS
