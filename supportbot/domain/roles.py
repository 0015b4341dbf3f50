"""Who helps, seen from the same six sides, so that any two can be set beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    """A side from which a role is seen."""

    FOCUS = "focus"
    NATURE = "nature"
    TRAINING = "training"
    SETTING = "setting"
    GOAL = "goal"
    WHEN = "when"


@dataclass(frozen=True, slots=True)
class Role:
    """What there is to say of a role from each side: a phrase, or two sentences."""

    focus: str
    nature: str
    training: str
    setting: str
    goal: str
    when: str

    def says(self, aspect: Aspect) -> str:
        """From this side."""
        return str(getattr(self, aspect.value))


@dataclass(frozen=True, slots=True)
class Pair:
    """What there is to say of two certain roles beside each other, in one language. `left` and `right` are ids."""

    id: str
    language: str
    left: str
    right: str
    title: str
    intro: str
    together: str
    note: str
    facts: tuple[str, ...]
    sources: tuple[str, ...]

    def is_of(self, one: str, other: str) -> bool:
        """Whether it is about these two, in any order."""
        return {self.left, self.right} == {one, other}


@dataclass(frozen=True, slots=True)
class Side:
    """A role in a comparison: its id, and how it is called."""

    id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two roles side by side, both in one language. `pair` is None where nothing is known of these two but that."""

    language: str
    left: Side
    right: Side
    pair: Pair | None

    def rows(self) -> Iterator[tuple[Aspect, str, str]]:
        """Each side from which they are seen, with what is said of the one and of the other."""
        return ((aspect, self.left.role.says(aspect), self.right.role.says(aspect)) for aspect in Aspect)
