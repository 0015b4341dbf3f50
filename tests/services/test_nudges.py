"""Being told in a channel: only by choice, only while it is true, only where they are, and never twice."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from supportbot.domain.checkins import Nudge
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.people import ChannelId, CommunityId, Member, Notice
from supportbot.domain.staff import CannotReach, Power
from supportbot.errors import Unreachable, UserError
from supportbot.services.checkin_errands import CheckInErrands
from supportbot.services.nudges import Nudges
from supportbot.storage.store import new_id
from tests.services.house import SAM, House
from tests.storage.rows import agreed
from tests.support.fakes import START, FakeStaffRooms

HERE, CHANNEL = CommunityId(77), ChannelId(5)
TEXT = ConsentText(Scope.NUDGE, "1", "es", "…")


@dataclass
class Desk:
    house: House
    rooms: FakeStaffRooms
    nudges: Nudges


@pytest.fixture
async def desk(house: House) -> Desk:
    """Sam chose a channel, and cannot be reached."""
    rooms = FakeStaffRooms()
    rooms.open(HERE, CHANNEL)
    rooms.members.add((HERE, SAM))
    nudges = Nudges(house.store, house.clock, rooms, new_id=new_id, post_within=5)
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        await tx.members.save(Member(SAM, "UTC", "es"), at=START)
        await tx.members.note(SAM, Notice.CLOSED_DM)
    await nudges.agree(SAM, nudges.look(HERE, CHANNEL), TEXT)
    return Desk(house, rooms, nudges)


async def test_it_is_posted_in_their_language(desk: Desk) -> None:
    assert await desk.nudges.chosen(SAM) == Nudge(SAM, HERE, CHANNEL)
    assert await desk.nudges.nudge(SAM)
    assert [post.note for post in desk.rooms.posts] == [CannotReach(SAM, "es")]


@pytest.mark.parametrize("why", ["left", "no_channel", "no_power", "withdrawn", "reached", "forgotten"])
async def test_and_not(desk: Desk, why: str) -> None:
    async with desk.house.store.write() as tx:
        await agreed(tx, SAM)
        match why:
            case "left":
                desk.rooms.members.clear()
            case "no_channel":
                desk.rooms.rooms.clear()
            case "no_power":
                desk.rooms.open(HERE, CHANNEL, missing=(Power.SEND,))
            case "withdrawn":
                await tx.consents.withdraw(SAM, Scope.NUDGE, at=START)
            case "reached":
                await tx.members.note(SAM, None)
            case _:
                await tx.nudges.erase(SAM)
    assert not await desk.nudges.nudge(SAM)
    assert desk.rooms.posts == []


async def test_a_channel_that_cannot_be_used_is_refused(desk: Desk) -> None:
    with pytest.raises(UserError, match=r"nudge\.no_channel"):
        desk.nudges.look(HERE, ChannelId(6))
    with pytest.raises(UserError, match=r"nudge\.no_channel"):
        desk.nudges.look(CommunityId(78), CHANNEL)
    desk.rooms.open(HERE, CHANNEL, missing=(Power.VIEW,))
    with pytest.raises(UserError, match=r"nudge\.missing"):
        desk.nudges.look(HERE, CHANNEL)


async def test_an_outage_asks_for_one(house: House) -> None:
    wanted: list[int] = []
    house.engine._errands = dict.fromkeys(
        house.engine._errands, CheckInErrands(house.planner, unreachable=wanted.append)
    )
    await house.start(SAM)
    await house.start(SAM, at="20:31")
    house.messenger.refuse(Unreachable("50007"), person=SAM, times=9)
    await house.pass_to(20.5)
    await house.pass_to(48)
    assert wanted == [SAM]
