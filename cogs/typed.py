"""What people type to the bot in a DM. Nothing of it is kept."""

from __future__ import annotations

import discord
from discord.ext import commands

from supportbot.chat import present
from supportbot.chat.components import OwnersPress, owned, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, Host, services_of, voice_of
from supportbot.chat.replies import replace
from supportbot.domain.people import PersonId
from supportbot.services.typed import Response


class TypedDms(commands.Cog):
    """Listens to DMs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._services = host.services

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Respond to a person's DM; a message brings no locale, so the language is what they last used with us."""
        if message.guild is not None or message.author.bot:
            return
        person = PersonId(message.author.id)
        response = self._services.typed.respond(person, message.content)
        if response is Response.SILENCE:
            return
        voice = self._host.voice(await self._services.checkins.language_of(person) or "")
        if response is Response.CRISIS:
            await message.channel.send(embed=present.crisis(voice))
        elif response is Response.NOT_A_MAILBOX:
            await message.channel.send(voice("typed.not_a_mailbox"), view=row_of(CrisisHelp.spoken(voice)))
        elif count := len(await self._services.checkins.plans(person)):
            choice = row_of(StopAll(person, voice("typed.stop.yes")), KeepAll(person, voice("typed.stop.no")))
            await message.channel.send(voice.count("typed.stop.ask", count), view=choice)
        else:
            await message.channel.send(voice("typed.stop.none"))


class StopAll(OwnersPress, template=owned("typed:stop")):
    """Yes, stop all of my check-ins."""

    prefix = "typed:stop"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Stop them."""
        voice = voice_of(interaction)
        count = await services_of(interaction).checkins.stop_all(PersonId(self.owner))
        text = voice.count("checkin.stopped_all", count) if count else voice("typed.stop.none")
        await replace(interaction, text)


class KeepAll(OwnersPress, template=owned("typed:keep")):
    """No, keep them."""

    prefix = "typed:keep"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Change nothing."""
        await replace(interaction, voice_of(interaction)("typed.stop.kept"))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(StopAll, KeepAll)
    await bot.add_cog(TypedDms(bot))
