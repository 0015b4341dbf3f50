"""How a community words the questions of check-ins that its members start there."""

from __future__ import annotations

from contextlib import suppress

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from supportbot.chat.audit import moderating
from supportbot.chat.host import AnyInteraction, Host
from supportbot.chat.prompts import LONGEST_CHOICE, listed, refused
from supportbot.chat.replies import say
from supportbot.domain.checkins import Asks
from supportbot.domain.people import PersonId
from supportbot.errors import UserError
from supportbot.services.names import own_name


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
class Prompts(commands.GroupCog, group_name="prompts", group_description="command.prompts"):
    """`/prompts …`. Discord offers it to those with Manage Server, and each command checks again."""

    def __init__(self, host: Host) -> None:
        self._prompts = host.services.prompts

    @app_commands.command(description="command.prompts.add")
    @app_commands.describe(
        asks="command.prompts.add.asks", language="command.prompts.add.language", words="command.prompts.add.words"
    )
    @app_commands.choices(
        asks=[
            Choice(name="prompts.asks.mood", value="mood"),
            Choice(name="prompts.asks.craving", value="craving"),
            Choice(name="prompts.asks.hello", value="hello"),
        ]
    )
    async def add(
        self,
        interaction: AnyInteraction,
        asks: str,
        language: app_commands.Range[str, 2, 10],
        words: app_commands.Range[str, 1, 200],
    ) -> None:
        """Take a wording, or say what stands against it and what would work."""
        community, voice = await moderating(interaction)
        reviewed = await self._prompts.add(community, PersonId(interaction.user.id), Asks(asks), language, words)
        if reviewed.prompt is None:
            await say(interaction, refused(voice, reviewed.objections))
        else:
            await say(interaction, f"{voice('prompts.added')}\n\n{voice('audit.noted')}")

    @add.autocomplete("language")
    async def _languages(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        del interaction
        names = {each: own_name(each) for each in self._prompts.languages}
        typed = current.lower()
        return [
            Choice(name=name, value=each)
            for each, name in names.items()
            if each.startswith(typed) or typed in name.lower()
        ]

    @app_commands.command(name="list", description="command.prompts.list")
    async def list_(self, interaction: AnyInteraction) -> None:
        """Show the community's."""
        community, voice = await moderating(interaction)
        found = await self._prompts.of(community)
        if not found:
            raise UserError("prompts.none")
        for page in listed(voice, found):
            await say(interaction, embed=page)

    @app_commands.command(description="command.prompts.remove")
    @app_commands.describe(prompt="command.prompts.remove.prompt")
    async def remove(self, interaction: AnyInteraction, prompt: app_commands.Range[str, 1, 100]) -> None:
        """Take one away at once."""
        community, voice = await moderating(interaction)
        await self._prompts.remove(community, prompt, PersonId(interaction.user.id))
        await say(interaction, f"{voice('prompts.removed')}\n\n{voice('audit.noted')}")

    @remove.autocomplete("prompt")
    async def _found(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        with suppress(UserError):  # whoever may not remove one is told so when they try
            community, _ = await moderating(interaction)
            found = [each for each in await self._prompts.of(community) if current.lower() in each.words.lower()]
            return [Choice(name=each.words[:LONGEST_CHOICE], value=each.id) for each in found[:25]]
        return []


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    await bot.add_cog(Prompts(bot))
