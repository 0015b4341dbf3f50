"""What a community's admins do in its settings: who may use which command, what a channel allows, taking it away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from supportbot.sandbox.command_rights import CHANNEL, MOST, ROLE, USER, Right
from supportbot.sandbox.compose import as_list, as_object
from supportbot.sandbox.model import Channel, Guild, Json, Overwrite
from supportbot.sandbox.objects import channel_object
from supportbot.sandbox.permissions import BITS, bits
from supportbot.sandbox.places import ActorError, NotThere, find_guild, find_guild_channel, find_user
from supportbot.sandbox.sessions import Intent
from supportbot.sandbox.state import State


def set_rights(state: State, guild_name: str, command: str | None, wanted: Any) -> Json:
    """Say who may use a command, or (without one) all commands, and where. Raises ActorError."""
    guild = find_guild(state, guild_name)
    target = state.world.bot_id if command is None else _command(state, guild, command)
    rights = [_right(state, guild, as_object(row)) for row in as_list(wanted)]
    if len(rights) > MOST:
        msg = f"A command has at most {MOST} permissions."
        raise ActorError(msg)
    state.command_rights.set(guild.id, target, rights)
    shape = rights_object(state, guild, target)
    state.sessions.dispatch("APPLICATION_COMMAND_PERMISSIONS_UPDATE", shape, guild_id=guild.id)
    state.hub.publish("commands", {})
    return shape


def rights_object(state: State, guild: Guild, target: int) -> Json:
    """What is set for a command or the application, as Discord gives it."""
    return {
        "id": str(target),
        "application_id": str(state.world.bot_id),
        "guild_id": str(guild.id),
        "permissions": [right.as_json() for right in state.command_rights.of(guild.id, target)],
    }


def change_channel(
    state: State, name: str, *, role: str | None, user: str | None, allow: Iterable[str], deny: Iterable[str]
) -> Json:
    """Set what a channel allows and denies one role or member; neither takes the overwrite away. Raises ActorError."""
    channel, guild = find_guild_channel(state, name)
    if (role is None) == (user is None):
        msg = "Give either role or user."
        raise ActorError(msg)
    target, kind = (_role(guild, role), 0) if role is not None else (find_user(state, user).id, 1)
    overwrite = Overwrite(target, kind, allow=_bits(allow), deny=_bits(deny))
    if overwrite.allow or overwrite.deny:
        channel.overwrites[target] = overwrite
    else:
        channel.overwrites.pop(target, None)
    shape = channel_object(channel, state.world)
    state.sessions.dispatch("CHANNEL_UPDATE", shape, guild_id=guild.id, intent=Intent.GUILDS)
    state.hub.publish("state", {})
    return shape


def remove_channel(state: State, channel: Channel, guild: Guild) -> Json:
    """Delete a community's channel with everything in it; returns it as it was."""
    shape = channel_object(channel, state.world)
    del guild.channels[channel.id]
    state.messages.drop_channel(channel.id)
    state.uploads.drop_channel(channel.id)
    state.sessions.dispatch("CHANNEL_DELETE", shape, guild_id=guild.id, intent=Intent.GUILDS)
    state.hub.publish("state", {})
    return shape


def _command(state: State, guild: Guild, name: str) -> int:
    for row in [*state.commands.of(guild.id), *state.commands.of(None)]:
        if row["name"] == name.removeprefix("/"):
            return int(row["id"])
    msg = f"There is no command {name[:100]!r}; permissions are set for whole commands only."
    raise NotThere(msg)


def _right(state: State, guild: Guild, row: Json) -> Right:
    kinds = {"role", "user", "channel"} & row.keys()
    if len(kinds) != 1 or row.keys() - kinds != {"allow"} or not isinstance(row["allow"], bool):
        msg = "A permission is one of role, user and channel, and allow: true or false."
        raise ActorError(msg)
    (kind,) = kinds
    name = str(row[kind])
    if kind == "role":
        return Right(_role(guild, name), ROLE, row["allow"])
    if kind == "user":
        return Right(find_user(state, name).id, USER, row["allow"])
    target = guild.id - 1 if name == "all" else _channel(state, guild, name).id
    return Right(target, CHANNEL, row["allow"])


def _channel(state: State, guild: Guild, name: str) -> Channel:
    return find_guild_channel(state, name if "/" in name or name.isdigit() else f"{guild.id}/{name}")[0]


def _role(guild: Guild, name: str) -> int:
    role = guild.role_named("@everyone" if name == "everyone" else name)
    if role is None:
        msg = f"{guild.name} has no role {name[:100]!r}."
        raise NotThere(msg)
    return role.id


def _bits(names: Iterable[str]) -> int:
    try:
        return bits(list(names))
    except KeyError as unknown:
        msg = f"There is no permission {str(unknown)[:100]}; they are named as in {', '.join(sorted(BITS)[:4])}."
        raise ActorError(msg) from unknown
