"""What can be shown as a picture, and the words for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
