"""What search has to know of each language: words that say nothing, and words that mean one thing."""

from __future__ import annotations

from supportbot.content.folders import Entry, Folders, Text
from supportbot.domain.searching import SearchWords

FOLDER = "search"


class _SearchEntry(Entry):
    stemmer: Text | None = None
    passed_over: tuple[Text, ...] = ()
    alike: tuple[tuple[Text, ...], ...] = ()
    everyday: tuple[Text, ...] = ()
    in_small_letters: tuple[Text, ...] = ()


def read(folders: Folders) -> dict[str, SearchWords]:
    """By language; a language without a file is searched all the same. Raises ContentError."""
    found: dict[str, SearchWords] = {}
    for file in folders.each(FOLDER, ".toml"):
        entry = file.entry(_SearchEntry)
        found[file.stem] = SearchWords(
            file.stem,
            entry.stemmer,
            frozenset(entry.passed_over),
            entry.alike,
            frozenset(entry.everyday),
            frozenset(entry.in_small_letters),
        )
    return found
