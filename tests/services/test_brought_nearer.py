"""What a clock that was ahead planned too far ahead is planned anew, and nothing else is touched."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from supportbot.domain.cadence import next_occurrences
from supportbot.domain.checkins import State
from supportbot.errors import UserError
from supportbot.services.clock_guard import ClockInDoubt
from supportbot.services.healing import bring_nearer
from supportbot.services.plan_changes import PlanChanges
from supportbot.storage.store import new_id
from supportbot.storage.tables import deliveries, occurrences
from tests.services.house import SAM, TEXT, TIMING, House, daily


def changes(house: House) -> PlanChanges:
    return PlanChanges(house.store, house.clock, new_id=new_id, lateness=TIMING.lateness, changed=house.engine.look)


async def there(house: House) -> set[tuple[str, str]]:
    """Date and slot of everything that was planned and is not to come any more."""
    async with house.database.read() as connection:
        joined = occurrences.join(deliveries, deliveries.c.occurrence_id == occurrences.c.id)
        wanted = select(occurrences.c.local_date, occurrences.c.slot_id).select_from(joined)
        found = await connection.execute(wanted.where(deliveries.c.state != State.PLANNED.value))
    return {(row.local_date, row.slot_id) for row in found}


async def nearer(house: House) -> int:
    return await bring_nearer(house.store, house.planner, changed=house.engine.look)


@pytest.mark.parametrize("days", [3, 365])
async def test_who_changed_something_by_the_wrong_clock_is_not_silent(house: House, days: int) -> None:
    plan = await house.start()
    await house.pass_to(1)
    house.time.leap(timedelta(days=days))
    await changes(house).edit(SAM, plan, daily("08:00"))
    house.time.leap(-timedelta(days=days))
    assert await nearer(house) == 1
    assert await nearer(house) == 0
    await house.pass_to(7)
    assert len(house.invitations()) == 1
    await house.pass_to(24)
    assert len(house.invitations()) == 2


async def test_the_guard_says_when_to_look(house: House) -> None:
    told: list[str] = []
    house.guard.on_set_back(lambda: told.append("back"))
    await house.guard.check()
    house.clock.advance(days=3)
    house.time.slept = timedelta(days=3)
    await house.guard.check()
    assert told == [], "it woke"
    house.time.leap(timedelta(days=3))
    with pytest.raises(ClockInDoubt):
        await house.guard.check()
    house.time.leap(-timedelta(days=3))
    await house.guard.check()
    assert told == ["back"]
    house.time.slept = timedelta()  # Discord agrees with a clock that is behind the steady one
    await house.guard.check()
    assert told == ["back", "back"]


async def test_what_was_skipped_or_rests_stays_so(house: House) -> None:
    skipped = await house.start()
    await changes(house).skip(SAM, skipped)
    resting = (await house.checkins.agree(SAM, None, daily("09:00"), "UTC", TEXT)).plan.id
    await changes(house).pause(SAM, resting, (house.clock.now() + timedelta(days=5)).date())
    assert await nearer(house) == 0
    await house.pass_to(21)
    assert not house.invitations()


async def test_a_rest_that_ends_at_midnight_is_over_for_what_is_due_then(house: House) -> None:
    plan = await house.start(at="00:00")
    ends = house.clock.now() + timedelta(days=5)
    (rests,) = await changes(house).pause(SAM, plan, ends.date())
    assert rests.next_due == ends.replace(hour=0, minute=0)


@pytest.mark.parametrize("seed", range(4))
async def test_wherever_the_clock_was_the_next_one_is_the_planners(house: House, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (the same lives each time)
    plan = await house.start(at="08:00")
    seen = 0
    for _ in range(8):
        away = chance.choice([1, -1]) * timedelta(hours=chance.choice([1, 30, 24 * 40, 24 * 400]))
        house.time.leap(away)
        with suppress(ClockInDoubt):
            await house.engine.deliver_due()
        if away > timedelta():
            with suppress(UserError):
                await changes(house).edit(SAM, plan, daily(f"{chance.randrange(24):02}:30", "12:00"))
        house.time.leap(-away)
        await nearer(house)
        async with house.store.read() as tx:
            kept, member = await tx.plans.get(plan), await tx.members.get(SAM)
            due = await tx.deliveries.next_due(plan)
            assert kept is not None
            assert member is not None
            coming = next_occurrences(kept.rule, member.times, house.clock.now(), 6)
        had = await there(house)
        assert due == next(each.due for each in coming if (each.local_date.isoformat(), each.slot) not in had)
        for _ in range(chance.choice([1, 5, 26])):
            await house.pass_to(1)
        await house.checkins.go_on(SAM)
        came = [message.nonce for message in house.messenger.sent]
        assert len(set(came)) == len(came)
        assert seen <= (seen := len(house.invitations()))
    assert seen > 2
    assert not any(reason == "late" for _, reason in await house.states())
