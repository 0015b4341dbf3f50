"""Taking a consent back: what began before it keeps nothing after it."""

from __future__ import annotations

import asyncio

import pytest

from supportbot.domain.communities import CommunitySettings
from supportbot.domain.consent import ConsentText, How, Scope
from supportbot.domain.people import ChannelId, CommunityId, MessageId, PersonId
from supportbot.errors import ConsentMissing, UserError
from supportbot.exchange.mydata import pack
from supportbot.services.consents import Consents
from supportbot.services.handover import HandOver
from supportbot.services.mydata import MyData
from tests.services.house import ALEX, SAM, TEXT, House
from tests.support.fakes import FakeStaffRooms

HERE, TEAM = CommunityId(77), ChannelId(700)
WORDS = ConsentText(Scope.HANDOVER, "1", "en", "…")


@pytest.fixture
def rooms() -> FakeStaffRooms:
    return FakeStaffRooms()


@pytest.fixture
async def handover(house: House, rooms: FakeStaffRooms) -> HandOver:
    async with house.store.write() as tx:
        await tx.communities.save(CommunitySettings(HERE, None, TEAM), at=house.clock.now())
    rooms.members |= {(HERE, SAM), (HERE, ALEX)}
    return HandOver(house.store, house.clock, rooms, is_young=lambda _: False, post_within=10)


@pytest.fixture
def consents(house: House, handover: HandOver) -> Consents:
    def withdrawing(person: PersonId, scope: Scope) -> None:
        if scope is Scope.HANDOVER:
            handover.withdrawing(person)
        elif scope is Scope.CHECKINS:
            house.checkins.erased(person)

    return Consents(
        house.store, house.clock, withdrawing=withdrawing, withdrawn=lambda *_: None, changed=house.engine.look
    )


async def send(handover: HandOver, rooms: FakeStaffRooms, person: PersonId) -> None:
    """From a DM, so that Discord is asked first whether they are in the community."""
    mark = rooms.open(HERE, TEAM).mark
    await handover.send(person, HERE, mark=mark, text=WORDS, words=None, preview=MessageId(person), is_there=False)


async def ledger(house: House, person: PersonId = SAM) -> list[tuple[Scope, bool]]:
    async with house.store.read() as tx:
        return [(entry.scope, entry.given) for entry in await tx.consents.entries(person)]


@pytest.mark.parametrize("how", ["erased", "withdrawn"])
async def test_a_post_under_way_is_neither_recorded_nor_sent(
    house: House, rooms: FakeStaffRooms, handover: HandOver, consents: Consents, how: str
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def looking() -> None:
        asked.set()
        await answer.wait()

    rooms.looking = looking
    sending = asyncio.create_task(send(handover, rooms, SAM))
    await asked.wait()
    if how == "erased":
        await MyData(house.store, house.clock, pack=pack, erased=handover.erased).delete(SAM)
    else:
        await consents.withdraw(SAM, Scope.HANDOVER)
    answer.set()
    with pytest.raises(UserError) as refusal:
        await sending
    assert refusal.value.text_id == "handover.withdrawn_meanwhile"
    assert (rooms.posts, await ledger(house)) == ([], [])
    rooms.looking = None
    await send(handover, rooms, ALEX)
    assert [(len(rooms.posts), await ledger(house, ALEX))] == [(1, [(Scope.HANDOVER, True)])]


async def test_an_agreement_under_way_is_stopped_before_the_withdrawal_is_through(
    house: House, consents: Consents, monkeypatch: pytest.MonkeyPatch
) -> None:
    greeted, answer = asyncio.Event(), asyncio.Event()
    send = house.messenger.send

    async def slowly(*args: object, **more: object) -> MessageId:
        greeted.set()
        await answer.wait()
        return await send(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(house.messenger, "send", slowly)
    agreeing = asyncio.create_task(house.start())
    await greeted.wait()
    assert (await consents.withdraw(SAM, Scope.CHECKINS)).consents == 0, "there was nothing yet"
    answer.set()
    with pytest.raises(UserError) as refusal:
        await agreeing
    assert refusal.value.text_id == "checkin.erased_meanwhile"
    assert await ledger(house) == []


async def test_what_was_taken_back_is_not_renewed(house: House, consents: Consents) -> None:
    await house.start()
    assert await consents.text_version(SAM, Scope.CHECKINS) == TEXT.version
    await consents.renew(SAM, ConsentText(Scope.CHECKINS, "9", "es", "…"))
    assert await consents.text_version(SAM, Scope.CHECKINS) == "9"
    gone = await consents.withdraw(SAM, Scope.CHECKINS, How.COMMAND)
    assert (gone.consents, gone.total) == (1, 4)
    assert await ledger(house) == [(Scope.CHECKINS, True), (Scope.CHECKINS, True), (Scope.CHECKINS, False)]
    assert await consents.text_version(SAM, Scope.CHECKINS) is None
    with pytest.raises(ConsentMissing):
        await consents.renew(SAM, TEXT)
    assert (await consents.withdraw(SAM, Scope.CHECKINS)).consents == 0
    (agreed,) = await consents.of(SAM)
    assert (agreed.standing, not any(agreed.held.values())) == ((), True)
