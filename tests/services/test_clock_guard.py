"""A clock that leaps: nobody is silent, nothing comes twice, nothing is dropped that was not late by true time."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from supportbot.services.clock_guard import TOLERANCE, ClockInDoubt
from supportbot.services.delivery import IN_DOUBT, WAKE_UP
from tests.services.house import House

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEAPS = [sign * leap for leap in (HOUR, 3 * DAY, 365 * DAY) for sign in (1, -1)]


async def an_hour(house: House) -> None:
    house.clock.advance(hours=1)
    with suppress(ClockInDoubt):
        await house.engine.deliver_due()


async def hours(house: House, count: int) -> None:
    for _ in range(count):
        await an_hour(house)


@pytest.mark.parametrize("leap", LEAPS)
@pytest.mark.parametrize("silent", [False, True])
async def test_a_wrong_clock_for_a_while_costs_nobody_anything(house: House, leap: timedelta, silent: bool) -> None:
    await house.start()
    await hours(house, 19)
    house.time.leap(leap)
    house.time.silent = silent
    with pytest.raises(ClockInDoubt):
        await house.engine.deliver_due()
    assert await house.states() == [("planned", None)]
    house.time.leap(-leap)
    await hours(house, 2)
    assert len(house.invitations()) == 1
    await hours(house, 24)
    assert len(house.invitations()) == 2
    assert {state for state, _ in await house.states()} == {"sent", "planned"}


@pytest.mark.parametrize("leap", LEAPS)
async def test_a_clock_that_stays_wrong_waits_until_it_is_right(house: House, leap: timedelta) -> None:
    await house.start()
    await hours(house, 20)
    house.time.leap(leap)
    await hours(house, 2)
    assert house.guard.is_wrong
    assert not house.invitations()
    house.time.leap(-leap)
    await house.engine.deliver_due()
    assert not house.guard.is_wrong
    assert len(house.invitations()) == 1, "an hour and a half late by true time, in its window"


async def test_who_wakes_from_sleep_goes_on_at_once(house: House) -> None:
    await house.start()
    await house.pass_to(1)
    house.time.slept = 20 * HOUR
    await house.pass_to(20)
    assert len(house.invitations()) == 1
    assert house.time.asked == 2, "at the start, and once after the leap"


@pytest.mark.parametrize("leap", [-5, 5])
async def test_a_few_minutes_are_no_leap(house: House, leap: int) -> None:
    house.time.leap(timedelta(minutes=leap))
    await house.start()
    await house.pass_to(21)
    house.time.leap(timedelta(minutes=-leap))
    await house.pass_to(24)
    assert len(house.invitations()) == 2
    assert house.time.asked == 1


@pytest.mark.parametrize("off", [-14, 2, 14])
async def test_a_clock_in_another_zone_is_taken_as_it_is_until_it_leaps(house: House, off: int) -> None:
    house.time.leap(off * HOUR)
    await house.start()
    await hours(house, 48)
    assert (sent := len(house.invitations())) >= 1
    house.time.leap(HOUR)
    with pytest.raises(ClockInDoubt):
        await house.engine.deliver_due()
    house.time.leap(-(off + 1) * HOUR)
    await hours(house, 48)
    assert sent + 1 <= len(house.invitations()) <= sent + 2, "set right, it is believed"


async def test_at_the_start_a_clock_that_is_days_off_is_not_believed(house: House) -> None:
    house.time.leap(2 * DAY)
    with pytest.raises(ClockInDoubt):
        await house.engine.deliver_due()
    assert house.guard.is_wrong


async def test_before_the_first_look_discord_is_asked(house: House) -> None:
    await house.start()
    house.clock.advance(hours=20.5)
    house.time.silent = True
    with pytest.raises(ClockInDoubt):
        await house.engine.deliver_due()
    await house.engine._pass()
    assert house.wakeups.armed[WAKE_UP] == house.clock.now() + IN_DOUBT
    assert not house.guard.is_wrong, "nothing is known"
    house.time.silent = False
    await house.engine._pass()
    assert len(house.invitations()) == 1


async def test_a_leap_in_the_middle_of_a_send_leaves_it_to_a_look_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.start()
    await house.pass_to(1)
    turn = house.pacer.turn

    async def leaps(*of: object) -> None:
        await turn(*of)  # pyright: ignore[reportArgumentType]
        house.time.leap(365 * DAY)

    monkeypatch.setattr(house.pacer, "turn", leaps)
    house.clock.advance(hours=20)
    with pytest.raises(ClockInDoubt):
        await house.engine.deliver_due()
    assert not house.invitations()
    monkeypatch.setattr(house.pacer, "turn", turn)
    house.time.leap(-365 * DAY)
    await house.pass_to(0.1)
    assert len(house.invitations()) == 1


async def test_small_steps_add_up(house: House) -> None:
    await house.guard.check()
    for _ in range(3):
        house.time.leap(TOLERANCE / 2)
    with pytest.raises(ClockInDoubt):
        house.guard.now()
    with pytest.raises(ClockInDoubt):
        await house.guard.check()
