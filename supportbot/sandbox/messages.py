"""The messages of all channels, in memory, and who may see which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from supportbot.sandbox.model import Json

EPHEMERAL, LOADING, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, V2 = 1 << 6, 1 << 7, 1 << 2, 1 << 12, 1 << 15


@dataclass(slots=True)
class Message:
    """A stored message. `shape` is Discord's message object; `owner` is the only person who sees an ephemeral one.

    `interaction` is the id of the interaction whose token made it, `born` real seconds (for a lagging history).
    """

    id: int
    channel_id: int
    author_id: int
    shape: Json
    born: float
    owner: int | None = None
    interaction: int | None = None
    command: Json | None = None

    def as_seen(self) -> Json:
        """The form of the actor API."""
        return {**self.shape, "ephemeral": self.owner is not None, "reply_to_command": self.command}


class MessageStore:
    """Messages by channel, in the order of their ids."""

    def __init__(self) -> None:
        self._channels: dict[int, dict[int, Message]] = {}
        self._nonces: dict[tuple[int, str], tuple[int, datetime]] = {}

    def add(self, message: Message) -> None:
        """Keep a new one."""
        self._channels.setdefault(message.channel_id, {})[message.id] = message

    def get(self, channel_id: int, message_id: int) -> Message | None:
        """One of this channel."""
        return self._channels.get(channel_id, {}).get(message_id)

    def find(self, message_id: int) -> Message | None:
        """One of any channel."""
        return next((rows[message_id] for rows in self._channels.values() if message_id in rows), None)

    def remove(self, message: Message) -> None:
        """Forget one."""
        self._channels.get(message.channel_id, {}).pop(message.id, None)

    def drop_channel(self, channel_id: int) -> None:
        """Forget a channel's messages."""
        self._channels.pop(channel_id, None)

    def of(self, channel_id: int, viewer: int | None = None) -> list[Message]:
        """A channel's messages, oldest first: the public ones, and the ephemeral ones of `viewer`."""
        rows = self._channels.get(channel_id, {}).values()
        return [row for row in rows if row.owner is None or row.owner == viewer]

    def remember_nonce(self, channel_id: int, nonce: str, message_id: int, now: datetime) -> None:
        """This message was sent with this nonce."""
        self._nonces[channel_id, nonce] = (message_id, now)
        if len(self._nonces) > 50_000:
            self._nonces.pop(next(iter(self._nonces)))

    def sent_with(self, channel_id: int, nonce: str, now: datetime, seconds: float) -> Message | None:
        """The message that was sent with this nonce in the last `seconds`."""
        message_id, then = self._nonces.get((channel_id, nonce), (0, now))
        if not message_id or (now - then).total_seconds() >= seconds:
            return None
        return self.get(channel_id, message_id)
