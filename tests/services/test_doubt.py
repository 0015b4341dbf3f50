"""While the outcome of one check-in is open, another arrives: both are in the DM once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from supportbot.domain.checkins import Silence
from supportbot.domain.people import ChannelId, MessageId
from supportbot.errors import NotSent, OutcomeUnknown
from tests.services.house import SAM, House

UNREADABLE = 20


async def pass_on(house: House, *, minutes: float) -> None:
    """Half a minute at a time, as the wake-ups would."""
    for _ in range(int(minutes * 2)):
        await house.pass_to(0.5 / 60)


def times(house: House) -> list[int]:
    """How often each check-in is in the DM."""
    return list(Counter(note.delivery for note in house.invitations()).values())


@pytest.mark.parametrize("stored", [True, False])
async def test_another_goes_out_while_the_history_cannot_be_read(house: House, stored: bool) -> None:
    await house.start(at="20:30")
    await house.start(at="20:31")
    house.messenger.refuse(OutcomeUnknown("reset"), stored=stored)
    house.messenger.refuse(OutcomeUnknown("reset"), of="find", times=UNREADABLE)
    await house.pass_to(20.5)
    await pass_on(house, minutes=9)
    assert times(house) == [1, 1] if stored else [1], "the first is in doubt, the second went out"
    assert ("unknown", None) in await house.states()
    await pass_on(house, minutes=3)
    assert times(house) == [1, 1]
    assert sorted(await house.states()) == [("planned", None)] * 2 + [("sent", None)] * 2


async def test_a_later_attempt_looks_for_what_the_first_one_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first attempt was stored and the history did not show it yet; the second is refused, a third in doubt."""
    await house.start(at="20:30")
    await house.start(at="20:31")
    find, seen = house.messenger.find, list[MessageId | None]()

    async def lags(channel: ChannelId, delivery: str, *, after: MessageId | None, since: datetime) -> MessageId | None:
        seen.append(await find(channel, delivery, after=after, since=since))
        return None if len(seen) == 1 else seen[-1]

    monkeypatch.setattr(house.messenger, "find", lags)
    house.messenger.refuse(OutcomeUnknown("reset"), stored=True)
    house.messenger.refuse(NotSent("429", retry_after=60))
    await house.pass_to(20.5)
    await house.pass_to(0.5 / 60)
    assert len(seen) == 1
    await house.pass_to(0.5 / 60)
    assert times(house) == [1, 1]
    house.messenger.refuse(OutcomeUnknown("reset"), times=1)
    house.messenger.refuse(OutcomeUnknown("reset"), of="find", times=8)
    await pass_on(house, minutes=8)
    assert times(house) == [1, 1]
    assert len(seen) > 1
    assert all(seen), "it was found each time that the history could be read"


async def test_a_look_up_has_its_turn_too(house: House) -> None:
    await house.start()
    house.messenger.refuse(OutcomeUnknown("reset"), stored=True)
    await house.pass_to(20.5)
    assert house.pacer.turns == 1
    welcome, sent = house.messenger.sent
    async with house.store.read() as tx:
        [kept, _] = await tx.deliveries.export(SAM)
    assert kept["message_before"] == str(welcome.id), "nothing older has to be read"

    async def waiting() -> None:
        assert house.messenger.calls[-1][0] == "send"

    house.pacer.hook = waiting
    await house.pass_to(timedelta(seconds=30) / timedelta(hours=1))
    assert house.pacer.turns == 2
    assert house.messenger.calls[-1][0] == "find"
    assert house.messenger.sent == [welcome, sent]


async def test_a_later_one_and_a_silence_are_found_and_not_sent_again(house: House) -> None:
    await house.start(at="20:30")
    await house.pass_to(20.5)
    for day in range(3):
        await house.pass_to(23.9)
        house.messenger.refuse(OutcomeUnknown("reset"), stored=True)
        await pass_on(house, minutes=8)
        assert [call for call, _ in house.messenger.calls].count("send") == 3 + day, "with the first word of all"
    assert isinstance(house.messenger.sent[-1].note, Silence)
    assert times(house) == [1, 1, 1]
    assert [state for state, _ in await house.states()] == ["sent"] * 4
