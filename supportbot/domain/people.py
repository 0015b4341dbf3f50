"""Who and where: Discord's ids as types of their own, so that one is never taken for another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

PersonId = NewType("PersonId", int)
CommunityId = NewType("CommunityId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)


@dataclass(frozen=True, slots=True)
class Member:
    """What holds for a person in all their plans. `zone` is an IANA name, `language` a tag such as `en`."""

    person: PersonId
    zone: str
    language: str
