"""Questions in one's own words, words explained, and the words in a message."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from supportbot.chat.asking import Asked, question_choices, show_answer, show_explained, show_term, term_choices
from supportbot.chat.beside import Beside
from supportbot.chat.described import menu_name
from supportbot.chat.host import AnyInteraction, Host


class Ask(commands.Cog):
    """`/ask` and `/glossary`."""

    @app_commands.command(description="command.ask")
    @app_commands.describe(question="command.ask.question")
    async def ask(self, interaction: AnyInteraction, question: Asked) -> None:
        """Find what fits."""
        await show_answer(interaction, question)

    @app_commands.command(description="command.glossary")
    @app_commands.describe(term="command.glossary.term")
    async def glossary(self, interaction: AnyInteraction, term: Asked) -> None:
        """Explain a word."""
        await show_term(interaction, term)

    @ask.autocomplete("question")
    async def _questions(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return await question_choices(interaction, current)

    @glossary.autocomplete("term")
    async def _terms(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return term_choices(interaction, current)


async def explain_words(interaction: AnyInteraction, message: discord.Message) -> None:
    """In the menu of a message. Its author hears nothing of it."""
    await show_explained(interaction, message)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(Beside)
    await bot.add_cog(Ask())
    name = menu_name(bot.voice(), "menu.explain_words")
    bot.tree.add_command(app_commands.ContextMenu(name=name, callback=explain_words))
