"""The kinds of what is held about somebody, as they can be seen and erased one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from supportbot.domain.consent import Basis, ConsentEntry, Scope

Part = Scope | Basis

PARTS: tuple[Part, ...] = (*Scope, Basis.MODERATING)
"""What can be erased by itself. The proof of consents goes only with everything: it says why the rest may be there."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held on one basis: how many entries of each kind there are (none of zero), and since when.

    `consents` are the entries of the ledger that count for it, a consent or a withdrawal each.
    """

    part: Part
    rows: Mapping[str, int]
    since: datetime | None
    consents: tuple[ConsentEntry, ...]

    @property
    def is_agreed(self) -> bool:
        """Whether a consent to it holds."""
        return any(entry.given for entry in self.consents)
