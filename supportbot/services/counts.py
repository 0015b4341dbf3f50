"""How often the triage is used, in numbers from which nobody can be told. Kept only if the operator wants them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Protocol

STEP = 5
"""Numbers are given in whole steps of this, so none is below it and none moves with one person."""


class Counts(Protocol):
    """Hears of flows that start and end."""

    def started(self) -> None:
        """Somebody opened the first question."""
        ...

    def finished(self, outcome: str) -> None:
        """Somebody came to a result of this kind."""
        ...


class NoCounts:
    """Keeps nothing: what the operator gets unless they ask for counts."""

    def started(self) -> None:
        """Forget it."""

    def finished(self, outcome: str) -> None:
        """Forget it."""


class AnonymousCounts:
    """Counts since the start of the process, in memory only."""

    def __init__(self) -> None:
        self._started = 0
        self._finished: Counter[str] = Counter()

    def started(self) -> None:
        """One more."""
        self._started += 1

    def finished(self, outcome: str) -> None:
        """One more of this kind."""
        self._finished[outcome] += 1

    def shown(self) -> tuple[int | None, Mapping[str, int]]:
        """Started, and finished by outcome, rounded down to whole steps; what has not come to one step is left out.

        The sum over all outcomes is not given: beside them it would tell of the small ones.
        """
        finished = {outcome: _stepped(count) for outcome, count in sorted(self._finished.items()) if count >= STEP}
        return (_stepped(self._started) if self._started >= STEP else None), finished


def _stepped(count: int) -> int:
    return count - count % STEP
