"""Weighing what somebody typed: many small signs for danger and against it, beside the lists of phrases."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from supportbot.domain.spelling import plain

MOST_WORDS = 30
STEP = 15
_EDGE = "/"
_ANY = "_"
_SHORTEST, _LONGEST = 3, 5


def signs(words: Sequence[str]) -> frozenset[str]:
    """What a line of plain words is weighed by: its words, pairs of words side by side and with one between them, and
    pieces of three to five letters, so that a slip or an ending does not hide a word.
    """
    line = [_EDGE, *words, _EDGE]
    found = set(words)
    found.update(f"{left} {right}" for left, right in pairwise(line))
    found.update(f"{left} {_ANY} {right}" for left, right in zip(line, line[2:], strict=False))
    for word in words:
        found.update(_pieces(f"{_EDGE}{word}{_EDGE}"))
    return frozenset(found)


def _pieces(word: str) -> Iterator[str]:
    for size in range(_SHORTEST, _LONGEST + 1):
        for start in range(len(word) - size + 1):
            yield f"-{word[start : start + size]}-"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign weighs, as learned from written phrasings; below 0 it speaks against danger.

    A text at `sure` or above means danger, also when no phrase of the lists stands in it.
    """

    of: Mapping[str, float]
    bias: float
    sure: float

    def weigh(self, text: str) -> float:
        """The weight of the heaviest part of a text; without a word, that of nothing said."""
        words = plain(text).split()
        last = max(len(words) - MOST_WORDS, 0)
        starts = {*range(0, last + 1, STEP), last}
        return max(self.of_words(words[start : start + MOST_WORDS]) for start in starts)

    def of_words(self, words: Sequence[str]) -> float:
        """The weight of one line of plain words."""
        found = signs(words)
        weight = math.fsum(self.of[sign] for sign in found if sign in self.of)
        return self.bias + weight / math.sqrt(len(found) + 1)
