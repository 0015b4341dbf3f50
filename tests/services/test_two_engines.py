"""Several processes on one database: each check-in goes out once, whoever takes it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text

from supportbot.domain.checkins import Reason, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.services.delivery import OTHERS_TURN, WAKE_UP
from tests.services.house import SAM, House, house_on
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
    for _ in range(20):  # what the other has in hand at the end is looked at again after OTHERS_TURN
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


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_who_changes_something_is_passed_over_and_neither_waits_for_the_other(houses: Houses) -> None:
    one, two = houses
    leaving, moving, third = map(PersonId, (1, 2, 3))
    for person in (leaving, moving, third):
        await one.start(person)
    one.clock.advance(hours=20.5)
    now = one.clock.now()
    async with two.store.write() as changing:
        await changing.consents.withdraw(leaving, Scope.CHECKINS, at=now)
        await changing.consents.rely_on(moving, Scope.CHECKINS)
        await changing.members.sign(moving, at=now)
        async with one.store.write() as claiming:
            due = await claiming.deliveries.to_claim(now, limit=10)
            assert [delivery.person for delivery in due] == [third]
            erasing = asyncio.create_task(changing.erase(leaving, Scope.CHECKINS, at=now))
            other = asyncio.create_task(withdrawn(two, third))
            await until_waiting(one, 2)
            assert await claiming.consents.holding({third}, Scope.CHECKINS) == {third}
            await claiming.deliveries.claim(due, at=now, until=now + one.engine._timing.lease)
        await erasing
        await changing.deliveries.cancel_all(moving, reason=Reason.STOPPED, at=now)
    assert await other == 1
    assert [await states(one, person) for person in (leaving, moving, third)] == [[], ["cancelled"], []]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_late_ones_of_whoever_changes_something_are_left_alone_too(houses: Houses) -> None:
    """Of a late one the claim writes what is owed to the member, and the check-in after it."""
    one, two = houses
    await one.start(PersonId(1))
    one.clock.advance(hours=30)
    await one.guard.check()
    async with two.store.write() as changing:
        await changing.consents.rely_on(PersonId(1), Scope.CHECKINS)
        await changing.members.sign(PersonId(1), at=one.clock.now())
        assert await one.engine._claim() == ([], False)
        assert await changing.deliveries.cancel_all(PersonId(1), reason=Reason.STOPPED, at=one.clock.now()) == 1


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_what_is_settled_waits_for_whoever_takes_their_consent_back(houses: Houses) -> None:
    """Holding the row while it waited for the person, it would be waited for as well."""
    one, two = houses
    await one.start()
    one.clock.advance(hours=20.5)
    await one.guard.check()
    (claimed,), _ = await one.engine._claim()
    attempt = await one.engine._attempts._begin(claimed)
    assert attempt is not None
    async with two.store.write() as changing:
        await changing.consents.lock(SAM)
        settling = asyncio.create_task(one.engine._attempts._sent(attempt.delivery, ChannelId(5), MessageId(77)))
        await until_waiting(one, 1)
        await changing.consents.withdraw(SAM, Scope.CHECKINS, at=two.clock.now())
        await changing.erase(SAM, Scope.CHECKINS, at=two.clock.now())
    await settling
    assert await states(one, SAM) == []


async def withdrawn(house: House, person: PersonId) -> int:
    """Take the consent back as a member does; says how many held."""
    async with house.store.write() as tx:
        count = await tx.consents.withdraw(person, Scope.CHECKINS, at=house.clock.now())
        await tx.erase(person, Scope.CHECKINS, at=house.clock.now())
        return count


async def until_waiting(house: House, count: int) -> None:
    """Until the database says that so many transactions wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(5):
        while True:
            async with house.database.read() as connection:
                if (await connection.execute(waiting)).scalar_one() == count:
                    return
