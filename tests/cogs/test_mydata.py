"""`/mydata`: the file with everything that is held, and erasure in two steps."""

from __future__ import annotations

import json
from typing import Any

import pytest
import simcord

from supportbot.domain.audit import Change
from supportbot.domain.checkins import Answer, KeptAnswer, Nudge
from supportbot.domain.consent import Scope, latest
from supportbot.domain.mydata import PARTS
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.errors import StorageBusy
from supportbot.services.ports import ExportFile
from tests.cogs.house import House, buttons, unpacked
from tests.storage.rows import agreed, line_of
from tests.support.fakes import START

YES, NO = "Erase it all", "Keep it"
SWEEP, BY_DM = "Delete the bot's DM messages", "Send it to my DM too"


async def exported(house: House, who: simcord.MemberActor, *, dm: bool = False) -> dict[str, Any]:
    answer = await house.run(who, "mydata export", dm=dm)
    assert answer.ephemeral
    assert "Only you can see this message" in answer.text
    (file,) = answer.message.attachments
    assert file.filename == "supportbot-2026-01-01.zip"
    return unpacked(await file.read())[0]


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
    [member] = held["members"]
    assert (member["zone"], member["language"], member["since"]) == ("America/New_York", "en", START.isoformat())
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
        await agreed(tx, ann)
        await tx.member_regions.save(ann, "JP", at=START)
        await tx.member_languages.save(ann, "es", at=START)
        await tx.answers.save(KeptAnswer(ann, "p", "o", START, Answer(mood=2, note="a walk")))
        await tx.nudges.save(Nudge(ann, CommunityId(house.guild.id), ChannelId(house.general.id)), at=START)
        await tx.own_helplines.add(line_of(ann))
        await tx.audit.add(CommunityId(house.guild.id), ann, Change.of_region(None, "DE"), at=START)
        await tx.absences.add(Absence(ann, Why.INACTIVE, START))
    async with house.store.read() as tx:
        kinds = {holder.kind for holder in tx.holders()}
        counts = {holder.kind: len(await holder.export(PersonId(house.ann.id))) for holder in tx.holders()}
    held = (await exported(house, house.ann))["held"]
    assert held.keys() == kinds | {"erasures"}
    assert {kind: len(rows) for kind, rows in held.items()} == counts | {"erasures": 0}
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
    assert buttons(answer.message).keys() == ({SWEEP} if command == "mydata delete" else set())
    assert await house.rows() == before


async def test_erasing_takes_two_steps_and_leaves_only_the_others(house: House) -> None:
    await house.start_checkin(house.bea)
    hers = await house.rows()
    await house.start_checkin(house.ann, at="08:00")
    both = await house.rows()

    asked = await house.run(house.ann, "mydata delete")
    assert asked.ephemeral
    for line in (
        "check-in plans: 1",
        "what you agreed to, and when: 1",
        "our DM channel: 1",
        "your time zone",
        "a keyed hash",
    ):
        assert line in asked.text
    assert await house.rows() == both

    done = await house.press(house.ann, asked.message, YES)
    assert "nothing about you is left in my database" in done.text
    assert done.message.embeds == []
    assert buttons(done.message).keys() == {SWEEP}
    assert await house.rows() == hers
    assert "I hold nothing about you" in (await house.run(house.ann, "mydata export")).text
    assert "All that is left is a scrambled number" in (await house.run(house.ann, "mydata what")).text
    assert "All that is left is a scrambled number" in (await house.run(house.ann, "mydata delete")).text
    assert "scrambled" not in (await house.run(house.mia, "mydata what")).text
    assert "You have no check-ins" in (await house.run(house.ann, "checkin list")).text
    await house.start_checkin(house.ann)
    assert "That something was erased" in (await house.run(house.ann, "mydata what")).text
    (row,) = (await exported(house, house.ann))["held"]["erasures"]
    assert row["since"] == START.isoformat()
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


# --- the page, and the file by DM


async def test_the_page_says_it_in_the_members_language_and_zone(house: House) -> None:
    await of_both(house)
    answer = await house.run(house.ann, "mydata export")
    data, page = unpacked(await answer.message.attachments[0].read())
    assert data["format"] == 1
    assert "Check-in plans" in page
    assert "America/New_York" in page
    assert "Asia/Tokyo" not in page


