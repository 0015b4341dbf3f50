"""What somebody agreed to: show it, and take it back."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from supportbot.chat.consents import BUTTONS, scope_name, show_consents, show_withdrawal
from supportbot.chat.host import AnyInteraction, Host, voice_of
from supportbot.domain.consent import Scope
from supportbot.errors import UserError


class Consent(commands.GroupCog, group_name="consent", group_description="command.consent"):
    """`/consent …`."""

    @app_commands.command(description="command.consent.show")
    async def show(self, interaction: AnyInteraction) -> None:
        """Show the list to this person alone."""
        await show_consents(interaction)

    @app_commands.command(description="command.consent.withdraw")
    @app_commands.describe(which="command.consent.withdraw.which")
    async def withdraw(self, interaction: AnyInteraction, which: app_commands.Range[str, 1, 60]) -> None:
        """Show what would go, and ask."""
        await show_withdrawal(interaction, _scope(interaction, which))

    @withdraw.autocomplete("which")
    async def _scopes(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        names = {scope: scope_name(voice_of(interaction), scope) for scope in Scope}
        return [
            Choice(name=name, value=scope.value) for scope, name in names.items() if current.lower() in name.lower()
        ]


def _scope(interaction: AnyInteraction, typed: str) -> Scope:
    """By its value, or as it is called."""
    voice = voice_of(interaction)
    for scope in Scope:
        if typed.strip().lower() in {scope.value, scope_name(voice, scope).lower()}:
            return scope
    raise UserError("consent.unknown")


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    await bot.add_cog(Consent())
