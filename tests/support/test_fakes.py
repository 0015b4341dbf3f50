"""The fakes fit the ports they stand for, and say no when they should."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from supportbot.domain.checkins import Invitation, Welcome
from supportbot.domain.people import ChannelId, CommunityId, MessageId, PersonId
from supportbot.domain.staff import WishToTalk
from supportbot.errors import NotSent, OutcomeUnknown, Unreachable
from supportbot.services import ports
from tests.support.fakes import (
    NONCE_MEMORY,
    START,
    FakeClock,
    FakeDraw,
    FakeMessenger,
    FakePacer,
    FakeStaffRooms,
    FakeWakeups,
)

ANN, BEA = PersonId(1), PersonId(2)

# For the type checker: each is what its port asks for.
_CLOCK: ports.Clock = FakeClock()
_WAKEUPS: ports.Wakeups = FakeWakeups()
_MESSENGER: ports.Messenger = FakeMessenger(FakeClock())
_ROOMS: ports.StaffRooms = FakeStaffRooms()
_DRAW: ports.DrawPicture = FakeDraw()


@pytest.mark.parametrize(
    ("port", "fake"),
    [
        (ports.Clock, FakeClock),
        (ports.Wakeups, FakeWakeups),
        (ports.Messenger, FakeMessenger),
        (ports.StaffRooms, FakeStaffRooms),
    ],
)
def test_a_fake_has_the_calls_of_its_port(port: type[Any], fake: type[Any]) -> None:
    calls = [name for name in vars(port) if not name.startswith("_")]
    assert calls
    for name in calls:
        wanted, there = getattr(port, name), getattr(fake, name)
        assert inspect.iscoroutinefunction(there) == inspect.iscoroutinefunction(wanted)
        assert _shape(there) == _shape(wanted)


def _shape(function: Any) -> list[tuple[str, Any, Any]]:
    return [(each.name, each.kind, each.default) for each in inspect.signature(function).parameters.values()]


def test_a_moved_clock_tells() -> None:
    clock = FakeClock()
    jumps: list[datetime] = []
    clock.on_jump(lambda: jumps.append(clock.now()))
    clock.advance(minutes=5)
    clock.set(START)
    assert jumps == [START + timedelta(minutes=5), START]
    with pytest.raises(AssertionError):
        clock.set(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1))))
    with pytest.raises(AssertionError):
        clock.set(datetime(2026, 1, 1))  # noqa: DTZ001


def test_wakeups_fire_what_is_armed() -> None:
    wakeups, fired = FakeWakeups(), list[str]()
    wakeups.wake_at("once", START, lambda: fired.append("once"))
    wakeups.every("often", timedelta(minutes=5), lambda: fired.append("often"))
    for name in ("once", "often", "often"):
        wakeups.fire(name)
    assert fired == ["once", "often", "often"]
    wakeups.wake_at("gone", START, lambda: fired.append("gone"))
    wakeups.wake_at("gone", None, lambda: fired.append("gone"))
    for name in ("once", "gone", "never"):
        with pytest.raises(AssertionError):
            wakeups.fire(name)


async def test_the_messenger_sends_once_a_nonce() -> None:
    messenger = FakeMessenger(FakeClock())
    channel = await messenger.open_dm(ANN)
    first = await messenger.send(channel, Welcome("en"), nonce="n")
    assert await messenger.send(channel, Welcome("en"), nonce="n") == first
    assert await messenger.send(channel, Welcome("en"), nonce="m") != first
    assert messenger.sent_to(ANN) == [Welcome("en"), Welcome("en")]


@pytest.mark.parametrize("memory", [NONCE_MEMORY, timedelta(seconds=5)])
async def test_the_messenger_forgets_a_nonce(memory: timedelta) -> None:
    clock = FakeClock()
    messenger = FakeMessenger(clock, nonce_memory=memory)
    channel = await messenger.open_dm(ANN)
    first = await messenger.send(channel, Welcome("en"), nonce="n")
    clock.set(START + memory - timedelta(milliseconds=1))
    assert await messenger.send(channel, Welcome("en"), nonce="n") == first
    clock.set(START + memory)
    second = await messenger.send(channel, Welcome("en"), nonce="n")
    assert second != first
    assert await messenger.send(channel, Welcome("en"), nonce="n") == second
    assert len(messenger.sent_to(ANN)) == 2


async def test_the_pacer_counts_and_tells() -> None:
    pacer, told = FakePacer(), list[int]()

    async def tell() -> None:
        told.append(pacer.turns)

    await pacer.turn()
    pacer.hook = tell
    await pacer.turn()
    assert (pacer.turns, told) == (2, [2])


async def test_the_messenger_refuses_whom_and_what_it_was_told_to() -> None:
    messenger = FakeMessenger(FakeClock())
    messenger.refuse(Unreachable("50278"), of="open_dm", person=BEA)
    channel = await messenger.open_dm(ANN)
    with pytest.raises(Unreachable):
        await messenger.open_dm(BEA)
    messenger.refuse(NotSent("429", retry_after=3), times=2)
    for _ in range(2):
        with pytest.raises(NotSent):
            await messenger.send(channel, Welcome("en"), nonce="n")
    assert messenger.sent == []
    await messenger.send(channel, Welcome("en"), nonce="n")
    assert messenger.sent_to(ANN) == [Welcome("en")]


async def test_an_unknown_outcome_may_have_been_delivered() -> None:
    clock = FakeClock()
    messenger = FakeMessenger(clock)
    channel = await messenger.open_dm(ANN)
    note = Invitation("a-1", "en")
    messenger.refuse(OutcomeUnknown("500"), stored=True)
    with pytest.raises(OutcomeUnknown):
        await messenger.send(channel, note, nonce="a-1")
    found = await messenger.find(channel, "a-1", after=None, since=START)
    assert found == messenger.sent[0].id
    assert await messenger.find(channel, "a-1", after=found, since=START) is None
    assert await messenger.find(channel, "a-1", after=None, since=START + timedelta(seconds=1)) is None
    assert await messenger.find(channel, "a-2", after=MessageId(1), since=START) is None
    assert await messenger.send(channel, note, nonce="a-1") == found


async def test_the_messenger_objects_to_what_discord_would_not_take() -> None:
    messenger = FakeMessenger(FakeClock())
    with pytest.raises(AssertionError):
        await messenger.send(ChannelId(5), Welcome("en"), nonce="n")
    channel = await messenger.open_dm(ANN)
    for nonce in ("", "n" * 26):
        with pytest.raises(AssertionError):
            await messenger.send(channel, Welcome("en"), nonce=nonce)
    with pytest.raises(AssertionError):
        messenger.refuse(NotSent("no"), stored=True)


async def test_the_staff_rooms_post_once_a_nonce_and_refuse_what_they_were_told_to() -> None:
    rooms, here = FakeStaffRooms(), CommunityId(1)
    room, note = rooms.open(here, 7), WishToTalk(ANN)
    assert rooms.look(here, room.channel) == room
    assert rooms.look(CommunityId(2), room.channel) is None
    rooms.refuse(OutcomeUnknown("500"), stored=True)
    rooms.refuse(NotSent("403"))
    for error in (OutcomeUnknown, NotSent):
        with pytest.raises(error):
            await rooms.post(room.channel, note, nonce="n")
    first = rooms.posts[0].id
    assert await rooms.post(room.channel, note, nonce="n") == first
    assert await rooms.post(room.channel, note, nonce="m") != first
    with pytest.raises(AssertionError):
        await rooms.post(ChannelId(8), note, nonce="n")
    rooms.members.add((here, ANN))
    rooms.refuse(NotSent("429"), of="has_member")
    with pytest.raises(NotSent):
        await rooms.has_member(here, ANN)
    assert (await rooms.has_member(here, ANN), await rooms.has_member(here, BEA)) == (True, False)
