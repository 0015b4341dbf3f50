"""The StaffRooms port over Discord: staff channels from the client's cache, posts with one request each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord

from supportbot.chat.messenger import translated
from supportbot.domain.people import ChannelId, CommunityId, MessageId, PersonId
from supportbot.domain.staff import Power, Readers, StaffNote, StaffRoom

NOT_HERE = frozenset({10004, 10007, 10013})
"""Unknown guild, unknown member, unknown user."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A staff note as Discord takes it."""

    text: str | None
    embed: discord.Embed | None = None
    view: discord.ui.View | None = None
    allowed_mentions: discord.AllowedMentions | None = None


class DiscordStaffRooms:
    """Looks at channels through the client, and posts there. `render` gets the community's own locale."""

    def __init__(self, client: discord.Client, render: Callable[[StaffNote, str], Posted]) -> None:
        self._client = client
        self._render = render

    def look(self, community: CommunityId, channel: ChannelId) -> StaffRoom | None:
        """The channel as Discord last told it."""
        found = self._text_channel(channel)
        if found is None or found.guild.id != community:
            return None
        return StaffRoom(community, channel, found.name, _readers(found), _missing(found))

    async def post(self, channel: ChannelId, note: StaffNote, *, nonce: str) -> MessageId:
        """One request with an enforced nonce. Raises NotSent, OutcomeUnknown."""
        found = self._text_channel(channel)
        rendered = self._render(note, str(found.guild.preferred_locale) if found else "")
        parts: dict[str, Any] = {
            "content": rendered.text,
            "embed": rendered.embed,
            "view": rendered.view,
            "allowed_mentions": rendered.allowed_mentions,
        }
        target = self._client.get_partial_messageable(channel, type=discord.ChannelType.text)
        async with translated():
            sent = await target.send(**{key: value for key, value in parts.items() if value is not None}, nonce=nonce)
        return MessageId(sent.id)

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        """One request, and none where the bot is not itself. Raises NotSent, OutcomeUnknown."""
        return await self._member(community, person) is not None

    async def can_read(self, community: CommunityId, channel: ChannelId, person: PersonId) -> bool:
        """The same request: their roles are asked for, since no event tells them."""
        found = self._text_channel(channel)
        if found is None or found.guild.id != community:
            return False
        member = await self._member(community, person)
        return member is not None and found.permissions_for(member).view_channel

    async def _member(self, community: CommunityId, person: PersonId) -> discord.Member | None:
        guild = self._client.get_guild(community)
        if guild is None:
            return None
        async with translated():
            try:
                return await guild.fetch_member(person)
            except discord.NotFound as error:
                if error.code in NOT_HERE:
                    return None
                raise

    def _text_channel(self, channel: ChannelId) -> discord.TextChannel | None:
        found = self._client.get_channel(channel)
        return found if isinstance(found, discord.TextChannel) else None


def _missing(channel: discord.TextChannel) -> tuple[Power, ...]:
    """What is not granted, one by one. discord.py's own sum takes everything away where seeing is denied."""
    me = channel.guild.me
    granted = discord.Permissions(me.guild_permissions.value)
    if granted.administrator:
        return ()
    roles = [role for role in me.roles if not role.is_default()]
    for targets in ([channel.guild.default_role], roles, [me]):
        allow, deny = discord.Permissions.none(), discord.Permissions.none()
        for target in targets:
            allowed, denied = channel.overwrites_for(target).pair()
            allow, deny = allow | allowed, deny | denied
        granted.handle_overwrite(allow.value, deny.value)
    return tuple(power for power in Power if not getattr(granted, power.value))


def _readers(channel: discord.TextChannel) -> Readers:
    guild = channel.guild
    if channel.permissions_for(guild.default_role).view_channel:
        return Readers(everyone=True, roles=(), people=0)
    roles = [
        role.name
        for role in sorted(guild.roles, reverse=True)
        if not role.is_default() and role != guild.self_role and not role.permissions.administrator
        if channel.permissions_for(role).view_channel
    ]
    people = [
        target
        for target, overwrite in channel.overwrites.items()
        if not _is_role(target) and target.id != guild.me.id and overwrite.view_channel
    ]
    return Readers(everyone=False, roles=tuple(roles), people=len(people))


def _is_role(target: discord.Role | discord.Member | discord.Object) -> bool:
    return isinstance(target, discord.Role) or getattr(target, "type", None) is discord.Role
