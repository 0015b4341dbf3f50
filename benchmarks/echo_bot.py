"""The peer of the benchmarks: a bare discord.py bot with one command, and one button that edits its message."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import discord
from discord import app_commands

from supportbot.bot import Addresses, point_at
from supportbot.sandbox import TOKEN

BUTTON = "Again"


class Again(discord.ui.View):
    """The button. It counts, so that each press changes something."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label=BUTTON, custom_id="again")
    async def again(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        """Edit the message."""
        assert interaction.message is not None
        await interaction.response.edit_message(content=str(int(interaction.message.content) + 1), view=self)


class Echo(discord.Client):
    """Nothing but the command and the button."""

    async def setup_hook(self) -> None:
        """Called by discord.py before it connects."""
        view = Again()
        self.add_view(view)
        tree = app_commands.CommandTree(self)

        @tree.command(name="echo", description="A message with a button")
        async def echo(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("0", view=view)

        await tree.sync()


def main(api: str, gateway: str) -> None:
    """Run until killed."""
    point_at(Addresses(api, gateway))
    Echo(intents=discord.Intents(guilds=True, dm_messages=True), guild_ready_timeout=0.05).run(TOKEN, log_handler=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
