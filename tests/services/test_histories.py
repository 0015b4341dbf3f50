"""Looking back: whose clock counts, what an erasure meanwhile does, and that nobody else's is shown."""

from __future__ import annotations

from datetime import timedelta

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
    assert [each.answer.mood for each in hers.moments] == [3, 4]
    assert [each.answer.mood for each in his.moments] == [3, 5]
    assert his.moments[0].at - hers.moments[0].at == timedelta(hours=13)


async def test_without_consent_or_zone(house: House, histories: Histories) -> None:
    assert await histories.look_back(SAM, Period.ALL) is None
    assert await histories.may_ask(SAM)
    await histories.keep(SAM, None, TEXT)
    assert not await histories.may_ask(SAM)
    empty = await histories.look_back(SAM, Period.ALL)
    assert empty is not None
    assert (empty.moments, empty.last) == ((), house.clock.now().date())


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
