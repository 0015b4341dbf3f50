"""What a person agreed to: the scopes, and one entry of the append-only ledger."""

from __future__ import annotations

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
