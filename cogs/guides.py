"""Commands that show one entry each: interventions, therapy, hiring, and using more safely."""

from __future__ import annotations

from collections.abc import Mapping

from discord import app_commands
from discord.ext import commands

from supportbot.chat.host import AnyInteraction, Host
from supportbot.chat.knowledge_items import show_entry

GUIDES: Mapping[str, Mapping[str, str]] = {
    "intervention": {
        "kinds": "intervention-kinds",
        "signs": "intervention-signs",
        "models": "intervention-models",
        "evidence": "intervention-evidence",
        "prepare": "intervention-prepare",
        "my-rights": "intervention-rights",
    },
    "therapy": {
        "kinds": "therapy-kinds",
        "forms": "therapy-forms",
        "when": "therapy-when",
        "first-session": "therapy-first-session",
        "goals": "therapy-goals",
    },
    "hire": {
        "interventionist": "hire-interventionist",
        "therapist": "hire-therapist",
    },
}
"""Group -> its commands, and the id of the entry that each shows."""


class Guides(commands.Cog):
    """`/safer`; the groups are made from the table above."""

    @app_commands.command(description="command.safer")
    async def safer(self, interaction: AnyInteraction) -> None:
        """What makes it less dangerous, and what helps."""
        await show_entry(interaction, "safer-use")


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
