"""What the use cases need from outside: time, wake-ups, messages, pictures, files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from supportbot.domain.checkins import Note
from supportbot.domain.people import ChannelId, CommunityId, MessageId, PersonId
from supportbot.domain.pictures import Picture
from supportbot.domain.staff import StaffNote, StaffRoom

NewId = Callable[[], str]
"""Makes the key of a new row: 16 lower-case letters and digits, random, safe in a custom_id."""


DrawPicture = Callable[[Picture], Awaitable[bytes]]
"""Makes a PNG of a table or a chart, without holding up the event loop. Raises NotDrawn."""


Json = Mapping[str, object]
"""What may stand in an export: texts, numbers, booleans, and lists and mappings of these."""


class Clock(Protocol):
    """The time, which a test or a sandbox can move."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Call back whenever the clock was moved by somebody."""
        ...


class Wakeups(Protocol):
    """Calls back at an instant of the Clock. One pending wake-up a name; setting it again replaces it."""

    def wake_at(self, name: str, instant: datetime | None, callback: Callable[[], None]) -> None:
        """Arm, re-arm, or with None take away the wake-up of that name."""
        ...

    def every(self, name: str, interval: timedelta, callback: Callable[[], None]) -> None:
        """Call back again and again, the first time after one interval."""
        ...


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file for a person to keep."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DmPage:
    """A part of a DM's history: the bot's own messages in it, newest first, and the oldest message of anybody.

    `oldest` is None where there is nothing older.
    """

    own: tuple[MessageId, ...]
    oldest: MessageId | None


class Messenger(Protocol):
    """Carries a note to a person's DM. Every call ends within the bound it was built with."""

    async def open_dm(self, person: PersonId) -> ChannelId:
        """The person's DM channel. Raises Unreachable, NotSent or OutcomeUnknown."""
        ...

    async def send(self, channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        """Send once, never twice for the same nonce. Raises Unreachable, NotSent or OutcomeUnknown."""
        ...

    async def find(
        self, channel: ChannelId, delivery: str, *, after: MessageId | None, since: datetime
    ) -> MessageId | None:
        """The bot's message that carries this delivery id, looked for after a known message, else since an instant.

        Raises NotSent or OutcomeUnknown when the history cannot be read to its end.
        """
        ...

    async def send_file(self, channel: ChannelId, text: str, file: ExportFile) -> MessageId:
        """Send a file once. Raises TooLarge, Unreachable, NotSent or OutcomeUnknown."""
        ...

    async def page_back(self, channel: ChannelId, *, before: MessageId | None) -> DmPage:
        """A page of the DM, from the newest message or from before one. Waits as long as Discord's limits ask for.

        Raises NotSent or OutcomeUnknown.
        """
        ...

    async def delete(self, channel: ChannelId, message: MessageId) -> bool:
        """Delete a message of the bot's own; false if it was gone already. Waits as long as Discord's limits ask for.

        Raises NotSent when Discord refuses, OutcomeUnknown.
        """
        ...


class StaffRooms(Protocol):
    """The communities' staff channels, and who is in a community. Every call ends within a bound."""

    def look(self, community: CommunityId, channel: ChannelId) -> StaffRoom | None:
        """The channel as it is now; None when it is not there any more, or not in this community."""
        ...

    async def post(self, channel: ChannelId, note: StaffNote, *, nonce: str) -> MessageId:
        """Post once, within minutes never twice for the same nonce. Raises NotSent or OutcomeUnknown."""
        ...

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        """Whether this person is in the community now. Raises NotSent or OutcomeUnknown when nobody can tell."""
        ...

    async def can_read(self, community: CommunityId, channel: ChannelId, person: PersonId) -> bool:
        """Whether this person is in the community now and can read this channel of it. Raises the same."""
        ...


class Whereabouts(Protocol):
    """Where the bot is, who is there, and what time it is there. Every call ends within a bound."""

    async def time(self) -> datetime | None:
        """Discord's own time, aware; None when no answer says it."""
        ...

    def here(self) -> frozenset[CommunityId] | None:
        """Every community that the bot is in, those in an outage too; None as long as that is not known."""
        ...

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        """Whether this person is in one of these now. Raises NotSent or OutcomeUnknown when nobody can tell."""
        ...


class Says(Protocol):
    """Speaks one language."""

    @property
    def language(self) -> str:
        """Its tag, such as `es`."""
        ...

    def __call__(self, text_id: str, /, **values: object) -> str:
        """The text of that id, filled. Raises ContentError for an id that is nowhere."""
        ...


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held about a person at an instant (UTC), by kind; of all kinds, or a part of them."""

    person: PersonId
    at: datetime
    kinds: Mapping[str, Sequence[Json]]
    is_part: bool = False


Pack = Callable[[Holdings, Says], Awaitable[ExportFile]]
"""Turns what is held about a person into one file, without holding up the event loop."""
