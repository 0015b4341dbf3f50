"""What moderators changed in their community, for its moderators."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from supportbot.chat.audit import AUDIT_BUTTONS, moderating, shown
from supportbot.chat.host import AnyInteraction, Host
from supportbot.chat.replies import say


class Audit(commands.Cog):
    """`/audit`. Discord offers it to those with Manage Server, and it checks again."""

    def __init__(self, host: Host) -> None:
        self._audit = host.services.audit

    @app_commands.command(description="command.audit")
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def audit(self, interaction: AnyInteraction) -> None:
        """The newest page."""
        community, voice = await moderating(interaction)
        page = await self._audit.page(community)
        if not page.entries:
            text_id = "audit.none" if page.is_whole else "audit.broken"
            await say(interaction, voice(text_id))
            return
        embed, view = shown(voice, page)
        await say(interaction, voice("audit.intro"), embed=embed, view=view)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*AUDIT_BUTTONS)
    await bot.add_cog(Audit(bot))
