"""How hard a text is to read, by the library's formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

HARDEST_GRADE = 8.0
"""The school year in which an English text can be read (Flesch and Kincaid)."""

LEAST_EASE = 70.0
"""Of a Spanish text, by Fernández Huerta: 100 is easiest, 60 to 70 is that author's "normal", read in the eighth year.

The library finds syllables by where a word can be broken, which misses some, so its figures are some points too kind:
the upper end is asked for.
"""

SHORTEST_MEASURED = 40
"""Words. Of shorter texts the formulas say next to nothing: one long word can change the figure by years."""

_MARK = re.compile(r"^\s*(?:#{1,3}|[-*>]|\d+[.)])\s+")
_ADDRESS = re.compile(r"<?https?://\S+")
_BLANK = re.compile(r"\{[^{}]*\}")
_MARKUP = re.compile(r"[*_`~|<>]+")
_ENDS = re.compile(r"[.!?][)\"”»’']*$")


@dataclass(frozen=True, slots=True)
class Measure:
    """A formula, the bound that a text keeps, and whether more means harder."""

    name: str
    of: Callable[[str], float]
    bound: float
    higher_is_harder: bool

    def is_kept(self, value: float) -> bool:
        """Whether a text of this value is easy enough."""
        return value <= self.bound if self.higher_is_harder else value >= self.bound

    def asked(self) -> str:
        """The bound in words."""
        return f"at {'most' if self.higher_is_harder else 'least'} {self.bound:g}"


def prose(text: str) -> str:
    """What a reader reads: no markup and no addresses, a short word for each command, and each line a sentence."""
    lines: list[str] = []
    for raw in _ADDRESS.sub("", text).splitlines():
        line = _MARKUP.sub("", _BLANK.sub("this", _MARK.sub("", raw))).strip()
        if any(ch.isalpha() for ch in line):
            lines.append(line if _ENDS.search(line) else f"{line.rstrip(':;…')}.")
    return "\n".join(lines)


def is_measured(text: str) -> bool:
    """Whether it is long enough for a formula to mean something."""
    return len(text.split()) >= SHORTEST_MEASURED


@lru_cache(maxsize=2)
def _library(language: str) -> Any:
    # Here: it reads a dictionary, and only whoever measures needs it.
    from textstat.textstat import textstatistics  # noqa: PLC0415  # pyright: ignore

    made: Any = textstatistics()
    made.set_lang(language)
    return made


@lru_cache(maxsize=4096)
def _grade(text: str) -> float:
    return float(_library("en_US").flesch_kincaid_grade(text))


@lru_cache(maxsize=4096)
def _ease(text: str) -> float:
    return float(_library("es").fernandez_huerta(text))


MEASURES: Mapping[str, Measure] = {
    "en": Measure("Flesch-Kincaid grade", _grade, HARDEST_GRADE, higher_is_harder=True),
    "es": Measure("Fernández-Huerta ease", _ease, LEAST_EASE, higher_is_harder=False),
}
"""By language. A language without one is not measured."""
