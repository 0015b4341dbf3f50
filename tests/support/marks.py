"""Marked strings that can be told from everything else, and a search for them in whatever shape they were kept."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from urllib.parse import quote

FAMILIES = ("Zqvjxkwb", "Wéqzñxkj", "9074183662")
"""What all marks of a kind begin with: a word, a word with letters that are not ASCII, and a number."""

PUBLIC = "Kwqzxvjf"
"""What a moderator publishes for the community: kept in the clear on purpose, and in no log."""

_ENDINGS = ["".join(each) for each in product(ascii_lowercase, repeat=3)]


class Marks:
    """Makes strings that were never seen before, and knows what it made them for."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def word(self, where: str, family: int = 0) -> str:
        """A mark; `where` says in a report what was done with it."""
        ending = _ENDINGS[len(self.made)]
        if FAMILIES[family].isdigit():
            ending = f"{len(self.made):04d}"
        mark = FAMILIES[family] + ending
        self.made[mark] = where
        return mark

    def public(self, where: str) -> str:
        """A mark for what is published."""
        mark = PUBLIC + _ENDINGS[len(self.made)]
        self.made[mark] = where
        return mark

    @property
    def secret(self) -> list[str]:
        """Those that must be found nowhere."""
        return [mark for mark in self.made if not mark.startswith(PUBLIC)]


@dataclass(frozen=True, slots=True)
class Found:
    """Something that should not be there: where, what, and in which shape."""

    place: str
    what: str
    shape: str


def _spellings(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKD", text)
    folded = "".join(each for each in plain if not unicodedata.combining(each))
    for each in (text, plain, folded):
        yield from (each, each.lower(), each.upper(), each.casefold())


def shapes(text: str) -> dict[bytes, str]:
    """The bytes in which a text can be found again, and the name of each."""
    found: dict[bytes, str] = {}
    for spelling in dict.fromkeys(_spellings(text)):
        raw = spelling.encode()
        escaped = json.dumps(spelling)[1:-1]
        for name, shape in (
            ("as it is", raw),
            ("UTF-16", spelling.encode("utf-16-le")),
            ("UTF-16, big end first", spelling.encode("utf-16-be")),
            ("Latin-1", spelling.encode("latin-1", "replace")),
            ("JSON", escaped.encode()),
            ("JSON in JSON", json.dumps(escaped)[1:-1].encode()),
            ("a repr of bytes", repr(raw)[2:-1].encode()),
            ("an address", quote(spelling).encode()),
            ("an address, in small letters", quote(spelling).lower().encode()),
            ("hexadecimal", raw.hex().encode()),
            ("HEXADECIMAL", raw.hex().upper().encode()),
            *((f"base64 from {start}", each) for start in range(3) for each in _base64(raw, start)),
        ):
            if b"?" not in shape:
                found.setdefault(shape, name)
    return found


def _base64(raw: bytes, start: int) -> Iterator[bytes]:
    """What is the same in base64 whatever stands around, when `start` bytes too many are before it."""
    encoded = base64.b64encode(b"\0" * start + raw)
    inner = encoded[(0, 2, 3)[start] : len(raw + b"\0" * start) // 3 * 4]
    yield from {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}


class Search:
    """Looks for texts in every shape. The beginning that all marks of a kind share stands for each of them."""

    def __init__(self, texts: Iterable[str], *, shaped: bool = True) -> None:
        known: dict[bytes, tuple[str, str]] = {}
        for text in texts:
            for shape, name in (shapes(text) if shaped else {text.encode(): "as it is"}).items():
                known.setdefault(shape, (text, name))
        self._known = known
        longest_first = sorted(known, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first)))

    def __call__(self, places: Mapping[str, bytes]) -> list[Found]:
        """Every kind of find, once a place."""
        found: dict[Found, None] = {}
        for place, content in places.items():
            for match in self._pattern.finditer(content):
                text, shape = self._known[match[0]]
                after = content[match.end() : match.end() + 4].decode("utf-8", "replace")
                what = f"{text}…{after}" if text in FAMILIES or text == PUBLIC else text
                found[Found(place, what, shape)] = None
        return list(found)


def files_under(*folders: Path) -> dict[str, bytes]:
    """Every file there, by its path."""
    return {str(path): path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()}
