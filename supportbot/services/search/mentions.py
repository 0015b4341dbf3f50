"""Which names stand in a text, as words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from supportbot.domain.searching import SearchWords
from supportbot.services.search.words import Words, pieces

LONGEST_LOOKED_AT = 4_000
# A single short word is a name only as it is: "aa" is, and so is "dbt", but not what a stemmer makes of one.
WHOLE_TO = 4

_Name = tuple[str, ...]


class Mentions:
    """Names in their languages, to be found in texts. Build it once."""

    def __init__(self, named: Iterable[tuple[str, str, Sequence[str]]], words: Mapping[str, SearchWords]) -> None:
        """From keys, each with its language and names; of two with the same name, the first has it."""
        self._words: dict[str, Words] = {}
        self._names: dict[str, dict[_Name, str]] = {}
        self._longest = 1
        for key, language, names in named:
            if language not in self._words:
                self._words[language] = Words(words.get(language) or SearchWords(language))
            for name in names:
                read = self._read(language, name)
                if read:
                    self._names.setdefault(language, {}).setdefault(read, key)
                    self._longest = max(self._longest, len(read))

    def stand_in(self, text: str, *, limit: int) -> list[str]:
        """The keys whose names stand in the text, longest name first, then as they stand; none twice.

        A name inside a longer one does not count.
        """
        found: dict[str, tuple[int, int]] = {}
        for language, names in self._names.items():
            read = self._read(language, text[:LONGEST_LOOKED_AT])
            at = 0
            while at < len(read):
                length = next((n for n in range(self._longest, 0, -1) if read[at : at + n] in names), 0)
                if length:
                    key = names[read[at : at + length]]
                    letters = sum(map(len, read[at : at + length]))
                    found[key] = min(found.get(key, (0, at)), (-letters, at))
                at += length or 1
        return sorted(found, key=lambda key: found[key])[:limit]

    def _read(self, language: str, text: str) -> _Name:
        words = self._words[language]
        return tuple(word if len(word) <= WHOLE_TO else words.stem(word) for word in pieces(text))
