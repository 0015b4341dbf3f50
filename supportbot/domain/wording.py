"""Words that a text does not use, and what to say instead. The lists are data; here is how they are looked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ", "'"))
_MARKUP = re.compile(r"[*_`~|]+")
_SPACE = re.compile(r"\s+")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"")
_KEPT = "¤"
"""Stands for a name: no word that is looked for holds it."""
_GAP = ".."
_LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>()\[\]]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|info|health|io)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<![\w.,])\+?\d(?:[\d ().-]*\d)?(?![\w%])")
_WORDS_BETWEEN = r"(?:\W+\w+){0,3}\W+"


@dataclass(frozen=True, slots=True)
class Rule:
    """Words and phrases that are not used, and what is said instead.

    They are whole words, whatever their case; `addict*` is every word that begins so, and `commit* .. suicide` allows
    up to three words in the place of the dots.
    """

    id: str
    words: tuple[str, ...]
    instead: str
    may_be_quoted: bool = False
    """Whether it leaves alone what stands in quotation marks: what others say."""
    may_be_searched: bool = False
    """Whether it leaves synonyms alone."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A word that a text uses all the same."""

    rule: str
    said: str
    instead: str


@dataclass(frozen=True)
class Wording:
    """The rules of one language. `names` hold such words and stay: Alcoholics Anonymous.

    `links` are hosts that a text may name without a reference. `designs` and `own_studies` are what a text says of a
    study beside its figures: how it was made, and that those who made the method made it too.
    """

    rules: tuple[Rule, ...]
    names: tuple[str, ...] = ()
    designs: tuple[str, ...] = ()
    own_studies: tuple[str, ...] = ()
    links: frozenset[str] = frozenset()

    def slips(self, text: str, *, is_synonym: bool = False) -> Iterator[Slip]:
        """What this text says that it should not, each once."""
        looked_at = self._names.sub(_KEPT, _even(text))
        own_words = _QUOTED.sub(_KEPT, looked_at)
        for rule, pattern in self._patterns:
            if is_synonym and rule.may_be_searched:
                continue
            found = pattern.finditer(own_words if rule.may_be_quoted else looked_at)
            for said in dict.fromkeys(match[0].lower() for match in found):
                yield Slip(rule.id, said, rule.instead)

    def says_design(self, text: str) -> bool:
        """Whether a text says how a study was made."""
        return self._designs.search(_even(text)) is not None

    def says_own_study(self, text: str) -> bool:
        """Whether a text says that a study was made by those who made the method."""
        return self._own_studies.search(_even(text)) is not None

    @cached_property
    def _patterns(self) -> Sequence[tuple[Rule, re.Pattern[str]]]:
        return [(rule, _any_of(rule.words)) for rule in self.rules]

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(self.names)

    @cached_property
    def _designs(self) -> re.Pattern[str]:
        return _any_of(self.designs)

    @cached_property
    def _own_studies(self) -> re.Pattern[str]:
        return _any_of(self.own_studies)


def links_in(text: str) -> Iterator[str]:
    """Each address in it, also one without its scheme."""
    return (match[0] for match in _LINK.finditer(text))


def numbers_in(text: str) -> Iterator[str]:
    """Each number as it is written, with what stands between its digits."""
    return (match[0] for match in _DIGITS.finditer(text))


def is_loud(text: str) -> bool:
    """Whether it has an exclamation mark."""
    return "!" in text or "¡" in text


def means_by_emoji(text: str) -> bool:
    """Whether an emoji is all there is."""
    return any(unicodedata.category(ch) == "So" for ch in text) and not any(ch.isalnum() for ch in text)


def _even(text: str) -> str:
    """Without what Markdown is made of, so that a bold word is a word."""
    return _SPACE.sub(" ", _MARKUP.sub("", text.translate(_APOSTROPHES)))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """The longest first: of two that begin alike, the one that says more. With no phrases, it matches nothing."""
    written = [_pattern(each) for each in sorted(phrases, key=len, reverse=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)" if written else r"(?!)", re.IGNORECASE)


def _pattern(phrase: str) -> str:
    parts = phrase.translate(_APOSTROPHES).split()
    found = ""
    for part in parts:
        if part == _GAP:
            found += _WORDS_BETWEEN
            continue
        if found and not found.endswith(_WORDS_BETWEEN):
            found += r"\s+"
        found += re.escape(part.removesuffix("*")) + (r"\w*" if part.endswith("*") else "")
    return found
