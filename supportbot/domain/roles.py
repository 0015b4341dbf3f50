"""What the bot explains about the people who help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Aspect:
    """One row of a comparison."""

    id: str
    label: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two roles side by side, in one language."""

    id: str
    language: str
    title: str
    intro: str
    left: str
    right: str
    rows: tuple[Aspect, ...]
    together: str
    note: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed_on: date
