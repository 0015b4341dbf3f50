"""What moderators set for their community, and the lines that they add themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.people import ChannelId, CommunityId, PersonId, RoleId

DUTY_AFTER = timedelta(minutes=15)
"""How long a hand-over waits, where nothing else is set, before whoever is on duty is called once."""


@dataclass(frozen=True, slots=True)
class CommunitySettings:
    """`region` is an ISO 3166-1 country code. None means: nothing was set.

    `languages` are codes of those that its members speak. `handover` says whether members can ask for somebody of the
    team, `talk_channel` where a private thread with them is opened, `duty_role` who is called after `duty_after`.
    Whoever chose to be told of closed DMs is told in `nudge_channel`. With `summary`, moderators are told once a week
    what is to be reviewed, next at `summary_at` (an aware UTC instant); with `link_check`, the bot looks whether links
    still lead somewhere. `setup_step` is where the wizard goes on.
    """

    community: CommunityId
    region: str | None = None
    staff_channel: ChannelId | None = None
    languages: tuple[str, ...] = ()
    handover: bool = True
    talk_channel: ChannelId | None = None
    duty_role: RoleId | None = None
    duty_after: timedelta = DUTY_AFTER
    nudge_channel: ChannelId | None = None
    summary: bool = False
    summary_at: datetime | None = None
    link_check: bool = False
    setup_step: str | None = None


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
