"""Commands that show one entry each: interventions, therapy, hiring, and using more safely."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from supportbot.chat.host import AnyInteraction, Host
from supportbot.chat.knowledge_items import show_entry
from supportbot.domain.guides import GUIDES, SAFER


class Guides(commands.Cog):
    """`/safer`; the groups are made from GUIDES."""

    @app_commands.command(description="command.safer")
    async def safer(self, interaction: AnyInteraction) -> None:
        """What makes it less dangerous, and what helps."""
        await show_entry(interaction, SAFER)


def _command(group: str, name: str, id_: str) -> app_commands.Command[Guides, [], None]:
    async def show(interaction: AnyInteraction) -> None:
        await show_entry(interaction, id_)

    return app_commands.Command(name=name, description=f"command.{group}.{name.replace('-', '_')}", callback=show)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    await bot.add_cog(Guides())
    for name, shown in GUIDES.items():
        group = app_commands.Group(name=name, description=f"command.{name}")
        for each, id_ in shown.items():
            group.add_command(_command(name, each, id_))
        bot.tree.add_command(group)
