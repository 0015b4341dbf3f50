"""Words as search sees them: without endings, typos traced to what was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import snowballstemmer  # pyright: ignore[reportMissingTypeStubs]
from rapidfuzz import process
from rapidfuzz.distance import OSA

from supportbot.domain.searching import SearchWords
from supportbot.domain.spelling import plain

# Fewer letters than this are too few to tell a typo from another word, but for two letters in the wrong order.
TYPO_FROM = 4
# Up to here a slip leaves doubt, and so do two: bake may be make.
DOUBTFUL_TO = 5
# From here on two slips, and the beginning of a word counts too.
TWO_SLIPS_FROM = 8
BEGINNING_FROM = 5

# Looking for what is meant costs most: with more words than this that nobody knows, the text is no question.
MOST_TYPOS = 10

EXACT, ALIKE = 1.0, 0.4
TYPO, FAR_TYPO, BEGINNING = 0.85, 0.6, 0.6
_GROUP, _SMALL = "=", "~"
# Scripts that do not part words: Thai, Lao, Khmer, Myanmar, kana and Han.
_UNPARTED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")

Meant = Mapping[str, float]
"""What a word may mean, each with how near it is; nothing for a word that is not known."""


class Words:
    """One language's words. Learns those that are `indexed`; looking one up with `meant` keeps nothing."""

    def __init__(self, of: SearchWords) -> None:
        stemmer: Any = snowballstemmer.stemmer(of.stemmer) if of.stemmer in snowballstemmer.algorithms() else None  # pyright: ignore
        self._cut = cast("Callable[[str], str]", stemmer.stemWord) if stemmer else _whole
        self._small = frozenset(map(plain, of.passed_over))
        self._stems: dict[str, str] = {}
        self._groups: dict[str, tuple[str, ...]] = {}
        for number, group in enumerate(of.alike):
            for stem in {self._cut(plain(word)) for word in group}:
                self._groups[stem] = (*self._groups.get(stem, ()), f"{_GROUP}{number}")
        self._known: frozenset[str] = frozenset()
        self._near: dict[str, list[str]] = {}

    def indexed(self, text: str) -> list[str]:
        """The stems of a text's words in their order, without those that say little."""
        return [self._learnt(word) for word in pieces(text) if word not in self._small]

    def phrase(self, text: str) -> frozenset[str]:
        """The stems of a name or a question, with the small words, which are marked."""
        return frozenset(_SMALL + word if word in self._small else self._learnt(word) for word in pieces(text))

    def stem(self, word: str) -> str:
        """A word in plain spelling without its ending; nothing is learnt."""
        return self._stems.get(word) or self._cut(word)

    def alike(self, stem: str) -> Sequence[str]:
        """The groups that a stem is in."""
        return self._groups.get(stem, ())

    def complete(self) -> None:
        """Every word is known now: typos can be looked for."""
        self._known = frozenset(self._stems.values()) | self._groups.keys()
        for word in sorted({word for word in self._stems if len(word) >= TYPO_FROM - 1} | self._small):
            self._near.setdefault(word[0], []).append(word)

    def looked_for(self, text: str, *, most: int) -> list[Meant]:
        """What each word of a text may mean, in their order and none twice."""
        found: list[Meant] = []
        unknown = 0
        for word in islice(dict.fromkeys(pieces(text)), most):
            known = self._exactly(word)
            unknown += known is None
            found.append(known if known is not None else self._nearly(word) if unknown <= MOST_TYPOS else {})
        return found

    def _exactly(self, word: str) -> Meant | None:
        if word in self._small:
            return {_SMALL + word: EXACT}
        stem = self.stem(word)
        return self._with_groups({stem: EXACT}) if stem in self._known else None

    def _nearly(self, word: str) -> Meant:
        near = dict(self._misspelt(word))
        stems: dict[str, float] = {}
        for each, how_near in near.items():
            form = _SMALL + each if each in self._small else self._stems[each]
            stems[form] = max(how_near, stems.get(form, 0.0))
        return self._with_groups(stems)

    def _with_groups(self, stems: Mapping[str, float]) -> Meant:
        found = dict(stems)
        for stem, how_near in stems.items():
            for group in self.alike(stem):
                found[group] = max(found.get(group, 0.0), ALIKE * how_near)
        return found

    def _misspelt(self, word: str) -> Iterator[tuple[str, float]]:
        if len(word) < TYPO_FROM:
            yield from ((each, TYPO) for each in self._near.get(word[0], ()) if sorted(each) == sorted(word))
            return
        shown = [each for first in dict.fromkeys(word[:2]) for each in self._near.get(first, ())]
        slips = 2 if len(word) >= TWO_SLIPS_FROM else 1
        found = process.extract(word, shown, scorer=OSA.distance, score_cutoff=slips, limit=8)
        nearest = min((distance for _, distance, _ in found), default=0)
        near = TYPO if nearest <= 1 and len(word) > DOUBTFUL_TO else FAR_TYPO
        yield from ((each, near) for each, distance, _ in found if distance == nearest)
        if not found and len(word) >= BEGINNING_FROM:
            yield from ((each, BEGINNING) for each in shown if each.startswith(word))

    def _learnt(self, word: str) -> str:
        if word not in self._stems:
            self._stems[word] = self._cut(word)
        return self._stems[word]


def is_small(meant: Meant) -> bool:
    """Whether a word says little by itself."""
    return bool(meant) and all(stem.startswith(_SMALL) for stem in meant)


def _whole(word: str) -> str:
    return word


def pieces(text: str) -> Iterator[str]:
    """A text's words in plain spelling; of scripts that do not part words, each two letters."""
    for word in plain(text).split():
        if word.isascii() or not _UNPARTED.fullmatch(word):
            yield word
        else:
            yield from _pairs(word)


def _pairs(word: str) -> Iterable[str]:
    return (word[at : at + 2] for at in range(len(word) - 1))
