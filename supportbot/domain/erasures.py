"""The erasure ledger: that somebody was erased, by a keyed hash and for a time, never who it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportbot.domain.consent import Basis, Scope

KEPT = timedelta(days=365)
"""How long an entry is kept, and therefore how old a backup may be that is restored with every erasure known."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One entry. `digest` is the keyed hash of the person's id, in hex, and `key_id` says under which key.

    `basis` is what the erased rows rested on, None for everything. `at` and `until` are aware UTC instants.
    """

    id: str
    key_id: str
    digest: str
    basis: Scope | Basis | None
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """Entries from one place. Nothing that was erased from `since` on is missing; None when that is not known."""

    since: datetime | None
    entries: tuple[Erasure, ...] = ()

    def covers(self, instant: datetime) -> bool:
        """Whether every erasure after this instant is among the entries."""
        return self.since is not None and self.since <= instant
