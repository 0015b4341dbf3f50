"""Telling somebody in a channel that a direct message did not reach them: only who asked, once, and nobody who left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from supportbot.domain.checkins import Kind, Nudge
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.people import ChannelId, CommunityId
from supportbot.domain.retention import Absence, Why
from supportbot.domain.staff import CannotReach, Power
from supportbot.errors import NotSent, OutcomeUnknown, Unreachable, UserError
from supportbot.services.consents import Consents
from supportbot.services.nudges import Nudges
from supportbot.storage.store import new_id
from tests.services.house import SAM, House
from tests.support.fakes import START, FakeStaffRooms

HERE, ROOM = CommunityId(10), ChannelId(20)
TEXT = ConsentText(Scope.NUDGE, "1", "es", "…")


@dataclass
class Street:
    """The house, and the channels around it."""

    house: House
    rooms: FakeStaffRooms
    nudges: Nudges

    async def agree(self) -> None:
        """Sam has a check-in, and agreed to be told in the room."""
        await self.house.start()
        await self.nudges.agree(SAM, self.nudges.look(HERE, ROOM), TEXT)

    async def shut(self) -> None:
        """The next check-in does not reach Sam."""
        self.house.messenger.refuse(Unreachable("50007"), person=SAM)
        await self.next_one()
        await self.nudges.settled()

    async def again(self) -> None:
        """The engine says once more that Sam was not reached."""
        self.nudges.unreachable(SAM)
        await self.nudges.settled()

    async def next_one(self) -> None:
        """It is time for the next check-in."""
        async with self.house.store.read() as tx:
            due = await tx.deliveries.next_wake()
        assert due is not None
        self.house.clock.set(due)
        await self.house.engine.deliver_due()

    async def opened(self) -> None:
        """Sam lets the bot write again, and a check-in comes."""
        await self.house.checkins.go_on(SAM)
        await self.next_one()

    @property
    def posted(self) -> list[object]:
        return [(post.channel, post.note) for post in self.rooms.posts]

    async def kept(self) -> list[tuple[object, object]]:
        async with self.house.store.read() as tx:
            rows = await tx.deliveries.export(SAM)
        return [(row["state"], row["channel"]) for row in rows if row["kind"] == Kind.NUDGE.value]


@pytest.fixture
def street(house: House) -> Street:
    rooms = FakeStaffRooms()
    rooms.members.add((HERE, SAM))
    rooms.open(HERE, ROOM, name="general", missing=(Power.EMBED,))
    nudges = Nudges(house.store, house.clock, rooms, new_id=new_id, pacer=house.pacer, post_within=5)
    house.engine._attempts._told_unreachable = nudges.unreachable
    return Street(house, rooms, nudges)


async def test_it_is_posted_once_and_again_for_another_outage_a_week_later(street: Street) -> None:
    await street.agree()
    await street.shut()
    assert street.posted == [(ROOM, CannotReach(SAM, "es"))]
    assert await street.kept() == [("sent", None)]
    street.house.clock.advance(days=8)
    await street.again()  # nothing arrived since: it is the same trouble
    assert len(street.posted) == 1
    await street.opened()
    await street.shut()
    assert len(street.posted) == 2
    await street.opened()
    await street.shut()  # another one, within the week
    assert len(street.posted) == 2


async def test_two_at_the_same_time_are_one_and_each_request_waits_for_its_turn(street: Street) -> None:
    await street.agree()
    await street.house.start(at="20:31")
    street.house.messenger.refuse(Unreachable("50007"), person=SAM, times=2)
    street.house.clock.set(START + timedelta(hours=20, minutes=31))
    before, sent = street.house.pacer.turns, len(street.house.messenger.calls)
    await street.house.engine.deliver_due()
    street.nudges.unreachable(SAM)
    await street.nudges.settled()
    of_checkins = len(street.house.messenger.calls) - sent
    assert street.house.pacer.turns == before + of_checkins + 2  # the look, the post
    street.nudges.unreachable(SAM)
    await street.nudges.settled()
    assert len(street.posted) == 1


async def test_nothing_for_who_did_not_ask_who_left_and_who_stopped_nor_in_a_shut_channel(street: Street) -> None:
    await street.house.start()
    await street.shut()
    assert street.rooms.asked == []
    await street.nudges.agree(SAM, street.nudges.look(HERE, ROOM), TEXT)
    assert await street.nudges.chosen(SAM) == Nudge(SAM, HERE, ROOM)
    street.rooms.members.clear()
    await street.again()
    street.rooms.members.add((HERE, SAM))
    street.rooms.open(HERE, ROOM, missing=(Power.SEND,))
    await street.again()
    street.rooms.open(HERE, ROOM)
    async with street.house.store.write() as tx:
        await tx.consents.holds(SAM, Scope.CHECKINS)
        await tx.absences.add(Absence(SAM, Why.NO_SHARED, street.house.clock.now()))
    await street.again()
    async with street.house.store.write() as tx:
        await tx.absences.end(SAM)
    await street.house.checkins.stop_all(SAM)
    await street.again()
    assert (street.posted, await street.kept()) == ([], [])


async def test_who_takes_it_back_meanwhile_is_not_told(street: Street) -> None:
    await street.agree()
    consents = Consents(
        street.house.store,
        street.house.clock,
        withdrawing=lambda person, _: street.nudges.withdrawing(person),
        withdrawn=lambda *_: None,
        changed=lambda: None,
    )
    turns = street.house.pacer

    async def take_back() -> None:
        # The turn right before the post: it is noted already.
        if await street.kept():
            turns.hook = None
            await consents.withdraw(SAM, Scope.NUDGE)

    turns.hook = take_back
    await street.shut()
    assert (street.posted, turns.hook) == ([], None)
    assert await street.nudges.chosen(SAM) is None


@pytest.mark.parametrize(("error", "posts"), [(NotSent("429"), 0), (OutcomeUnknown("503"), 1)])
async def test_what_fails_is_not_tried_again(street: Street, error: NotSent | OutcomeUnknown, posts: int) -> None:
    await street.agree()
    street.rooms.refuse(error, stored=bool(posts))
    await street.shut()
    await street.again()
    assert (len(street.posted), await street.kept()) == (posts, [("gave_up", None)])


async def test_a_channel_that_cannot_be_used_is_refused(street: Street) -> None:
    for community, channel in ((HERE, ChannelId(6)), (CommunityId(78), ROOM)):
        with pytest.raises(UserError, match=r"nudge\.no_channel"):
            street.nudges.look(community, channel)
    street.rooms.open(HERE, ROOM, missing=(Power.VIEW,))
    with pytest.raises(UserError, match=r"nudge\.missing"):
        street.nudges.look(HERE, ROOM)


async def test_a_bot_that_ends_leaves_nothing_under_way(street: Street) -> None:
    await street.agree()
    street.nudges.unreachable(SAM)
    await street.nudges.close()
    assert (street.posted, street.nudges._under_way) == ([], {})
