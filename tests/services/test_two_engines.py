"""Several processes on one database: each check-in goes out once, whoever takes it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from supportbot.domain.checkins import State
from supportbot.domain.people import PersonId
from supportbot.services.delivery import OTHERS_TURN, WAKE_UP
from tests.services.house import House, house_on
from tests.storage.rows import agreed
from tests.support.databases import OpenDatabase
from tests.support.fakes import FakeClock, FakeMessenger

MANY = range(1, 101)
Houses = tuple[House, House]


@pytest.fixture
async def houses(open_database: OpenDatabase) -> Houses:
    """Two that share a clock, a Discord and a database."""
    clock = FakeClock()
    messenger = FakeMessenger(clock)
    return house_on(await open_database(), clock, messenger), house_on(await open_database(), clock, messenger)


async def states(house: House, person: int) -> list[str]:
    async with house.store.read() as tx:
        return [str(row["state"]) for row in await tx.deliveries.export(PersonId(person))]


async def test_two_engines_deliver_each_of_many_once(houses: Houses) -> None:
    one, two = houses
    for person in MANY:
        await one.start(PersonId(person))
    one.clock.advance(hours=20.5)
    one.messenger.calls.clear()
    await asyncio.gather(one.engine.deliver_due(), two.engine.deliver_due())
    # Not only what arrived: the messenger takes a second message with the same nonce for the first.
    assert Counter(call for call, _ in one.messenger.calls) == {"send": len(MANY)}
    assert [len(one.invitations(person)) for person in MANY] == [1] * len(MANY)
    assert [await states(two, person) for person in MANY] == [["sent", "planned"]] * len(MANY)


async def test_two_engines_look_up_and_release_each_once(houses: Houses) -> None:
    """What another process claimed or tried and then left is taken up by one of two."""
    one, two = houses
    for person in range(1, 11):
        await one.start(PersonId(person))
    one.clock.advance(hours=20.5)
    now, lease = one.clock.now(), one.engine._timing.lease
    async with one.store.write() as tx:
        await agreed(tx, *map(PersonId, range(1, 11)))
        for number, planned in enumerate(await tx.deliveries.to_claim(now, limit=10)):
            await tx.deliveries.move(planned, State.CLAIMED, at=now, wake_at=now + lease)
            claimed = await tx.deliveries.get(planned.id)
            assert claimed
            if number % 2:
                await tx.deliveries.move(claimed, State.SENDING, at=now, wake_at=now + lease, new_attempt=True)
    one.clock.advance(seconds=lease.total_seconds())
    for _ in range(3):  # what the other has in hand at the end is looked at again after OTHERS_TURN
        await asyncio.gather(one.engine.deliver_due(), two.engine.deliver_due())
    assert [len(one.invitations(person)) for person in range(1, 11)] == [1] * 10
    assert [(await states(two, person))[0] for person in range(1, 11)] == ["sent"] * 10


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_what_another_process_has_in_hand_is_passed_over_without_waiting(houses: Houses) -> None:
    one, two = houses
    await one.start(PersonId(1))
    one.clock.advance(seconds=1)
    await one.start(PersonId(2), at="20:29")
    one.clock.advance(hours=20.5)
    async with two.store.write() as tx:
        assert [delivery.person for delivery in await tx.deliveries.to_claim(one.clock.now(), limit=1)] == [2]
        await one.engine.deliver_due()
        await one.engine._arm()
        assert (len(one.invitations(1)), len(one.invitations(2))) == (1, 0)
        assert one.wakeups.armed[WAKE_UP] == one.clock.now() + OTHERS_TURN, "not at once, or it would spin"
    await one.engine.deliver_due()
    assert len(one.invitations(2)) == 1
