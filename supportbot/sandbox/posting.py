"""Creates, edits and deletes messages, and tells the bot and the people who see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from supportbot.sandbox.clock import iso
from supportbot.sandbox.compose import ComponentFiller, as_list, as_object, embed_shape, mentions_of
from supportbot.sandbox.messages import LOADING, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, V2, Message
from supportbot.sandbox.model import Channel, Json, User
from supportbot.sandbox.objects import member_object, user_object
from supportbot.sandbox.permissions import can_see
from supportbot.sandbox.refusals import EMPTY_MESSAGE, ApiError, invalid_form
from supportbot.sandbox.sessions import Intent
from supportbot.sandbox.state import State
from supportbot.sandbox.uploads import Shelf, Upload, descriptions

EPHEMERAL = 1 << 6
_NOT_WITH_V2 = {
    "code": "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    "message": "This field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
}
_WITH_FILES = ("attachments", "embeds", "components")
_OF_MEDIA = ("url", "proxy_url", "content_type", "filename", "size", "width", "height", "description")
_FROM_REQUEST = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | V2 | EPHEMERAL


class Refused(Exception):
    """Discord would refuse this request."""

    def __init__(self, error: ApiError, *, retry_after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be created. `extra` are further fields of the message object (type, references, metadata)."""

    channel: Channel
    author: User
    body: Json
    files: tuple[Upload, ...] = ()
    owner: int | None = None
    flags: int = 0
    interaction: int | None = None
    command: Json | None = None
    extra: Json = field(default_factory=dict[str, Any])
    only_users: bool = False
    """Whether mentions are parsed as in interaction messages when the request has no `allowed_mentions`."""


def create(state: State, post: Post, nonce: str | int | None = None) -> Message:
    """Store a message and tell everybody who sees it."""
    message_id = state.ids()
    channel = post.channel
    flags = (int(post.body.get("flags") or 0) & _FROM_REQUEST) | post.flags
    if post.owner is not None:
        flags |= EPHEMERAL
    shape: Json = {
        "id": str(message_id),
        "type": 0,
        "channel_id": str(channel.id),
        "author": user_object(post.author),
        "content": "",
        "timestamp": iso(state.clock.now()),
        "edited_timestamp": None,
        "tts": bool(post.body.get("tts")),
        "pinned": False,
        "flags": flags,
        "embeds": [],
        "components": [],
        "attachments": [],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        **post.extra,
    }
    message = Message(
        message_id, channel.id, post.author.id, shape, state.real_time(), post.owner, post.interaction, post.command
    )
    _apply(state, message, channel, post.body, post.files, only_users=post.only_users)
    state.messages.add(message)
    channel.last_message_id = message_id
    announce(state, message, "MESSAGE_CREATE", nonce)
    return message


def edit(
    state: State, message: Message, body: Json, files: tuple[Upload, ...] = (), *, only_users: bool = False
) -> None:
    """Change a message as the request asks, clear its loading state, and tell everybody who sees it.

    Raises Refused when nothing would be left of it.
    """
    channel = state.world.channel(message.channel_id)
    if channel is None:
        return
    before = dict(message.shape)
    was_loading = before["flags"] & LOADING
    if "flags" in body:
        kept = message.shape["flags"] & ~SUPPRESS_EMBEDS
        message.shape["flags"] = kept | (int(body["flags"] or 0) & (SUPPRESS_EMBEDS | V2))
    message.shape["flags"] &= ~LOADING
    _apply(state, message, channel, body, files, only_users=only_users)
    error = _spoiled(message.shape)
    if error:
        message.shape = before
    state.uploads.keep_only(message.id, [message.shape[key] for key in _WITH_FILES])
    if error:
        raise Refused(error)
    if not was_loading:
        message.shape["edited_timestamp"] = iso(state.clock.now())
    announce(state, message, "MESSAGE_UPDATE")


def _spoiled(shape: Json) -> ApiError | None:
    """Why an edit cannot stand: nothing is left, or old fields stand beside Components V2."""
    if not any(shape[key] for key in ("content", "embeds", "components", "attachments")):
        return EMPTY_MESSAGE
    if shape["flags"] & V2:
        errors: dict[str, object] = {key: {"_errors": [_NOT_WITH_V2]} for key in ("content", "embeds") if shape[key]}
        return invalid_form(errors) if errors else None
    return None


