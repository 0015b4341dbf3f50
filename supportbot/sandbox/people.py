"""Adds and changes people, and shows the world, for the actor API."""

from __future__ import annotations

import re

from supportbot.sandbox.clock import iso
from supportbot.sandbox.model import Guild, Json, Member, User, World
from supportbot.sandbox.objects import guild_create, member_object, user_object
from supportbot.sandbox.permissions import can_see
from supportbot.sandbox.places import ActorError, NotAllowed, NotThere, find_guild, find_user
from supportbot.sandbox.sessions import Intent
from supportbot.sandbox.state import State
from supportbot.sandbox.validation.commands import LOCALES

_USERNAME = re.compile(r"[a-z0-9._]{2,32}\Z")


def add_user(state: State, username: str, global_name: str | None, locale: str, *, dms_open: bool) -> User:
    """A new person. Raises ActorError."""
    if not _USERNAME.match(username):
        msg = "A username has 2 to 32 of a-z, 0-9, dot and underscore."
        raise ActorError(msg)
    if any(user.username == username for user in state.world.users.values()):
        msg = f"There is a user {username!r} already."
        raise ActorError(msg)
    user = User(state.ids(), username, global_name, locale=_locale(locale), dms_open=dms_open)
    state.world.users[user.id] = user
    return user


def edit_user(
    state: State, name: str, *, locale: str | None, dms_open: bool | None, leave: str | None, join: str | None
) -> Json:
    """Change somebody; the bot too can leave and join. Raises ActorError."""
    user = find_user(state, name)
    if locale is not None:
        user = state.world.change_user(user, locale=_locale(locale))
    if dms_open is not None:
        user = state.world.change_user(user, dms_open=dms_open)
    if leave is not None:
        _leave(state, user, leave)
    if join is not None:
        join_guild(state, user, find_guild(state, join), [])
    state.hub.publish("state", {})
    return user_view(state, user)


def join(state: State, user: User, name: str, roles: list[str]) -> None:
    """Into a community by its name, with those of the roles that it has. Raises ActorError."""
    join_guild(state, user, find_guild(state, name), roles)


def join_guild(state: State, user: User, guild: Guild, roles: list[str]) -> None:
    """Make somebody a member; the bot gets its own role back."""
    found = [role.id for role in map(guild.role_named, roles) if role is not None]
    found += [role.id for role in guild.roles.values() if role.managed_by == user.id]
    guild.members[user.id] = member = Member(user.id, state.clock.now(), tuple(found))
    if user.bot:
        data = guild_create(guild, state.world)
        del data["unavailable"]  # how a library tells joining from coming back
        state.sessions.dispatch("GUILD_CREATE", data, guild_id=guild.id, intent=Intent.GUILDS)
    else:
        data = {**member_object(member, user), "guild_id": str(guild.id)}
        state.sessions.dispatch("GUILD_MEMBER_ADD", data, guild_id=guild.id, intent=Intent.GUILD_MEMBERS)


def _leave(state: State, user: User, name: str) -> None:
    guild = find_guild(state, name)
    if user.id not in guild.members:
        msg = f"{user.display_name} is not in {guild.name}."
        raise NotThere(msg)
    if guild.owner_id == user.id:
        msg = f"{user.display_name} owns {guild.name} and cannot leave it."
        raise NotAllowed(msg)
    del guild.members[user.id]
    if user.bot:
        data: Json = {"id": str(guild.id)}
        state.sessions.dispatch("GUILD_DELETE", data, guild_id=guild.id, intent=Intent.GUILDS)
    else:
        data = {"guild_id": str(guild.id), "user": user_object(user)}
        state.sessions.dispatch("GUILD_MEMBER_REMOVE", data, guild_id=guild.id, intent=Intent.GUILD_MEMBERS)


def user_view(state: State, user: User) -> Json:
    """The actor API's `User`."""
    return {
        "id": str(user.id),
        "username": user.username,
        "global_name": user.global_name,
        "bot": user.bot,
        "locale": user.locale,
        "dms_open": user.dms_open,
        "guilds": [str(guild.id) for guild in state.world.guilds_of(user.id)],
    }


def state_object(state: State) -> Json:
    """The actor API's `GET /state`."""
    world = state.world
    return {
        **state.clock_object(),
        "bot": {"connected": state.sessions.connected, "user": user_view(state, world.bot)},
        "users": [user_view(state, user) for user in world.users.values() if not user.bot],
        "guilds": [_guild_view(guild, world) for guild in world.guilds.values()],
        "alarms": {name: iso(at) for name, at in state.clock.alarms.items()},
        "faults": state.faults.all(),
    }


def _guild_view(guild: Guild, world: World) -> Json:
    channels = [
        {
            "id": str(row.id),
            "name": row.name,
            "type": row.type,
            "position": row.position,
            "seen_by": [str(user_id) for user_id in guild.members if can_see(world, row, user_id)],
        }
        for row in guild.channels.values()
    ]
    roles = [{"id": str(row.id), "name": row.name, "permissions": str(row.permissions)} for row in guild.roles.values()]
    members = [
        {"user_id": str(row.user_id), "roles": [str(role) for role in row.roles]} for row in guild.members.values()
    ]
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "channels": channels,
        "roles": roles,
        "members": members,
    }


def _locale(locale: str) -> str:
    if locale not in LOCALES:
        msg = f"{locale[:20]!r} is not one of Discord's locales."
        raise ActorError(msg)
    return locale