async def test_by_dm_only_after_a_word_and_a_second_press(house: House) -> None:
    await house.start_checkin(house.ann)
    before = len(house.dms(house.ann))
    answer = await house.run(house.ann, "mydata export")
    asked = await house.press(house.ann, answer.message, BY_DM)
    assert asked.ephemeral
    assert "Discord keeps direct messages" in asked.text
    assert answer.message.attachments, "the file stays where it was"
    kept = await house.press(house.ann, asked.message, "No, do not send it")
    assert "I sent nothing" in kept.text
    assert len(house.dms(house.ann)) == before
    asked = await house.press(house.ann, answer.message, BY_DM)
    sent = await house.press(house.ann, asked.message, "Yes, send it by DM")
    assert "Discord keeps it" in sent.text
    assert buttons(sent.message).keys() == {SWEEP}
    last = house.dms(house.ann)[-1]
    assert unpacked(await last.attachments[0].read())[0]["held"]["plans"]
    assert "check" not in last.content.lower(), "a lock screen shows it"


async def test_a_closed_dm_gets_no_file(house: House) -> None:
    await house.start_checkin(house.ann)
    asked = await house.press(house.ann, (await house.run(house.ann, "mydata export")).message, BY_DM)
    house.close_dms(house.ann)
    assert "Your DMs are closed to me" in (await house.press(house.ann, asked.message, "Yes, send it by DM")).text


async def test_a_file_that_is_too_large_is_a_clear_sentence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.start_checkin(house.ann)
    packed = ExportFile("supportbot.zip", b"x" * (25 * 2**20 + 1))

    async def export(*_: object) -> ExportFile:
        return packed

    monkeypatch.setattr(house.bot.services.mydata, "_pack", export)
    answer = await house.run(house.ann, "mydata export")
    assert answer.ephemeral
    assert "25 MB is the most" in answer.text
    assert answer.message.attachments == []


# --- what the bot wrote in the DM


async def test_the_bots_own_messages_go_and_the_persons_stay(house: House) -> None:
    await house.arrived_checkin(house.ann)
    hers = await house.ann.user.send_dm("stop it please")
    assert len(house.dms(house.ann)) >= 3
    asked = await house.run(house.ann, "mydata delete")
    done = await house.press(house.ann, asked.message, YES)
    assert "I can also delete what I wrote" in done.text
    assert "that waits there for your answer goes too" in done.text
    count = len(house.dms(house.ann))
    swept = await house.press(house.ann, done.message, SWEEP)
    assert f"I deleted {count} messages of mine" in swept.text
    assert buttons(swept.message) == {}
    assert house.dms(house.ann) == []
    assert [row.id for row in house.ann.user.dm_channel.history(viewer=house.ann.user)] == [hers.id]
    again = await house.press(house.ann, (await house.run(house.ann, "mydata delete")).message, SWEEP)
    assert "no message of mine left" in again.text
    assert await house.rows() == {}


async def test_a_stranger_deletes_no_messages(house: House) -> None:
    await house.start_checkin(house.ann)
    done = await house.press(house.ann, (await house.run(house.ann, "mydata delete")).message, YES)
    before = len(house.dms(house.ann))
    assert "belongs to somebody else" in (await house.steal(house.bea, done.message, SWEEP)).text
    assert len(house.dms(house.ann)) == before > 0


async def test_what_discord_refuses_to_delete_is_counted(house: House) -> None:
    await house.start_checkin(house.ann)
    done = await house.press(house.ann, (await house.run(house.ann, "mydata delete")).message, YES)
    (message,) = house.dms(house.ann)
    path = f"/channels/{message.channel.id}/messages/{message.id}"
    house.env.inject_error("DELETE", path, status=403, code=50003, message="no", times=1)
    swept = await house.press(house.ann, done.message, SWEEP)
    assert "I deleted 0 messages of mine in our DM. 1 could not be deleted." in swept.text


# --- in words, and kind by kind

ERASE_PART = "Erase this kind"


async def everything(house: House) -> PersonId:
    """Ann has something of every kind."""
    await house.start_checkin(house.ann)
    ann = PersonId(house.ann.id)
    async with house.store.write() as tx:
        await agreed(tx, ann)
        await tx.member_regions.save(ann, "JP", at=START)
        await tx.member_languages.save(ann, "en", at=START)
        await tx.own_helplines.add(line_of(ann))
    return ann


