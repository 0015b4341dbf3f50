"""Which names stand in a text, as words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from supportbot.domain.searching import SearchWords
from supportbot.domain.spelling import plain
from supportbot.services.search.words import Words, pieces

LONGEST_LOOKED_AT = 10_000
"""A message and what Discord lets its embeds say."""

LONGEST_ENDING = 2
"""Mind has the stem of mindful, and transfer that of transference: more letters at the end make another word."""

_WORD = re.compile(r"[^\W_]+")

_Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stands:
    """A name from one word of a text up to another."""

    at: int
    to: int
    language: str
    key: str
    letters: int
    exact: bool
    everyday: bool


class Mentions:
    """Names in their languages, to be found in texts. Build it once."""

    def __init__(self, named: Iterable[tuple[str, str, Sequence[str]]], words: Mapping[str, SearchWords]) -> None:
        """From keys, each with its language and names; of two with the same name, the first has it.

        A name of one word in capitals is an abbreviation, and stands only where capitals stand out, or where it means
        nothing else. An `everyday` name stands only in a text with another that is none.
        """
        self._small = {language: of.in_small_letters for language, of in words.items()}
        self._words: dict[str, Words] = {}
        self._everyday: dict[str, frozenset[_Name]] = {}
        self._names: dict[str, dict[_Name, str]] = {}
        self._short: dict[str, dict[str, str]] = {}
        self._spelt: dict[str, dict[_Name, set[_Name]]] = {}
        self._longest = 1
        for key, language, names in named:
            if language not in self._words:
                of = words.get(language) or SearchWords(language)
                self._words[language] = Words(of)
                self._everyday[language] = frozenset(self._stems(language, list(pieces(each))) for each in of.everyday)
            for name in names:
                self._learn(key, language, name)
        self._abbreviations = frozenset(each for short in self._short.values() for each in short)

    def stand_in(self, text: str, *, limit: int, languages: Sequence[str] = ()) -> list[str]:
        """The keys whose names stand in the text, in any language, longest name first, then as they stand; none twice.

        A name inside a longer one does not count. Of two for the same words the one that is spelt so
        does, then the one in the earlier of `languages`.
        """
        order = {language: at for at, language in reversed(list(enumerate(languages)))}
        taken: set[int] = set()
        stand: list[_Stands] = []
        every = sorted(
            self._each(text[:LONGEST_LOOKED_AT]),
            key=lambda each: (each.at - each.to, not each.exact, order.get(each.language, len(order))),
        )
        for each in every:
            if taken.isdisjoint(range(each.at, each.to)):
                taken.update(range(each.at, each.to))
                stand.append(each)
        if all(each.everyday for each in stand):
            return []
        stand.sort(key=lambda each: (-each.letters, each.at))
        return list(dict.fromkeys(each.key for each in stand))[:limit]

    def _learn(self, key: str, language: str, name: str) -> None:
        read = list(pieces(name))
        if len(read) == 1 and name.isupper():
            self._short.setdefault(language, {}).setdefault(read[0], key)
        elif read:
            stems = self._stems(language, read)
            self._names.setdefault(language, {}).setdefault(stems, key)
            self._spelt.setdefault(language, {}).setdefault(stems, set()).add(tuple(read))
            self._longest = max(self._longest, len(read))

    def _each(self, text: str) -> Iterator[_Stands]:
        read = list(pieces(text))
        stand_out = self._in_capitals(text)
        for language in self._words:
            known = stand_out | self._small.get(language, frozenset())
            names, short = self._names.get(language, {}), self._short.get(language, {})
            stems = self._stems(language, read)
            at = 0
            while at < len(read):
                most = min(self._longest, len(read) - at)
                length = next((n for n in range(most, 0, -1) if stems[at : at + n] in names), 0)
                spelt = self._spelt[language][stems[at : at + length]] if length else set[_Name]()
                if length == 1 and not any(_is_form_of(read[at], name) for (name,) in spelt):
                    length = 0
                if length:
                    name = stems[at : at + length]
                    exact = tuple(read[at : at + length]) in spelt
                    everyday = name in self._everyday[language]
                    yield _Stands(at, at + length, language, names[name], sum(map(len, name)), exact, everyday)
                elif read[at] in known and (key := short.get(read[at])):
                    yield _Stands(at, at + 1, language, key, len(read[at]), exact=True, everyday=False)
                at += length or 1

    def _in_capitals(self, text: str) -> frozenset[str]:
        """The words in capitals, but for lines that shout: there, capitals say nothing."""
        found: set[str] = set()
        for line in text.splitlines():
            words = [each for each in _WORD.findall(line) if len(each) > 1]
            capitals = {plain(each) for each in words if each.isupper()}
            others = sum(not each.isupper() for each in words)
            if len(capitals - self._abbreviations) <= others:
                found |= capitals
        return frozenset(found)

    def _stems(self, language: str, read: Sequence[str]) -> _Name:
        stem = self._words[language].stem
        known = {word: stem(word) for word in set(read)}
        return tuple(known[word] for word in read)


def _is_form_of(word: str, name: str) -> bool:
    same = sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(word, name, strict=False)))
    return max(len(word), len(name)) - same <= LONGEST_ENDING
