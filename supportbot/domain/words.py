"""What somebody typed, looked at locally: words of crisis, and the wish to stop."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


def plain(text: str) -> str:
    """Lower case, without accents, apostrophes or punctuation, single spaces: so that spelling matters less."""
    # Twice: folding the case of a decorative letter first would leave it decorative.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(ch for ch in spread if not unicodedata.combining(ch) and ch not in "'’`")
    return " ".join(re.findall(r"\w+", kept))


@dataclass(frozen=True, slots=True)
class TypedWords:
    """Lists from content: phrases that mean crisis, and messages that mean stop. Built by `of`."""

    crisis: frozenset[str]
    stop: frozenset[str]

    @classmethod
    def of(cls, crisis: Iterable[str], stop: Iterable[str]) -> TypedWords:
        return cls(frozenset(map(plain, crisis)), frozenset(map(plain, stop)))

    def mean_crisis(self, text: str) -> bool:
        """Whether any crisis phrase stands in the text as whole words."""
        padded = f" {plain(text)} "
        return any(f" {phrase} " in padded for phrase in self.crisis)

    def mean_stop(self, text: str) -> bool:
        """Whether the whole text is a wish to stop."""
        return plain(text) in self.stop
