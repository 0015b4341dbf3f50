"""`/checkin`: start with consent, list, stop; and everything that can stand in the way."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest

from supportbot.domain.checkins import PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.errors import ConsentMissing
from supportbot.services.checkins import Greeting
from tests.cogs.house import PRESS, Answer, House, buttons
from tests.support.fakes import START

AGREE, DECLINE = "I agree, start", "Not now"
FIRST = datetime(2026, 1, 1, 19, 30, tzinfo=UTC)
"""20:30 in Berlin, on the day that the tests begin."""


async def start(house: House, *, at: str = "20:30", zone: str = "Europe/Berlin") -> Answer:
    return await house.run(house.ann, "checkin start", when=at, zone=zone)


async def consents(house: House, person: int) -> bool:
    async with house.store.read() as tx:
        return await tx.consents.holds(PersonId(person), Scope.CHECKINS)


@pytest.mark.parametrize("dm", [False, True])
async def test_start_agree_list_stop(house: House, dm: bool) -> None:
    draft = await house.run(house.ann, "checkin start", dm=dm, when="8:30 pm", zone="europe/berlin")
    assert draft.ephemeral
    assert "**Every day at 20:30**, time zone **Europe/Berlin**" in draft.text
    assert draft.text.count("<t:") == 6
    assert f"<t:{int(FIRST.timestamp())}:F>" in draft.text
    assert "**What I keep:**" in draft.text
    assert "Your zone, quiet times and own words are encrypted" in draft.text
    assert await house.rows() == {}

    agreed = await house.press(house.ann, draft.message, AGREE)
    assert agreed.message.id == draft.message.id
    assert f"Your check-in runs. The next one comes <t:{int(FIRST.timestamp())}:F>" in agreed.text
    assert buttons(agreed.message) == {}
    assert agreed.message.embeds == []
    assert 'type "stop" here at any time' in house.dms(house.ann)[0].content
    assert await consents(house, house.ann.id)

    listed = await house.run(house.ann, "checkin list", dm=dm)
    assert listed.ephemeral
    assert "Every day at 20:30 (Europe/Berlin)" in listed.text
    assert f"<t:{int(FIRST.timestamp())}:R>" in listed.text

    (choice,) = await house.ann.autocomplete(house.general, "checkin stop", "which", "")
    assert choice["name"] == "Every day at 20:30 · how you feel"
    stopped = await house.run(house.ann, "checkin stop", dm=dm, which=choice["value"])
    assert stopped.ephemeral
    assert "This check-in will not come any more" in stopped.text
    assert "You have no check-ins" in (await house.run(house.ann, "checkin list", dm=dm)).text


async def test_the_plan_belongs_to_the_community_it_was_made_in(house: House) -> None:
    await house.start_checkin(house.ann)
    await house.start_checkin(house.bea, dm=True)
    async with house.store.read() as tx:
        (in_guild,), (in_dm,) = [await tx.plans.of(PersonId(who.id)) for who in (house.ann, house.bea)]
    assert (in_guild.community, in_dm.community) == (house.guild.id, None)
    assert in_guild.created_at == START


async def test_one_of_several_or_all_of_them_can_be_stopped(house: House) -> None:
    for at in ("08:00", "12:00", "20:00"):
        await house.start_checkin(house.ann, at=at)
        house.clock.advance(minutes=1)
    await house.start_checkin(house.bea)
    offered = await house.ann.autocomplete(house.general, "checkin stop", "which", "")
    assert [row["name"] for row in offered] == [
        "Every day at 08:00 · how you feel",
        "Every day at 12:00 · how you feel",
        "Every day at 20:00 · how you feel",
        "All of my check-ins",
    ]
    assert [row["name"] for row in await house.ann.autocomplete(house.general, "checkin stop", "which", "12")] == [
        "Every day at 12:00 · how you feel"
    ]
    await house.run(house.ann, "checkin stop", which=offered[1]["value"])
    assert "12:00" not in (await house.run(house.ann, "checkin list")).text
    assert "Your 2 check-ins" in (await house.run(house.ann, "checkin stop", which="all")).text
    assert "You have no check-ins" in (await house.run(house.ann, "checkin stop", which="all")).text
    assert "20:30" in (await house.run(house.bea, "checkin list")).text


async def test_somebody_elses_plan_cannot_be_stopped(house: House) -> None:
    await house.start_checkin(house.ann)
    (choice,) = await house.ann.autocomplete(house.general, "checkin stop", "which", "")
    for which in (choice["value"], "nonsense"):
        assert "I find no such check-in" in (await house.run(house.bea, "checkin stop", which=which)).text
    assert "20:30" in (await house.run(house.ann, "checkin list")).text


async def test_declining_keeps_nothing(house: House) -> None:
    draft = await start(house)
    declined = await house.press(house.ann, draft.message, DECLINE)
    assert "Nothing was kept and nothing starts" in declined.text
    assert declined.message.id == draft.message.id
    assert buttons(declined.message) == {}
    assert await house.rows() == {}
    assert house.dms(house.ann) == []


@pytest.mark.parametrize("label", [AGREE, DECLINE])
async def test_a_stranger_cannot_press_for_somebody_else(house: House, label: str) -> None:
    draft = await start(house)
    refused = await house.steal(house.bea, draft.message, label)
    assert refused.ephemeral
    assert "This button belongs to somebody else" in refused.text
    assert await house.rows() == {}
    assert buttons(house.general.history(viewer=house.ann)[0]).keys() == {AGREE, DECLINE}


async def test_an_unclear_time_is_explained(house: House) -> None:
    for when, why in {
        "25:00": "No clock shows that time",
        "8": "in the morning or in the evening",
        "13pm": "No clock shows that time",
        "soon": "I did not understand this part: soon",
        "-1:00": "not what they mean together",
        "20:30:00": "I do not want to guess",
        "٢٠:٣٠ x": "I did not understand this part: x",
        "8pm EST": "Short names of time zones",
        "every day": "not at which time of day",
        "every 3 hours": "I do not ask every few hours",
        "6:00 7:00 8:00 9:00": "up to three times a day",
        "monday 8am, friday 9pm": "One check-in keeps the same times",
    }.items():
        answer = await start(house, at=when)
        assert answer.ephemeral
        assert why in answer.text, when
        assert "Some that I understand: **20:30**" in answer.text
    assert await house.rows() == {}


@pytest.mark.parametrize("zone", ["Middle/Earth", "EST", "../../etc/passwd", "<@1>", "Etc/GMT+5", "UTC+2"])
async def test_an_unknown_zone_is_explained(house: House, zone: str) -> None:
    answer = await start(house, zone=zone)
    assert answer.ephemeral
    assert "I do not know that time zone" in answer.text
    assert zone not in answer.text.replace("Short forms such as EST", "")
    assert await house.rows() == {}


async def test_zones_are_suggested_by_city_and_country_also_misspelt(house: House) -> None:
    async def found(typed: str) -> list[str]:
        rows = await house.ann.autocomplete(house.general, "checkin start", "zone", typed, when="20:30")
        assert all(len(row["name"]) <= 100 for row in rows)
        return [row["value"] for row in rows]

    assert "Europe/Berlin" in await found("berlni")
    assert (await found("Tokyo"))[0] == "Asia/Tokyo"
    assert len(await found("")) <= 25
    await house.start_checkin(house.ann, zone="Pacific/Chatham")
    assert (await found(""))[0] == "Pacific/Chatham"
    for zone in await found("a"):
        assert "Every day" in (await start(house, zone=zone)).text


async def test_a_sixth_plan_is_refused_before_and_after_the_draft(house: House) -> None:
    early = await start(house, at="06:00")
    for hour in range(10, 15):
        await house.start_checkin(house.ann, at=f"{hour}:00")
    before = await house.rows()
    refused = await start(house, at="20:00")
    assert refused.ephemeral
    assert "You have 5 check-ins already" in refused.text
    pressed = await house.press(house.ann, early.message, AGREE)
    assert "You have 5 check-ins already" in pressed.text
    assert await house.rows() == before


async def test_closed_dms_start_nothing_and_say_how_to_open_them(house: House) -> None:
    house.close_dms(house.ann)
    answer = await house.start_checkin(house.ann)
    assert answer.ephemeral
    assert "nothing was started" in answer.text
    assert "**Privacy Settings**" in answer.text
    assert "**Direct Messages**" in answer.text
    async with house.store.read() as tx:
        assert await tx.plans.of(PersonId(house.ann.id)) == []
        assert await tx.deliveries.next_wake() is None
    assert not await consents(house, house.ann.id)
    assert house.dms(house.ann) == []


async def test_closed_dms_leave_an_earlier_plan_and_its_consent(house: House) -> None:
    await house.start_checkin(house.ann)
    house.close_dms(house.ann)
    await house.start_checkin(house.ann, at="08:00")
    async with house.store.read() as tx:
        assert [plan.rule.slots[0].at.hour for plan in await tx.plans.of(PersonId(house.ann.id))] == [20]
    assert await consents(house, house.ann.id)


async def test_what_closed_dms_paused_goes_on_by_one_press(house: House) -> None:
    ann = PersonId(house.ann.id)
    await house.start_checkin(house.ann)
    path = f"/channels/{house.ann.user.dm_channel.id}/messages"
    # For the check-in and the first press alone.
    house.env.inject_error("POST", path, status=403, code=50007, message="closed", times=2)
    await house.deliver_next()
    listed = await house.run(house.ann, "checkin list")
    assert "then press **Go on**" in listed.text
    assert "belongs to somebody else" in (await house.steal(house.bea, listed.message, "Go on")).text
    closed = await house.press(house.ann, listed.message, "Go on")
    assert "still cannot reach you" in closed.text
    assert "**Direct Messages**" in closed.text
    async with house.store.read() as tx:
        assert await tx.deliveries.next_wake() is None
    before = len(house.dms(house.ann))
    went_on = await house.press(house.ann, closed.message, "Go on")
    assert "Your check-ins run again" in went_on.text
    assert len(house.dms(house.ann)) == before + 1, "the proof"
    listed = await house.run(house.ann, "checkin list")
    assert f"<t:{int((FIRST + timedelta(days=1)).timestamp())}:R>" in listed.text
    assert buttons(listed.message) == {}
    await house.deliver_next()
    assert "A moment for yourself" in house.dms(house.ann)[-1].content
    async with house.store.read() as tx:
        assert [plan.state for plan in await tx.plans.of(ann)] == [PlanState.ACTIVE]
    count = len(house.dms(house.ann))
    assert await house.bot.services.checkins.go_on(ann) is Greeting.BEFORE
    assert len(house.dms(house.ann)) == count, "nothing is paused, so nothing is sent"
    await house.bot.services.consents.withdraw(ann, Scope.CHECKINS)
    with pytest.raises(ConsentMissing):
        await house.bot.services.checkins.go_on(ann)


async def test_a_first_dm_that_may_not_have_arrived_is_said(house: House) -> None:
    house.env.inject_error("POST", "/channels/*/messages", status=500)
    answer = await house.start_checkin(house.ann)
    assert "I could not make sure that my first DM reached you" in answer.text
    assert "20:30" in (await house.run(house.ann, "checkin list")).text


async def test_a_consent_text_that_was_changed_meanwhile_is_not_agreed_to(house: House) -> None:
    draft = await start(house)
    content = house.bot.content
    newer = {key: replace(text, version="newer") for key, text in content.consents.items()}
    house.bot.content = replace(content, consents=newer)
    answer = await house.press(house.ann, draft.message, AGREE)
    assert answer.ephemeral
    assert "This button is from an older message" in answer.text
    assert await house.rows() == {}


async def test_agreeing_twice_starts_one_plan(house: House) -> None:
    """Somebody who presses twice quickly: both presses are on their way before the first one is answered."""
    draft = await start(house)
    data = {"custom_id": buttons(draft.message)[AGREE], "component_type": 2}
    presses = [house.emit(house.ann, PRESS, data, message=draft.message) for _ in range(2)]
    await house.env.settle()
    assert all(press.acknowledged for press in presses)
    async with house.store.read() as tx:
        assert len(await tx.plans.of(PersonId(house.ann.id))) == 1
    assert len(house.dms(house.ann)) == 1


async def test_a_locked_database_is_answered_kindly_and_nothing_is_half_written(house: House) -> None:
    draft = await start(house)
    loop = asyncio.get_running_loop()
    with contextlib.closing(await asyncio.to_thread(_lock, house)) as other:
        before = loop.time()
        answer = await house.press(house.ann, draft.message, AGREE)
        took = loop.time() - before
        other.execute("ROLLBACK")
    assert took < 3
    (kind,) = answer.followups
    assert kind.flags.ephemeral
    assert "My notebook is in use just now, so nothing was changed" in kind.content
    assert await house.rows() == {}
    assert house.dms(house.ann) == []
    assert "Your check-in runs" in (await house.press(house.ann, draft.message, AGREE)).text


def _lock(house: House) -> sqlite3.Connection:
    connection = sqlite3.connect(house.path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


async def test_reading_goes_on_while_somebody_else_writes(house: House) -> None:
    await house.start_checkin(house.ann)
    with contextlib.closing(await asyncio.to_thread(_lock, house)):
        assert "20:30" in (await house.run(house.ann, "checkin list")).text


async def test_what_the_bot_says_is_in_the_language_it_has(house: House) -> None:
    """Every text of the draft is filled: no placeholder and no id is left."""
    draft = await start(house)
    assert "{" not in draft.text
    assert "checkin." not in draft.text
    assert isinstance(draft.message, discord.Message)
