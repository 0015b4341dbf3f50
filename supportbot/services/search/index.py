"""Which text answers a question: by its names, by how people ask for it, and by what it says."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from supportbot.domain.searching import SearchWords
from supportbot.services.search.words import Meant, Words, is_small

LONGEST_LOOKED_AT = 2_000
MOST_WORDS = 32
# A language that the reader did not ask for.
FOREIGN = 0.85
# How much a whole name or question that fits counts beside single words.
PHRASE = 0.5
# What a small word counts there, beside others that are as rare: "when" tells from "how long".
SMALL = 0.45
# A word counts most in a name, and more the oftener it is said, up to a point.
IN_NAME, IN_ASKED, IN_ABOUT, IN_BODY, HALF = 8.0, 2.0, 2.0, 1.0, 3.0

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
        self._standing = self._stand()
        phrases = list(self._read_phrases())
        self._rare = self._rarities(phrases)
        self._phrases = [(at, sum(self._rare[stem] for stem in sorted(phrase))) for at, phrase in phrases]
        self._in_phrases: dict[str, list[int]] = {}
        for number, (_, phrase) in enumerate(phrases):
            for each in {form for stem in phrase for form in (stem, *words.alike(stem))}:
                self._in_phrases.setdefault(each, []).append(number)
        words.complete()

    def search(self, question: str) -> Iterator[tuple[str, float]]:
        """Every text that has to do with it, with its score, in no order."""
        looked_for = [(meant, self._weight(meant)) for meant in self._words.looked_for(question, most=MOST_WORDS)]
        whole = sum(weight for _, weight in looked_for)
        telling = sum(weight for meant, weight in looked_for if not is_small(meant))
        single: defaultdict[int, float] = defaultdict(float)
        common: defaultdict[int, float] = defaultdict(float)
        # Small words last: they tell phrases apart that share a telling word, and nothing else.
        for meant, weight in sorted(looked_for, key=lambda each: is_small(each[0])):
            for at, share in self._said(meant).items():
                single[at] += weight * share
            for at, share in self._near_phrases(meant).items():
                if at in common or not is_small(meant):
                    common[at] += weight * share
        phrased: dict[int, float] = {}
        for phrase, weight in common.items():
            at, of = self._phrases[phrase]
            # How much of the phrase stands in the question, and how much of the question in the phrase.
            phrased[at] = max(phrased.get(at, 0.0), math.sqrt(min(1.0, weight / of) * weight / whole))
        for at, score in single.items():
            yield self._texts[at].key, (1 - PHRASE) * score / telling + PHRASE * phrased.get(at, 0.0)

    def _stand(self) -> dict[str, _Weights]:
        """How much each word says in each text, from 0 to 1."""
        counted: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        for at, text in enumerate(self._texts):
            parts = [(IN_NAME, each) for each in text.names] + [(IN_ASKED, each) for each in text.asked]
            for weight, part in (*parts, (IN_ABOUT, text.about), (IN_BODY, text.body)):
                for stem in self._words.indexed(part):
                    for each in (stem, *self._words.alike(stem)):
                        counted[each][at] += weight
        return {stem: {at: count / (count + HALF) for at, count in of.items()} for stem, of in counted.items()}

    def _read_phrases(self) -> Iterator[tuple[int, frozenset[str]]]:
        for at, text in enumerate(self._texts):
            for phrase in dict.fromkeys(self._words.phrase(each) for each in (*text.names, *text.asked)):
                if phrase:
                    yield at, phrase

    def _rarities(self, phrases: Sequence[tuple[int, frozenset[str]]]) -> dict[str, float]:
        """What each word counts: the fewer texts it stands in, the more. Small words are counted in phrases alone."""
        found = {stem: _rarity(len(of), len(self._texts)) for stem, of in self._standing.items()}
        for stem, often in Counter(stem for _, phrase in phrases for stem in phrase).items():
            if stem not in found:
                found[stem] = SMALL * _rarity(often, len(phrases))
        return found

    def _weight(self, meant: Meant) -> float:
        """What a word of the question counts: as what it means most likely; most when nobody knows it."""
        if is_small(meant):
            return max(self._rare.get(stem, 0.0) for stem in meant)
        nearest = max(meant.values(), default=0.0)
        unknown = _rarity(0, len(self._texts))
        return max((self._rare.get(stem, unknown) for stem, near in meant.items() if near == nearest), default=unknown)

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


def _rarity(there: int, of: int) -> float:
    return math.log(1 + (of - there + 0.5) / (there + 0.5))
