"""The bot's words in a person's language, and the command names that can be pressed."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from gettext import NullTranslations

import discord

from supportbot.domain.commands import NAMES
from supportbot.domain.languages import fitting
from supportbot.errors import ContentError

DEFAULT = "en"


class Words:
    """Texts by id from the language catalogues. A text that a language lacks comes whole from English."""

    def __init__(
        self, catalogues: Mapping[str, NullTranslations], cells: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self._catalogues = catalogues
        self._cells = cells or {}

    def language(self, locale: discord.Locale | str) -> str:
        """The language we have that fits a locale best: `es-ES` is `es`; English when there is none."""
        return self.languages(locale)[0]

    def languages(self, *locales: discord.Locale | str) -> tuple[str, ...]:
        """The languages we have for these locales, in this order and each once; English when there is none."""
        return fitting(self._catalogues, *map(str, locales)) or (DEFAULT,)

    def text(self, language: str, text_id: str) -> str:
        """The text with its placeholders. Raises ContentError for an id that is nowhere."""
        for each in (language, DEFAULT):
            found = self._catalogues[each].gettext(text_id) if each in self._catalogues else text_id
            if found != text_id:
                return found
        raise ContentError(f"locales: no text has the id {text_id}")

    def counted(self, language: str, text_id: str, count: int) -> str:
        """The text's form for this count, with its placeholders."""
        for each in (language, DEFAULT):
            found = self._catalogues[each].ngettext(text_id, text_id, count) if each in self._catalogues else text_id
            if found != text_id:
                return found
        raise ContentError(f"locales: no text has the id {text_id}")

    def cell(self, language: str, text: str) -> str:
        """What data says, in this language as far as it is translated."""
        return self._cells.get(language, {}).get(text, text)


class Mentions(Mapping[str, str]):
    """Pressable command names, `</name:id>`; a plain name for a command that Discord has not told us of."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        self._ids = ids

    def of(self, command: str) -> str:
        """The mention of a command by its full name."""
        known = self._ids.get(command.split(" ", maxsplit=1)[0])
        return f"`/{command}`" if known is None else f"</{command}:{known}>"

    def __getitem__(self, placeholder: str) -> str:
        return self.of(NAMES[placeholder])

    def __iter__(self):
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


class Voice:
    """Speaks one language; `languages` are those to read in where there is no text in it.

    Placeholders of commands are filled by themselves; values are never somebody's words.
    """

    def __init__(self, words: Words, language: str, mentions: Mentions, *others: str) -> None:
        self._words = words
        self.language = language
        self.languages = (language, *others)
        self.mentions = mentions

    def __call__(self, text_id: str, /, **values: object) -> str:
        """The text of that id, filled."""
        return self._words.text(self.language, text_id).format_map(ChainMap(values, self.mentions))  # pyright: ignore

    def filled(self, text: str) -> str:
        """A text that stands in a file of its own, with its commands to press."""
        return text.format_map(self.mentions)

    def cell(self, text: str) -> str:
        """What data says of a helpline or a study; as it is, where nobody translated it."""
        return self._words.cell(self.language, text)

    def count(self, text_id: str, count: int, /, **values: object) -> str:
        """The text of that id in the form for `count`, filled."""
        values["count"] = count
        return self._words.counted(self.language, text_id, count).format_map(ChainMap(values, self.mentions))  # pyright: ignore
