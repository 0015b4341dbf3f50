"""What a person agreed to: the scopes, the entries of the append-only ledger, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supportbot.domain.people import CommunityId, PersonId


class Scope(StrEnum):
    """What may be kept or sent about a person. Whatever is kept names its scope."""

    CHECKINS = "checkins"
    REGION = "region"
    HANDOVER = "handover"
    LANGUAGE = "language"
    HISTORY = "history"
    NUDGE = "nudge"


class Basis(StrEnum):
    """Why something is kept about a person without a consent of theirs."""

    PROOF = "proof"
    """What they agreed to and took back, so that it can be shown."""
    MODERATING = "moderating"
    """What they did as a moderator: their community relies on it, and they are told before."""


def basis_of(name: str) -> Scope | Basis:
    """The scope or basis of this name. Raises ValueError."""
    return Scope(name) if name in set(Scope) else Basis(name)


PER_COMMUNITY: Mapping[Scope, bool] = {
    Scope.CHECKINS: False,
    Scope.REGION: False,
    Scope.HANDOVER: True,
    Scope.LANGUAGE: False,
    Scope.HISTORY: False,
    Scope.NUDGE: False,
}
"""Whether a consent counts in the community alone in which it was given. Every scope is here."""


class How(StrEnum):
    """By which act of the person."""

    BUTTON = "button"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The text that a person agrees to: its version, the language it is in, and the words themselves."""

    scope: Scope
    version: str
    language: str
    body: str


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One line of the ledger. `at` is an aware UTC instant; `given` is false for a withdrawal."""

    person: PersonId
    community: CommunityId | None
    scope: Scope
    text_version: str
    language: str
    at: datetime
    how: How
    given: bool


def latest(entries: Iterable[ConsentEntry]) -> list[ConsentEntry]:
    """The entries of one person that count, a consent or a withdrawal, by scope and then by the ledger's order.

    `entries` come in the ledger's order. Of a scope that counts everywhere it is the last one; of one that counts in
    a community alone, the last one of each.
    """
    last: dict[tuple[Scope, CommunityId | None], ConsentEntry] = {}
    for entry in entries:
        where = (entry.scope, entry.community if PER_COMMUNITY[entry.scope] else None)
        last.pop(where, None)
        last[where] = entry
    order = list(Scope)
    return sorted(last.values(), key=lambda entry: order.index(entry.scope))


def standing(entries: Iterable[ConsentEntry]) -> list[ConsentEntry]:
    """The consents of one person that hold now."""
    return [entry for entry in latest(entries) if entry.given]


def begun(entries: Iterable[ConsentEntry], scope: Scope) -> datetime | None:
    """Since when a consent of one person holds without a break; None if none does. `entries` come in the ledger's
    order. Not for scopes of one community.
    """
    since = None
    for entry in entries:
        if entry.scope is scope:
            since = (since or entry.at) if entry.given else None
    return since
