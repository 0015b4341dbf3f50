"""Reads which words are not used, by language, from data/ and an operator's folder."""

from __future__ import annotations

from pydantic import Field

from supportbot.content.folders import Entry, Folders, Text
from supportbot.domain.wording import Rule, Wording

FOLDER = "wording"
FOR_EVERY_LANGUAGE = "all"


class _RuleEntry(Entry):
    id: Text
    words: tuple[Text, ...] = Field(min_length=1)
    instead: Text
    quoted: bool = False
    searched: bool = False


class _WordingEntry(Entry):
    rules: tuple[_RuleEntry, ...] = ()
    names: tuple[Text, ...] = ()
    designs: tuple[Text, ...] = ()
    own_studies: tuple[Text, ...] = ()
    links: tuple[Text, ...] = ()


def read(folders: Folders, language: str) -> Wording:
    """The rules of a language and those of every language. An operator's add to these. Raises ContentError."""
    names = {f"{each}.toml" for each in (language, FOR_EVERY_LANGUAGE)}
    entries = [file.entry(_WordingEntry) for file in folders.every(FOLDER, ".toml") if file.name in names]
    return Wording(
        tuple(
            Rule(each.id, each.words, each.instead, each.quoted, each.searched)
            for entry in entries
            for each in entry.rules
        ),
        tuple(name for entry in entries for name in entry.names),
        tuple(said for entry in entries for said in entry.designs),
        tuple(said for entry in entries for said in entry.own_studies),
        frozenset(host for entry in entries for host in entry.links),
    )
