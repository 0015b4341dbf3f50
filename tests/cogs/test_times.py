"""`/checkin status`, `timezone`, `quiet`, `vacation`, and what is told at the next command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from supportbot.domain.cadence import QuietHours, Vacation
from supportbot.domain.checkins import Paused, PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.people import Member, Notice, PersonId
from tests.cogs.house import House, buttons

FIRST = datetime(2026, 1, 1, 19, 30, tzinfo=UTC)
"""20:30 in Berlin, on the day that the tests begin."""


async def member(house: House) -> Member:
    async with house.store.read() as tx:
        found = await tx.members.get(PersonId(house.ann.id))
    assert found is not None
    return found


async def next_wake(house: House) -> datetime | None:
    async with house.store.read() as tx:
        return await tx.deliveries.next_wake()


def stamp(moment: datetime) -> str:
    return f"<t:{int(moment.timestamp())}:F>"


async def test_everything_needs_a_check_in_first(house: House) -> None:
    for command, options in {
        "checkin status": {},
        "checkin timezone": {"zone": "Asia/Tokyo"},
        "checkin quiet": {"from": "22:00", "to": "07:00"},
        "checkin vacation": {"from": "tomorrow", "to": "in 3 days"},
    }.items():
        assert "You have no check-ins" in (await house.run(house.ann, command, **options)).text
    assert await house.rows() == {}


async def test_a_zone_is_shown_before_everything_moves(house: House) -> None:
    await house.start_checkin(house.ann)
    tokyo = datetime(2026, 1, 1, 11, 30, tzinfo=UTC)
    draft = await house.run(house.ann, "checkin timezone", zone="asia/tokyo")
    assert "would move from **Europe/Berlin** to **Asia/Tokyo**" in draft.text
    assert stamp(tokyo) in draft.text
    assert (await member(house)).zone == "Europe/Berlin"
    assert "belongs to somebody else" in (await house.steal(house.bea, draft.message, "Yes, move them")).text
    moved = await house.press(house.ann, draft.message, "Yes, move them")
    assert "go by **Asia/Tokyo** now" in moved.text
    assert (await member(house)).zone == "Asia/Tokyo"
    assert await next_wake(house) == tokyo
    assert "go by **Asia/Tokyo** already" in (await house.run(house.ann, "checkin timezone", zone="Asia/Tokyo")).text
    for zone in ("EST", "Middle/Earth"):
        assert "I do not know that time zone" in (await house.run(house.ann, "checkin timezone", zone=zone)).text
    offered = await house.ann.autocomplete(house.general, "checkin timezone", "zone", "lond")
    assert offered[0]["value"] == "Europe/London"


async def test_quiet_hours(house: House) -> None:
    await house.start_checkin(house.ann, at="20:30 and 23:00")
    said = await house.run(house.ann, "checkin quiet", **{"from": "22:00", "to": "7am"})
    assert "Quiet hours: **from 22:00 to 07:00**" in said.text
    assert (await member(house)).quiet == QuietHours(time(22), time(7))
    assert "moved to the end of your quiet hours" in said.text
    assert "from 22:00 to 07:00" in (await house.run(house.ann, "checkin quiet")).text
    assert "give both" in (await house.run(house.ann, "checkin quiet", **{"from": "22:00"})).text
    assert (
        "did not understand that time"
        in (await house.run(house.ann, "checkin quiet", **{"from": "late", "to": "7am"})).text
    )
    await house.run(house.ann, "checkin quiet", **{"from": "7:00", "to": "7:00"})
    assert (await member(house)).quiet is None
    await house.run(house.ann, "checkin quiet", **{"from": "22:00", "to": "7am"})
    assert "no quiet hours" in (await house.run(house.ann, "checkin quiet", off=True)).text
    assert (await member(house)).quiet is None
    assert await next_wake(house) == FIRST


async def test_quiet_hours_over_every_time_are_shown_before_they_count(house: House) -> None:
    await house.start_checkin(house.ann)
    draft = await house.run(house.ann, "checkin quiet", **{"from": "20:00", "to": "21:15"})
    assert "All of its times lie in your quiet hours" in draft.text
    assert "at 21:15" in draft.text
    assert "• Every day at 20:30" in draft.text
    assert (await member(house)).quiet is None
    kept = await house.press(house.ann, draft.message, "Leave it as it is")
    assert "Nothing was changed" in kept.text
    draft = await house.run(house.ann, "checkin quiet", **{"from": "20:00", "to": "21:15"})
    await house.press(house.ann, draft.message, "Yes, set them")
    assert (await member(house)).quiet == QuietHours(time(20), time(21, 15))
    assert await next_wake(house) == FIRST + timedelta(minutes=45)
    another = await house.run(house.ann, "checkin start", when="21:00")
    assert "All of its times lie in your quiet hours" in another.text


async def test_a_vacation(house: House) -> None:
    await house.start_checkin(house.ann)
    said = await house.run(house.ann, "checkin vacation", **{"from": "today", "to": "5 January"})
    assert "away **from January 1, 2026 to January 5, 2026**" in said.text
    assert (await member(house)).vacation == Vacation(date(2026, 1, 1), date(2026, 1, 5))
    assert await next_wake(house) == FIRST + timedelta(days=5)
    for options, why in (
        ({"from": "5 January", "to": "2 January"}, "last day is before the first one"),
        ({"from": "yesterday", "to": "2 January"}, "That day is over already"),
        ({"from": "tomorrow"}, "give both"),
        ({"from": "tomorrow", "to": "whenever"}, "did not understand that date"),
    ):
        assert why in (await house.run(house.ann, "checkin vacation", **options)).text
    assert "January 5" in (await house.run(house.ann, "checkin vacation")).text
    assert "No days away" in (await house.run(house.ann, "checkin vacation", off=True)).text
    assert await next_wake(house) == FIRST


async def test_status_says_what_comes_what_came_and_what_went_wrong(house: House) -> None:
    await house.start_checkin(house.ann)
    fresh = await house.run(house.ann, "checkin status")
    assert "None has reached you so far" in fresh.text
    assert "Nothing in the last 7 days" in fresh.text
    assert f"Next: {stamp(FIRST)}" in fresh.text
    assert "Time zone: **Europe/Berlin**" in fresh.text
    await house.deliver_next()
    assert f"It reached you {stamp(FIRST)}" in (await house.run(house.ann, "checkin status")).text
    house.clock.advance(days=2, hours=5)
    await house.engine.deliver_due()
    late = await house.run(house.ann, "checkin status")
    assert "did not go out in time in the last 7 days. That was my failing, not yours" in late.text
    assert "missed" not in late.text.lower()
    async with house.store.write() as tx:
        await tx.consents.rely_on(PersonId(house.ann.id), Scope.CHECKINS)
        (plan,) = await tx.plans.of(PersonId(house.ann.id))
        await tx.deliveries.drop_planned(plan.id)
    assert "Nothing is planned right now" in (await house.run(house.ann, "checkin status")).text
    async with house.store.write() as tx:
        await tx.consents.rely_on(plan.person, Scope.CHECKINS)
        ends = replace(plan, rule=replace(plan.rule, until=date(2026, 1, 5)))
        await tx.plans.change(ends, at=house.clock.now())
    assert "none is left before its end" in (await house.run(house.ann, "checkin list")).text


async def test_closed_dms_are_told_at_the_next_command_once(house: House) -> None:
    await house.start_checkin(house.ann)
    path = f"/channels/{house.ann.user.dm_channel.id}/messages"
    house.env.inject_error("POST", path, status=403, code=50007, message="closed", times=1)
    await house.deliver_next()
    assert (await member(house)).notice is Notice.CLOSED_DM
    other = await house.run(house.bea, "about")
    assert other.followups == []
    about = await house.run(house.ann, "about")
    (told,) = about.followups
    assert told.flags.ephemeral
    assert "My direct messages do not reach you" in told.content
    assert "Go on" in buttons(told)
    assert (await member(house)).notice is None
    assert (await house.run(house.ann, "about")).followups == []
    status = await house.run(house.ann, "checkin status")
    assert "My direct messages do not reach you" in status.text
    went_on = await house.press(house.ann, status.message, "Go on")
    assert "Your check-ins run again" in went_on.text


async def test_what_was_put_right_before_is_not_told(house: House) -> None:
    await house.start_checkin(house.ann)
    path = f"/channels/{house.ann.user.dm_channel.id}/messages"
    house.env.inject_error("POST", path, status=403, code=50007, message="closed", times=1)
    await house.deliver_next()
    resumed = await house.run(house.ann, "checkin resume")
    assert "Your check-ins run again" in resumed.text
    assert resumed.followups == []


async def test_a_zone_that_is_gone_is_told_and_another_lets_them_go_on(house: House) -> None:
    await house.start_checkin(house.ann)
    ann = PersonId(house.ann.id)
    async with house.store.write() as tx:
        await tx.consents.rely_on(ann, Scope.CHECKINS)
        (plan,) = await tx.plans.of(ann)
        await tx.plans.set_state(plan.id, PlanState.PAUSED, at=house.clock.now(), paused=Paused.ZONE_GONE)
        await tx.deliveries.drop_planned(plan.id)
        await tx.members.note(ann, Notice.ZONE_GONE)
    house.bot.services.notices.add(ann)
    listed = await house.run(house.ann, "checkin list")
    assert "this time zone is no longer known" in listed.text
    assert "Your time zone is no longer known" in listed.followups[0].content
    draft = await house.run(house.ann, "checkin timezone", zone="Europe/Paris")
    await house.press(house.ann, draft.message, "Yes, move them")
    assert await next_wake(house) == FIRST
