"""One word before everything about a silent member is erased: once, at a kind hour, and any press keeps everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from supportbot.domain.cadence import QuietHours
from supportbot.domain.checkins import Farewell, Kind, Paused, PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.domain.retention import Keep, Why
from supportbot.errors import Unreachable, UserError
from supportbot.services.arrivals import At
from supportbot.services.settling import shut
from tests.services.house import ALEX, SAM, TEXT, House, daily
from tests.services.nights import DAYS, HERE, SQLITE_FIRST, Nights

pytestmark = SQLITE_FIRST
YEAR, GRACE = DAYS[Keep.INACTIVE], DAYS[Keep.GRACE]


def farewells(house: House, person: PersonId = SAM) -> list[Farewell]:
    return [note for note in house.messenger.sent_to(person) if isinstance(note, Farewell)]


async def silent_year(nights: Nights, person: PersonId = SAM) -> None:
    """Somebody in Auckland has a check-in that rests, and gave no sign for a year."""
    house = nights.house
    nights.where.members.add((HERE, person))
    started = await house.checkins.agree(person, HERE, daily("20:00"), "Pacific/Auckland", TEXT)
    async with house.store.write() as tx:
        await tx.consents.rely_on(person, Scope.CHECKINS)
        await tx.plans.set_state(started.plan.id, PlanState.PAUSED, at=house.clock.now(), paused=Paused.SILENCE)
        await tx.deliveries.drop_planned(started.plan.id)
    await nights.pass_days(YEAR + 1)


async def test_it_comes_at_noon_once_and_a_press_keeps_everything(house: House, nights: Nights) -> None:
    await silent_year(nights)
    began = house.clock.now()
    assert farewells(house) == [], "not at night"
    await _next(house)
    (said,) = farewells(house)
    assert house.clock.now().hour == 23, "noon in Auckland, where it is summer"
    assert house.clock.now() - began <= timedelta(days=1)
    assert (said.language, said.until) == ("en", began + timedelta(days=GRACE))
    await nights.pass_days(GRACE - 2)
    await house.engine.deliver_due()
    assert len(farewells(house)) == 1

    at = At(SAM, said.delivery, house.messenger.sent[-1].id)
    with pytest.raises(UserError, match="not_yours"):
        await house.arrivals.stay(At(ALEX, at.delivery, at.message))
    await house.arrivals.stay(at)
    assert await _absent(house) is None
    await nights.pass_days(GRACE)
    assert (await nights.kinds())["plans"] == 1
    await nights.pass_days(YEAR - GRACE - 2)
    assert await _absent(house) is None, "a year from the press on, and not from before it"
    await nights.pass_days(3)
    await _next(house)
    assert len(farewells(house)) == 2
    await nights.pass_days(GRACE + 1)
    assert await nights.kinds() == {}


async def test_put_off_past_quiet_hours_it_keeps_its_days(house: House, nights: Nights) -> None:
    """The bot is off for two days after the instant to which quiet hours moved it."""
    await silent_year(nights)
    async with house.store.write() as tx:
        await tx.consents.rely_on(SAM, Scope.CHECKINS)
        member = await tx.members.get(SAM)
        assert member is not None
        await tx.members.save(replace(member, quiet=QuietHours(time(11), time(14))), at=house.clock.now())
        due = await tx.deliveries.next_wake()
    assert due is not None
    house.clock.set(due)
    await house.engine.deliver_due()
    assert farewells(house) == []
    await house.pass_to(50)
    assert len(farewells(house)) == 1


async def test_any_other_press_is_a_sign_too(house: House, nights: Nights) -> None:
    await silent_year(nights)
    await nights.graces.load()
    await nights.graces.seen(SAM)
    await _next(house)
    assert farewells(house) == [], "it was not needed any more"
    await nights.pass_days(1)
    assert await _absent(house) is None


async def test_who_cannot_be_reached_or_is_gone_is_not_written_to(house: House, nights: Nights) -> None:
    for person in (SAM, ALEX):
        nights.where.members.add((HERE, person))
        await house.checkins.agree(person, HERE, daily("20:00"), "UTC", TEXT)
    async with house.store.write() as tx:
        await shut(tx, SAM, at=house.clock.now())
    nights.where.members.discard((HERE, ALEX))
    await nights.pass_days(YEAR + 1)
    async with house.store.read() as tx:
        assert {each.person: each.why for each in await tx.absences.all()} == {
            SAM: Why.INACTIVE,
            ALEX: Why.NOT_THERE,
        }
    await nights.pass_days(1)
    await house.engine.deliver_due()
    assert (farewells(house), farewells(house, ALEX)) == ([], [])


async def test_where_it_is_refused_they_are_told_at_their_next_command(house: House, nights: Nights) -> None:
    await silent_year(nights)
    house.messenger.refuse(Unreachable("50007"), person=SAM)
    await _next(house)
    assert farewells(house) == []
    async with house.store.read() as tx:
        rows = await tx.deliveries.export(SAM)
        member = await tx.members.get(SAM)
    assert [(row["kind"], row["state"]) for row in rows if row["kind"] == Kind.FAREWELL] == [
        ("farewell", "unreachable")
    ]
    assert member is not None
    assert member.notice is not None


async def _absent(house: House) -> Why | None:
    async with house.store.read() as tx:
        found = await tx.absences.get(SAM)
    return None if found is None else found.why


async def _next(house: House) -> None:
    async with house.store.read() as tx:
        due = await tx.deliveries.next_wake()
    assert due is not None
    house.clock.set(due)
    await house.engine.deliver_due()