def delete(state: State, message: Message) -> None:
    """Remove a message and tell everybody who saw it."""
    state.messages.remove(message)
    state.uploads.keep_only(message.id, [])
    channel = state.world.channel(message.channel_id)
    ids: Json = {"id": str(message.id), "channel_id": str(message.channel_id)}
    if channel is not None:
        if message.owner is None:
            data = ids | ({"guild_id": str(channel.guild_id)} if channel.guild_id else {})
            state.sessions.dispatch("MESSAGE_DELETE", data, guild_id=channel.guild_id, intent=_intent(channel))
        state.hub.publish("message_delete", ids, audience(state, message, channel))


def announce(state: State, message: Message, event: str, nonce: str | int | None = None) -> None:
    """Tell the bot (never of ephemeral messages) and the people who see it."""
    channel = state.world.channel(message.channel_id)
    if channel is None:
        return
    if message.owner is None:
        full = gateway_shape(state, message, channel, nonce)
        blank = None if content_is_given(state, message, channel) else without_content(full)
        state.sessions.dispatch(event, full, guild_id=channel.guild_id, intent=_intent(channel), without_content=blank)
    state.hub.publish(event.lower(), message.as_seen(), audience(state, message, channel))


def gateway_shape(state: State, message: Message, channel: Channel, nonce: str | int | None = None) -> Json:
    """The message object with what only the gateway adds."""
    shape = dict(message.shape)
    if nonce is not None:
        shape["nonce"] = nonce
    if channel.guild_id is not None:
        shape["guild_id"] = str(channel.guild_id)
        member = state.world.guilds[channel.guild_id].members.get(message.author_id)
        if member is not None and "webhook_id" not in shape:
            shape["member"] = member_object(member, None)
    return shape


def content_is_given(state: State, message: Message, channel: Channel) -> bool:
    """Whether the bot gets the content without the MESSAGE_CONTENT intent: own messages, DMs, and mentions of it."""
    bot = state.world.bot_id
    mentioned = any(user["id"] == str(bot) for user in message.shape["mentions"])
    return channel.guild_id is None or message.author_id == bot or mentioned


def without_content(shape: Json) -> Json:
    """The message as an application without MESSAGE_CONTENT gets it."""
    return {**shape, "content": "", "embeds": [], "components": [], "attachments": []}


def audience(state: State, message: Message, channel: Channel) -> Callable[[int], bool]:
    """Who sees this message."""
    owner = message.owner
    return lambda user_id: (owner is None or owner == user_id) and can_see(state.world, channel, user_id)


def _intent(channel: Channel) -> int:
    return Intent.DIRECT_MESSAGES if channel.guild_id is None else Intent.GUILD_MESSAGES


def _apply(
    state: State, message: Message, channel: Channel, body: Json, files: tuple[Upload, ...], *, only_users: bool
) -> None:
    shape = message.shape
    if files or "attachments" in body:
        shape["attachments"] = _attachments(state, message, body, files)

    def resolve(url: str) -> Json:
        return _media(shape["attachments"], url)

    if "content" in body:
        shape["content"] = (body["content"] or "").strip()
        allowed = body.get("allowed_mentions")
        rules = None if allowed is None else as_object(allowed)
        shape |= mentions_of(shape["content"], rules, channel, state.world, only_users=only_users)
    if "embeds" in body:
        shape["embeds"] = [embed_shape(as_object(embed), resolve) for embed in as_list(body["embeds"])]
    if "components" in body:
        shape["components"] = ComponentFiller(resolve, state.ids).fill(as_list(body["components"]))


def _attachments(state: State, message: Message, body: Json, files: tuple[Upload, ...]) -> list[Json]:
    described = descriptions(body)
    old = message.shape["attachments"]
    kept = old if "attachments" not in body else [row for row in old if row["id"] in described]
    ephemeral = message.owner is not None
    new = [
        state.uploads.store(
            state.ids(),
            Shelf(message.channel_id, message.id),
            upload,
            described.get(upload.index, {}),
            ephemeral=ephemeral,
        )
        for upload in files
    ]
    return [*kept, *new]


def _media(attachments: list[Json], url: str) -> Json:
    """What `attachment://name` or a plain URL stands for."""
    name = url.removeprefix("attachment://")
    for row in attachments:
        if name != url and row["filename"] == name:
            found = {key: row[key] for key in _OF_MEDIA if key in row}
            return {**found, "attachment_id": row["id"]}
    return {"url": url, "proxy_url": url}
