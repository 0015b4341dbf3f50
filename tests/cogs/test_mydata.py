"""`/mydata`: the file with everything that is held, and erasure in two steps."""

from __future__ import annotations

import json
from typing import Any

import pytest
import simcord

from supportbot.domain.people import PersonId
from tests.cogs.house import House, buttons
from tests.storage.rows import line_of
from tests.support.fakes import START

YES, NO = "Erase it all", "Keep it"


async def exported(house: House, who: simcord.MemberActor, *, dm: bool = False) -> dict[str, Any]:
    answer = await house.run(who, "mydata export", dm=dm)
    assert answer.ephemeral
    assert "Only you can see this message" in answer.text
    (file,) = answer.message.attachments
    assert file.filename == "supportbot-2026-01-01.json"
    return json.loads(await file.read())


async def of_both(house: House) -> None:
    """Ann has two plans, one of them stopped; Bea has one."""
    await house.start_checkin(house.ann)
    await house.run(house.ann, "checkin stop", which="all")
    house.clock.advance(seconds=1)
    await house.start_checkin(house.ann, at="08:00", zone="America/New_York")
    await house.start_checkin(house.bea, at="12:00", zone="Asia/Tokyo")


@pytest.mark.parametrize("dm", [False, True])
async def test_the_file_holds_all_about_this_person_and_nothing_about_others(house: House, dm: bool) -> None:
    await of_both(house)
    whole = await exported(house, house.ann, dm=dm)
    held = whole["held"]
    assert whole["taken_at"] == house.clock.now().isoformat()
    assert held["members"] == [{"zone": "America/New_York", "language": "en", "since": START.isoformat()}]
    slots = [([slot["at"] for slot in plan["slots"]], plan["state"]) for plan in held["plans"]]
    assert slots == [(["20:30"], "stopped"), (["08:00"], "active")]
    assert [(entry["scope"], entry["given"]) for entry in held["consents"]] == [("checkins", True)] * 2
    assert {entry["community"] for entry in held["consents"]} == {str(house.guild.id)}
    assert held["dm_channels"] == [
        {
            "channel": str(house.ann.user.dm_channel.id),
            "last_message": str(house.dms(house.ann)[-1].id),
            "at": house.clock.now().isoformat(),
        }
    ]
    assert {row["state"] for row in held["deliveries"]} == {"cancelled", "planned"}
    text = json.dumps(whole)
    assert "Asia/Tokyo" not in text
    assert str(house.bea.id) not in text
    assert str(house.bea.user.dm_channel.id) not in text


async def test_the_file_has_a_place_for_every_kind_that_is_held(house: House) -> None:
    await of_both(house)
    async with house.store.write() as tx:
        ann = PersonId(house.ann.id)
        await tx.member_regions.save(ann, "JP", at=START)
        await tx.member_languages.save(ann, "es", at=START)
        await tx.own_helplines.add(line_of(ann))
    async with house.store.read() as tx:
        kinds = {holder.kind for holder in tx.holders()}
        counts = {holder.kind: len(await holder.export(PersonId(house.ann.id))) for holder in tx.holders()}
    held = (await exported(house, house.ann))["held"]
    assert held.keys() == kinds
    assert {kind: len(rows) for kind, rows in held.items()} == counts
    assert all(counts.values())


async def test_nobody_else_sees_the_file(house: House) -> None:
    await house.start_checkin(house.ann)
    await exported(house, house.ann)
    assert house.general.history(viewer=house.bea) == []


@pytest.mark.parametrize("command", ["mydata export", "mydata delete"])
async def test_there_is_nothing_about_somebody_who_did_nothing(house: House, command: str) -> None:
    await house.start_checkin(house.ann)
    before = await house.rows()
    answer = await house.run(house.bea, command)
    assert answer.ephemeral
    assert "I hold nothing about you" in answer.text
    assert answer.message.attachments == []
    assert buttons(answer.message) == {}
    assert await house.rows() == before


async def test_erasing_takes_two_steps_and_leaves_only_the_others(house: House) -> None:
    await house.start_checkin(house.bea)
    hers = await house.rows()
    await house.start_checkin(house.ann, at="08:00")
    both = await house.rows()

    asked = await house.run(house.ann, "mydata delete")
    assert asked.ephemeral
    for line in ("check-in plans: 1", "what you agreed to, and when: 1", "our DM channel: 1", "your time zone"):
        assert line in asked.text
    assert await house.rows() == both

    done = await house.press(house.ann, asked.message, YES)
    assert "nothing about you is left in my database" in done.text
    assert done.message.embeds == []
    assert buttons(done.message) == {}
    assert await house.rows() == hers
    assert "I hold nothing about you" in (await house.run(house.ann, "mydata export")).text
    assert "You have no check-ins" in (await house.run(house.ann, "checkin list")).text
    assert "Every day" in (await house.run(house.bea, "checkin list")).text


async def test_keeping_erases_nothing(house: House) -> None:
    await house.start_checkin(house.ann)
    before = await house.rows()
    kept = await house.press(house.ann, (await house.run(house.ann, "mydata delete")).message, NO)
    assert "nothing was erased" in kept.text
    assert buttons(kept.message) == {}
    assert await house.rows() == before


@pytest.mark.parametrize("label", [YES, NO])
async def test_a_stranger_erases_nothing(house: House, label: str) -> None:
    await of_both(house)
    before = await house.rows()
    asked = await house.run(house.ann, "mydata delete")
    refused = await house.steal(house.bea, asked.message, label)
    assert refused.ephemeral
    assert "This button belongs to somebody else" in refused.text
    assert await house.rows() == before
    assert buttons(house.general.history(viewer=house.ann)[-1]).keys() == {YES, NO}


async def test_an_arrived_check_in_whose_rows_are_erased_is_answered(house: House) -> None:
    invitation = await house.arrived_checkin(house.ann)
    await house.press(house.ann, (await house.run(house.ann, "mydata delete")).message, YES)
    answer = await house.press(house.ann, invitation, "Open")
    assert "This check-in is no longer here" in answer.text
    assert await house.rows() == {}
