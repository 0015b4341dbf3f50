"""What the sandbox's world is made of: people, communities, roles, channels and members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

TEXT, DM = 0, 1  # channel types

Json = dict[str, Any]
"""A JSON object as it goes over the wire."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account; the bot is one too."""

    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-US"
    dms_open: bool = True
    avatar: str | None = None

    @property
    def display_name(self) -> str:
        """What others see."""
        return self.global_name or self.username


@dataclass(frozen=True, slots=True)
class Role:
    """A role; the one with the community's own id is @everyone."""

    id: int
    name: str
    permissions: int
    position: int
    managed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies to one role (kind 0) or member (kind 1)."""

    target: int
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Channel:
    """A text channel of a community, or (with `recipient`) the direct messages between one person and the bot."""

    id: int
    type: int
    guild_id: int | None = None
    name: str = ""
    position: int = 0
    topic: str | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    recipient: int | None = None
    last_message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one community."""

    user_id: int
    joined_at: datetime
    roles: tuple[int, ...] = ()
    nick: str | None = None


@dataclass(slots=True)
class Guild:
    """A community."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    preferred_locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    members: dict[int, Member] = field(default_factory=dict[int, Member])

    def role_named(self, name: str) -> Role | None:
        """The role with this name, whatever its case."""
        return next((role for role in self.roles.values() if role.name.casefold() == name.casefold()), None)


@dataclass(slots=True)
class World:
    """Everybody and every place. `bot_id` is the bot's user id and its application's id."""

    bot_id: int
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    dms: dict[int, Channel] = field(default_factory=dict[int, Channel])
    _dm_of: dict[int, Channel] = field(default_factory=dict[int, Channel])

    @property
    def bot(self) -> User:
        """The bot's user."""
        return self.users[self.bot_id]

    def channel(self, channel_id: int) -> Channel | None:
        """The channel with this id, of a community or of direct messages."""
        for guild in self.guilds.values():
            if channel_id in guild.channels:
                return guild.channels[channel_id]
        return self.dms.get(channel_id)

    def dm_of(self, user_id: int) -> Channel | None:
        """This person's direct messages with the bot, if they were ever opened."""
        return self._dm_of.get(user_id)

    def add_dm(self, channel_id: int, user_id: int) -> Channel:
        """Open direct messages between this person and the bot."""
        channel = Channel(channel_id, DM, recipient=user_id)
        self.dms[channel_id] = self._dm_of[user_id] = channel
        return channel

    def guilds_of(self, user_id: int) -> Iterator[Guild]:
        """The communities that this person is in."""
        return (guild for guild in self.guilds.values() if user_id in guild.members)

    def share_guild(self, one: int, other: int) -> bool:
        """Whether both are in one community."""
        return any(other in guild.members for guild in self.guilds_of(one))

    def change_user(self, user: User, **changes: Any) -> User:
        """Replace fields of a user; returns the new one."""
        changed = replace(user, **changes)
        self.users[user.id] = changed
        return changed
