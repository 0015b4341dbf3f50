"""What moderators set for their community, and the lines that they add themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.people import ChannelId, CommunityId, PersonId


@dataclass(frozen=True, slots=True)
class CommunitySettings:
    """`region` is an ISO 3166-1 country code. None means: nothing was set."""

    community: CommunityId
    region: str | None = None
    staff_channel: ChannelId | None = None


@dataclass(frozen=True, slots=True)
class OwnHelpline:
    """A line that a community added for itself; nobody of this project checked it.

    `source` says where the moderator has it from. `region` is the country that the community had set when the line
    was added, and so the one whose numbers two moderators looked at; None when none was set. `added_by` and
    `approved_by` are None once that moderator had themselves forgotten. It is shown to members only when
    `approved_at` (an aware UTC instant) is set.
    """

    id: str
    community: CommunityId
    kind: Kind
    service: str
    contact: Contact
    hours: str
    languages: tuple[str, ...]
    note: str | None
    source: str
    added_at: datetime
    added_by: PersonId | None
    approved_at: datetime | None = None
    approved_by: PersonId | None = None
    region: str | None = None
