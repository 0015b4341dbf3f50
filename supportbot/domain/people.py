"""Who and where: Discord's ids as types of their own, so that one is never taken for another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from supportbot.domain.cadence import MemberTimes, QuietHours, Vacation

PersonId = NewType("PersonId", int)
CommunityId = NewType("CommunityId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
RoleId = NewType("RoleId", int)


class Notice(StrEnum):
    """What somebody is to be told at their next command, since no DM says it."""

    CLOSED_DM = "closed_dm"
    ZONE_GONE = "zone_gone"


@dataclass(frozen=True, slots=True)
class Member:
    """What holds for a person in all their plans. `zone` is an IANA name, `language` a tag such as `en`.

    `catch_up` says that some check-ins did not go out and that they were not told yet. `sign_at` (UTC) is when they
    last answered or asked for something.
    """

    person: PersonId
    zone: str
    language: str
    quiet: QuietHours | None = None
    vacation: Vacation | None = None
    notice: Notice | None = None
    catch_up: bool = False
    sign_at: datetime | None = None

    @property
    def times(self) -> MemberTimes:
        """What of it decides when check-ins come."""
        return MemberTimes(self.zone, self.quiet, self.vacation)
