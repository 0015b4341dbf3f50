"""A few private questions: which kind of help may fit."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from supportbot.chat.host import AnyInteraction, Host
from supportbot.chat.triage_items import ITEMS, start


class TriageDoor(commands.Cog):
    """`/triage`."""

    @app_commands.command(name="triage", description="command.triage")
    async def triage(self, interaction: AnyInteraction) -> None:
        """Lead to the private page."""
        await start(interaction)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*ITEMS)
    await bot.add_cog(TriageDoor())
