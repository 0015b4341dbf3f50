"""What the bot explains: entries by id and language, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from supportbot.domain.roles import Role

DOORS = frozenset({"triage", "checkin"})
"""Where an entry can lead besides other entries: the private questions, and check-ins."""

RESERVED = DOORS | {"crisis-help", "sources", "share", "share-now", "share-not", "back"}
"""What no entry can be called: a choice, or a button, that has this in an entry's place means something else."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a fact comes from. `checked`: somebody has seen the source itself.

    For a study, `n` counts what `of` names (families, people), `figures` are its results as the source gives them, and
    `by_developers` says that those who made the method made the study too.
    """

    id: str
    title: str
    kind: str
    checked: bool
    author: str | None = None
    year: int | None = None
    link: str | None = None
    design: str | None = None
    n: int | None = None
    of: str | None = None
    by_developers: bool = False
    figures: Mapping[str, int] | None = None

    @property
    def can_be_opened(self) -> bool:
        """Whether a reader can look at it too."""
        return self.link is not None


@dataclass(frozen=True, slots=True)
class Fact:
    """What the bot must be able to explain: its id, and a short statement of it."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing explained, in one language. `pages` are Discord's Markdown, with `{command}` placeholders.

    `silent` are words by which it is found and that are never shown. `then` are ids of entries, or of DOORS. `role` is
    there for whoever can be set side by side with others.
    """

    id: str
    shelf: str
    language: str
    title: str
    summary: str
    synonyms: tuple[str, ...]
    silent: tuple[str, ...]
    topics: tuple[str, ...]
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    then: tuple[str, ...]
    reviewed_on: date
    pages: tuple[str, ...]
    role: Role | None = None


class Knowledge:
    """Every entry. Languages are given in the order in which a reader wants them; English is tried last."""

    def __init__(self, entries: Iterable[Entry], references: Mapping[str, Reference], *, default: str = "en") -> None:
        self._entries: dict[str, dict[str, Entry]] = {}
        for each in entries:
            self._entries.setdefault(each.id, {})[each.language] = each
        self._default = default
        self.references = references

    def __contains__(self, id_: object) -> bool:
        return id_ in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def ids(self) -> Sequence[str]:
        """Of every entry, in the order of shelves and names."""
        return list(self._entries)

    def every(self) -> Iterable[Entry]:
        """Every entry in each of its languages."""
        return (each for languages in self._entries.values() for each in languages.values())

    def entry(self, id_: str, languages: Sequence[str]) -> Entry:
        """Whole in the first of the languages that has it, else in English, else in any. Raises KeyError."""
        there = self._entries[id_]
        return next((there[each] for each in (*languages, self._default) if each in there), next(iter(there.values())))

    def shelf(self, name: str, languages: Sequence[str]) -> list[Entry]:
        """All of one shelf, by title."""
        found = (self.entry(id_, languages) for id_ in self._entries)
        return sorted((each for each in found if each.shelf == name), key=lambda each: each.title.casefold())

    def sources_of(self, entry: Entry) -> list[Reference]:
        """What an entry rests on, as it names it."""
        return [self.references[each] for each in entry.sources]
