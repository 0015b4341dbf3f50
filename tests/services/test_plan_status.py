"""What a member is told of their check-ins: which one waits, and when one reached them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supportbot.domain.checkins import Answer
from supportbot.domain.snoozing import Later
from supportbot.errors import NotSent, UserError
from supportbot.services.plan_status import PlanStatus
from tests.services.house import SAM, House
from tests.services.nights import SQLITE_FIRST
from tests.support.fakes import START

pytestmark = SQLITE_FIRST


@pytest.fixture
def status(house: House) -> PlanStatus:
    return PlanStatus(house.store, house.clock, house.checkins)


async def test_what_was_answered_on_its_repeat_does_not_wait(house: House, status: PlanStatus) -> None:
    await house.start(at="08:00")
    await house.start(at="08:10")
    await house.pass_to(8)
    first = house.last()
    await house.pass_to(1 / 6)
    second = house.last()
    await house.arrivals.snooze(second, Later.QUARTER)
    await house.pass_to(1 / 4)
    assert house.last().delivery != second.delivery
    await house.arrivals.answer(house.last(), Answer(mood=3))
    assert await status.waiting(SAM) == first
    await house.arrivals.snooze(first, Later.QUARTER)
    await house.arrivals.answer(first, Answer(mood=3))
    with pytest.raises(UserError, match=r"checkin\.snooze\.none"):
        await status.waiting(SAM)


async def test_the_last_one_reached_them_when_it_went_out_and_not_when_it_was_due(
    house: House, status: PlanStatus
) -> None:
    await house.start(at="08:00")
    house.messenger.refuse(NotSent("503"))
    await house.pass_to(8)
    (plan,) = (await status.of(SAM)).plans
    assert plan.next_due == START + timedelta(hours=8), "it is tried again"
    await house.pass_to(0.5)
    assert (await status.of(SAM)).last == START + timedelta(hours=8.5)
    await house.pass_to(1)
    await house.arrivals.answer(house.last(), Answer(mood=3))
    assert (await status.of(SAM)).last == START + timedelta(hours=8.5)
