"""What an editor is told of the content: what is wrong with it, and which facts it covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from supportbot.domain.knowledge import Fact


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that an editor should look at: in which file, under which key, against which rule, and what would work.

    One that `is_fault` must not be shipped; the others are worth knowing.
    """

    file: str
    key: str
    rule: str
    says: str
    is_fault: bool = True


@dataclass(frozen=True, slots=True)
class Findings:
    """All there is to say about the content that counts."""

    found: tuple[Finding, ...]
    entries: int
    languages: tuple[str, ...]

    @classmethod
    def of(cls, found: Iterable[Finding], *, entries: int = 0, languages: Iterable[str] = ()) -> Findings:
        """In the order of files, each once."""
        return cls(tuple(sorted(set(found))), entries, tuple(languages))

    @property
    def has_faults(self) -> bool:
        return any(each.is_fault for each in self.found)


@dataclass(frozen=True, slots=True)
class Way:
    """A text that covers a fact, and the command that leads to it."""

    entry: str
    command: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """A fact, and every way to it, the shortest first."""

    fact: Fact
    ways: tuple[Way, ...]

    @property
    def is_covered(self) -> bool:
        return bool(self.ways)
