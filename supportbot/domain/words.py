"""What somebody typed, looked at locally: words of crisis, and the wish to stop."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ′＇", "'"))
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_NUMBER = re.compile(r"\d+")
# Not the joiners of Persian and of emoji.
_UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_END = "."
_ELSEWHERE = "|"


def plain(text: str) -> str:
    """Lower case, without accents, apostrophes or punctuation, single spaces: so that spelling matters less."""
    return " ".join(_WORD.findall(_folded(text))).replace("'", "")


def seen(text: str) -> str:
    """The text without control characters, and without marks that nobody sees and that turn the order of letters.

    Line breaks and other spaces stay.
    """
    shown = _UNSEEN.sub("", text)
    return "".join(ch for ch in shown if ch.isspace() or unicodedata.category(ch) not in _NOT_TEXT)


def _folded(text: str) -> str:
    unified = text.translate(_APOSTROPHES)
    # Twice: folding the case of a decorative letter first would leave it decorative.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", unified).casefold())
    # Invisible characters (Cf) would part a word.
    return "".join(ch for ch in spread if not unicodedata.combining(ch) and unicodedata.category(ch) != "Cf")


def _short(word: str) -> str:
    """One letter for a doubled one, 0 for any number."""
    return _NUMBER.sub("0", _DOUBLED.sub(r"\1", word))


@dataclass(frozen=True, slots=True)
class Spelling:
    """Which words stand for which others, which are passed over, and which begin a new part of a sentence."""

    same: Mapping[str, str]
    fillers: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, same: Mapping[str, str], fillers: Iterable[str], joins: Iterable[str]) -> Spelling:
        """From the words as people write them."""
        return cls(
            {_short(_folded(word)): _short(_folded(meant)) for word, meant in same.items()},
            frozenset(_short(plain(word)) for word in fillers),
            frozenset(_short(plain(word)) for word in joins),
        )

    def form(self, text: str) -> str:
        """The one form of a text: its words with single spaces, and an end mark between parts of sentences."""
        folded, before = _folded(text), 0
        found: list[str] = []
        for match in _WORD.finditer(folded):
            if _parts(folded[before : match.start()]):
                found.append(_END)
            found += (_END if word in self.joins else word for word in self._meant(match[0]))
            before = match.end()
        return " ".join(word for word in found if word not in self.fillers)

    def _meant(self, word: str) -> list[str]:
        # Looked up as it is written, then without its apostrophe, then in its parts: od'd, can't, he's.
        whole = word.replace("'", "")
        for each in (word, whole):
            if known := self.same.get(_short(each)):
                return known.split()
        stem, mark, ending = word.rpartition("'")
        if known := self.same.get(_short(mark + ending)):
            return [_short(stem.replace("'", "")), *known.split()]
        return [_short(whole)]


def _parts(between: str) -> bool:
    """Whether what stands between two words ends a part of a sentence: not spaces, quotes, bold, or a hyphen."""
    return between not in {"-", "‐"} and bool(between.strip(" \t*_~|'\"“”"))


@dataclass(frozen=True, slots=True)
class TypedWords:
    """Lists from content: phrases that mean crisis, their look-alikes, and messages that mean stop. Built by `of`."""

    crisis: frozenset[str]
    harmless: tuple[str, ...]
    stop: frozenset[str]
    spelling: Spelling

    @classmethod
    def of(
        cls, crisis: Iterable[str], stop: Iterable[str], harmless: Iterable[str] = (), spelling: Spelling | None = None
    ) -> TypedWords:
        """A crisis phrase that ends in a full stop counts at the end of a part of a sentence only."""
        used = spelling or Spelling({})
        return cls(
            frozenset(_phrase(used, phrase) for phrase in crisis if plain(phrase)),
            # The longest first: a shorter one may be part of it.
            tuple(sorted({used.form(phrase) for phrase in harmless if plain(phrase)}, key=len, reverse=True)),
            frozenset(_flat(used.form(phrase)) for phrase in stop if plain(phrase)),
            used,
        )

    def mean_crisis(self, text: str) -> bool:
        """Whether any crisis phrase stands in the text as whole words, once look-alikes are taken out."""
        parted = f" {self.spelling.form(text)} {_END} "
        for phrase in self.harmless:
            parted = parted.replace(f" {phrase} ", f" {_ELSEWHERE} ")
        flat = f" {_flat(parted)} "
        return any(f" {phrase} " in (parted if phrase.endswith(_END) else flat) for phrase in self.crisis)

    def mean_stop(self, text: str) -> bool:
        """Whether the whole text is a wish to stop."""
        return _flat(self.spelling.form(text)) in self.stop


def _phrase(spelling: Spelling, phrase: str) -> str:
    flat = _flat(spelling.form(phrase))
    return f"{flat} {_END}" if phrase.endswith(".") else flat


def _flat(form: str) -> str:
    return " ".join(word for word in form.split() if word != _END)
