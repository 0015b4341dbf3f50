"""What Discord shows of the commands, in every language: code names a text, Discord gets its words."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from supportbot.chat.words import DEFAULT, Voice, Words

# Mentions such as </checkin start:1> are made of the names, so these are the same in every language.
NAMES = {Location.command_name, Location.group_name, Location.parameter_name}
OF_TEXT = "text"
"""Where a name in a menu keeps the id of its text. Discord sends the name back, so it is no id itself."""


def menu_name(english: Voice, text_id: str) -> app_commands.locale_str:
    """The name of a command in the menu of a message, which nobody mentions: it is in every language."""
    return app_commands.locale_str(english(text_id), **{OF_TEXT: text_id})


class Translations(app_commands.Translator):
    """Asked by discord.py once for each description, name of a choice, and locale that Discord knows."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._language = cache(words.language)  # asked for thousands of times, of a few locales

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The text of the id in the locale's language; None where the base text, in English, is to be shown."""
        language = self._language(locale)
        text_id = string.extras.get(OF_TEXT)
        if language == DEFAULT or (context.location in NAMES and text_id is None):
            return None
        return self._words.text(language, text_id or string.message)


async def described(tree: app_commands.CommandTree[Any], words: Words) -> list[dict[str, Any]]:
    """The global commands as Discord takes them. Raises ContentError for a description that is no text's id."""
    translations = Translations(words)
    payload = [await command.get_translated_payload(tree, translations) for command in tree.get_commands()]
    for command in payload:
        _say_in_english(command, words)
    return payload


def _say_in_english(node: dict[str, Any], words: Words) -> None:
    """Put words for the ids in a command or an option, and in what is inside."""
    if "description" in node:  # a command in the menu of a message has none
        node["description"] = words.text(DEFAULT, node["description"])
    for choice in cast("list[dict[str, Any]]", node.get("choices", [])):
        choice["name"] = words.text(DEFAULT, choice["name"])
    for option in cast("list[dict[str, Any]]", node.get("options", [])):
        _say_in_english(option, words)
