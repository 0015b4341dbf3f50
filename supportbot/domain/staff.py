"""A community's staff channel: who reads it, what the bot may do there, and what it posts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from supportbot.domain.communities import OwnHelpline
from supportbot.domain.people import ChannelId, CommunityId, PersonId


class Power(StrEnum):
    """What the bot must be allowed to do in a staff channel, under Discord's own names."""

    VIEW = "view_channel"
    SEND = "send_messages"
    EMBED = "embed_links"


@dataclass(frozen=True, slots=True)
class Readers:
    """Who can read a channel, beside the community's owner and administrators.

    `roles` are names, as typed by whoever made them; `people` counts members who were let in one by one.
    """

    everyone: bool
    roles: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class StaffRoom:
    """A staff channel as it is now."""

    community: CommunityId
    channel: ChannelId
    name: str
    readers: Readers
    missing: tuple[Power, ...] = ()

    @property
    def mark(self) -> str:
        """Eight characters that change when what a member was shown of the channel does."""
        shown = (self.channel, self.name, self.readers.everyone, self.readers.roles, self.readers.people)
        return sha256(repr(shown).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class LineToApprove:
    """Asks a second moderator to look at a line that was added."""

    line: OwnHelpline


@dataclass(frozen=True, slots=True)
class WishToTalk:
    """A member asks for somebody to talk to. `words` are theirs as the preview showed them, Markdown escaped."""

    person: PersonId
    words: str | None = None


@dataclass(frozen=True, slots=True)
class CannotReach:
    """Tells a member, in a channel that they chose, that direct messages do not reach them."""

    person: PersonId
    language: str


StaffNote = LineToApprove | WishToTalk | CannotReach
"""What can be posted in a community's channel."""
