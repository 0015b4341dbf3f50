"""How people spell: one form for the many ways to write a word, so that looking for it is simple."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

END = "."
"""Stands between the parts of a sentence, and at both ends of a text."""

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ′＇", "'"))
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# With the signs that stand for a letter inside a word: k!ll, $uicide, s*icide.
_PIECE = re.compile(r"(?:[$@](?=[^\W\d_]))?[^\W_]+(?:['*@$!|]+[^\W_]+)*")
_SIGNS = re.compile(r"[*@$!|]+")
_LETTERS = str.maketrans("013457@$!|", "oieastasii")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_LONG = re.compile(r"([^\W\d_])\1{2,}")
# Not the joiners of Persian and of emoji.
_UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Letters that look like Latin ones, and count as these beside real ones only: a Russian word stays Russian.
_ALIKE = str.maketrans(
    "авԁеѕіӏјкмнорԛстухһԝѵαβγικνορτυχɑɡıɪ",
    "abdesiljkmhopqctyxhwvabyikvoptuxagii",
)
_MIXED = re.compile(r"\S*[a-z]\S*")
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
_NEUTRAL = frozenset("'\"“”„«»*_~|-‐#@$&\\")
_SHORTEST_MISSPELT = 5
_SHORTEST_HEARD = 4
_LONGEST_GLUED = 40
_LONGEST_KNOWN = 14
_LONGEST_READ = 60
"""A longer word is none that is looked for: reading it as one with a slip costs its length squared."""
_WIDEST = 4
"""Into how many letters and accents one character may fall apart; those of more are whole sayings in Arabic script and
squared measures, in no word that is looked for, and would make a text many times as long.
"""
_ANY = "?"
"""In the place of a letter that is another one."""


def plain(text: str) -> str:
    """Lower case, without accents, apostrophes or punctuation, single spaces: so that spelling matters less."""
    return " ".join(_WORD.findall(_folded(text))).replace("'", "")


def seen(text: str) -> str:
    """The text without control characters, and without marks that nobody sees and that turn the order of letters.

    Line breaks and other spaces stay.
    """
    shown = _UNSEEN.sub("", text)
    return "".join(ch for ch in shown if ch.isspace() or unicodedata.category(ch) not in _NOT_TEXT)


def pieces(text: str) -> list[str]:
    """The words of a text in lower case without accents, as typed otherwise; END between parts of sentences.

    Letters that stand alone, three or more, are one word: k m s.
    """
    folded, before = _folded(text), 0
    found = [END]
    alone = 0
    for match in _PIECE.finditer(folded):
        if _parts(folded[before : match.start()], alone=alone > 0 and match.end() - match.start() == 1):
            found.append(END)
            alone = 0
        before = match.end()
        found.append(match[0])
        alone = alone + 1 if len(match[0]) == 1 and match[0].isalpha() else 0
        if alone == 3:
            found[-3:] = ["".join(found[-3:])]
        elif alone > 3:
            found[-2:] = ["".join(found[-2:])]
    found.append(END)
    return found


def _folded(text: str) -> str:
    unified = text.translate(_APOSTROPHES)
    if not unified.isascii():
        # As signs that nobody reads they part words, as they do when taken apart.
        wide = {ord(ch) for ch in set(unified) if len(unicodedata.normalize("NFKD", ch)) > _WIDEST}
        unified = unified.translate(dict.fromkeys(wide, " ")) if wide else unified
    # Twice: folding the case of a decorative letter first would leave it decorative.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", unified).casefold())
    if spread.isascii():
        return spread
    # Invisible characters (Cf) would part a word.
    bare = "".join(ch for ch in spread if not unicodedata.combining(ch) and unicodedata.category(ch) != "Cf")
    return _MIXED.sub(lambda run: run[0].translate(_ALIKE), bare)


def _parts(between: str, *, alone: bool) -> bool:
    """Whether what stands between two words ends a part of a sentence: a full stop, a comma, a new line; not spaces,
    quotes, bold, a hyphen or an emoji, and no point between letters that stand alone.
    """
    if between in {" ", "", "-"} or (alone and between.strip() in {".", ",", "/"}):
        return False
    return any(ch == "\n" or (ch not in _NEUTRAL and unicodedata.category(ch)[0] == "P") for ch in between) or (
        "--" in between
    )


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words that are looked for in one language, and how else people write them. Built by `of`."""

    same: Mapping[str, tuple[str, ...]]
    fillers: frozenset[str]
    joins: frozenset[str]
    sounds: tuple[tuple[str, str], ...]
    known: frozenset[str]
    slips: Mapping[str, str]
    shapes: Mapping[tuple[str, int], tuple[str, ...]]
    glued: frozenset[str]
    initials: frozenset[str]
    plainly: frozenset[str]
    """Known words that stand for themselves."""

    @classmethod
    def of(
        cls,
        *,
        same: Mapping[str, str] | None = None,
        fillers: Iterable[str] = (),
        joins: Iterable[str] = (),
        sounds: Iterable[tuple[str, str]] = (),
        misspelt: Iterable[str] = (),
        words: Iterable[str] = (),
    ) -> Spelling:
        """From the words as people write them.

        `same`: what stands for what. `fillers` are passed over, `joins` begin a new part of a sentence. `sounds`:
        letters that sound like others, replaced in this order. `misspelt`: words that are known with one letter wrong,
        too much or missing, or in two parts. `words`: all that is looked for.
        """
        meant = {_folded(word): tuple(_key(each) for each in meant.split()) for word, meant in (same or {}).items()}
        often = frozenset(_key(word) for word in misspelt)
        passed = frozenset(_key(word) for word in fillers)
        parting = frozenset(_key(word) for word in joins)
        every = {_key(word) for text in words for word in text.split()} | often | passed | parting
        known = frozenset(every | {word for words in meant.values() for word in words})
        pairs = tuple(sounds)
        slips: dict[str, str] = {}
        for word in sorted(known | meant.keys(), key=lambda each: (len(each), each), reverse=True):
            slips[_heard(word, pairs)] = word
            if len(word) > _SHORTEST_MISSPELT - (word in known):
                slips.update(dict.fromkeys(_swapped(word), word))
        for word in sorted(often):
            for left, right in _splits(word):
                if right:
                    slips.update({left + right[1:]: word, f"{left}{_ANY}{right[1:]}": word})
        shapes: dict[tuple[str, int], tuple[str, ...]] = {}
        for word in sorted(known):
            shapes[word[0], len(word)] = (*shapes.get((word[0], len(word)), ()), word)
        initials = frozenset(word[0] for word in often)
        plainly = frozenset(word for word in known if word.isalpha()) - meant.keys() - passed - parting
        return cls(meant, passed, parting, pairs, known, slips, shapes, often, initials, plainly)

    def line(self, found: Sequence[str]) -> list[str]:
        """The one form of a text in pieces: known words as they are listed, without fillers; END between parts."""
        words = [word for word in self.read(found) if word not in self.fillers]
        return list(self._together([END if word in self.joins else word for word in words]))

    def read(self, found: Sequence[str]) -> list[str]:
        """The pieces of a text with known words as they are listed, and nothing left out."""
        read = {piece: self._parted(piece) for piece in set(found)}
        return [word for piece in found for word in read[piece]]

    def apart(self, word: str) -> list[str] | None:
        """The known words that somebody wrote as one, without a space: killmyself. None for anything else."""
        if not 6 <= len(word) <= _LONGEST_GLUED or word in self.known:
            return None
        ways: list[list[str] | None] = [[]]
        for end in range(1, len(word) + 1):
            best: list[str] | None = None
            for start in range(max(0, end - _LONGEST_KNOWN), end):
                left = ways[start]
                if left is None or (right := self._heard_as(word[start:end])) is None:
                    continue
                way = [*left, *right]
                if best is None or len(way) < len(best):
                    best = way
            ways.append(best)
        return ways[-1]

    def _heard_as(self, part: str) -> tuple[str, ...] | None:
        if part in self.same or part in self.known:
            return self.same.get(part, (part,))
        if len(part) >= _SHORTEST_HEARD and (found := self.slips.get(_heard(part, self.sounds))):
            return self.same.get(found, (found,))
        return None

    def _parted(self, piece: str) -> tuple[str, ...]:
        """As `_read`; of what is too long for a word, the parts between signs are read that are not."""
        if len(piece) <= _LONGEST_READ or len(piece := _LONG.sub(r"\1\1", piece)) <= _LONGEST_READ:
            return self._read(piece)
        parts = [part for part in _SIGNS.split(piece) if part]
        return tuple(each for part in parts for each in (self._read(part) if len(part) <= _LONGEST_READ else (part,)))

    def _read(self, piece: str) -> tuple[str, ...]:
        if piece == END:
            return (END,)
        word = _LONG.sub(r"\1\1", piece)
        bare = word.replace("'", "")
        for each in (word, bare):
            if each in self.same:
                return self.same[each]
        if bare in self.known:
            return (bare,)
        if not bare.isalpha():
            return self._odd(word, bare)
        if "'" in word:
            # Looked up in its parts: od'd, can't, he's.
            stem, mark, ending = word.rpartition("'")
            if known := self.same.get(mark + ending):
                return (*self._read(stem), *known)
        return self._slip(bare)

    def _slip(self, word: str) -> tuple[str, ...]:
        found = self.slips.get(_heard(word, self.sounds)) or self._misspelt(word)
        if found is None:
            return (word,)
        return self.same.get(found, (found,))

    def _misspelt(self, word: str) -> str | None:
        if len(word) < _SHORTEST_MISSPELT:
            return None
        if word in self.slips:
            return self.slips[word]
        if word[0] not in self.initials and word[1] not in self.initials:
            return None
        for left, right in _splits(word):
            if right and (shorter := left + right[1:]) in self.glued:
                return shorter
            if right and (slip := self.slips.get(f"{left}{_ANY}{right[1:]}")):
                return slip
        return None

    def _odd(self, word: str, bare: str) -> tuple[str, ...]:
        """A word with digits or signs in it."""
        if bare.isdigit():
            return (bare,)
        if "*" in word and (shaped := self.shapes.get((word[0], len(word)))):
            hidden = re.compile(re.escape(word).replace(r"\*", r"[^\W\d_]"))
            if fitting := next(filter(hidden.fullmatch, shaped), None):
                return (fitting,)
        lettered = _LONG.sub(r"\1\1", word.translate(_LETTERS).replace("'", ""))
        if lettered.isalpha():
            for each in (lettered, lettered.replace("i", "l", 1)):
                read = self.same.get(each) or self._slip(each)
                if read != (each,) or each in self.known or self.apart(each):
                    return read
        if _SIGNS.search(word):
            return tuple(each for part in _SIGNS.split(word) if part for each in self._read(part))
        return (bare,)

    def _together(self, words: list[str]) -> Iterator[str]:
        """Join what was written in two parts: sui cide, my self."""
        skip = False
        for word, following in pairwise([*words, END]):
            if skip:
                skip = False
            elif END not in {word, following} and (both := word + following) in self.glued:
                skip = True
                yield both
            else:
                yield word


def _key(word: str) -> str:
    folded = _folded(word)
    return folded if folded.startswith("'") or folded == END else folded.replace("'", "")


def _heard(word: str, sounds: tuple[tuple[str, str], ...]) -> str:
    """One letter for a doubled one, and the letters that a language's sounds name replaced."""
    for written, heard in sounds:
        if written in word:
            word = word.replace(written, heard)
    return _DOUBLED.sub(r"\1", word)


def _splits(word: str) -> Iterator[tuple[str, str]]:
    return ((word[:at], word[at:]) for at in range(len(word) + 1))


def _swapped(word: str) -> Iterator[str]:
    """The word with two letters beside each other in the wrong order."""
    return (left + right[1] + right[0] + right[2:] for left, right in _splits(word) if len(right) > 1)
