"""`/checkin nudge` on SimCord: shown before it counts, kept, posted with one mention, ended."""

from __future__ import annotations

from supportbot.domain.consent import Scope
from supportbot.domain.people import Member, Notice, PersonId
from tests.cogs.house import House
from tests.storage.rows import agreed
from tests.support.fakes import START


async def test_from_choosing_to_the_line_and_the_end(house: House) -> None:
    ann = PersonId(house.ann.id)
    assert "nothing about you anywhere" in (await house.run(house.ann, "checkin nudge")).text
    shown = await house.run(house.ann, "checkin nudge", channel=house.general)
    assert shown.ephemeral
    line = f"<@{ann}>, my private messages do not reach you."
    assert line in shown.text
    assert f"<#{house.general.id}>" in shown.text
    assert house.general.history(viewer=house.bea) == [], "nothing is posted to show it"
    async with house.store.read() as tx:
        assert await tx.nudges.get(ann) is None
    assert "I will tell you" in (await house.press(house.ann, shown.message, "I agree")).text
    async with house.store.write() as tx:
        await agreed(tx, ann)
        await tx.members.save(Member(ann, "UTC", "en"), at=START)
        await tx.members.note(ann, Notice.CLOSED_DM)
    assert await house.bot.services.nudges.nudge(ann)
    [post] = house.general.history(viewer=house.bea)
    assert post.content.startswith(line)
    chosen = await house.run(house.ann, "checkin nudge")
    assert f"<#{house.general.id}>" in chosen.text
    assert "I forgot the channel" in (await house.press(house.ann, chosen.message, "Stop this")).text
    async with house.store.read() as tx:
        assert await tx.nudges.get(ann) is None
        assert not await tx.consents.holds(ann, Scope.NUDGE)
    assert not await house.bot.services.nudges.nudge(ann)


async def test_no_is_no(house: House) -> None:
    shown = await house.run(house.ann, "checkin nudge", channel=house.general)
    assert "I post nothing" in (await house.press(house.ann, shown.message, "Not now")).text
    async with house.store.read() as tx:
        assert await tx.nudges.get(PersonId(house.ann.id)) is None
