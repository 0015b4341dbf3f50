"""`/checkin nudge` on SimCord: shown before it counts, kept, posted with one mention, ended."""

from __future__ import annotations

from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from tests.cogs.house import House
from tests.cogs.test_setup import HIDDEN, VIEW, role

TELLING = ("check-in", "recover", "sober", "mood", "craving", "feel", "support", "consent")


async def test_from_choosing_to_the_line_and_the_end(house: House) -> None:
    ann, general = PersonId(house.ann.id), house.general
    await house.start_checkin(house.ann)
    assert "nothing about you anywhere" in (await house.run(house.ann, "checkin nudge")).text
    shown = await house.run(house.ann, "checkin nudge", channel=general)
    assert shown.ephemeral
    line = f"<@{ann}>, my private messages do not reach you."
    offered = shown.text
    assert line in offered
    assert f"<#{general.id}>" in offered
    assert general.history(viewer=house.bea) == [], "nothing is posted to show it"
    async with house.store.read() as tx:
        assert await tx.nudges.get(ann) is None
    assert "I will tell you" in (await house.press(house.ann, shown.message, "I agree")).text

    house.close_dms(house.ann)
    await house.deliver_next()
    await house.bot.services.nudges.settled()
    [post] = general.history(viewer=house.bea)
    assert post.content.startswith(line)
    assert post.content in offered
    assert not any(word in post.content.lower() for word in TELLING)
    [sent] = [row.json for row in house.env.http_requests if row.path == f"/channels/{general.id}/messages"]
    assert sent["allowed_mentions"] == {"parse": [], "users": [ann]}
    assert sent["enforce_nonce"] is True

    chosen = await house.run(house.ann, "checkin nudge")
    assert f"<#{general.id}>" in chosen.text
    assert "I forgot the channel" in (await house.press(house.ann, chosen.message, "Stop this")).text
    async with house.store.read() as tx:
        assert await tx.nudges.get(ann) is None
        assert not await tx.consents.holds(ann, Scope.NUDGE)
    assert str(general.id) not in house.log_text()


async def test_no_is_no(house: House) -> None:
    shown = await house.run(house.ann, "checkin nudge", channel=house.general)
    assert "I post nothing" in (await house.press(house.ann, shown.message, "Not now")).text
    async with house.store.read() as tx:
        assert await tx.nudges.get(PersonId(house.ann.id)) is None


async def test_who_can_read_it_no_more_is_not_told_there(house: House) -> None:
    await house.start_checkin(house.ann)
    residents = role(house, "Residents", house.ann)
    hidden = {house.guild.default_role: HIDDEN, house.bot.user: VIEW}
    room = house.guild.create_text_channel("room", overwrites={**hidden, residents: VIEW})
    shown = await house.run(house.ann, "checkin nudge", channel=room)
    await house.press(house.ann, shown.message, "I agree")
    house.env.backend.get_guild(house.guild.id).members[house.ann.id].role_ids.remove(residents.id)
    house.close_dms(house.ann)
    await house.deliver_next()
    await house.bot.services.nudges.settled()
    assert room.history(viewer=house.olu) == []
