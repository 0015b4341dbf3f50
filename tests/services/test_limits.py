"""How often one person may have what costs much."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.people import PersonId
from supportbot.services.limits import LIMITS, Costly, Limit, Limits
from tests.support.fakes import START, FakeClock

ANN, BEA = PersonId(1), PersonId(2)
MINUTE = timedelta(minutes=1)
THREE = {what: Limit(3, MINUTE) for what in Costly}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture
def limits(clock: FakeClock) -> Limits:
    return Limits(clock, THREE)


def use_up(limits: Limits, who: PersonId = ANN, what: Costly = Costly.SEARCH) -> None:
    assert [limits.take(who, what) for _ in range(3)] == [None] * 3


def test_after_so_many_at_once_it_says_when_there_is_one_again(limits: Limits, clock: FakeClock) -> None:
    use_up(limits)
    again = limits.take(ANN, Costly.SEARCH)
    assert again == START + timedelta(seconds=20)
    clock.set(again - timedelta(milliseconds=1))
    assert limits.take(ANN, Costly.SEARCH) == again, "asking too early costs nothing"
    clock.set(again)
    assert limits.take(ANN, Costly.SEARCH) is None
    assert limits.take(ANN, Costly.SEARCH) == again + timedelta(seconds=20)


def test_nobody_waits_for_somebody_else_or_for_another_kind(limits: Limits) -> None:
    use_up(limits)
    assert limits.take(BEA, Costly.SEARCH) is None
    assert limits.take(ANN, Costly.PICTURE) is None


def test_who_waited_has_all_of_them_again(limits: Limits, clock: FakeClock) -> None:
    use_up(limits)
    clock.set(START + MINUTE)
    use_up(limits)


def test_a_clock_that_is_set_back_shuts_nobody_out(limits: Limits, clock: FakeClock) -> None:
    use_up(limits)
    clock.set(START - timedelta(days=30))
    again = limits.take(ANN, Costly.SEARCH)
    assert again is not None
    assert again - clock.now() <= MINUTE / 3


def test_what_was_used_up_is_forgotten_with_the_person(limits: Limits) -> None:
    use_up(limits)
    use_up(limits, BEA)
    limits.erased(ANN)
    use_up(limits)
    assert limits.take(BEA, Costly.SEARCH) is not None


def test_memory_is_bounded_and_let_go(clock: FakeClock) -> None:
    limits = Limits(clock, THREE, remember=100)
    for person in range(1000):
        limits.take(PersonId(person), Costly.SEARCH)
    assert len(limits._free) == 100
    clock.set(START + MINUTE)
    limits.take(ANN, Costly.SEARCH)
    assert len(limits._free) == 1


@given(st.lists(st.floats(min_value=0, max_value=90), max_size=40))
def test_never_more_than_twice_as_many_in_one_while(pauses: list[float]) -> None:
    clock = FakeClock(START)
    limits = Limits(clock, THREE)
    given_at = []
    for pause in pauses:
        clock.set(clock.now() + timedelta(seconds=pause))
        if limits.take(ANN, Costly.SEARCH) is None:
            given_at.append(clock.now())
    for begin in given_at:
        assert sum(begin <= at < begin + MINUTE for at in given_at) < 2 * 3


def test_every_costly_thing_has_a_limit_that_people_hardly_meet() -> None:
    assert set(LIMITS) == set(Costly)
    assert all(limit.times >= 5 and limit.each <= 2 * MINUTE for limit in LIMITS.values())
