"""The language that the bot speaks with somebody: say which and why, and let them choose."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from supportbot.chat.host import AnyInteraction, Host
from supportbot.chat.languages import BUTTONS, show_language_page


class Language(commands.Cog):
    """`/language`."""

    @app_commands.command(description="command.language")
    async def language(self, interaction: AnyInteraction) -> None:
        """Show the page to this person alone."""
        await show_language_page(interaction)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    await bot.add_cog(Language())
