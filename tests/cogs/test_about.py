"""`/about`, `/help`, and the way to crisis help."""

from __future__ import annotations

import discord
import pytest
import simcord
from discord import app_commands

from supportbot.chat import present
from tests.cogs.house import House, buttons


@pytest.mark.parametrize("dm", [False, True])
async def test_about_says_what_the_bot_is_and_is_not(house: House, dm: bool) -> None:
    answer = await house.run(house.ann, "about", dm=dm)
    assert answer.ephemeral
    assert "I am not therapy and not an emergency service" in answer.text
    assert "Call your local emergency number" in answer.text
    assert "Version " in answer.text
    assert "{" not in answer.text
    assert buttons(answer.message) == {"Crisis help": "crisis"}


async def test_command_names_can_be_pressed(house: House) -> None:
    known = {name: command["id"] for (name, _), command in house.env.backend.commands[None].items()}
    text = (await house.run(house.ann, "about")).text
    assert f"</roles compare:{known['roles']}>" in text
    assert f"</checkin start:{known['checkin']}>" in text


@pytest.mark.parametrize("command", ["about", "help", "roles compare"])
async def test_crisis_help_is_one_press_away_and_needs_no_database(house: House, command: str) -> None:
    house.store.broken = True
    answer = await house.run(house.ann, command)
    shown = await house.press(house.ann, answer.message, "Crisis help")
    assert shown.ephemeral
    assert "call your local emergency number" in shown.text
    assert "findahelpline.com" in shown.text
    assert house.general.history(viewer=house.bea) == []


STAFF = "`/staff report`"


def for_staff(**default: bool) -> app_commands.Group:
    group = app_commands.Group(
        name="staff", description="command.about", default_permissions=discord.Permissions(**default)
    )

    @group.command(description="command.about")
    async def report(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("report")

    return group


async def test_help_lists_every_command_that_the_member_can_use(house: House) -> None:
    answer = await house.run(house.ann, "help")
    assert answer.ephemeral
    names = ("about", "help", "roles compare", "checkin start", "checkin list", "checkin stop")
    for name in (*names, "mydata export", "mydata delete"):
        assert f"</{name}:" in answer.text


@pytest.mark.parametrize("default", [{"manage_guild": True}, {}], ids=["manage_guild", "nobody but administrators"])
async def test_help_shows_a_command_only_to_those_who_can_use_it(house: House, default: dict[str, bool]) -> None:
    """No permission at all is Discord's "0": administrators only, until a community says otherwise."""
    house.bot.tree.add_command(for_staff(**default))
    with_it = {who.name for who in (house.ann, house.mia, house.olu) if await _is_listed(house, who)}
    assert with_it == ({"mia", house.olu.name} if default else {house.olu.name})


async def test_help_says_what_each_command_does(house: House) -> None:
    text = (await house.run(house.ann, "help")).text
    assert ">: Erase everything that I hold about you" in text


async def _is_listed(house: House, who: simcord.MemberActor) -> bool:
    return STAFF in (await house.run(who, "help")).text


@pytest.mark.parametrize("dm", [False, True])
async def test_help_knows_where_a_command_can_be_used(house: House, dm: bool) -> None:
    group = for_staff(manage_guild=True)
    group.allowed_contexts = app_commands.AppCommandContext(guild=not dm, dm_channel=dm, private_channel=False)
    house.bot.tree.add_command(group)
    here, elsewhere = [(await house.run(house.olu, "help", dm=place)).text for place in (dm, not dm)]
    assert STAFF in here
    assert STAFF not in elsewhere


async def test_a_help_that_is_too_long_for_one_piece_comes_in_several(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many commands, in a language with long words."""
    whole = (await house.run(house.mia, "help")).message.embeds
    assert sum(map(len, whole)) <= 6000, "what Discord takes in one message"
    monkeypatch.setattr(present, "LONGEST_DESCRIPTION", 1500)
    pieces = (await house.run(house.mia, "help")).message.embeds
    assert len(pieces) > len(whole)
    assert max(len(piece.description or "") for piece in pieces) <= 1500
    lines = [line for piece in pieces for line in (piece.description or "").splitlines() if line]
    assert lines == [line for piece in whole for line in (piece.description or "").splitlines() if line]
    assert [piece.title for piece in pieces] == [whole[0].title, *[None] * (len(pieces) - 1)]
