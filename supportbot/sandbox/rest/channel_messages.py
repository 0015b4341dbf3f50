"""Routes about the messages of a channel or of direct messages."""

from __future__ import annotations

from supportbot.sandbox.compose import as_object
from supportbot.sandbox.messages import Message
from supportbot.sandbox.model import Channel, Json
from supportbot.sandbox.permissions import (
    ATTACH_FILES,
    EMBED_LINKS,
    MANAGE_MESSAGES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    permissions_at,
)
from supportbot.sandbox.posting import (
    Post,
    Refused,
    content_is_given,
    create,
    delete,
    edit,
    without_content,
)
from supportbot.sandbox.refusals import (
    CANNOT_MESSAGE_USER,
    MISSING_ACCESS,
    NO_MUTUAL_GUILD,
    NOT_THE_AUTHOR,
    UNKNOWN_MESSAGE,
    ApiError,
    invalid_form,
)
from supportbot.sandbox.rest.calls import NO_CONTENT, Answer, Call, Routes, snowflake
from supportbot.sandbox.rest.checks import check_message
from supportbot.sandbox.rest.places import need, seen_channel
from supportbot.sandbox.sessions import PRIVILEGED, Intent
from supportbot.sandbox.state import State

NONCE_MEMORY = 300.0
_NOT_IN_A_DM = ApiError(403, 50003, "Cannot execute action on a DM channel")


def add_routes(routes: Routes) -> None:
    """Read, send, edit, delete."""
    routes.add("GET", "/channels/{channel}/messages", _history)
    routes.add("POST", "/channels/{channel}/messages", _create)
    routes.add("GET", "/channels/{channel}/messages/{message}", _one)
    routes.add("PATCH", "/channels/{channel}/messages/{message}", _edit)
    routes.add("DELETE", "/channels/{channel}/messages/{message}", _delete)


def _create(state: State, call: Call) -> Answer:
    channel = seen_channel(state, call)
    body = call.object()
    check_message(call, "create")
    need(state, channel, _needed(body, call) | SEND_MESSAGES)
    if channel.recipient is not None:
        _reachable(state, channel.recipient, call)
    nonce = body.get("nonce")
    if nonce is not None and body.get("enforce_nonce"):
        memory = state.faults.standing("nonce_memory", NONCE_MEMORY)
        first = state.messages.sent_with(channel.id, str(nonce), state.clock.now(), memory)
        if first is not None:
            return Answer(body=first.shape | {"nonce": nonce})
    extra = _reference(state, channel, body)
    message = create(state, Post(channel, state.world.bot, body, call.files, extra=extra), nonce)
    if nonce is not None:
        state.messages.remember_nonce(channel.id, str(nonce), message.id, state.clock.now())
    return Answer(body=message.shape | ({} if nonce is None else {"nonce": nonce}))


def _needed(body: Json, call: Call) -> int:
    return (EMBED_LINKS if body.get("embeds") else 0) | (ATTACH_FILES if call.files else 0)


def _reachable(state: State, user_id: int, call: Call) -> None:
    name = f"{call.method} {call.path}"
    if state.faults.take(frozenset({"closed_dms"}), name, user_id):
        raise Refused(CANNOT_MESSAGE_USER)
    if state.faults.take(frozenset({"no_mutual_guild"}), name, user_id):
        raise Refused(NO_MUTUAL_GUILD)
    if not state.world.share_guild(user_id, state.world.bot_id):
        raise Refused(NO_MUTUAL_GUILD)
    if not state.world.users[user_id].dms_open:
        raise Refused(CANNOT_MESSAGE_USER)


def _reference(state: State, channel: Channel, body: Json) -> Json:
    """What makes the message a reply, if it is one."""
    wanted = as_object(body.get("message_reference"))
    if not wanted:
        return {}
    target = state.messages.get(channel.id, snowflake(str(wanted.get("message_id")), "message_reference"))
    if target is None or target.owner is not None:
        if wanted.get("fail_if_not_exists") is False:
            return {}
        error = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
        raise Refused(invalid_form({"message_reference": {"_errors": [error]}}))
    return reply_to(target, channel)


def reply_to(target: Message, channel: Channel) -> Json:
    """The fields of a reply to this message."""
    reference: Json = {"type": 0, "channel_id": str(channel.id), "message_id": str(target.id)}
    if channel.guild_id is not None:
        reference["guild_id"] = str(channel.guild_id)
    quoted = {key: value for key, value in target.shape.items() if key != "referenced_message"}
    return {"type": 19, "message_reference": reference, "referenced_message": quoted}


def _history(state: State, call: Call) -> Answer:
    channel = seen_channel(state, call)
    limit = _limit(call)
    if not permissions_at(state.world, channel, state.world.bot_id) & READ_MESSAGE_HISTORY:
        return Answer(body=[])
    lag = state.faults.standing("history_lag", 0.0)
    shown = [row for row in state.messages.of(channel.id) if state.real_time() - row.born >= lag]
    rows = _page(shown, call, limit)
    return Answer(body=[as_given(state, row, channel) for row in reversed(rows)])


def _page(rows: list[Message], call: Call, limit: int) -> list[Message]:
    if "around" in call.query:
        middle = snowflake(call.query["around"], "around")
        older = [row for row in rows if row.id < middle][-(limit // 2) :] if limit > 1 else []
        newer = [row for row in rows if row.id >= middle]
        return older + newer[: limit - len(older)]
    if "after" in call.query:
        start = snowflake(call.query["after"], "after")
        return [row for row in rows if row.id > start][:limit]
    if "before" in call.query:
        end = snowflake(call.query["before"], "before")
        rows = [row for row in rows if row.id < end]
    return rows[-limit:]


def _limit(call: Call) -> int:
    text = call.query.get("limit", "50")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        error = {"code": "NUMBER_TYPE_MAX", "message": "int value should be between 1 and 100."}
        raise Refused(invalid_form({"limit": {"_errors": [error]}}))
    return int(text)


def as_given(state: State, message: Message, channel: Channel) -> Json:
    """The message as REST gives it to an application without MESSAGE_CONTENT."""
    allowed = state.options.privileged_intents & Intent.MESSAGE_CONTENT & PRIVILEGED
    if allowed or content_is_given(state, message, channel):
        return message.shape
    return without_content(message.shape)


def _found(state: State, channel: Channel, call: Call) -> Message:
    message = state.messages.get(channel.id, call.id("message"))
    if message is None or message.owner is not None:
        raise Refused(UNKNOWN_MESSAGE)
    return message


def _one(state: State, call: Call) -> Answer:
    channel = seen_channel(state, call)
    if not permissions_at(state.world, channel, state.world.bot_id) & READ_MESSAGE_HISTORY:
        raise Refused(MISSING_ACCESS)
    return Answer(body=as_given(state, _found(state, channel, call), channel))


def _edit(state: State, call: Call) -> Answer:
    channel = seen_channel(state, call)
    message = _found(state, channel, call)
    if message.author_id != state.world.bot_id:
        raise Refused(NOT_THE_AUTHOR)
    check_message(call, "edit", message)
    need(state, channel, _needed(call.object(), call))
    edit(state, message, call.object(), call.files)
    return Answer(body=message.shape)


def _delete(state: State, call: Call) -> Answer:
    channel = seen_channel(state, call)
    message = _found(state, channel, call)
    if message.author_id != state.world.bot_id:
        if channel.guild_id is None:
            raise Refused(_NOT_IN_A_DM)
        need(state, channel, MANAGE_MESSAGES)
    delete(state, message)
    return NO_CONTENT