async def test_what_is_held_is_said_in_words(house: House) -> None:
    await everything(house)
    answer = await house.run(house.ann, "mydata what")
    assert answer.ephemeral
    (embed,) = answer.message.embeds
    fields = {field.name: str(field.value) for field in embed.fields}
    assert list(fields) == [
        "Check-ins", "Remembering my country",
        "Asking my server's team for somebody to talk to", "Remembering my language",
        "Keeping my answers", "Telling me in a channel", "What I agreed to, and when",
        "What I did as a moderator", "Who can see it", "What you can do",
    ]  # fmt: skip
    since = f"<t:{int(START.timestamp())}:D>"
    for said in (
        "check-in plans: 1",
        "our DM channel: 1",
        f"Since: {since}",
        "record of one check-in 90 days",
        f"Agreed on {since}",
    ):
        assert said in fields["Check-ins"]
    assert "you were told before" in fields["What I did as a moderator"]
    assert "Whoever hosts me" in fields["Who can see it"]
    for command in ("mydata export", "mydata delete", "consent show"):
        assert f"</{command}:" in fields["What you can do"]
    assert "JP" not in answer.text
    assert "I hold nothing about you" in (await house.run(house.bea, "mydata what")).text


@pytest.mark.parametrize(
    ("part", "name", "gone"),
    [
        ("handover", "Asking my server's team for somebody to talk to", set()),
        ("checkins", "Check-ins", {"plans", "plan_slots", "occurrences", "deliveries", "members", "dm_channels"}),
        ("region", "Remembering my country", {"member_regions"}),
        ("language", "Remembering my language", {"member_languages"}),
        ("moderating", "What I did as a moderator", {"helpline_signatures"}),
    ],
)
async def test_one_kind_goes_and_the_others_stay(house: House, part: str, name: str, gone: set[str]) -> None:
    ann = await everything(house)
    before = await house.rows()
    asked = await house.run(house.ann, "mydata delete", what=part)
    assert asked.ephemeral
    assert f"Erase this kind: {name}?" in asked.text
    assert await house.rows() == before
    refused = await house.steal(house.bea, asked.message, ERASE_PART)
    assert "belongs to somebody else" in refused.text
    assert await house.rows() == before
    done = await house.press(house.ann, asked.message, ERASE_PART)
    assert "of this kind" in done.text
    assert buttons(done.message).keys() == ({SWEEP} if part == "checkins" else set()), "a check-in may wait there"
    after = await house.rows()
    assert before.keys() - after.keys() == gone
    async with house.store.read() as tx:
        standing = {entry.scope for entry in latest(await tx.consents.entries(ann)) if entry.given}
    assert standing == set(Scope) - {part}
    assert ("You took your consent back" in done.text) == (part != "moderating")
    again = await house.run(house.ann, "mydata delete", what=name)
    assert f"nothing about you of this kind ({name})" in again.text
    assert await house.rows() == after


async def test_the_kinds_are_offered_while_one_types(house: House) -> None:
    offered = await house.ann.autocomplete(house.general, "mydata delete", "what", "remember")
    assert [choice["name"] for choice in offered] == ["Remembering my country", "Remembering my language"]
    assert len(await house.ann.autocomplete(house.general, "mydata export", "what", "")) == len(PARTS)


async def test_one_kind_as_a_file(house: House) -> None:
    await everything(house)
    answer = await house.run(house.ann, "mydata export", what="region")
    data, page = unpacked(await answer.message.attachments[0].read())
    assert data["held"] == {"member_regions": [{"region": "JP", "at": START.isoformat()}]}
    assert data["complete"] is False
    assert "This is a part of what I held" in page
    assert buttons(answer.message) == {}
    assert "I hold nothing of this kind" in (await house.run(house.ann, "mydata export", what="handover")).text


@pytest.mark.parametrize("command", ["mydata export", "mydata delete"])
async def test_a_kind_that_there_is_not(house: House, command: str) -> None:
    await everything(house)
    before = await house.rows()
    for wrong in ("proof", "everything", "<@1>"):
        answer = await house.run(house.ann, command, what=wrong)
        assert answer.text == "I do not know that kind. Choose one from the list that comes up while you type."
    assert await house.rows() == before


async def test_a_lazy_disk_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.start_checkin(house.ann)

    async def busy() -> None:
        raise StorageBusy("a reader is in the way")

    monkeypatch.setattr(house.store, "scrub", busy)
    done = await house.press(house.ann, (await house.run(house.ann, "mydata delete")).message, YES)
    assert "remains of the erased entries leave its files a little later" in done.text
    assert await house.rows() == {}
