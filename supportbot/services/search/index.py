"""Which text answers a question: by its names, by how people ask for it, and by what it says."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from supportbot.domain.searching import SearchWords
from supportbot.services.search.words import Meant, Words

LONGEST_LOOKED_AT = 2_000
MOST_WORDS = 32
# A language that the reader did not ask for.
FOREIGN = 0.85
# How much a whole name or question that fits counts beside single words.
PHRASE = 0.5
# A word counts most in a name, and more the oftener it is said, up to a point.
IN_NAME, IN_ASKED, IN_ABOUT, IN_BODY, HALF = 6.0, 3.0, 2.0, 1.0, 3.0

_Weights = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Text:
    """What is found by `key`. `names` are shown, `asked` are questions and words by which people ask for it."""

    key: str
    language: str
    names: tuple[str, ...]
    asked: tuple[str, ...]
    about: str
    body: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A text that was found, and how well it fits: from 0 to 1."""

    key: str
    score: float


class Index:
    """Every text in every language, ready to be searched. Building it takes a moment: keep it."""

    def __init__(self, texts: Iterable[Text], words: Mapping[str, SearchWords]) -> None:
        by_language: dict[str, list[Text]] = {}
        self._order: dict[str, int] = {}
        for each in texts:
            by_language.setdefault(each.language, []).append(each)
            self._order.setdefault(each.key, len(self._order))
        self._languages = {
            language: _Language(Words(words.get(language) or SearchWords(language)), of)
            for language, of in by_language.items()
        }

    def search(self, question: str, languages: Sequence[str], *, limit: int) -> list[Hit]:
        """The texts that fit, best first, each once; those of the reader's languages count most.

        The same question finds the same, in the same order.
        """
        best: dict[str, float] = {}
        for name, language in self._languages.items():
            share = 1.0 if name in languages else FOREIGN
            for key, score in language.search(question[:LONGEST_LOOKED_AT]):
                best[key] = max(best.get(key, 0.0), share * score)
        hits = [Hit(key, round(score, 3)) for key, score in best.items()]
        return sorted(hits, key=lambda hit: (-hit.score, self._order[hit.key]))[:limit]


class _Language:
    """One language: where each word stands, alone and in names and questions."""

    def __init__(self, words: Words, texts: Sequence[Text]) -> None:
        self._words, self._texts = words, texts
        self._standing: dict[str, _Weights] = {}
        self._phrases: list[tuple[int, float]] = []
        self._in_phrases: dict[str, list[int]] = {}
        self._count()
        words.complete()

    def search(self, question: str) -> Iterator[tuple[str, float]]:
        """Every text that has to do with it, with its score, in no order."""
        looked_for = [(meant, self._weight(meant)) for meant in self._words.looked_for(question, most=MOST_WORDS)]
        whole = sum(weight for _, weight in looked_for)
        single: defaultdict[int, float] = defaultdict(float)
        common: defaultdict[int, float] = defaultdict(float)
        for meant, weight in looked_for:
            for at, share in self._said(meant).items():
                single[at] += weight * share
            for at, share in self._near_phrases(meant).items():
                common[at] += weight * share
        phrased: dict[int, float] = {}
        for phrase, weight in common.items():
            at, of = self._phrases[phrase]
            # How much of the phrase stands in the question, and how much of the question in the phrase.
            phrased[at] = max(phrased.get(at, 0.0), math.sqrt(min(1.0, weight / of) * weight / whole))
        for at, score in single.items():
            yield self._texts[at].key, (1 - PHRASE) * score / whole + PHRASE * phrased.get(at, 0.0)

    def _count(self) -> None:
        """Note how much each word says in each text, and which phrases it is part of."""
        counted: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        phrases: list[tuple[int, frozenset[str]]] = []
        for at, text in enumerate(self._texts):
            named = [self._words.indexed(each) for each in text.names]
            asked = [self._words.indexed(each) for each in text.asked]
            phrases += [(at, phrase) for phrase in dict.fromkeys(map(frozenset, (*named, *asked))) if phrase]
            parts = [(IN_NAME, each) for each in named] + [(IN_ASKED, each) for each in asked]
            parts += [(IN_ABOUT, self._words.indexed(text.about)), (IN_BODY, self._words.indexed(text.body))]
            for weight, stems in parts:
                for stem in stems:
                    for each in (stem, *self._words.alike(stem)):
                        counted[each][at] += weight
        for stem, of in counted.items():
            self._standing[stem] = {at: count / (count + HALF) for at, count in of.items()}
        for number, (at, phrase) in enumerate(phrases):
            self._phrases.append((at, sum(self._rarity(stem) for stem in sorted(phrase))))
            for each in {form for stem in phrase for form in (stem, *self._words.alike(stem))}:
                self._in_phrases.setdefault(each, []).append(number)

    def _rarity(self, stem: str) -> float:
        there = len(self._standing.get(stem, ()))
        return math.log(1 + (len(self._texts) - there + 0.5) / (there + 0.5))

    def _weight(self, meant: Meant) -> float:
        """What a word of the question counts: the rarer what it means, the more; most when nobody knows it."""
        nearest = max(meant.values(), default=0.0)
        return max((self._rarity(stem) for stem, near in meant.items() if near == nearest), default=self._rarity(""))

    def _said(self, meant: Meant) -> _Weights:
        found: dict[int, float] = {}
        for stem, near in meant.items():
            for at, share in self._standing.get(stem, {}).items():
                found[at] = max(found.get(at, 0.0), near * share)
        return found

    def _near_phrases(self, meant: Meant) -> _Weights:
        found: dict[int, float] = {}
        for stem, near in meant.items():
            for phrase in self._in_phrases.get(stem, ()):
                found[phrase] = max(found.get(phrase, 0.0), near)
        return found
