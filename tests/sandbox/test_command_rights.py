"""Who sees and runs which command once a community's admins have set it, and what the bot can read of that."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest

from supportbot.sandbox.places import ActorError
from supportbot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.small_bot import RunningBot

HOME, GENERAL, SUPPORT = "Riverside Recovery", "riverside-recovery/general", "riverside-recovery/support"
MANAGE_GUILD = 1 << 5

Rights = list[dict[str, Any]]


def role(name: str, allow: bool) -> dict[str, Any]:
    return {"role": name, "allow": allow}


def user(name: str, allow: bool) -> dict[str, Any]:
    return {"user": name, "allow": allow}


def channel(name: str, allow: bool) -> dict[str, Any]:
    return {"channel": name, "allow": allow}


@pytest.fixture
async def told(sandbox: Sandbox, rest: Rest) -> Sandbox:
    """Discord knows three commands: for all, for those with Manage Server, for administrators."""
    asked = [
        {"name": "all", "description": "d"},
        {"name": "some", "description": "d", "default_member_permissions": MANAGE_GUILD},
        {"name": "none", "description": "d", "default_member_permissions": 0},
    ]
    assert (await rest("PUT", f"/applications/{sandbox.world.bot_id}/commands", asked))[0] == 200
    return sandbox


async def seen(sandbox: Sandbox, command: str, place: str = GENERAL) -> set[str]:
    """Who of a member, one with Manage Server and the owner sees a command."""
    found: set[str] = set()
    for name in ("sam", "mika", "olu"):
        rows = await sandbox.actor.commands(user=name, channel=place)
        found |= {name} if command in [row["name"] for row in rows] else set()
    return found


@pytest.mark.parametrize(
    ("command", "own", "everything", "who"),
    [
        ("all", [], [], {"sam", "mika", "olu"}),
        ("some", [], [], {"mika", "olu"}),
        ("none", [], [], {"olu"}),
        # What is set for the command lifts what it asks for.
        ("some", [user("sam", True)], [], {"sam", "mika", "olu"}),
        ("none", [role("Moderators", True)], [], {"mika", "olu"}),
        ("none", [role("everyone", True)], [], {"sam", "mika", "olu"}),
        # The member comes before the roles, the roles before everyone.
        ("some", [user("mika", False), role("Moderators", True)], [], {"olu"}),
        ("all", [role("everyone", False), role("Moderators", True)], [], {"mika", "olu"}),
        ("all", [role("everyone", False), user("sam", True)], [], {"sam", "olu"}),
        # What is set for all commands only takes away.
        ("some", [], [role("everyone", True)], {"mika", "olu"}),
        ("all", [], [role("everyone", False), role("Moderators", True)], {"mika", "olu"}),
        ("all", [], [user("mika", False)], {"sam", "olu"}),
        # ... unless the command says otherwise.
        ("some", [user("sam", True)], [role("everyone", False)], {"sam", "olu"}),
        ("all", [role("everyone", True)], [user("sam", False)], {"sam", "mika", "olu"}),
        # Channels.
        ("all", [channel("general", False)], [], {"olu"}),
        ("all", [channel("support", False)], [], {"sam", "mika", "olu"}),
        ("all", [channel("all", False)], [], {"olu"}),
        ("all", [channel("all", False), channel("general", True)], [], {"sam", "mika", "olu"}),
        ("all", [channel("general", True)], [channel("all", False)], {"sam", "mika", "olu"}),
        ("all", [user("sam", True)], [channel("general", False)], {"olu"}),
    ],
)
async def test_who_sees_a_command(told: Sandbox, command: str, own: Rights, everything: Rights, who: set[str]) -> None:
    await told.actor.set_command_permissions(guild=HOME, command=command, permissions=own)
    await told.actor.set_command_permissions(guild=HOME, permissions=everything)
    assert await seen(told, command) == who


async def test_any_role_that_allows_is_enough(told: Sandbox) -> None:
    await told.actor.add_user(username="eve", guilds=[HOME], roles=["Moderators", "supportbot"])
    rights = [role("Moderators", True), role("supportbot", False)]
    await told.actor.set_command_permissions(guild=HOME, command="none", permissions=rights)
    rows = await told.actor.commands(user="eve", channel=GENERAL)
    assert "none" in [row["name"] for row in rows]


async def test_the_bot_reads_what_is_set(told: Sandbox, rest: Rest) -> None:
    home = next(guild for guild in told.world.guilds.values() if guild.name == HOME)
    sam = next(each.id for each in told.world.users.values() if each.username == "sam")
    base = f"/applications/{told.world.bot_id}"
    commands = (await rest("GET", f"{base}/commands"))[1]
    some = next(row["id"] for row in commands if row["name"] == "some")
    path = f"{base}/guilds/{home.id}/commands/{some}/permissions"
    rights = [role("everyone", False), user("sam", True), channel("all", True)]
    await told.actor.set_command_permissions(guild=HOME, command="/some", permissions=rights)
    assert await rest("GET", path) == (
        200,
        {
            "id": some,
            "application_id": str(told.world.bot_id),
            "guild_id": str(home.id),
            "permissions": [
                {"id": str(home.id), "type": 1, "permission": False},
                {"id": str(sam), "type": 2, "permission": True},
                {"id": str(home.id - 1), "type": 3, "permission": True},
            ],
        },
    )
    await told.actor.set_command_permissions(guild=HOME, permissions=[user("sam", False)])
    status, whole = await rest("GET", f"{base}/guilds/{home.id}/commands/{told.world.bot_id}/permissions")
    assert (status, whole["id"], len(whole["permissions"])) == (200, str(told.world.bot_id), 1)
    await told.actor.set_command_permissions(guild=HOME, command="some", permissions=[])
    assert (await rest("GET", path))[1]["code"] == 10066
    with pytest.raises(ActorError, match="at most 100"):
        await told.actor.set_command_permissions(guild=HOME, permissions=[user("sam", True)] * 101)


async def test_a_command_that_was_taken_away_cannot_be_run(sandbox: Sandbox, bot: RunningBot) -> None:
    updates: asyncio.Queue[discord.RawAppCommandPermissionsUpdateEvent] = asyncio.Queue()

    async def on_raw_app_command_permissions_update(event: discord.RawAppCommandPermissionsUpdateEvent) -> None:
        updates.put_nowait(event)

    bot.client.event(on_raw_app_command_permissions_update)
    await sandbox.actor.set_command_permissions(guild=HOME, command="hello", permissions=[user("sam", False)])
    async with asyncio.timeout(5):
        update = await updates.get()
    assert [(each.id, each.permission) for each in update.permissions] == [
        (next(one.id for one in sandbox.world.users.values() if one.username == "sam"), False)
    ]
    with pytest.raises(ActorError, match="no command 'hello'"):
        await sandbox.actor.invoke(user="sam", channel=SUPPORT, command="hello", options={"name": "me"})
    result = await sandbox.actor.invoke(user="alex", channel=SUPPORT, command="hello", options={"name": "me"})
    assert result["outcome"] == "message"


async def test_a_channel_is_opened_to_the_bot_and_taken_away(sandbox: Sandbox, bot: RunningBot) -> None:
    staff = next(each for guild in bot.client.guilds for each in guild.channels if each.name == "staff")
    changes: asyncio.Queue[str] = asyncio.Queue()

    async def on_guild_channel_update(_: object, after: discord.TextChannel) -> None:
        changes.put_nowait(str(after.permissions_for(after.guild.me).embed_links))

    async def next_change() -> str:
        async with asyncio.timeout(5):
            return await changes.get()

    async def on_guild_channel_delete(channel: discord.TextChannel) -> None:
        changes.put_nowait(f"no {channel.name}")

    bot.client.event(on_guild_channel_update)
    bot.client.event(on_guild_channel_delete)
    assert not staff.permissions_for(staff.guild.me).view_channel
    named = {"channel": "riverside-recovery/staff", "role": "supportbot"}
    shape = await sandbox.actor.set_channel_permissions(**named, allow=["VIEW_CHANNEL"], deny=["EMBED_LINKS"])
    assert len(shape["permission_overwrites"]) == 3
    assert await next_change() == "False"
    await sandbox.actor.set_channel_permissions(**named, allow=["VIEW_CHANNEL"])
    assert await next_change() == "True"
    await sandbox.actor.set_channel_permissions(**named)
    assert await next_change() == "False"
    await sandbox.actor.delete_channel(channel=str(staff.id))
    assert await next_change() == "no staff"
    state = await sandbox.actor.state()
    assert "staff" not in [each["name"] for each in state["guilds"][0]["channels"]]
