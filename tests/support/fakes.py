"""Fakes of the ports in `supportbot.services.ports`: they keep the ports' promises, and can refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from supportbot.domain.checkins import Note
from supportbot.domain.people import ChannelId, CommunityId, MessageId, PersonId
from supportbot.domain.pictures import Picture
from supportbot.domain.staff import Power, Readers, StaffNote, StaffRoom
from supportbot.errors import DeliveryError, OutcomeUnknown
from supportbot.services.pacer import Lane, Pacer
from supportbot.services.ports import DmPage, ExportFile

START = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST_NONCE = 25
PNG = b"\x89PNG\r\n\x1a\n"
NONCE_MEMORY = timedelta(minutes=3)
Call = Literal["open_dm", "send", "find", "send_file", "page_back", "delete"]
PAGE = 100
Callback = Callable[[], None]


class FakeClock:
    """Stands still until it is moved; every move is told to those who asked."""

    def __init__(self, now: datetime = START) -> None:
        self._now = _utc(now)
        self._callbacks: list[Callback] = []

    def now(self) -> datetime:
        return self._now

    def on_jump(self, callback: Callback) -> None:
        self._callbacks.append(callback)

    def set(self, instant: datetime) -> None:
        """Move to an aware instant, forwards or back."""
        self._now = _utc(instant)
        for callback in list(self._callbacks):
            callback()

    def advance(self, **by: float) -> None:
        """Move on, as in `advance(minutes=5)`."""
        self.set(self._now + timedelta(**by))


class TrueTime:
    """What Discord and a steady clock know of the time, whatever the fake clock says.

    That is ahead by `ahead`; the steady one stood still for `slept`. Discord says nothing while it is `silent`.
    """

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.ahead = timedelta()
        self.slept = timedelta()
        self.silent = False
        self.asked = 0

    def leap(self, by: timedelta) -> None:
        """The fake clock is set wrong, or right again; no time passes."""
        self.ahead += by
        self._clock.set(self._clock.now() + by)

    def steady(self) -> float:
        return (self._clock.now() - self.ahead - self.slept).timestamp()

    async def told(self) -> datetime | None:
        self.asked += 1
        return None if self.silent else self._clock.now() - self.ahead


class FakeWakeups:
    """Fires only when told to. `armed` and `repeated` say when; `history` is every arming, oldest first."""

    def __init__(self) -> None:
        self.armed: dict[str, datetime] = {}
        self.repeated: dict[str, timedelta] = {}
        self.history: list[tuple[str, datetime | None]] = []
        self._callbacks: dict[str, Callback] = {}

    def wake_at(self, name: str, instant: datetime | None, callback: Callback) -> None:
        self.history.append((name, instant))
        if instant is None:
            self.armed.pop(name, None)
            return
        self.armed[name] = _utc(instant)
        self._callbacks[name] = callback

    def every(self, name: str, interval: timedelta, callback: Callback) -> None:
        assert interval > timedelta(), f"{name} would call back without end"
        self.repeated[name] = interval
        self._callbacks[name] = callback

    def fire(self, name: str) -> None:
        """Call back now, whatever the time. What was armed once is not armed any more."""
        assert name in self.armed or name in self.repeated, f"{name} is not armed: {self.armed}, {self.repeated}"
        self.armed.pop(name, None)
        self._callbacks[name]()


class FakePacer(Pacer):
    """Never waits. `turns` counts those given out; `hook`, if set, is awaited in each: what happens in between."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.hook: Callable[[], Awaitable[object]] | None = None

    async def turn(self, lane: Lane = Lane.CHECKINS) -> None:
        self.turns += 1
        if self.hook is not None:
            await self.hook()


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that is in somebody's DM."""

    id: MessageId
    channel: ChannelId
    note: Note
    nonce: str
    at: datetime


@dataclass(slots=True)
class _Refusal:
    error: DeliveryError
    of: Call
    person: PersonId | None
    left: int
    stored: bool


