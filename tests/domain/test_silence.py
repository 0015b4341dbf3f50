"""When silence is long: three local days, or two questions of a plan that asks once a week or less."""

from __future__ import annotations

from datetime import date, time

import pytest

from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.silence import is_long, is_rare

SLOT = (Slot("a", time(9)),)
DAILY = Rule(Cadence.DAILY, SLOT)
WEEKLY = Rule(Cadence.WEEKLY, SLOT, days=(0,))
TODAY = date(2026, 1, 20)


def day(number: int) -> date:
    return date(2026, 1, number)


@pytest.mark.parametrize(
    ("rule", "rare"),
    [
        (DAILY, False),
        (Rule(Cadence.WEEKDAYS, SLOT), False),
        (WEEKLY, True),
        (Rule(Cadence.WEEKLY, SLOT, days=(0, 3)), False),
        (Rule(Cadence.EVERY_N_DAYS, SLOT, every=6, start=TODAY), False),
        (Rule(Cadence.EVERY_N_DAYS, SLOT, every=7, start=TODAY), True),
        (Rule(Cadence.MONTHLY, SLOT, day=31), True),
    ],
)
def test_what_is_rare(rule: Rule, rare: bool) -> None:
    assert is_rare(rule) is rare


@pytest.mark.parametrize(
    ("rule", "unanswered", "long"),
    [
        (DAILY, [], False),
        (DAILY, [("p", day(17)), ("p", day(18))], False),
        (DAILY, [("p", day(17)), ("p", day(18)), ("p", day(19))], True),
        (DAILY, [("p", day(17)), ("q", day(18)), ("q", day(19))], True),  # of all their plans
        (DAILY, [("p", day(18)), ("p", day(18)), ("q", day(18)), ("p", day(19))], False),  # days, not questions
        (DAILY, [("p", day(18)), ("p", day(19)), ("q", TODAY)], False),  # today is not over
        (WEEKLY, [("p", day(12))], False),
        (WEEKLY, [("p", day(5)), ("p", day(12))], True),
        (WEEKLY, [("p", day(5)), ("q", day(12)), ("q", day(13))], False),  # another plan's are not its own
        (WEEKLY, [("p", day(12)), ("p", TODAY)], False),
    ],
)
def test_what_is_long(rule: Rule, unanswered: list[tuple[str, date]], long: bool) -> None:
    assert is_long(rule, "p", unanswered, today=TODAY) is long
