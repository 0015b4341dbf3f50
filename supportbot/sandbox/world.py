"""Reads a world from TOML: the one that comes with the sandbox, or a test's own."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

from supportbot.sandbox.clock import snowflake_at
from supportbot.sandbox.model import TEXT, Channel, Guild, Member, Overwrite, Role, User, World
from supportbot.sandbox.permissions import BITS, VIEW_CHANNEL, bits

_BEGINNING = datetime(2025, 1, 6, 12, 0, tzinfo=UTC)
_EVERYONE = [
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "EMBED_LINKS",
    "ATTACH_FILES",
    "READ_MESSAGE_HISTORY",
    "ADD_REACTIONS",
    "CHANGE_NICKNAME",
    "USE_APPLICATION_COMMANDS",
]
_BOT = ["VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS"]


class _Ids:
    """Ids one minute apart, the same in each start."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self) -> int:
        self._made += 1
        return snowflake_at(_BEGINNING + timedelta(minutes=self._made))


def default_world() -> World:
    """The world of `world.toml`, fresh each time."""
    return read_world(files("supportbot.sandbox").joinpath("world.toml").read_text(encoding="utf-8"))


def read_world(text: str) -> World:
    """A world from TOML of the form of `world.toml`. Raises ValueError or KeyError when a name in it is unknown."""
    plan: dict[str, Any] = tomllib.loads(text)
    ids = _Ids()
    bot = User(ids(), str(plan.get("bot", "supportbot")), bot=True)
    world = World(bot.id, users={bot.id: bot})
    for row in plan.get("users", []):
        user = User(ids(), **row)
        world.users[user.id] = user
    by_name = {user.username: user.id for user in world.users.values()}
    for row in plan.get("guilds", []):
        guild = _read_guild(row, ids, by_name, bot)
        world.guilds[guild.id] = guild
    return world


def _read_guild(row: dict[str, Any], ids: _Ids, by_name: dict[str, int], bot: User) -> Guild:
    guild = Guild(ids(), row["name"], by_name[row["owner"]], _BEGINNING, row.get("preferred_locale", "en-US"))
    guild.roles[guild.id] = Role(guild.id, "@everyone", bits(row.get("everyone", _EVERYONE)), 0)
    holders: dict[int, list[int]] = {}
    for position, plan in enumerate(row.get("roles", []), 1):
        role = Role(ids(), plan["name"], bits(plan["permissions"]), position)
        guild.roles[role.id] = role
        for name in plan.get("members", []):
            holders.setdefault(by_name[name], []).append(role.id)
    own = Role(ids(), bot.username, bits(row.get("bot_permissions", _BOT)), len(guild.roles), managed_by=bot.id)
    guild.roles[own.id] = own
    guild.members[bot.id] = Member(bot.id, _BEGINNING, (own.id,))
    for name in row.get("members", []):
        user_id = by_name[name]
        guild.members[user_id] = Member(user_id, _BEGINNING, tuple(holders.get(user_id, ())))
    for position, plan in enumerate(row.get("channels", [])):
        channel = _read_channel(plan, guild, ids(), position)
        guild.channels[channel.id] = channel
    return guild


def _read_channel(plan: dict[str, Any], guild: Guild, channel_id: int, position: int) -> Channel:
    """`only` names the roles that see the channel; `deny` maps a role's name to permissions that it lacks there."""
    overwrites: dict[int, Overwrite] = {}
    if "only" in plan:
        overwrites[guild.id] = Overwrite(guild.id, 0, deny=VIEW_CHANNEL)
        for name in plan["only"]:
            role = _role(guild, name)
            overwrites[role.id] = Overwrite(role.id, 0, allow=VIEW_CHANNEL)
    for name, denied in plan.get("deny", {}).items():
        role = _role(guild, name)
        overwrites[role.id] = Overwrite(role.id, 0, deny=bits(denied))
    return Channel(channel_id, TEXT, guild.id, plan["name"], position, plan.get("topic"), overwrites)


def _role(guild: Guild, name: str) -> Role:
    role = guild.role_named(name)
    if role is None:
        msg = f"{guild.name} has no role {name!r}; permissions are named as in {', '.join(sorted(BITS))}"
        raise ValueError(msg)
    return role