class FakeMessenger:
    """Delivers into `sent`, one message a nonce until that is forgotten, and refuses what it was told to refuse.

    A channel that was never opened, a nonce that Discord would not take, and an error that is none of the port's
    are the caller's mistakes: AssertionError.
    """

    def __init__(self, clock: FakeClock, *, nonce_memory: timedelta = NONCE_MEMORY) -> None:
        self._clock = clock
        self._nonce_memory = nonce_memory
        self._owners: dict[ChannelId, PersonId] = {}
        self._refusals: list[_Refusal] = []
        self._last_id = 1000
        self.calls: list[tuple[str, int]] = []
        self.sent: list[Sent] = []
        self.files: list[tuple[ChannelId, ExportFile]] = []
        self.histories: dict[ChannelId, list[tuple[MessageId, bool]]] = {}
        """What is in DMs beside `sent`, oldest first: the id, and whether it is the bot's own."""

    def refuse(
        self,
        error: DeliveryError,
        *,
        of: Call = "send",
        person: int | None = None,
        times: int = 1,
        stored: bool = False,
    ) -> None:
        """Raise this from the next `times` calls (for one person, if given), in the order of asking.

        `stored`: the message is delivered all the same, as it may be when the outcome is unknown.
        """
        assert isinstance(error, OutcomeUnknown) or not stored, "only an unknown outcome may have been delivered"
        self._refusals.append(_Refusal(error, of, None if person is None else PersonId(person), times, stored))

    def sent_to(self, person: int) -> list[Note]:
        """What is in this person's DM, oldest first."""
        return [message.note for message in self.sent if self._owners[message.channel] == person]

    async def open_dm(self, person: PersonId) -> ChannelId:
        self.calls.append(("open_dm", person))
        self._raise("open_dm", person)
        channel = ChannelId(person + 5_000_000)
        self._owners[channel] = person
        return channel

    async def send(self, channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        self.calls.append(("send", channel))
        person = self._owner(channel)
        assert 0 < len(nonce) <= LONGEST_NONCE, f"Discord takes no nonce of {len(nonce)} characters"
        refusal = self._take("send", person)
        if refusal is not None and not refusal.stored:
            raise refusal.error
        message = self._deliver(channel, note, nonce)
        if refusal is not None:
            raise refusal.error
        return message.id

    async def find(
        self, channel: ChannelId, delivery: str, *, after: MessageId | None, since: datetime
    ) -> MessageId | None:
        self.calls.append(("find", channel))
        self._raise("find", self._owner(channel))
        for message in self.sent:
            is_newer = message.at >= _utc(since) if after is None else message.id > after
            if message.channel == channel and is_newer and getattr(message.note, "delivery", None) == delivery:
                return message.id
        return None

    async def send_file(self, channel: ChannelId, text: str, file: ExportFile) -> MessageId:
        self.calls.append(("send_file", channel))
        self._raise("send_file", self._owner(channel))
        self.files.append((channel, file))
        self._last_id += 1
        return MessageId(self._last_id)

    async def page_back(self, channel: ChannelId, *, before: MessageId | None) -> DmPage:
        self.calls.append(("page_back", channel))
        self._raise("page_back", self._owner(channel))
        rows = self.histories.get(channel, [])
        older = [row for row in rows if before is None or row[0] < before][-PAGE:]
        own = tuple(message for message, is_own in reversed(older) if is_own)
        return DmPage(own, older[0][0] if len(older) == PAGE else None)

    async def delete(self, channel: ChannelId, message: MessageId) -> bool:
        self.calls.append(("delete", message))
        rows = self.histories.get(channel, [])
        assert (message, False) not in rows, "the bot may delete its own messages only"
        self._raise("delete", self._owner(channel))
        if (message, True) not in rows:
            return False
        rows.remove((message, True))
        return True

    def knows(self, channel: ChannelId, person: int) -> None:
        """This channel was opened with this person before the test began."""
        self._owners[channel] = PersonId(person)

    def _deliver(self, channel: ChannelId, note: Note, nonce: str) -> Sent:
        now = self._clock.now()
        for message in self.sent:
            if (message.channel, message.nonce) == (channel, nonce) and now - message.at < self._nonce_memory:
                return message
        self._last_id += 1
        self.sent.append(Sent(MessageId(self._last_id), channel, note, nonce, now))
        return self.sent[-1]

    def _owner(self, channel: ChannelId) -> PersonId:
        assert channel in self._owners, f"the channel {channel} was never opened"
        return self._owners[channel]

    def _raise(self, call: Call, person: PersonId) -> None:
        refusal = self._take(call, person)
        if refusal is not None:
            raise refusal.error

    def _take(self, call: Call, person: PersonId) -> _Refusal | None:
        for refusal in self._refusals:
            if refusal.of == call and refusal.person in {None, person} and refusal.left:
                refusal.left -= 1
                return refusal
        return None


@dataclass(frozen=True, slots=True)
class Post:
    """A note that is in a staff channel."""

    id: MessageId
    channel: ChannelId
    note: StaffNote
    nonce: str


class FakeStaffRooms:
    """Staff channels that a test opens with `open`; whoever is in `members` is in the community.

    Refuses what it was told to refuse. To post where there is no room is the caller's mistake: AssertionError.
    """

    def __init__(self) -> None:
        self.rooms: dict[ChannelId, StaffRoom] = {}
        self.members: set[tuple[CommunityId, PersonId]] = set()
        self.posts: list[Post] = []
        self.asked: list[tuple[CommunityId, PersonId]] = []
        self.hook: Callable[[], Awaitable[object]] | None = None
        self.looking: Callable[[], Awaitable[object]] | None = None
        self._refusals: list[_RoomRefusal] = []

    def open(
        self,
        community: int,
        channel: int,
        *,
        name: str = "team",
        roles: tuple[str, ...] = ("Moderators",),
        missing: tuple[Power, ...] = (),
    ) -> StaffRoom:
        """There is such a channel now, or it is so now."""
        readers = Readers(everyone=False, roles=roles, people=0)
        room = StaffRoom(CommunityId(community), ChannelId(channel), name, readers, missing)
        self.rooms[room.channel] = room
        return room

    def refuse(self, error: DeliveryError, *, of: Literal["post", "has_member"] = "post", stored: bool = False) -> None:
        """Raise this from the next call. `stored`: the note is posted all the same."""
        assert isinstance(error, OutcomeUnknown) or not stored, "only an unknown outcome may have been posted"
        self._refusals.append(_RoomRefusal(error, of, stored))

    def look(self, community: CommunityId, channel: ChannelId) -> StaffRoom | None:
        room = self.rooms.get(channel)
        return room if room is not None and room.community == community else None

    async def post(self, channel: ChannelId, note: StaffNote, *, nonce: str) -> MessageId:
        assert channel in self.rooms, f"there is no channel {channel}"
        assert 0 < len(nonce) <= LONGEST_NONCE, f"Discord takes no nonce of {len(nonce)} characters"
        if self.hook is not None:
            await self.hook()
        refusal = self._take("post")
        if refusal is None or refusal.stored:
            known = next((post for post in self.posts if (post.channel, post.nonce) == (channel, nonce)), None)
            if known is None:
                known = Post(MessageId(9000 + len(self.posts)), channel, note, nonce)
                self.posts.append(known)
            if refusal is None:
                return known.id
        raise refusal.error

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        self.asked.append((community, person))
        if self.looking is not None:
            await self.looking()
        if (refusal := self._take("has_member")) is not None:
            raise refusal.error
        return (community, person) in self.members

    async def can_read(self, community: CommunityId, channel: ChannelId, person: PersonId) -> bool:
        return self.look(community, channel) is not None and await self.has_member(community, person)

    def _take(self, call: str) -> _RoomRefusal | None:
        found = next((refusal for refusal in self._refusals if refusal.of == call), None)
        if found is not None:
            self._refusals.remove(found)
        return found


class FakeWhereabouts:
    """`places` are the communities that the bot is in, None while that is not known; `members` who is in one.

    `silent` are communities that give no answer. To look where the bot is not is the caller's mistake: AssertionError.
    """

    def __init__(self, *places: int) -> None:
        self.places: set[CommunityId] | None = {CommunityId(place) for place in places}
        self.members: set[tuple[CommunityId, PersonId]] = set()
        self.silent: set[CommunityId] = set()
        self.asked: list[tuple[CommunityId, PersonId]] = []
        self.clock: datetime | None = None

    async def time(self) -> datetime | None:
        return self.clock

    def here(self) -> frozenset[CommunityId] | None:
        return None if self.places is None else frozenset(self.places)

    async def has_member(self, community: CommunityId, person: PersonId) -> bool:
        assert self.places is not None, "it is not known where the bot is"
        assert community in self.places, f"the bot is not in {community}"
        self.asked.append((community, person))
        if community in self.silent:
            raise OutcomeUnknown("503")
        return (community, person) in self.members


@dataclass(frozen=True, slots=True)
class _RoomRefusal:
    error: DeliveryError
    of: str
    stored: bool


class FakeDraw:
    """A drawing hand that draws nothing: the bytes begin as a PNG does. `drawn` is what it was asked for.

    While `gate` is set, a drawing waits for it; `error` is raised in place of the next one.
    """

    def __init__(self) -> None:
        self.drawn: list[Picture] = []
        self.gate: asyncio.Event | None = None
        self.error: Exception | None = None

    async def __call__(self, table: Picture) -> bytes:
        self.drawn.append(table)
        if self.gate is not None:
            await self.gate.wait()
        error, self.error = self.error, None
        if error is not None:
            raise error
        return PNG + table.title.encode()


def _utc(instant: datetime) -> datetime:
    assert instant.utcoffset() == timedelta(), f"an instant of the ports is aware and in UTC, not {instant!r}"
    return instant
