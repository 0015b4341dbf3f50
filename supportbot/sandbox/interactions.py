"""Interactions: what a person did, the payload that tells the bot, and how far its answer has come."""

from __future__ import annotations

import asyncio
import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from supportbot.sandbox.model import Channel, Json, World
from supportbot.sandbox.objects import member_object, partial_channel_object, user_object
from supportbot.sandbox.permissions import permissions_at

ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024
_KEEP = 20_000


class Kind(IntEnum):
    """Interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


def _future() -> asyncio.Future[Json]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Interaction:
    """One interaction. `born` is in real seconds, `created_at` by the sandbox's clock.

    `source` is the pressed message, or the one whose component opened the modal. `response` is what `@original` means.
    `first` becomes the bot's first answer, `final` what became of a deferred one.
    """

    id: int
    kind: Kind
    user_id: int
    channel: Channel
    data: Json
    born: float
    created_at: datetime
    message_type: int = 0
    source: int | None = None
    source_ephemeral: bool = False
    parent: Interaction | None = None
    command: Json | None = None
    target: Json = field(default_factory=dict[str, object])
    token: str = ""
    acknowledged: bool = False
    response: int | None = None
    loading: bool = False
    waits_for_update: bool = False
    modal: Json | None = None
    first: asyncio.Future[Json] = field(default_factory=_future)
    final: asyncio.Future[Json] = field(default_factory=_future)

    def __post_init__(self) -> None:
        raw = f"interaction:{self.id}:{secrets.token_urlsafe(96)}"
        self.token = base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @property
    def from_component(self) -> bool:
        """Whether types 6 and 7 make sense: a component, or a modal that a component opened."""
        return self.kind is Kind.COMPONENT or (self.kind is Kind.MODAL and self.source is not None)

    def owners(self) -> Json:
        """`authorizing_integration_owners`: this community installed the app; "0" in direct messages."""
        return {"0": str(self.channel.guild_id or 0)}

    def answered(self, result: Json) -> None:
        """The bot's first answer is there."""
        self.acknowledged = True
        if not self.first.done():
            self.first.set_result(result)

    def finished(self, result: Json) -> None:
        """A deferred answer has become something."""
        self.loading = self.waits_for_update = False
        if not self.final.done():
            self.final.set_result(result)

    def metadata(self, world: World, *, original: int | None = None) -> Json:
        """`interaction_metadata` of the messages that answer this interaction."""
        shape: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": user_object(world.users[self.user_id]),
            "authorizing_integration_owners": self.owners(),
        }
        if original is not None:
            shape["original_response_message_id"] = str(original)
        if self.kind is Kind.COMPONENT:
            shape["interacted_message_id"] = str(self.source)
        if self.kind is Kind.MODAL and self.parent is not None:
            shape["triggering_interaction_metadata"] = self.parent.metadata(world)
        return shape | self.target


class InteractionStore:
    """The last interactions by id and by token."""

    def __init__(self) -> None:
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def add(self, interaction: Interaction) -> None:
        """Keep one more; the oldest goes when there are too many."""
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        if len(self._by_id) > _KEEP:
            oldest = self._by_id.pop(next(iter(self._by_id)))
            self._by_token.pop(oldest.token, None)

    def get(self, interaction_id: int) -> Interaction | None:
        """The one with this id."""
        return self._by_id.get(interaction_id)

    def with_token(self, token: str) -> Interaction | None:
        """The one with this token."""
        return self._by_token.get(token)


def payload(interaction: Interaction, world: World, message: Json | None) -> Json:
    """INTERACTION_CREATE's data; `message` is the one that a component or its modal belongs to."""
    channel, user = interaction.channel, world.users[interaction.user_id]
    shape: Json = {
        "id": str(interaction.id),
        "application_id": str(world.bot_id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": partial_channel_object(channel, world, user.id),
        "app_permissions": str(permissions_at(world, channel, world.bot_id)),
        "locale": user.locale,
        "entitlements": [],
        "authorizing_integration_owners": interaction.owners(),
        "context": 1 if channel.guild_id is None else 0,
        "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
    }
    if message is not None:
        shape["message"] = message
    if channel.guild_id is None:
        return shape | {"user": user_object(user)}
    guild = world.guilds[channel.guild_id]
    member = member_object(guild.members[user.id], user)
    return shape | {
        "guild_id": str(guild.id),
        "guild_locale": guild.preferred_locale,
        "guild": {"id": str(guild.id), "locale": guild.preferred_locale, "features": ["COMMUNITY"]},
        "member": {**member, "permissions": str(permissions_at(world, channel, user.id))},
    }
