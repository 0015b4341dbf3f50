"""What the people who help do, and when each fits."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from supportbot.chat import present
from supportbot.chat.components import row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, Host, voice_of
from supportbot.chat.replies import say


class Roles(commands.GroupCog, group_name="roles", group_description="command.roles"):
    """`/roles …`."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(description="command.roles.compare")
    async def compare(self, interaction: AnyInteraction) -> None:
        """Show the two side by side."""
        voice = voice_of(interaction)
        content = self._host.content.comparison("interventionist-therapist", voice.language)
        await say(
            interaction,
            voice("compare.next"),
            embed=present.comparison(voice, content),
            view=row_of(CrisisHelp.spoken(voice)),
        )


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    await bot.add_cog(Roles(bot))
