"""Permission bits, and what a member may do in a channel (Discord's page "Permissions", its algorithm)."""

from __future__ import annotations

from supportbot.sandbox.model import Channel, Guild, World

BITS = {
    "ADMINISTRATOR": 1 << 3,
    "MANAGE_CHANNELS": 1 << 4,
    "MANAGE_GUILD": 1 << 5,
    "ADD_REACTIONS": 1 << 6,
    "KICK_MEMBERS": 1 << 1,
    "BAN_MEMBERS": 1 << 2,
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "MANAGE_MESSAGES": 1 << 13,
    "EMBED_LINKS": 1 << 14,
    "ATTACH_FILES": 1 << 15,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "MENTION_EVERYONE": 1 << 17,
    "CHANGE_NICKNAME": 1 << 26,
    "MANAGE_ROLES": 1 << 28,
    "USE_APPLICATION_COMMANDS": 1 << 31,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
    "MODERATE_MEMBERS": 1 << 40,
}
ADMINISTRATOR = BITS["ADMINISTRATOR"]
VIEW_CHANNEL = BITS["VIEW_CHANNEL"]
SEND_MESSAGES = BITS["SEND_MESSAGES"]
MANAGE_MESSAGES = BITS["MANAGE_MESSAGES"]
MANAGE_CHANNELS = BITS["MANAGE_CHANNELS"]
EMBED_LINKS = BITS["EMBED_LINKS"]
ATTACH_FILES = BITS["ATTACH_FILES"]
READ_MESSAGE_HISTORY = BITS["READ_MESSAGE_HISTORY"]
MENTION_EVERYONE = BITS["MENTION_EVERYONE"]
USE_APPLICATION_COMMANDS = BITS["USE_APPLICATION_COMMANDS"]
ALL = (1 << 53) - 1
IN_DM = (
    BITS["ADD_REACTIONS"]
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | MENTION_EVERYONE
    | USE_APPLICATION_COMMANDS
)
"""What anybody, the bot included, has in a direct message (an excerpt of Discord's list)."""


def bits(names: list[str]) -> int:
    """The bit set of these permission names. Raises KeyError for an unknown name."""
    total = 0
    for name in names:
        total |= BITS[name]
    return total


def base_permissions(guild: Guild, user_id: int) -> int:
    """What a member may do in the community, before any channel's overwrites; 0 for somebody who is not in it."""
    member = guild.members.get(user_id)
    if member is None:
        return 0
    if guild.owner_id == user_id:
        return ALL
    total = guild.roles[guild.id].permissions
    for role_id in member.roles:
        total |= guild.roles[role_id].permissions
    return ALL if total & ADMINISTRATOR else total


def permissions_in(guild: Guild, channel: Channel, user_id: int) -> int:
    """What a member may do in one channel of the community."""
    total = base_permissions(guild, user_id)
    if total == ALL or user_id not in guild.members:
        return total
    everyone = channel.overwrites.get(guild.id)
    if everyone:
        total = total & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in guild.members[user_id].roles:
        if overwrite := channel.overwrites.get(role_id):
            allow |= overwrite.allow
            deny |= overwrite.deny
    total = total & ~deny | allow
    if own := channel.overwrites.get(user_id):
        total = total & ~own.deny | own.allow
    return total if total & VIEW_CHANNEL else 0


def permissions_at(world: World, channel: Channel, user_id: int) -> int:
    """What somebody may do in any channel, direct messages included."""
    if channel.guild_id is not None:
        return permissions_in(world.guilds[channel.guild_id], channel, user_id)
    return IN_DM if user_id in (channel.recipient, world.bot_id) else 0


def can_see(world: World, channel: Channel, user_id: int) -> bool:
    """Whether somebody sees this channel at all."""
    return permissions_at(world, channel, user_id) & VIEW_CHANNEL != 0
