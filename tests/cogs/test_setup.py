"""`/setup`: who may use it, what is checked before anything is kept, and lines under four eyes."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord
from discord import app_commands

from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import StorageBusy
from tests.cogs.house import COMMAND, Answer, House, buttons, words

VIEW = discord.PermissionOverwrite(view_channel=True)
HIDDEN = discord.PermissionOverwrite(view_channel=False)
LINE = {"kind": "warmline", "service": "Night *talk*", "source": "https://night.example/contact", "phone": "*4141"}
NOT_FOR_YOU = "This command is for people with other permissions"


def team_channel(house: House, name: str = "team", **bot: bool) -> simcord.ChannelHandle:
    """A channel for the moderators, with these permissions of the bot's on top of seeing it."""
    mods = house.guild.roles["Moderators"]
    own = discord.PermissionOverwrite(**{"view_channel": True, **bot})
    overwrites = {house.guild.default_role: HIDDEN, mods: VIEW, house.bot.user: own}
    return house.guild.create_text_channel(name, overwrites=overwrites)


async def with_team(house: House) -> simcord.ChannelHandle:
    team = team_channel(house)
    assert "Done." in (await house.run(house.mia, "setup staff-channel", channel=team)).text
    return team


async def settings(house: House) -> tuple[str | None, int | None]:
    async with house.store.read() as tx:
        found = await tx.communities.get(CommunityId(house.guild.id))
    return (None, None) if found is None else (found.region, found.staff_channel)


async def line_waits(house: House, **more: Any) -> tuple[simcord.ChannelHandle, discord.Message]:
    """Mia added a line; the message in the staff channel."""
    team = await with_team(house)
    answer = await house.run(house.mia, "setup helpline add", **{**LINE, **more})
    assert "until a second moderator approves it" in answer.text
    return team, team.history(viewer=house.mia)[-1]


async def shown(house: House) -> int:
    """How many lines members see."""
    async with house.store.read() as tx:
        return len(await tx.own_helplines.approved(CommunityId(house.guild.id)))


def role(house: House, name: str, who: simcord.MemberActor) -> simcord.RoleHandle:
    """A role without permissions, which this member has."""
    made = house.guild.create_role(name)
    house.env.backend.get_guild(house.guild.id).members[who.id].role_ids.append(made.id)
    return made


def let(house: House, permissions: dict[Any, bool], *, everything: bool = False) -> None:
    """What the community's admins set under Integrations."""
    stored = house.env.backend.find_command("setup", None)
    assert stored is not None
    target = house.env.backend.application_id if everything else int(stored["id"])
    house.guild.set_command_permissions(target, permissions)


async def forced(house: House, who: simcord.MemberActor, name: str, **options: str) -> Answer:
    """Run a command past Discord's own check."""
    return await house.forge(who, COMMAND, house.command(name, **options))


# --- who may


async def test_discord_offers_it_to_those_with_manage_server_in_servers_only(house: House) -> None:
    stored = house.env.backend.find_command("setup", None)
    assert stored is not None
    assert int(stored["default_member_permissions"]) == discord.Permissions(manage_guild=True).value
    assert stored["contexts"] == [0]
    offered = {
        who.name: any(each.startswith("setup") for each in who.available_commands(house.general))
        for who in (house.ann, house.mia, house.olu)
    }
    assert offered == {"ann": False, "mia": True, house.olu.name: True}


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("setup region", {"country": "DE"}),
        ("setup staff-channel", {}),
        ("setup helpline add", LINE),
        ("setup helpline list", {}),
        ("setup helpline remove", {"line": "0123456789abcdef"}),
    ],
)
async def test_a_member_is_refused_kindly_whatever_discord_let_through(
    house: House, command: str, options: dict[str, str]
) -> None:
    await house.run(house.mia, "setup region", country="AT")
    before = await settings(house)
    answer = await forced(house, house.ann, command, **options)
    assert answer.ephemeral
    assert NOT_FOR_YOU in answer.text
    assert await settings(house) == before == ("AT", None)
    assert await house.rows() == {}


async def test_a_role_that_the_community_let_use_it_may(house: House) -> None:
    helpers = role(house, "Helpers", house.ann)
    let(house, {helpers: True})
    assert "Germany" in (await house.run(house.ann, "setup region", country="DE")).text
    assert NOT_FOR_YOU in (await forced(house, house.bea, "setup region", country="AT")).text
    assert await settings(house) == ("DE", None)


