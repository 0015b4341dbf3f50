"""What can be shown as a picture, and the words for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TableRow:
    """What is said of the left and of the right, seen from one side; `label` names that side."""

    label: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Table:
    """Two things side by side. All of it is plain text; `foot` are paragraphs that stand below both."""

    title: str
    left: str
    right: str
    rows: tuple[TableRow, ...]
    foot: tuple[str, ...]


def as_far_as_fits(sentences: Sequence[str], most: int, *, rest: str) -> str:
    """The sentences as one text of at most so many characters. Where not all fit, whole ones from the first, then
    `rest`, which says so.
    """
    whole = " ".join(sentences)
    if len(whole) <= most:
        return whole
    taken = list(sentences)
    while taken and len(" ".join([*taken, rest])) > most:
        taken.pop()
    return " ".join([*taken, rest])[:most]


class Shape(StrEnum):
    """How the points of a curve look, so that no colour is needed to tell two apart."""

    ROUND = "round"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a curve: `at` in days from the chart's left edge. `low` and `high` are the ends of what it stands for,
    both the value itself where it stands for one answer.
    """

    at: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn in a field of its own. Marks of one run are joined; between two runs there is a gap."""

    name: str
    lowest: int
    highest: int
    shape: Shape
    runs: tuple[tuple[Mark, ...], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A day that is named below a chart."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves below one another over the same days. All texts are plain."""

    title: str
    days: int
    curves: tuple[Curve, ...]
    ticks: tuple[Tick, ...]
    foot: tuple[str, ...]


Picture = Table | Chart
