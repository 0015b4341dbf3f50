"""The bot was away for days: nothing comes in a burst, everything is settled, and each member is told once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta

import pytest

from supportbot.domain.cadence import Cadence, Rule, Slot
from supportbot.domain.checkins import Invitation, Plan, PlanState
from supportbot.domain.people import ChannelId, Member, PersonId
from supportbot.services.planning import Planner
from supportbot.services.ports import DmChannel
from supportbot.storage.store import new_id
from tests.services.house import TIMING, House
from tests.storage.rows import agreed
from tests.support.fakes import START

PLANS = 1_000
AWAY = timedelta(days=3)
BACK = START + AWAY + timedelta(hours=12)


def times_of(number: int) -> list[time]:
    """One to three times a day, all around the clock."""
    first = number * 7 % (24 * 60)
    found = [(first + each * 400) % (24 * 60) for each in range(1 + number % 3)]
    return sorted(time(minutes // 60, minutes % 60) for minutes in found)


def due_between(number: int, after: datetime, until: datetime) -> list[datetime]:
    """When this plan is due, in the half-open time (after, until]."""
    days = [START + timedelta(days=day) for day in range(8)]
    every = [day.replace(hour=at.hour, minute=at.minute) for day in days for at in times_of(number)]
    return [due for due in every if after < due <= until]


async def write(house: House, numbers: range) -> None:
    async with house.store.write() as tx:
        planner = Planner(house.clock, new_id, TIMING.lateness)
        for number in numbers:
            person, channel = PersonId(number), ChannelId(number + 5_000_000)
            await agreed(tx, person)
            await tx.members.save(Member(person, "UTC", "en"), at=START)
            await tx.dm_channels.save(DmChannel(person, channel, None), at=START)
            house.messenger.knows(channel, person)
            slots = tuple(Slot(new_id(), at) for at in times_of(number))
            plan = Plan(new_id(), person, None, Rule(Cadence.DAILY, slots), PlanState.ACTIVE, START)
            await tx.plans.add(plan)
            await planner.plan_next(tx, plan, after=START)


def notes(house: House, number: int) -> list[Invitation]:
    return [note for note in house.messenger.sent_to(number) if isinstance(note, Invitation)]


async def settled(house: House, number: int, until: datetime) -> list[tuple[str, str | None, datetime]]:
    """State, reason and due instant of everything that was due."""
    async with house.store.read() as tx:
        found = await tx.deliveries.export(PersonId(number))
    rows = [(str(row["state"]), row["reason"], datetime.fromisoformat(str(row["due"]))) for row in found]
    return [(state, reason and str(reason), due) for state, reason, due in rows if due <= until]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_three_days_over_a_thousand_plans(house: House) -> None:
    numbers = range(1, PLANS + 1)
    await write(house, numbers)
    house.clock.set(BACK)
    await house.engine.deliver_due()
    late = BACK - TIMING.lateness - timedelta(seconds=1)  # at its very end the window is still open
    total: Counter[str] = Counter()
    for number in numbers:
        missed, timely = due_between(number, START, late), due_between(number, late, BACK)
        states = await settled(house, number, BACK)
        assert sorted(due for *_, due in states) == [*missed, *timely], "every occurrence has a row"
        for state, _, due in states:
            assert state == ("sent" if due > late else "not_sent")
            total[state] += 1
        reasons = Counter(reason for _, reason, _ in states)
        assert reasons == Counter({"late": len(missed), "catch_up": len(timely[:1]), None: len(timely[1:])}) + Counter()
        came = notes(house, number)
        assert len(came) == len(timely), "nothing comes but what is still in its time"
        assert [note.catch_up for note in came] == [True] * len(came[:1]) + [False] * len(came[1:])
    assert total["not_sent"] > 5 * PLANS > PLANS / 4 > total["sent"] > 0
    assert house.pacer.turns == len(house.messenger.sent) == total["sent"], "each one waits for its turn"

    # The next day, hour by hour: whoever has not heard of it yet does, with the first one that comes; nobody twice.
    for _ in range(25):
        house.clock.advance(hours=1)
        await house.engine.deliver_due()
    for number in numbers:
        came = notes(house, number)
        assert [note.catch_up for note in came] == [True, *[False] * (len(came) - 1)]
        expected = due_between(number, late, house.clock.now())
        assert len(came) == len(expected)
