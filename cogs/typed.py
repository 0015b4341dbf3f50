"""What people type to the bot in a DM. Nothing of it is kept."""

from __future__ import annotations

import discord
import structlog
from discord.ext import commands

from supportbot.chat.components import OwnersPress, owned, row_of
from supportbot.chat.crisis import CrisisHelp, Reader, crisis_page
from supportbot.chat.host import AnyInteraction, Host, services_of, voice_of
from supportbot.chat.replies import replace
from supportbot.chat.words import Voice
from supportbot.domain.people import PersonId
from supportbot.errors import StorageError
from supportbot.services.typed import Response

log = structlog.stdlib.get_logger(__name__)


class TypedDms(commands.Cog):
    """Listens to DMs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._services = host.services

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Respond to a person's DM."""
        if message.guild is not None or message.author.bot:
            return
        person = PersonId(message.author.id)
        heard = self._services.typed.respond(person, message.content)
        response = heard.response
        if response is Response.SILENCE:
            return
        voice = await self._voice_for(person, heard.language)
        if response is Response.CRISIS:
            page = await crisis_page(Reader(self._host, person, None, voice, (voice.language,)))
            await message.channel.send(embeds=page.embeds, view=page.view())
        elif response is Response.NOT_A_MAILBOX:
            await message.channel.send(voice("typed.not_a_mailbox"), view=row_of(CrisisHelp.spoken(voice)))
        else:
            await self._ask_whether_to_stop(message.channel, person, voice)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: AnyInteraction) -> None:
        """Note the language that somebody uses: their DMs bring none."""
        self._services.typed.used(PersonId(interaction.user.id), str(interaction.locale))

    async def _voice_for(self, person: PersonId, typed: str | None) -> Voice:
        """The language they chose, else the one kept with their check-ins, else the one last used with us, else the one
        they `typed` in, else English. Crisis help must come whatever the database does.
        """
        if wished := self._services.languages.wish_of(person).language:
            return self._host.voice(wished)
        try:
            kept = await self._services.checkins.language_of(person)
        except StorageError as error:
            log.warning("typed.language_unknown", error=type(error).__name__)
            kept = None
        return self._host.voice(kept or self._services.typed.last_used(person) or typed or "")

    async def _ask_whether_to_stop(self, dm: discord.abc.Messageable, person: PersonId, voice: Voice) -> None:
        try:
            count = len(await self._services.checkins.plans(person))
        except StorageError as error:
            log.warning("typed.plans_unknown", error=type(error).__name__)
            await dm.send(voice("busy"))
            return
        if not count:
            await dm.send(voice("typed.stop.none"))
            return
        choice = row_of(StopAll(person, voice("typed.stop.yes")), KeepAll(person, voice("typed.stop.no")))
        await dm.send(voice.count("typed.stop.ask", count), view=choice)


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
