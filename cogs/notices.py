"""What somebody is told after their next command, since no direct message reaches them."""

from __future__ import annotations

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from supportbot.chat.checkin_buttons import go_on_button
from supportbot.chat.components import row_of
from supportbot.chat.host import AnyInteraction, Host, voice_of
from supportbot.chat.replies import say
from supportbot.domain.people import Notice, PersonId
from supportbot.errors import StorageError

log = structlog.stdlib.get_logger(__name__)


class Notices(commands.Cog):
    """Listens to commands that were answered."""

    def __init__(self, host: Host) -> None:
        self._notices = host.services.notices

    @commands.Cog.listener()
    async def on_app_command_completion(
        self,
        interaction: AnyInteraction,
        command: app_commands.Command[commands.Cog, ..., None] | app_commands.ContextMenu,
    ) -> None:
        """Say it once, to this person alone, below the answer that they asked for."""
        del command
        person = PersonId(interaction.user.id)
        try:
            notice = await self._notices.waiting(person)
            if notice is not None:
                await _tell(interaction, person, notice)
                await self._notices.told(person)
        except (StorageError, discord.HTTPException) as error:
            # At the next command, then.
            log.warning("notices.not_told", error=type(error).__name__)


async def _tell(interaction: AnyInteraction, person: PersonId, notice: Notice) -> None:
    voice = voice_of(interaction)
    if notice is Notice.CLOSED_DM:
        await say(interaction, voice("checkin.notice.closed_dm"), view=row_of(go_on_button(voice, person)))
    else:
        await say(interaction, voice("checkin.notice.zone_gone"))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    await bot.add_cog(Notices(bot))