@pytest.mark.parametrize(
    ("own", "of_role", "of_everyone", "may"),
    [
        (None, None, None, False),
        (True, None, None, True),
        (True, False, False, True),
        (False, True, True, False),
        (None, True, False, True),
        (None, False, True, False),
        (None, None, True, True),
        (None, None, False, False),
    ],
)
async def test_the_member_comes_before_the_roles_and_these_before_everyone(
    house: House, own: bool | None, of_role: bool | None, of_everyone: bool | None, may: bool
) -> None:
    said = {house.ann: own, role(house, "Helpers", house.ann): of_role, house.guild.default_role: of_everyone}
    let(house, {target: allowed for target, allowed in said.items() if allowed is not None})
    answer = await forced(house, house.ann, "setup region", country="DE")
    assert (NOT_FOR_YOU not in answer.text) is may
    assert await settings(house) == (("DE", None) if may else (None, None))


async def test_one_role_that_allows_is_enough(house: House) -> None:
    let(house, {role(house, "Helpers", house.ann): True, role(house, "Guests", house.ann): False})
    assert "Germany" in (await forced(house, house.ann, "setup region", country="DE")).text


async def test_who_may_use_the_bot_may_not_set_it_up(house: House) -> None:
    """What is set for the whole application never lifts what a command asks for (Discord's change log, 2022-11-17)."""
    let(house, {house.guild.default_role: True, house.ann: True}, everything=True)
    assert not any(each.startswith("setup") for each in house.ann.available_commands(house.general))
    assert NOT_FOR_YOU in (await forced(house, house.ann, "setup region", country="DE")).text


async def test_a_channel_rule_lets_nobody_in(house: House) -> None:
    let(house, {house.general: True})
    assert NOT_FOR_YOU in (await forced(house, house.ann, "setup region", country="DE")).text


async def test_when_discord_does_not_tell_nothing_is_done(house: House) -> None:
    house.env.inject_error("GET", "*/permissions", status=500, code=0, message="oh", times=None)
    answer = await forced(house, house.ann, "setup region", country="DE")
    assert "Discord did not tell me" in answer.text
    assert "Germany" in (await house.run(house.mia, "setup region", country="DE")).text, "she needs no asking"


async def test_help_lists_it_for_those_who_may_and_marks_it(house: House) -> None:
    async def listed(who: simcord.MemberActor, *, dm: bool = False) -> str:
        text = (await house.run(who, "help", dm=dm)).text
        return "\n".join(row for row in text.splitlines() if "/setup" in row)

    assert await listed(house.ann) == ""
    mine = await listed(house.mia)
    for name in ("region", "staff-channel", "helpline add", "helpline list", "helpline remove"):
        assert f"</setup {name}:" in mine
    assert mine.count("(for moderators)") == len(mine.splitlines()) == 5
    assert await listed(house.mia, dm=True) == ""
    let(house, {role(house, "Helpers", house.ann): True, house.mia: False})
    assert await listed(house.ann) == mine
    assert await listed(house.mia) == ""
    assert await listed(house.olu) == mine


async def test_help_comes_when_discord_does_not_tell(house: House) -> None:
    house.env.inject_error("GET", "*/permissions", status=500, code=0, message="oh", times=None)
    assert "/setup" not in (await house.run(house.ann, "help")).text
    assert "</setup region:" in (await house.run(house.mia, "help")).text


# --- region


async def test_the_country_is_set_changed_and_taken_away(house: House) -> None:
    for typed, name, iso in (
        ("Germany", "Germany", "DE"),
        ("österreich", "Austria", "AT"),
        ("US", "United States", "US"),
    ):
        answer = await house.run(house.mia, "setup region", country=typed)
        assert answer.ephemeral
        assert f"it now starts with {name}" in answer.text
        assert await settings(house) == (iso, None)
    assert "has no country any more" in (await house.run(house.mia, "setup region")).text
    assert await settings(house) == (None, None)


@pytest.mark.parametrize("typed", ["Atlantis", "Guinea or so", "x"])
async def test_an_unknown_country_changes_nothing(house: House, typed: str) -> None:
    await house.run(house.mia, "setup region", country="DE")
    assert "I do not know that country" in (await house.run(house.mia, "setup region", country=typed)).text
    assert await settings(house) == ("DE", None)


async def test_countries_are_suggested(house: House) -> None:
    found = await house.mia.autocomplete(house.general, "setup region", "country", "germ")
    assert {"name": "Germany", "value": "DE"} in [{"name": row["name"], "value": row["value"]} for row in found]
    assert 0 < len(found) <= 25
    many = await house.mia.autocomplete(house.general, "setup region", "country", "an")
    assert len(many) <= 25


# --- staff channel


