"""Who the bot is, and what it can do here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from importlib.metadata import version
from typing import Any

from discord import app_commands
from discord.ext import commands

from supportbot.chat import present
from supportbot.chat.components import row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.guards import is_let
from supportbot.chat.host import AnyInteraction, Host, voice_of
from supportbot.chat.replies import say
from supportbot.errors import UserError

Node = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu


class About(commands.Cog):
    """`/about` and `/help`."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(description="command.about")
    async def about(self, interaction: AnyInteraction) -> None:
        """Introduce the bot."""
        voice = voice_of(interaction)
        await say(interaction, embed=present.about(voice, version("supportbot")), view=row_of(CrisisHelp.spoken(voice)))

    @app_commands.command(description="command.help")
    async def help(self, interaction: AnyInteraction) -> None:
        """List what this person may use in this place."""
        voice = voice_of(interaction)
        usable = [each async for each in usable_by(self._host.tree.get_commands(), interaction)]
        await say(interaction, embeds=present.help_pages(voice, usable), view=row_of(CrisisHelp.spoken(voice)))


async def usable_by(nodes: Iterable[Node], interaction: AnyInteraction) -> AsyncIterator[present.Command]:
    """The commands, groups opened, that a person may use in the place they ask from."""
    for node in nodes:
        if isinstance(node, app_commands.ContextMenu) or not await _is_open(node, interaction):
            continue
        if isinstance(node, app_commands.Group):
            async for each in usable_by(node.commands, interaction):
                yield each
        else:
            yield node


async def _is_open(node: app_commands.Command[Any, ..., Any] | app_commands.Group, interaction: AnyInteraction) -> bool:
    contexts = node.allowed_contexts
    if interaction.guild_id is None:
        return contexts is None or contexts.dm_channel
    if contexts is not None and not contexts.guild:
        return False
    needed = node.default_permissions
    if needed is None or interaction.permissions.administrator:
        return True
    with suppress(UserError):  # when Discord does not tell, what the command asks for decides
        said = await is_let(interaction, node.name)
        if said is not None:
            return said
    # No permission at all is Discord's "0": nobody but administrators.
    return needed.value != 0 and needed <= interaction.permissions


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    await bot.add_cog(About(bot))
