"""Check-ins: being told in a channel when direct messages do not arrive."""

from __future__ import annotations

from discord import app_commands

from supportbot.chat.channels import TextChannel
from supportbot.chat.checkin_group import CheckInCommands
from supportbot.chat.host import AnyInteraction, Host, voice_of
from supportbot.chat.nudging import BUTTONS, ending, offer, reads
from supportbot.chat.replies import say
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.errors import UserError


class NudgeCommands(CheckInCommands):
    """`/checkin nudge`."""

    @app_commands.command(description="command.checkin.nudge")
    @app_commands.describe(channel="command.checkin.nudge.channel")
    async def nudge(
        self, interaction: AnyInteraction, channel: app_commands.Transform[ChannelId, TextChannel] | None = None
    ) -> None:
        """Show what would be posted where, or what is chosen."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        nudges = self._host.services.nudges
        if channel is None:
            chosen = await nudges.chosen(person)
            if chosen is None:
                await say(interaction, voice("nudge.none"))
            else:
                said = voice("nudge.chosen", channel=f"<#{chosen.channel}>")
                await say(interaction, said, view=ending(voice, person))
            return
        if interaction.guild_id is None or not reads(interaction, channel):
            raise UserError("nudge.no_channel")
        room = nudges.look(CommunityId(interaction.guild_id), channel)
        text = self._host.content.consent(Scope.NUDGE, voice.language)
        embed, view = offer(voice, person, room, text)
        await say(interaction, embed=embed, view=view)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    NudgeCommands(bot).join()
