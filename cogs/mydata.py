"""What the bot holds about a person: export it, erase it."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from supportbot.chat import present
from supportbot.chat.components import OwnersPress, Style, owned, row_of
from supportbot.chat.host import AnyInteraction, Host, services_of, voice_of
from supportbot.chat.replies import replace, say
from supportbot.domain.people import PersonId
from supportbot.errors import UserError


class MyData(commands.GroupCog, group_name="mydata", group_description="command.mydata"):
    """`/mydata …`."""

    def __init__(self, host: Host) -> None:
        self._mydata = host.services.mydata

    @app_commands.command(description="command.mydata.export")
    async def export(self, interaction: AnyInteraction) -> None:
        """Hand over the file, to this person alone."""
        person = PersonId(interaction.user.id)
        if not any((await self._mydata.held(person)).values()):
            raise UserError("mydata.export.nothing")
        packed = await self._mydata.export(person)
        file = discord.File(io.BytesIO(packed.content), filename=packed.name)
        await say(interaction, voice_of(interaction)("mydata.export.body"), file=file)

    @app_commands.command(description="command.mydata.delete")
    async def delete(self, interaction: AnyInteraction) -> None:
        """Show what would go, and ask."""
        voice = voice_of(interaction)
        person = PersonId(interaction.user.id)
        held = await self._mydata.held(person)
        if not any(held.values()):
            raise UserError("mydata.delete.nothing")
        embed = discord.Embed(
            title=voice("mydata.delete.title"),
            description=voice("mydata.delete.body", lines=present.kinds(voice, held)),
            colour=present.URGENT,
        )
        choice = row_of(
            Erase(person, voice("mydata.delete.yes"), Style.danger), Keep(person, voice("mydata.delete.no"))
        )
        await say(interaction, embed=embed, view=choice)


class Erase(OwnersPress, template=owned("mydata:erase")):
    """Yes, erase it."""

    prefix = "mydata:erase"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Erase, then say so. It may wait for others twice, so the press is acknowledged first."""
        voice = voice_of(interaction)  # the language that they chose goes too, and they are to read this
        await interaction.response.defer()
        erased = await services_of(interaction).mydata.delete(PersonId(self.owner))
        await replace(interaction, voice.count("mydata.delete.done", erased.total))


class Keep(OwnersPress, template=owned("mydata:keep")):
    """No, keep it."""

    prefix = "mydata:keep"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Change nothing."""
        await replace(interaction, voice_of(interaction)("mydata.delete.kept"))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(Erase, Keep)
    await bot.add_cog(MyData(bot))
