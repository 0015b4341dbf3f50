"""The Whereabouts port over Discord: which communities the bot is in, and who is in one."""

from __future__ import annotations

import discord

from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import OutcomeUnknown
from supportbot.services.ports import StaffRooms


class DiscordWhereabouts:
    """Looks at the client's list of communities, and asks `rooms` for members."""

    def __init__(self, client: discord.Client, rooms: StaffRooms) -> None:
        self._client = client
        self._rooms = rooms

    def here(self) -> frozenset[CommunityId] | None:
        """Those in an outage too: Discord names them as unavailable, and the client keeps them."""
        if not self._client.is_ready():
            return None
        return frozenset(CommunityId(guild.id) for guild in self._client.guilds)

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        """One request. Raises NotSent, OutcomeUnknown, the latter in an outage too."""
        guild = self._client.get_guild(community)
        if guild is None or guild.unavailable:
            raise OutcomeUnknown("outage")
        return await self._rooms.has_member(community, person)
