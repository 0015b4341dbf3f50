"""What Discord is told of the commands: every description and choice, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord

from supportbot.chat.described import described
from supportbot.chat.words import DEFAULT, Words
from supportbot.content import Content
from supportbot.sandbox.validation import check_commands
from tests.cogs.house import House

Json = dict[str, Any]


def shown(node: Json, path: str = "") -> Iterator[tuple[str, str, Json]]:
    """Each text that people read in the list of commands: where it is, the base text, its translations."""
    name = f"{path} {node['name']}"
    if "description" in node:
        yield name, node["description"], node.get("description_localizations", {})
    for choice in node.get("choices", []):
        yield f"{name}={choice['value']}", choice["name"], choice.get("name_localizations", {})
    for option in node.get("options", []):
        yield from shown(option, name)


def locales_by_language(words: Words) -> dict[str, set[str]]:
    """The locales of Discord that each language but English serves."""
    found: dict[str, set[str]] = {}
    for locale in discord.Locale:
        found.setdefault(words.language(locale), set()).add(locale.value)
    found.pop(DEFAULT)
    return found


async def test_everything_is_said_in_every_language(house: House, content: Content) -> None:
    words = Words(content.catalogues)
    payload = await described(house.bot.tree, words)
    texts = [each for command in payload for each in shown(command)]
    assert len(texts) > 13
    languages = locales_by_language(words)
    assert {DEFAULT, *languages} == content.catalogues.keys(), "a language that no locale of Discord fits"
    locales = set[str]().union(*languages.values())
    for where, text, translations in texts:
        assert 10 < len(text) <= 100 or "=" in where, where
        assert not text.startswith("command."), where
        assert translations.keys() == locales, where
        assert text not in translations.values(), f"{where} is in English everywhere"
        for language, served in languages.items():
            assert len({translations[locale] for locale in served}) == 1, f"{where} in {language}"


async def test_names_are_the_same_in_every_language(house: House, content: Content) -> None:
    payload = await described(house.bot.tree, Words(content.catalogues))

    def nodes(node: Json) -> Iterator[Json]:
        yield node
        for option in node.get("options", []):
            yield from nodes(option)

    slash = [command for command in payload if command["type"] == discord.AppCommandType.chat_input.value]
    assert [node["name"] for command in slash for node in nodes(command) if node.get("name_localizations")] == []


async def test_names_in_the_menu_of_a_message_are_in_every_language(house: House, content: Content) -> None:
    words = Words(content.catalogues)
    payload = await described(house.bot.tree, words)
    menus = [command for command in payload if command["type"] == discord.AppCommandType.message.value]
    assert [menu["name"] for menu in menus] == ["Explain words"]
    served = set[str]().union(*locales_by_language(words).values())
    for menu in menus:
        names = menu["name_localizations"]
        assert names.keys() == served
        assert all(0 < len(name) <= 32 for name in (menu["name"], *names.values()))
        assert menu["name"] not in names.values()


async def test_discord_would_take_the_commands(house: House, content: Content) -> None:
    """Every description within 100 characters and every command within 8000, in the longest language of each."""
    payload = await described(house.bot.tree, Words(content.catalogues))
    assert check_commands(payload, guild=False) is None


async def test_both_kinds_of_spanish_are_one(house: House, content: Content) -> None:
    languages = locales_by_language(Words(content.catalogues))
    assert languages["es"] == {"es-ES", "es-419"}
