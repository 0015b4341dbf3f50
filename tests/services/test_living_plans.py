"""A plan that runs always has something to come, whatever its member does; and nothing is said twice."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import delete, update

from supportbot.domain.cadence import Cadence, Rule
from supportbot.domain.checkins import Answer, Asks, PlanState, Silence
from supportbot.domain.people import PersonId
from supportbot.domain.snoozing import Later
from supportbot.domain.wishes import Wish, numbered
from supportbot.errors import OutcomeUnknown, UserError
from supportbot.services.arrivals import Rest
from supportbot.services.healing import heal
from supportbot.services.member_times import TimesOfMembers, read_quiet
from supportbot.services.plan_changes import PlanChanges
from supportbot.storage.store import new_id
from supportbot.storage.tables import occurrences, plans
from tests.services.house import ALEX, SAM, TEXT, TIMING, House, daily

EIGHT = Rule(Cadence.DAILY, numbered([time(8)]))


def changes(house: House) -> PlanChanges:
    return PlanChanges(house.store, house.clock, new_id=new_id, lateness=TIMING.lateness, changed=house.engine.look)


def times(house: House) -> TimesOfMembers:
    return TimesOfMembers(house.store, house.clock, new_id=new_id, lateness=TIMING.lateness, changed=house.engine.look)


async def begin(house: House, wish: Wish, person: PersonId = SAM) -> str:
    return (await house.checkins.agree(person, None, wish, "UTC", TEXT)).plan.id


async def dead(house: House) -> list[str]:
    """Plans that run and of which nothing is to come."""
    async with house.store.read() as tx:
        return await tx.plans.without_next("", limit=10, today=house.clock.now().date())


async def test_a_put_off_one_stands_in_for_no_other(house: House) -> None:
    plan = await begin(house, daily("08:00"))
    await house.pass_to(8)
    at = house.last()
    await house.arrivals.snooze(at, Later.TONIGHT)
    await changes(house).edit(SAM, plan, daily("09:00"))
    await house.arrivals.answer(at, Answer(mood=3))
    assert await dead(house) == []
    await house.pass_to(25)
    assert len(house.invitations()) == 2


async def test_while_one_is_put_off_the_others_come(house: House) -> None:
    await begin(house, daily("08:00", "12:00", "16:00"))
    await house.pass_to(8)
    await house.arrivals.snooze(house.last(), Later.TONIGHT)
    for _ in range(3):
        await house.pass_to(4)
    assert len(house.invitations()) == 4, "at eight, noon, four, and tonight the first again"


@pytest.mark.parametrize("how", ["window", "sweep"])
async def test_a_silence_message_in_doubt_is_not_the_end(house: House, how: str) -> None:
    await begin(house, daily("08:00"))
    await house.pass_to(8)
    await house.pass_to(24)
    await house.pass_to(24)
    house.messenger.refuse(OutcomeUnknown("reset"))
    house.messenger.refuse(OutcomeUnknown("reset"), of="find", times=1000)
    await house.pass_to(24)
    if how == "sweep":
        await house.checkins.sweeping(SAM)
    else:
        for _ in range(5):
            await house.pass_to(0.5)
    assert ("gave_up", "undecided") in await house.states()
    assert await dead(house) == []


async def test_two_plans_of_one_instant_are_silent_once_and_catch_up_once(house: House) -> None:
    await begin(house, daily("08:00"))
    await begin(house, Wish(EIGHT, asks=Asks.CRAVING))
    house.clock.advance(hours=72)
    await house.engine.deliver_due()
    await house.pass_to(8)
    assert sorted(note.catch_up for note in house.invitations()) == [False, True]
    for _ in range(4):
        await house.pass_to(24)
    assert sum(isinstance(note, Silence) for note in house.messenger.sent_to(SAM)) == 1
    assert {view.plan.state for view in await house.checkins.plans(SAM)} == {PlanState.PAUSED}


async def test_a_question_that_cannot_be_opened_holds_nobody_up(house: House) -> None:
    shut = await begin(house, Wish(EIGHT, asks=Asks.QUESTION, words="to the sea?"))
    await begin(house, daily("14:00"), ALEX)
    async with house.database.write() as connection:
        await connection.execute(update(plans).where(plans.c.id == shut).values(words=b"garbage"))
    for _ in range(4):
        await house.pass_to(4)
    assert len(house.invitations(ALEX)) == 1
    assert len(house.invitations(SAM)) == 1
    async with house.store.write() as tx:
        plan = await tx.plans.get(shut)
        assert plan is not None
        assert plan.words is None
        await tx.consents.rely_on(SAM, TEXT.scope)
        await tx.plans.change(replace(plan, discreet=False), at=house.clock.now())
    async with house.database.read() as connection:
        kept = (await connection.execute(plans.select().where(plans.c.id == shut))).mappings().one()
    assert kept["words"] == b"garbage", "another key may open it still"


async def test_what_is_dead_is_planned_anew(house: House) -> None:
    plan = await begin(house, daily("08:00"))
    async with house.database.write() as connection:
        await connection.execute(delete(occurrences).where(occurrences.c.plan_id == plan))
    assert await dead(house) == [plan]
    assert await heal(house.store, house.planner, changed=house.engine.look) == 1
    assert await dead(house) == []
    assert await heal(house.store, house.planner, changed=house.engine.look) == 0
    await house.pass_to(8)
    assert len(house.invitations()) == 1


def _acts(house: House, plan: str, chance: random.Random) -> list[Callable[[], Awaitable[object]]]:
    """What a member and the network may do next."""
    hour = f"{chance.randrange(24):02}"

    async def drops() -> None:
        house.messenger.refuse(OutcomeUnknown("reset"), stored=chance.random() < 0.5)

    return [
        drops,
        lambda: changes(house).edit(SAM, plan, daily(f"{hour}:30")),
        lambda: changes(house).pause(SAM, plan),
        lambda: changes(house).skip(SAM, plan),
        lambda: house.checkins.go_on(SAM),
        lambda: times(house).set_quiet(SAM, read_quiet(f"{hour}:00", "07:00")),
        lambda: house.arrivals.snooze(house.last(), chance.choice(list(Later))),
        lambda: house.arrivals.answer(house.last(), Answer(mood=3)),
        lambda: house.arrivals.skip(house.last()),
        lambda: house.arrivals.pause(house.last(), chance.choice(list(Rest))),
        lambda: house.arrivals.resume(house.last()),
        lambda: house.arrivals.keep_going(house.last()),
    ]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 6))])
async def test_whatever_they_do_a_plan_that_runs_lives(house: House, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (the same lives each time)
    mine = [await begin(house, daily("08:00", "20:00")), await begin(house, Wish(EIGHT, asks=Asks.CRAVING))]
    await house.pass_to(8)
    done = 0
    for step in range(60):
        act = chance.choice(_acts(house, chance.choice(mine), chance))
        with suppress(UserError):
            await act()
            done += 1
        await house.pass_to(chance.choice([0.01, 0.3, 1, 3, 9, 30]))
        assert await dead(house) == [], f"step {step}"
    assert done > 20
