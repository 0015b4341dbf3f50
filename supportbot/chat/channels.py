"""A channel as an option of a command."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from supportbot.chat.host import AnyInteraction
from supportbot.domain.people import ChannelId


class TextChannel(app_commands.Transformer):
    """The id of a text channel, also of one that the bot cannot see."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """For discord.py."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """For discord.py."""
        return [discord.ChannelType.text]

    async def transform(self, interaction: AnyInteraction, value: Any, /) -> ChannelId:
        """For discord.py."""
        del interaction
        return ChannelId(value.id)
