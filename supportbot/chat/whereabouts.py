"""The Whereabouts port over Discord: which communities the bot is in, and who is in one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime

import aiohttp
import discord
from discord.http import Route

from supportbot.chat import one_try
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import DeliveryError, OutcomeUnknown
from supportbot.services.ports import StaffRooms

WITHIN = 10.0
_NO_ANSWER = (DeliveryError, discord.DiscordException, aiohttp.ClientError, OSError)


class DiscordWhereabouts:
    """Looks at the client's list of communities, and asks `rooms` for members."""

    def __init__(self, client: discord.Client, rooms: StaffRooms) -> None:
        self._client = client
        self._rooms = rooms

    async def time(self) -> datetime | None:
        """One request; whatever Discord answers, it says when."""
        with one_try.dated() as dates, one_try.one_try(), suppress(*_NO_ANSWER):
            async with asyncio.timeout(WITHIN):
                await self._client.http.request(Route("GET", "/users/@me"))
        return dates[-1] if dates else None

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
