"""Looking back: whose clock counts, what an erasure meanwhile does, and that nobody else's is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from supportbot.domain.checkins import Answer, KeptAnswer
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.history import Period
from supportbot.domain.people import PersonId
from supportbot.errors import UserError
from supportbot.services.histories import Histories
from tests.services.house import ALEX, SAM, House

TEXT = ConsentText(Scope.HISTORY, "1", "en", "…")


@pytest.fixture
def young() -> set[PersonId]:
    return set()


@pytest.fixture
def histories(house: House, young: set[PersonId]) -> Histories:
    return Histories(house.store, house.clock, is_young=young.__contains__)


async def answered(house: House, person: PersonId, plan: str, *moods: int) -> None:
    """One answer an hour, the last one now."""
    async with house.store.write() as tx:
        await tx.consents.rely_on(person, Scope.HISTORY)
        for number, mood in enumerate(moods):
            at = house.clock.now() - timedelta(hours=len(moods) - 1 - number)
            await tx.answers.save(KeptAnswer(person, plan, f"{person:08d}{number:08d}", at, Answer(mood=mood)))


async def test_each_sees_their_own_by_their_own_clock(house: House, histories: Histories) -> None:
    for person, zone in ((SAM, "UTC"), (ALEX, "Pacific/Auckland")):
        plan = await house.start(person, zone=zone)
        await histories.keep(person, None, TEXT)
        await answered(house, person, plan, 3, 4 if person == SAM else 5)
    hers, his = await histories.look_back(SAM, Period.WEEK), await histories.look_back(ALEX, Period.WEEK)
    assert hers is not None
    assert his is not None
    assert [each.answer.mood for each in hers.shown.moments] == [3, 4]
    assert [each.answer.mood for each in his.shown.moments] == [3, 5]
    assert his.shown.moments[0].at - hers.shown.moments[0].at == timedelta(hours=13)


async def test_without_consent_or_zone(house: House, histories: Histories) -> None:
    assert await histories.look_back(SAM, Period.ALL) is None
    assert await histories.may_ask(SAM)
    for times in (1, 2):
        await house.start(at=f"0{times}:00")
        await house.pass_to(1)
        await house.arrivals.answer(house.last(), Answer(mood=3))
        assert await histories.may_ask(SAM) is (times == 1), "who was asked once is not asked with each new plan"
    assert await histories.may_ask(ALEX)
    await histories.keep(ALEX, None, TEXT)
    assert not await histories.may_ask(ALEX)
    await histories.keep(SAM, None, TEXT)
    assert not await histories.may_ask(SAM)
    empty = await histories.look_back(SAM, Period.ALL)
    assert empty is not None
    assert (empty.shown.moments, empty.shown.last) == ((), house.clock.now().date())
    assert (empty.zone, empty.since) == ("UTC", house.clock.now().date())


async def test_since_when_is_told_without_the_breaks(house: House, histories: Histories) -> None:
    async def since() -> date:
        looked = await histories.look_back(SAM, Period.WEEK)
        assert looked is not None
        return looked.since

    await histories.keep(SAM, None, TEXT)
    began = house.clock.now().date()
    house.clock.set(house.clock.now() + timedelta(days=5))
    await histories.keep(SAM, None, replace(TEXT, version="2"))
    assert await since() == began, "a text that changed begins nothing anew"
    async with house.store.write() as tx:
        await tx.consents.withdraw(SAM, Scope.HISTORY, at=house.clock.now())
    assert await histories.look_back(SAM, Period.WEEK) is None
    house.clock.set(house.clock.now() + timedelta(days=1))
    await histories.keep(SAM, None, TEXT)
    assert await since() == began + timedelta(days=6)


async def test_hundreds_of_answers_come_in_their_order(house: House, histories: Histories) -> None:
    """They are opened in turns with others."""
    plan = await house.start(SAM)
    await histories.keep(SAM, None, TEXT)
    moods = [1 + number % 5 for number in range(250)]
    await answered(house, SAM, plan, *moods)
    looked = await histories.look_back(SAM, Period.ALL)
    assert looked is not None
    assert [each.answer.mood for each in looked.shown.moments] == moods


async def test_the_young_are_asked_nothing(house: House, histories: Histories, young: set[PersonId]) -> None:
    young.add(SAM)
    assert not await histories.may_ask(SAM)
    with pytest.raises(UserError, match="young"):
        await histories.keep(SAM, None, TEXT)
    assert await histories.look_back(SAM, Period.ALL) is None


async def test_what_is_erased_meanwhile_is_not_agreed_to(
    house: House, histories: Histories, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = house.store.write

    def slow_write():
        histories.erased(SAM)
        return write()

    monkeypatch.setattr(house.store, "write", slow_write)
    with pytest.raises(UserError, match="stale"):
        await histories.keep(SAM, None, TEXT)
    assert await histories.look_back(SAM, Period.ALL) is None
