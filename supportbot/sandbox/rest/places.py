"""Routes about users, communities and channels."""

from __future__ import annotations

from supportbot.sandbox.admin import remove_channel
from supportbot.sandbox.model import Channel, Guild
from supportbot.sandbox.objects import channel_object, guild_object, member_object, role_object, user_object
from supportbot.sandbox.permissions import MANAGE_CHANNELS, SEND_MESSAGES, can_see, permissions_at
from supportbot.sandbox.places import dm_channel
from supportbot.sandbox.posting import Refused
from supportbot.sandbox.refusals import (
    CANNOT_OPEN_DM,
    INVALID_RECIPIENT,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    OPENING_DMS_TOO_FAST,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_USER,
)
from supportbot.sandbox.rest.calls import NO_CONTENT, Answer, Call, Routes, snowflake
from supportbot.sandbox.rest.checks import check_dm
from supportbot.sandbox.state import State


def add_routes(routes: Routes) -> None:
    """Who and what is there."""
    routes.add("GET", "/users/{user}", _user)
    routes.add("POST", "/users/@me/channels", _create_dm)
    routes.add("GET", "/guilds/{guild}", _guild)
    routes.add("GET", "/guilds/{guild}/channels", _guild_channels)
    routes.add("GET", "/guilds/{guild}/roles", _guild_roles)
    routes.add("GET", "/guilds/{guild}/members/{user}", _member)
    routes.add("GET", "/channels/{channel}", _channel)
    routes.add("DELETE", "/channels/{channel}", _delete_channel)
    routes.add("POST", "/channels/{channel}/typing", _typing)


def seen_channel(state: State, call: Call) -> Channel:
    """The channel in the path. Raises Refused: 10003 when it is not there, 50001 when the bot does not see it."""
    channel = state.world.channel(call.id("channel"))
    if channel is None:
        raise Refused(UNKNOWN_CHANNEL)
    if not can_see(state.world, channel, state.world.bot_id):
        raise Refused(MISSING_ACCESS)
    return channel


def need(state: State, channel: Channel, bits: int) -> None:
    """Raises Refused (50013) unless the bot has all these permissions in the channel."""
    if permissions_at(state.world, channel, state.world.bot_id) & bits != bits:
        raise Refused(MISSING_PERMISSIONS)


def own_guild(state: State, call: Call) -> Guild:
    """The community in the path. Raises Refused: 10004 when it is not there, 50001 when the bot is not in it."""
    guild = state.world.guilds.get(call.id("guild"))
    if guild is None:
        raise Refused(UNKNOWN_GUILD)
    if state.world.bot_id not in guild.members:
        raise Refused(MISSING_ACCESS)
    return guild


def _user(state: State, call: Call) -> Answer:
    user = state.world.users.get(call.id("user"))
    if user is None:
        raise Refused(UNKNOWN_USER)
    return Answer(body=user_object(user))


def _create_dm(state: State, call: Call) -> Answer:
    check_dm(call)
    user = state.world.users.get(snowflake(str(call.object().get("recipient_id")), "recipient_id"))
    if user is None:
        raise Refused(INVALID_RECIPIENT)
    if user.bot:
        raise Refused(CANNOT_OPEN_DM)
    if state.faults.take(frozenset({"dms_too_fast"}), f"{call.method} {call.path}", user.id):
        raise Refused(OPENING_DMS_TOO_FAST)
    if user.id not in state.dms_opened_by_bot and not state.limiter.may_open_dm():
        raise Refused(OPENING_DMS_TOO_FAST)
    state.dms_opened_by_bot.add(user.id)
    return Answer(body=channel_object(dm_channel(state, user), state.world))


def _guild(state: State, call: Call) -> Answer:
    guild = own_guild(state, call)
    shape = guild_object(guild)
    if call.query.get("with_counts", "").lower() in {"1", "true"}:
        shape |= {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
    return Answer(body=shape)


def _guild_channels(state: State, call: Call) -> Answer:
    guild = own_guild(state, call)
    return Answer(body=[channel_object(channel, state.world) for channel in guild.channels.values()])


def _guild_roles(state: State, call: Call) -> Answer:
    return Answer(body=[role_object(role) for role in own_guild(state, call).roles.values()])


def _member(state: State, call: Call) -> Answer:
    guild = own_guild(state, call)
    user = state.world.users.get(call.id("user"))
    if user is None:
        raise Refused(UNKNOWN_USER)
    if user.id not in guild.members:
        raise Refused(UNKNOWN_MEMBER)
    return Answer(body=member_object(guild.members[user.id], user))


def _channel(state: State, call: Call) -> Answer:
    return Answer(body=channel_object(seen_channel(state, call), state.world))


def _delete_channel(state: State, call: Call) -> Answer:
    """Deletes a community's channel; direct messages are only closed, and open again with the same id."""
    channel = seen_channel(state, call)
    if channel.guild_id is None:
        return Answer(body=channel_object(channel, state.world))
    need(state, channel, MANAGE_CHANNELS)
    return Answer(body=remove_channel(state, channel, state.world.guilds[channel.guild_id]))


def _typing(state: State, call: Call) -> Answer:
    need(state, seen_channel(state, call), SEND_MESSAGES)
    return NO_CONTENT
