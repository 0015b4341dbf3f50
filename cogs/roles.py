"""What the people who help do, and when each fits."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from supportbot.chat import knowledge
from supportbot.chat.asking import choices_of, shown_crisis
from supportbot.chat.components import row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, Host, services_of, voice_of
from supportbot.chat.knowledge_items import BUTTONS, OpenPage, show_comparison, show_entry
from supportbot.chat.replies import say
from supportbot.domain.guides import WHEN
from supportbot.domain.knowledge import Entry
from supportbot.services.library import ROLES

Named = app_commands.Range[str, 1, 100]


class Roles(commands.GroupCog, group_name="roles", group_description="command.roles"):
    """`/roles …`."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(description="command.roles.about")
    @app_commands.describe(role="command.roles.about.role")
    async def about(self, interaction: AnyInteraction, role: Named) -> None:
        """Explain one of them."""
        if await shown_crisis(interaction, role):
            return
        entry = _role(interaction, role)
        await (show_entry(interaction, entry.id) if entry else self._offer(interaction))

    @app_commands.command(description="command.roles.compare")
    @app_commands.describe(a="command.roles.compare.a", b="command.roles.compare.b")
    async def compare(self, interaction: AnyInteraction, a: Named = "interventionist", b: Named = "therapist") -> None:
        """Show two of them side by side."""
        if await shown_crisis(interaction, a, b):
            return
        one, other = _role(interaction, a), _role(interaction, b)
        if one is None or other is None:
            await self._offer(interaction)
        elif one.id == other.id:
            voice = voice_of(interaction)
            ways = row_of(OpenPage(one.id, 0, one.title), CrisisHelp.spoken(voice))
            await say(interaction, voice("compare.same"), view=ways)
        else:
            await show_comparison(interaction, one.id, other.id)

    @app_commands.command(description="command.roles.when")
    async def when(self, interaction: AnyInteraction) -> None:
        """Say when which of them fits."""
        await show_entry(interaction, WHEN)

    @about.autocomplete("role")
    @compare.autocomplete("a")
    @compare.autocomplete("b")
    async def _roles(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        found = services_of(interaction).library.suggest(current, voice_of(interaction).languages, shelf=ROLES)
        return choices_of(interaction, current, found)

    async def _offer(self, interaction: AnyInteraction) -> None:
        """Nobody is called what was typed: those that there are."""
        voice = voice_of(interaction)
        roles = self._host.content.knowledge.shelf(ROLES, voice.languages)
        embed = knowledge.choice_of(voice, voice("roles.offer.title"), voice("roles.offer.intro"), roles)
        buttons = [OpenPage(each.id, 0, each.title) for each in roles[:20]]
        await say(interaction, embed=embed, view=row_of(*buttons, CrisisHelp.spoken(voice)))


def _role(interaction: AnyInteraction, named: str) -> Entry | None:
    return services_of(interaction).library.named(named, voice_of(interaction).languages, shelf=ROLES)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    await bot.add_cog(Roles(bot))
