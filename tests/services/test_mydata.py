"""Forgetting: what is erased is not written anew by what was under way, and a lazy disk does not change the answer."""

from __future__ import annotations

import pytest

from supportbot.domain.checkins import Note
from supportbot.domain.people import ChannelId, MessageId
from supportbot.errors import DeliveryError, StorageBusy, Unreachable, UserError
from supportbot.exchange.mydata import pack
from supportbot.services.mydata import MyData
from tests.services.house import ALEX, SAM, House


@pytest.fixture
def mydata(house: House) -> MyData:
    return MyData(house.store, house.clock, pack=pack, erased=house.checkins.erased)


def erase_during_send(
    house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch, error: DeliveryError | None = None
) -> None:
    """The member's erasure is through while the request is under way."""
    send = house.messenger.send

    async def erasing(channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        await mydata.delete(SAM)
        if error is not None:
            raise error
        return await send(channel, note, nonce=nonce)

    monkeypatch.setattr(house.messenger, "send", erasing)


async def test_erasing_counts_and_forgets(house: House, mydata: MyData) -> None:
    await house.start(SAM)
    await house.start(ALEX)
    await house.pass_to(20.5)
    held = await mydata.held(SAM)
    counted = {kind: count for kind, count in held.items() if count}
    assert counted == {"deliveries": 2, "plans": 1, "members": 1, "consents": 1, "dm_channels": 1}
    erased = await mydata.delete(SAM)
    assert (erased.rows, erased.total) == (held, 6)
    assert not any((await mydata.held(SAM)).values())
    assert await mydata.held(ALEX) == held
    await house.pass_to(24)
    assert (len(house.invitations(SAM)), len(house.invitations(ALEX))) == (1, 2)


async def test_a_checkin_on_its_way_brings_nothing_back(
    house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.start()
    erase_during_send(house, mydata, monkeypatch)
    await house.pass_to(20.5)
    assert not any((await mydata.held(SAM)).values())


@pytest.mark.parametrize("error", [None, Unreachable("50007")])
async def test_the_first_dm_on_its_way_brings_nothing_back(
    house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch, error: DeliveryError | None
) -> None:
    erase_during_send(house, mydata, monkeypatch, error)
    try:
        await house.start()
    except UserError as refusal:
        assert refusal.text_id == ("checkin.dm_closed" if error else "checkin.erased_meanwhile")  # noqa: PT017
    assert not any((await mydata.held(SAM)).values())


async def test_files_that_are_not_scrubbed_are_logged_and_the_answer_stays_true(
    house: House, mydata: MyData, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def busy() -> None:
        raise StorageBusy("a reader is in the way")

    monkeypatch.setattr(house.store, "scrub", busy)
    await house.start()
    assert (await mydata.delete(SAM)).total == 5
    assert "erasure.not_scrubbed" in caplog.text
