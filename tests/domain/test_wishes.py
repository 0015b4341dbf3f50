"""A wish in a button's id, and slots that outlive an edit."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.cadence import Cadence, QuietHours, Rule, Slot
from supportbot.domain.checkins import Asks
from supportbot.domain.wishes import (
    CODE,
    Wish,
    coded,
    decoded,
    is_always_quiet,
    kept_slots,
    numbered,
    soonest,
)

minutes = st.integers(0, 1439).map(lambda each: time(*divmod(each, 60)))
times = st.sets(minutes, min_size=1, max_size=3)
days = st.dates(date(2025, 1, 1), date(2090, 1, 1))


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    cadence, slots, until = draw(st.sampled_from(Cadence)), numbered(draw(times)), draw(st.none() | days)
    parts: dict[str, object] = {}
    match cadence:
        case Cadence.WEEKLY:
            parts = {"days": tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))}
        case Cadence.EVERY_N_DAYS:
            parts = {"every": draw(st.integers(2, 90)), "start": draw(days)}
        case Cadence.MONTHLY:
            parts = {"day": draw(st.integers(1, 31))}
        case _:
            pass
    if cadence in {Cadence.EVERY_N_DAYS, Cadence.MONTHLY}:
        slots = slots[:1]
    rule = Rule(cadence, slots, until=until, **parts)  # pyright: ignore[reportArgumentType]
    return Wish(rule, draw(st.sampled_from(Asks)), discreet=draw(st.booleans()))


@given(wishes(), st.booleans())
def test_a_wish_survives_its_code_and_fits_into_an_id(wish: Wish, flag: bool) -> None:
    code = coded(wish, flag=flag)
    assert decoded(code) == (wish, flag)
    assert re.fullmatch(CODE, code)
    longest = f"plan:agree:{'9' * 19}:{code}:America/Argentina/ComodRivadavia:2026-01-01.1"
    assert len(longest) <= 100


@given(st.from_regex(CODE, fullmatch=True))
def test_any_code_is_a_wish_or_refused(code: str) -> None:
    try:
        wish, flag = decoded(code)
    except ValueError:
        return
    assert coded(wish, flag=flag) == code


SLOTS = (Slot("a", time(8)), Slot("b", time(13)), Slot("c", time(20, 30)))


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (["08:00", "13:00", "20:30"], "abc"),
        (["07:30", "13:00", "20:30"], "abc"),
        (["20:30"], "c"),
        (["21:00"], "c"),
        (["08:00", "09:00", "20:30"], "abc"),
        (["07:00", "08:00", "20:30"], "bac"),
        (["13:00", "18:00"], "bc"),
    ],
)
def test_a_time_keeps_its_slot_also_where_it_moved(wanted: list[str], ids: str) -> None:
    found = kept_slots(SLOTS, map(time.fromisoformat, wanted), lambda: "new")
    assert "".join(slot.id for slot in found) == ids
    assert [f"{slot.at:%H:%M}" for slot in found] == wanted


@given(times, times)
def test_slots_are_never_shared_and_never_invented_needlessly(before: set[time], after: set[time]) -> None:
    numbers = count()
    old = tuple(Slot(f"old{n}", at) for n, at in enumerate(sorted(before)))
    found = kept_slots(old, after, lambda: f"new{next(numbers)}")
    assert [slot.at for slot in found] == sorted(after)
    assert len({slot.id for slot in found}) == len(found)
    assert sum(slot.id.startswith("new") for slot in found) == max(len(after) - len(before), 0)
    for slot in old:
        if slot.at in after:
            assert slot in found


@given(minutes, minutes, times)
def test_quiet_hours_cover_all_times_or_do_not(begins: time, ends: time, at: set[time]) -> None:
    quiet = QuietHours(begins, ends)
    lies_in = []
    for each in at:
        hour, inside = begins, False
        while hour != ends:
            inside = inside or hour == each
            hour = (datetime.combine(date(2026, 1, 1), hour) + timedelta(minutes=1)).time()
        lies_in.append(inside)
    assert is_always_quiet(Rule(Cadence.DAILY, numbered(at)), quiet) == all(lies_in)


def test_every_few_days_begin_where_the_first_time_is_still_to_come() -> None:
    rule = Rule(Cadence.EVERY_N_DAYS, numbered([time(9)]), every=14, start=date(2026, 1, 1))
    before, then = (datetime.combine(date(2026, 1, 1), at) for at in (time(8, 59), time(9)))
    assert soonest(rule, before, 1).start == date(2026, 1, 1)
    assert soonest(rule, then, 1).start == date(2026, 1, 2)
    assert soonest(rule, then, 7).start == date(2026, 1, 8)
