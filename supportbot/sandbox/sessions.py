"""Gateway sessions: which events each is owed, and what it missed while it was away."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any, Protocol

from supportbot.sandbox.model import Json

_REPLAY = 2000
_AWAY = 16


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    ACK = 11


class Intent(IntFlag):
    """The intents that the sandbox's events need."""

    NONE = 0
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = int(Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT)
ALL_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))


class Link(Protocol):
    """The connection that a session is served over at the moment."""

    def send(self, payload: Json) -> None:
        """Queue one payload."""
        ...

    def close(self, code: int) -> None:
        """Queue a close frame."""
        ...

    def drop(self) -> None:
        """Cut the connection."""
        ...


@dataclass(slots=True, eq=False)
class Session:
    """One identified shard of one process."""

    shard: int
    shards: int
    intents: int
    shard_sent: bool
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    seq: int = 0
    link: Link | None = None
    replay: deque[Json] = field(default_factory=lambda: deque[Json](maxlen=_REPLAY))

    def owes(self, guild_id: int | None, intent: int) -> bool:
        """Whether an event of this place that needs `intent` goes to this session."""
        if intent and not self.intents & intent:
            return False
        return self.shard == (0 if guild_id is None else (guild_id >> 22) % self.shards)

    def dispatch(self, event: str, data: Any) -> None:
        """Send an event, or keep it for the resume."""
        self.seq += 1
        payload: Json = {"op": Op.DISPATCH, "t": event, "s": self.seq, "d": data}
        self.replay.append(payload)
        if self.link:
            self.link.send(payload)

    def missed(self, seq: int) -> list[Json] | None:
        """What came after `seq`; None when that is no longer known."""
        if seq > self.seq or seq < self.seq - len(self.replay):
            return None
        return [payload for payload in self.replay if payload["s"] > seq]


class Sessions:
    """All sessions; `on_change` is called when one comes or goes."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._sessions: dict[str, Session] = {}
        self._on_change = on_change

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    @property
    def connected(self) -> bool:
        """Whether every shard of some bot is connected."""
        here = {(session.shard, session.shards) for session in self if session.link}
        return any(all((shard, count) in here for shard in range(count)) for _, count in here)

    def get(self, session_id: str) -> Session | None:
        """The session with this id, connected or not."""
        return self._sessions.get(session_id)

    def add(self, session: Session) -> None:
        """A new session was identified."""
        away = [old for old in self if old.link is None]
        for old in away[: max(0, len(away) - _AWAY)]:
            del self._sessions[old.id]
        self._sessions[session.id] = session

    def changed(self) -> None:
        """A session was connected."""
        self._on_change()

    def left(self, session: Session, link: Link, *, resumable: bool) -> None:
        """The connection of a session ended."""
        if session.link is link:
            session.link = None
            if not resumable:
                self._sessions.pop(session.id, None)
            self._on_change()

    def forget(self, session: Session) -> None:
        """The session can no longer be resumed."""
        self._sessions.pop(session.id, None)

    def dispatch(
        self, event: str, data: Any, *, guild_id: int | None, intent: int = 0, without_content: Any = None
    ) -> None:
        """Send an event to whom it is owed; `without_content` replaces the data where message content is not given."""
        for session in self:
            if session.owes(guild_id, intent):
                blank = without_content is not None and not session.intents & Intent.MESSAGE_CONTENT
                session.dispatch(event, without_content if blank else data)
