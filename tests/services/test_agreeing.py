"""Agreeing twice at once, erasing meanwhile, and presses that prove an arrival."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from supportbot.domain.checkins import Invitation, Note, Welcome
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.errors import OutcomeUnknown, UserError
from supportbot.exchange.mydata import pack
from supportbot.services.arrivals import At
from supportbot.services.checkins import Greeting, Started
from supportbot.services.mydata import MyData
from tests.services.house import ALEX, SAM, TEXT, House, daily

DAYTIME = daily("20:30")


async def press(house: House, person: PersonId = SAM) -> Started:
    """I agree, start. Nothing is read before: a press counts from the moment it is made."""
    return await house.checkins.agree(person, None, DAYTIME, "UTC", TEXT)


def during_the_first_dm(
    house: House, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Awaitable[None]]
) -> None:
    """Somebody is quick, or Discord is slow."""
    send, first = house.messenger.send, [True]

    async def slow(channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        if first:
            first.clear()
            await meanwhile()
        return await send(channel, note, nonce=nonce)

    monkeypatch.setattr(house.messenger, "send", slow)


async def let_it_go_on(house: House) -> None:
    """As far as it can: what it writes is written before what is asked for later."""
    for _ in range(3):
        async with house.store.write() as tx:
            await tx.app_state.set("waited", "1")


async def doubtful(house: House) -> tuple[str, MessageId]:
    """A check-in that arrived, and the engine does not know it."""
    await house.start()
    house.messenger.refuse(OutcomeUnknown("reset"), stored=True)
    await house.pass_to(20.5)
    assert (await house.states())[0] == ("unknown", None)
    message = house.messenger.sent[-1]
    assert isinstance(message.note, Invitation)
    return message.note.delivery, message.id


async def test_two_presses_at_once_are_one_plan_and_one_dm(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    again: list[asyncio.Task[Started]] = []

    async def second_press() -> None:
        again.append(asyncio.create_task(press(house)))
        await let_it_go_on(house)

    during_the_first_dm(house, monkeypatch, second_press)
    first = await press(house)
    second = await again[0]
    assert (first.greeting, second.greeting) == (Greeting.SENT, Greeting.BEFORE)
    assert first.plan.id == second.plan.id
    assert house.messenger.sent_to(SAM) == [Welcome("en")]
    assert len(await house.checkins.plans(SAM)) == 1


async def test_nobody_waits_for_somebody_elses_dm(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def alex_too() -> None:
        assert (await press(house, ALEX)).greeting is Greeting.SENT

    during_the_first_dm(house, monkeypatch, alex_too)
    assert (await press(house)).greeting is Greeting.SENT


async def test_erasing_while_one_press_greets_and_one_is_queued(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mydata = MyData(house.store, house.clock, pack=pack, erased=house.checkins.erased)
    again: list[asyncio.Task[Started]] = []

    async def second_press_then_erase() -> None:
        again.append(asyncio.create_task(press(house)))
        await let_it_go_on(house)
        await mydata.delete(SAM)

    during_the_first_dm(house, monkeypatch, second_press_then_erase)
    with pytest.raises(UserError, match="erased_meanwhile"):
        await press(house)
    with pytest.raises(UserError, match="erased_meanwhile"):
        await again[0]
    assert not any((await mydata.held(SAM)).values())
    assert (await press(house)).greeting is Greeting.SENT, "who agrees afterwards means it"


async def test_taking_a_message_away_proves_only_ones_own(house: House) -> None:
    delivery, message = await doubtful(house)
    await house.arrivals.cleared(At(ALEX, delivery, message))
    await house.arrivals.cleared(At(SAM, "gone-1", message))
    assert (await house.states())[0] == ("unknown", None)
    await house.arrivals.cleared(At(SAM, delivery, message))
    assert (await house.states())[0] == ("sent", None)


async def test_stopping_from_a_message_proves_that_it_arrived(house: House) -> None:
    delivery, message = await doubtful(house)
    with pytest.raises(UserError, match="not_yours"):
        await house.arrivals.stop(At(ALEX, delivery, message))
    assert (await house.states())[0] == ("unknown", None)
    await house.arrivals.stop(At(SAM, delivery, message))
    assert await house.states() == [("sent", None), ("cancelled", "stopped")]
    await house.pass_to(1)
    assert len(house.invitations()) == 1
    assert "find" not in [call for call, _ in house.messenger.calls]
