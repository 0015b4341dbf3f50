"""Finding what the bot explains: by what somebody types, before and after they finish typing."""

from __future__ import annotations

from collections.abc import Sequence

from supportbot.domain.knowledge import Entry, Knowledge
from supportbot.services.search import Findable, rank

ROLES = "roles"


class Library:
    """Every entry, found by its names. Languages are in the order in which the reader wants them."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._findables: dict[tuple[str, tuple[str, ...]], list[Findable]] = {}

    def suggest(self, typed: str, languages: Sequence[str], *, shelf: str, limit: int = 25) -> list[Entry]:
        """The entries of a shelf whose names fit what is typed so far, best first; all of them for nothing typed."""
        if not typed.strip():
            return self._knowledge.shelf(shelf, languages)[:limit]
        found = rank(typed, self._of(shelf, tuple(languages)), limit=limit)
        return [self._knowledge.entry(id_, languages) for id_ in found]

    def named(self, typed: str, languages: Sequence[str], *, shelf: str) -> Entry | None:
        """The entry of a shelf that is meant: by its id, as suggestions give it, else the one whose name fits best."""
        if typed in self._knowledge:
            entry = self._knowledge.entry(typed, languages)
            return entry if entry.shelf == shelf else None
        return next(iter(self.suggest(typed, languages, shelf=shelf, limit=1)), None) if typed.strip() else None

    def _of(self, shelf: str, languages: tuple[str, ...]) -> list[Findable]:
        if (shelf, languages) not in self._findables:
            self._findables[shelf, languages] = [
                Findable.of(each.id, [[each.title], each.synonyms, each.silent])
                for each in self._knowledge.shelf(shelf, languages)
            ]
        return self._findables[shelf, languages]
