"""What the bot holds about a person: export it, erase it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from supportbot.chat import present
from supportbot.chat.components import Style, row_of
from supportbot.chat.host import AnyInteraction, Host, voice_of
from supportbot.chat.mydata_items import BUTTONS, Erase, Keep, show_export, sweep_button
from supportbot.chat.replies import say
from supportbot.domain.people import PersonId


class MyData(commands.GroupCog, group_name="mydata", group_description="command.mydata"):
    """`/mydata …`."""

    def __init__(self, host: Host) -> None:
        self._mydata = host.services.mydata

    @app_commands.command(description="command.mydata.export")
    async def export(self, interaction: AnyInteraction) -> None:
        """Hand over the file, to this person alone."""
        await show_export(interaction)

    @app_commands.command(description="command.mydata.delete")
    async def delete(self, interaction: AnyInteraction) -> None:
        """Show what would go, and ask."""
        voice = voice_of(interaction)
        person = PersonId(interaction.user.id)
        held = await self._mydata.held(person)
        if not any(held.values()):
            # Somebody who erased everything before may still want this.
            said = voice("mydata.delete.nothing") + "\n\n" + voice("mydata.sweep.offer")
            await say(interaction, said, view=row_of(sweep_button(voice, person)))
            return
        embed = discord.Embed(
            title=voice("mydata.delete.title"),
            description=voice("mydata.delete.body", lines=present.kinds(voice, held)),
            colour=present.URGENT,
        )
        choice = row_of(
            Erase(person, voice("mydata.delete.yes"), Style.danger), Keep(person, voice("mydata.delete.no"))
        )
        await say(interaction, embed=embed, view=choice)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    await bot.add_cog(MyData(bot))