async def test_the_channel_is_set_and_it_is_said_who_reads_there(house: House) -> None:
    helpers = house.guild.create_role("Night *helpers*")
    house.guild.create_role("Guests")
    me, eve = house.bot.user, house.guild.add_member(house.env.create_user("eve"))
    overwrites = {
        house.guild.default_role: HIDDEN,
        house.guild.roles["Moderators"]: VIEW,
        helpers: VIEW,
        me: VIEW,
        eve: VIEW,
    }
    team = house.guild.create_text_channel("team", overwrites=overwrites)
    answer = await house.run(house.mia, "setup staff-channel", channel=team)
    assert answer.ephemeral
    assert f"Only if they send it, I post in <#{team.id}>" in answer.text
    readers = answer.text.split("Who can read")[1]
    assert "**Moderators**" in readers
    assert r"**Night \*helpers\***" in readers
    assert "1 person who was let in by name" in readers
    assert "the owner and the administrators" in readers
    assert "Guests" not in readers
    assert "everybody" not in readers
    assert await settings(house) == (None, team.id)


async def test_a_channel_that_everybody_reads_is_said_to_be(house: House) -> None:
    answer = await house.run(house.mia, "setup staff-channel", channel=house.general)
    assert "everybody in this server" in answer.text
    assert await settings(house) == (None, house.general.id)


@pytest.mark.parametrize(
    ("lacks", "named"),
    [
        (["view_channel"], ["View Channel"]),
        (["send_messages"], ["Send Messages"]),
        (["embed_links"], ["Embed Links"]),
        (["send_messages", "embed_links"], ["Send Messages", "Embed Links"]),
    ],
)
async def test_exactly_what_the_bot_lacks_is_named(house: House, lacks: list[str], named: list[str]) -> None:
    before = await with_team(house)
    channel = team_channel(house, "other", **dict.fromkeys(lacks, False))
    answer = await house.run(house.mia, "setup staff-channel", channel=channel)
    assert [name for name in ("View Channel", "Send Messages", "Embed Links") if name in answer.text] == named
    assert "Edit Channel" in answer.text
    assert await settings(house) == (None, before.id)


async def test_posting_can_be_stopped(house: House) -> None:
    await with_team(house)
    assert "I post nothing for members any more" in (await house.run(house.mia, "setup staff-channel")).text
    assert await settings(house) == (None, None)


async def test_a_text_channel_is_asked_for(house: House) -> None:
    stored = house.env.backend.find_command("setup", None)
    assert stored is not None
    (option,) = next(each["options"] for each in stored["options"] if each["name"] == "staff-channel")
    assert (option["type"], option["channel_types"]) == (7, [0])


# --- lines


async def test_a_new_line_waits_with_everything_that_is_to_be_checked(house: House) -> None:
    team, message = await line_waits(
        house,
        text="HELLO to 12345",
        chat="https://night.example/chat",
        web="https://night.example",
        hours="every evening",
        languages="English, Suomi",
        note="Ask for the [night](x) shift",
    )
    text = words(message)
    for part in (
        r"Night \*talk\*",
        "To talk before it is a crisis",
        r"Call **\*4141**",
        "Text **HELLO to 12345**",
        "<https://night.example/chat>",
        "<https://night.example>",
        "every evening",
        "English, Suomi",
        r"\[night\](x)",
        "Source: https://night.example/contact",
        f"<@{house.mia.id}>",
        "Waits for a second moderator",
    ):
        assert part in text, text
    assert message.channel.id == team.id
    assert set(buttons(message)) == {"Approve", "Decline"}
    assert message.mentions == []
    assert await shown(house) == 0


