"""The audit: which moderator changed what in their community, and when; never whom it was about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from supportbot.domain.checkins import CommunityPrompt
from supportbot.domain.communities import OwnHelpline
from supportbot.domain.people import ChannelId, CommunityId, PersonId


class Act(StrEnum):
    """What was done."""

    REGION = "region"
    STAFF_CHANNEL = "staff_channel"
    LINE_ADDED = "line_added"
    LINE_NOT_POSTED = "line_not_posted"
    """Added, and taken back because the team could not be asked."""
    LINE_APPROVED = "line_approved"
    LINE_DECLINED = "line_declined"
    LINE_REMOVED = "line_removed"
    PROMPT_ADDED = "prompt_added"
    PROMPT_REMOVED = "prompt_removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. Nothing in it is about a person.

    `before` and `after` are of a setting: country codes, or channel ids; None for nothing set. `line` and `service`
    are the id and the name of a community's own helpline, or the id and the words of a question that it words itself.
    """

    act: Act
    before: str | None = None
    after: str | None = None
    line: str | None = None
    service: str | None = None

    @classmethod
    def of_region(cls, before: str | None, after: str | None) -> Self:
        """The country was set, changed or taken away."""
        return cls(Act.REGION, before, after)

    @classmethod
    def of_staff_channel(cls, before: ChannelId | None, after: ChannelId | None) -> Self:
        """The same for the staff channel."""
        return cls(Act.STAFF_CHANNEL, *(None if each is None else str(each) for each in (before, after)))

    @classmethod
    def of_line(cls, act: Act, line: OwnHelpline) -> Self:
        """Something was done with a line."""
        return cls(act, line=line.id, service=line.service)

    @classmethod
    def of_prompt(cls, act: Act, prompt: CommunityPrompt) -> Self:
        """Something was done with a question as the community words it."""
        return cls(act, line=prompt.id, service=prompt.words)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change as it is kept. Numbers count from 1 in each community; `at` is an aware UTC instant.

    `by` is None once that moderator had themselves forgotten. `change` is None when it cannot be read: it was written
    by a newer version, or changed afterwards. `intact` says whether it is what the bot wrote, in the place where the
    bot wrote it.
    """

    community: CommunityId
    number: int
    at: datetime
    by: PersonId | None
    change: Change | None
    intact: bool = True


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries of one community, the newest first, and whether there are others before and after them.

    `is_whole` is false when something in them was changed, or the newest are missing.
    """

    entries: tuple[AuditEntry, ...]
    newer: bool = False
    older: bool = False
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class AuditFault:
    """The first place of a community's audit that is not as the bot wrote it."""

    community: int
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class AuditEnd:
    """How far a community's audit goes: the number and the mark of its last entry, and how many are kept.

    Noted somewhere else, it shows later that nothing before it was put back to an older state.
    """

    community: int
    number: int
    mark: str
    kept: int


@dataclass(frozen=True, slots=True)
class AuditProof:
    """What looking at every entry came to."""

    ends: tuple[AuditEnd, ...] = ()
    faults: tuple[AuditFault, ...] = ()

    @property
    def entries(self) -> int:
        """How many are kept."""
        return sum(end.kept for end in self.ends)
