"""What the bot holds about a person: say it, export it, erase it."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from supportbot.chat.host import AnyInteraction, Host, voice_of
from supportbot.chat.mydata_items import BUTTONS, show_export
from supportbot.chat.mydata_pages import part_name, part_named, show_deletion, show_held
from supportbot.domain.mydata import PARTS

What = app_commands.Range[str, 1, 60]


async def _parts(interaction: AnyInteraction, current: str) -> list[Choice[str]]:
    """The kinds, in the language of whoever types."""
    voice = voice_of(interaction)
    names = {part.value: part_name(voice, part) for part in PARTS}
    return [Choice(name=name, value=value) for value, name in names.items() if current.lower() in name.lower()]


class MyData(commands.GroupCog, group_name="mydata", group_description="command.mydata"):
    """`/mydata …`."""

    @app_commands.command(description="command.mydata.what")
    async def what(self, interaction: AnyInteraction) -> None:
        """Say it in words, to this person alone."""
        await show_held(interaction)

    @app_commands.command(description="command.mydata.export")
    @app_commands.describe(what="command.mydata.export.what")
    @app_commands.autocomplete(what=_parts)
    async def export(self, interaction: AnyInteraction, what: What | None = None) -> None:
        """Hand over the file, to this person alone."""
        await show_export(interaction, part_named(voice_of(interaction), what))

    @app_commands.command(description="command.mydata.delete")
    @app_commands.describe(what="command.mydata.delete.what")
    @app_commands.autocomplete(what=_parts)
    async def delete(self, interaction: AnyInteraction, what: What | None = None) -> None:
        """Show what would go, and ask."""
        await show_deletion(interaction, part_named(voice_of(interaction), what))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    await bot.add_cog(MyData())