async def test_a_line_needs_a_staff_channel_first(house: House) -> None:
    answer = await house.run(house.mia, "setup helpline add", **LINE)
    assert answer.ephemeral
    assert "choose a staff channel first, with </setup staff-channel:" in answer.text
    assert await house.rows() == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone": "call us"}, "A phone number can hold digits"),
        ({"web": "http://night.example"}, "A link begins with https://"),
        ({"chat": "night.example"}, "A link begins with https://"),
        ({"text": "HELLO"}, "which number to text"),
        ({"phone": None}, "at least one way to reach"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_kept(house: House, wrong: dict[str, str], said: str) -> None:
    team = await with_team(house)
    asked = {key: value for key, value in {**LINE, **wrong}.items() if value is not None}
    answer = await house.run(house.mia, "setup helpline add", **asked)
    assert answer.ephemeral
    assert said in answer.text
    assert await house.rows() == {}
    assert team.history(viewer=house.mia) == []


async def test_the_emergency_number_is_not_offered_and_not_taken(house: House) -> None:
    await with_team(house)
    stored = house.env.backend.find_command("setup", None)
    assert stored is not None
    group = next(each for each in stored["options"] if each["name"] == "helpline")
    add = next(each for each in group["options"] if each["name"] == "add")
    kinds = next(each for each in add["options"] if each["name"] == "kind")["choices"]
    assert len(kinds) == 7
    assert "emergency" not in [each["value"] for each in kinds]
    house.expect(app_commands.CommandSignatureMismatch)
    answer = await forced(house, house.mia, "setup helpline add", **{**LINE, "kind": "emergency"})
    assert "no longer works" in answer.last
    assert await house.rows() == {}


async def test_the_emergency_number_is_refused_as_a_line_of_another_kind(house: House) -> None:
    team = await with_team(house)
    answer = await house.run(house.mia, "setup helpline add", **{**LINE, "phone": "9-1-1"})
    assert "use </setup region:" in answer.last
    await house.run(house.mia, "setup region", country="US")
    answer = await house.run(house.mia, "setup helpline add", **{**LINE, "phone": "9-1-1"})
    assert "This is the emergency number of your server's country" in answer.last
    assert (await house.rows(), team.history(viewer=house.mia)) == ({}, [])


async def test_a_line_keeps_the_country_that_was_approved(house: House) -> None:
    await house.run(house.mia, "setup region", country="FI")
    _, message = await line_waits(house, kind="crisis")
    assert "Country of its numbers: **Finland**" in words(message)
    await house.run(house.mia, "setup region", country="US")
    approved = await house.press(house.olu, message, "Approve")
    listed = await house.run(house.mia, "setup helpline list")
    page = await house.run(house.ann, "crisis")
    for text in (approved.text, "\n".join(map(words, listed.followups)), page.text.split(r"Night \*talk\*")[1]):
        assert r"Call **\*4141** (Finland)" in text
        assert r"**\*4141** (United States)" not in text


async def test_a_line_without_a_country_says_so_for_good(house: House) -> None:
    _, message = await line_waits(house)
    assert "Country of its numbers: **not set** when it was added" in words(message)
    await house.run(house.mia, "setup region", country="US")
    approved = await house.press(house.olu, message, "Approve")
    assert r"Call **\*4141** (country not known)" in approved.text


async def test_somebody_else_approves(house: House) -> None:
    _, message = await line_waits(house)
    own = await house.press(house.mia, message, "Approve")
    assert own.ephemeral
    assert "You added this line yourself" in own.text
    assert await shown(house) == 0
    done = await house.press(house.olu, message, "Approve")
    assert f"Approved by <@{house.olu.id}>" in done.text
    assert r"\*4141" in done.text, "what was approved stays to be read"
    assert "Waits for a second moderator" not in done.text
    assert buttons(done.message) == {}
    assert await shown(house) == 1


async def test_a_line_can_be_declined_also_by_who_added_it(house: House) -> None:
    _, message = await line_waits(house)
    done = await house.press(house.mia, message, "Decline")
    assert rf"**Night \*talk\*** was declined by <@{house.mia.id}>" in done.text
    assert "4141" not in done.text
    assert buttons(done.message) == {}
    assert await house.rows() == {}


@pytest.mark.parametrize("label", ["Approve", "Decline"])
async def test_a_member_decides_nothing(house: House, label: str) -> None:
    _, message = await line_waits(house)
    before = await house.rows()
    refused = await house.steal(house.ann, message, label)
    assert refused.ephemeral
    assert NOT_FOR_YOU in refused.text
    assert (await house.rows(), await shown(house)) == (before, 0)


async def test_a_role_that_the_community_let_use_it_approves(house: House) -> None:
    _, message = await line_waits(house)
    let(house, {role(house, "Helpers", house.ann): True})
    assert "Approved by" in (await house.steal(house.ann, message, "Approve")).text
    assert await shown(house) == 1


@pytest.mark.parametrize("label", ["Approve", "Decline"])
async def test_a_line_that_is_gone_is_said_to_be(house: House, label: str) -> None:
    _, message = await line_waits(house)
    (choice,) = await house.olu.autocomplete(house.general, "setup helpline remove", "line", "")
    await house.run(house.olu, "setup helpline remove", line=choice["value"])
    answer = await house.press(house.olu, message, label)
    assert "This line is not here any more" in answer.text
    assert (buttons(answer.message), answer.message.embeds) == ({}, [])


async def test_who_has_themselves_erased_takes_their_waiting_line_with_them(house: House) -> None:
    _, message = await line_waits(house)
    asked = await house.run(house.mia, "mydata delete")
    assert "helplines that you added or approved as a moderator: 1" in asked.text
    await house.press(house.mia, asked.message, "Erase it all")
    gone = await house.press(house.olu, message, "Approve")
    assert "This line is not here any more" in gone.text
    assert f"<@{house.mia.id}>" not in gone.text, "the card names nobody any more"
    assert await shown(house) == 0


async def test_the_list_shows_what_waits_and_what_members_see(house: House) -> None:
    assert "has no lines of its own" in (await house.run(house.mia, "setup helpline list")).text
    team, message = await line_waits(house)
    await house.press(house.olu, message, "Approve")
    house.clock.advance(hours=1)
    await house.run(house.olu, "setup helpline add", **{**LINE, "service": "Day talk", "phone": "116 123"})
    answer = await house.run(house.mia, "setup helpline list")
    assert answer.ephemeral
    assert "</setup helpline remove:" in answer.text
    (listed,) = answer.followups
    night, day = words(listed).split("Day talk")
    assert f"Approved by <@{house.olu.id}>" in night
    assert f"Added by <@{house.mia.id}>" in night
    assert "Waits for a second moderator" in day
    assert len(team.history(viewer=house.mia)) == 2


async def test_a_long_list_comes_in_several_messages_and_loses_nothing(house: House) -> None:
    team = await with_team(house)
    for number in range(25):
        await house.run(
            house.mia,
            "setup helpline add",
            **{**LINE, "service": f"Line {number:02} " + "*" * 80, "note": "_" * 300, "source": "~" * 300},
        )
    assert len(team.history(viewer=house.mia)) == 25
    answer = await house.run(house.mia, "setup helpline list")
    text = "\n".join(words(each) for each in [answer.message, *answer.followups])
    assert [number for number in range(25) if f"Line {number:02}" in text] == list(range(25))
    assert "as many as I can keep" in (await house.run(house.mia, "setup helpline add", **LINE)).text


async def test_a_line_is_taken_away_by_its_name(house: House) -> None:
    _, message = await line_waits(house)
    (choice,) = await house.mia.autocomplete(house.general, "setup helpline remove", "line", "NIGHT")
    assert choice["name"] == "Night *talk* (waits for approval)"
    await house.press(house.olu, message, "Approve")
    (choice,) = await house.mia.autocomplete(house.general, "setup helpline remove", "line", "")
    assert choice["name"] == "Night *talk*"
    assert await house.mia.autocomplete(house.general, "setup helpline remove", "line", "day") == []
    answer = await house.run(house.mia, "setup helpline remove", line=choice["value"])
    assert r"**Night \*talk\*** is gone" in answer.text
    assert await house.rows() == {}
    again = await house.run(house.mia, "setup helpline remove", line=choice["value"])
    assert "This line is not here any more" in again.text


async def test_lines_are_not_suggested_to_members(house: House) -> None:
    await line_waits(house)
    let(house, {house.ann: True})
    assert len(await house.ann.autocomplete(house.general, "setup helpline remove", "line", "")) == 1
    data = house.command("setup helpline remove", line="")
    data["options"][0]["options"][0]["options"][0]["focused"] = True
    result = house.emit(house.bea, 4, data)
    await house.env.settle()
    assert result.autocomplete_choices == []


async def test_a_line_that_cannot_be_posted_is_not_kept(house: House) -> None:
    team = await with_team(house)
    house.env.inject_error("POST", f"/channels/{team.id}/messages", status=403, code=50013, message="no", times=None)
    answer = await house.run(house.mia, "setup helpline add", **LINE)
    assert "I could not post in the staff channel" in answer.last
    assert await house.rows() == {}
    (row,) = house.logged("staff.not_posted")
    assert (row["community"], row["channel"]) == (house.guild.id, team.id)
    assert "talk" not in house.log_text()


async def test_a_locked_database_is_said(house: House) -> None:
    team, message = await line_waits(house)
    house.store.broken = True
    house.expect(StorageBusy)
    for answer in (
        await house.run(house.mia, "setup region", country="DE"),
        await house.run(house.mia, "setup staff-channel", channel=team),
        await house.run(house.mia, "setup helpline list"),
        await house.press(house.olu, message, "Approve"),
    ):
        assert "nothing was changed" in answer.text


async def test_moderators_can_see_what_is_held_about_them(house: House) -> None:
    _, message = await line_waits(house)
    await house.press(house.olu, message, "Approve")
    async with house.store.read() as tx:
        acts = [await tx.own_helplines.export(PersonId(who.id)) for who in (house.mia, house.olu)]
    assert [[row["act"] for row in rows] for rows in acts] == [["added"], ["approved"]]
