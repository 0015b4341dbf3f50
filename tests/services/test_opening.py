"""When Discord lets the bot open no more DMs, everybody leaves it in peace; who is there may try once."""

from __future__ import annotations

import pytest

from supportbot.domain.checkins import State
from supportbot.domain.people import PersonId
from supportbot.errors import OpeningTooFast, OutcomeUnknown, UserError
from supportbot.services.opening import OpeningDms
from tests.services.house import ALEX, SAM, TEXT, House, daily
from tests.support.fakes import FakeClock, FakeMessenger

TOO_FAST = OpeningTooFast("40003", retry_after=600)


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger(FakeClock())


async def opened(opening: OpeningDms, person: int, *, asked: bool = False) -> bool:
    try:
        await (opening.open_as_asked if asked else opening.open)(PersonId(person))
    except OpeningTooFast:
        return False
    return True


async def test_nobody_else_asks_until_it_is_over(messenger: FakeMessenger) -> None:
    clock = FakeClock()
    opening = OpeningDms(messenger, clock)
    messenger.refuse(TOO_FAST, of="open_dm")
    assert not await opened(opening, SAM)
    clock.advance(seconds=599)
    with pytest.raises(OpeningTooFast) as refused:
        await opening.open(ALEX)
    assert (refused.value.retry_after, messenger.calls) == (1, [("open_dm", SAM)])
    clock.advance(seconds=1)
    assert opening.held_until is None
    assert await opened(opening, ALEX)


async def test_who_is_there_may_try_once(messenger: FakeMessenger) -> None:
    clock = FakeClock()
    opening = OpeningDms(messenger, clock)
    messenger.refuse(TOO_FAST, of="open_dm", times=2)
    assert not await opened(opening, SAM, asked=True)
    until = opening.held_until
    clock.advance(seconds=300)
    assert not await opened(opening, SAM, asked=True), "the first one does not count: it was not known yet"
    assert opening.held_until == until, "who tries makes it no longer for the others"
    assert await opened(opening, ALEX, asked=True), "theirs was open"
    assert not await opened(opening, ALEX, asked=True)
    assert [person for _, person in messenger.calls] == [SAM, SAM, ALEX]
    clock.advance(seconds=300)
    assert await opened(opening, SAM, asked=True)


async def test_a_clock_that_is_put_back_holds_nobody_up_for_longer(messenger: FakeMessenger) -> None:
    clock = FakeClock()
    opening = OpeningDms(messenger, clock)
    messenger.refuse(TOO_FAST, of="open_dm")
    assert not await opened(opening, SAM)
    clock.advance(hours=-24)
    assert await opened(opening, SAM)


async def test_who_agrees_meanwhile_is_refused_and_nothing_is_kept(house: House) -> None:
    house.messenger.refuse(TOO_FAST, of="open_dm", times=2)
    for _ in range(3):
        with pytest.raises(UserError, match="dm_held"):
            await house.checkins.agree(SAM, None, daily("20:30"), "UTC", TEXT)
    assert len(house.messenger.calls) == 2, "the first, and one that may be open"
    async with house.store.read() as tx:
        assert not await tx.consents.entries(SAM)
    house.clock.advance(seconds=600)
    assert await house.start()


async def test_a_look_up_opens_none_either(house: House) -> None:
    await house.start()
    house.messenger.refuse(OutcomeUnknown("reset"), stored=True)
    await house.pass_to(20.5)
    async with house.store.write() as tx:
        await tx.dm_channels.erase(SAM)
    house.messenger.refuse(TOO_FAST, of="open_dm")
    house.messenger.calls.clear()
    for _ in range(9):
        await house.pass_to(1 / 60)
    assert house.messenger.calls == [("open_dm", SAM)]
    assert (await house.states())[0] == (State.UNKNOWN, None)
    await house.pass_to(3 / 60)
    assert (await house.states())[0] == (State.SENT, None)
    assert len(house.invitations()) == 1
