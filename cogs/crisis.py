"""Help right now: the emergency number, what to do, and lines."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from supportbot.chat.crisis import BUTTONS, FORMS, country_choices, show_page, show_typed_country
from supportbot.chat.host import AnyInteraction, Host


class Crisis(commands.Cog):
    """`/crisis`."""

    @app_commands.command(description="command.crisis")
    @app_commands.describe(country="command.crisis.country")
    async def crisis(self, interaction: AnyInteraction, country: app_commands.Range[str, 1, 60] | None = None) -> None:
        """Show the page to this person alone."""
        if country is None:
            await show_page(interaction, anew=True)
        else:
            await show_typed_country(interaction, country, anew=True)

    @crisis.autocomplete("country")
    async def _countries(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return country_choices(interaction, current)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    bot.add_forms(*FORMS)
    await bot.add_cog(Crisis())
