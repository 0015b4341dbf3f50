"""What an interaction's token allows after the first answer: follow-ups, and reading, editing and deleting them."""

from __future__ import annotations

from datetime import timedelta

from supportbot.sandbox.interactions import Interaction
from supportbot.sandbox.messages import EPHEMERAL, Message
from supportbot.sandbox.model import Json
from supportbot.sandbox.posting import Refused, delete, edit
from supportbot.sandbox.refusals import INVALID_WEBHOOK_TOKEN, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK
from supportbot.sandbox.rest.callbacks import answer_message
from supportbot.sandbox.rest.calls import NO_CONTENT, Answer, Call, Routes
from supportbot.sandbox.rest.checks import check_message
from supportbot.sandbox.state import State


def add_routes(routes: Routes) -> None:
    """`{message}` may be `@original`."""
    routes.add("POST", "/webhooks/{webhook}/{token}", _follow_up, token_only=True)
    routes.add("GET", "/webhooks/{webhook}/{token}/messages/{message}", _get, token_only=True)
    routes.add("PATCH", "/webhooks/{webhook}/{token}/messages/{message}", _edit, token_only=True)
    routes.add("DELETE", "/webhooks/{webhook}/{token}/messages/{message}", _delete, token_only=True)


def _interaction(state: State, call: Call) -> Interaction:
    interaction = state.interactions.with_token(call.params["token"])
    if interaction is None or call.id("webhook") != state.world.bot_id or not interaction.acknowledged:
        raise Refused(UNKNOWN_WEBHOOK)
    if state.clock.now() - interaction.created_at > timedelta(seconds=state.options.token_life):
        raise Refused(INVALID_WEBHOOK_TOKEN)
    return interaction


def _message(state: State, interaction: Interaction, call: Call) -> Message:
    original = call.params["message"] == "@original"
    message_id = interaction.response if original else call.id("message")
    message = state.messages.get(interaction.channel.id, message_id or 0)
    if message is None or (message.id != interaction.response and message.interaction != interaction.id):
        raise Refused(UNKNOWN_MESSAGE)
    return message


def _follow_up(state: State, call: Call) -> Answer:
    """After a type 5 the first follow-up edits the loading message, and the deferral said whether it is ephemeral."""
    interaction = _interaction(state, call)
    body = call.object()
    check_message(call, "webhook_create")
    original = state.messages.get(interaction.channel.id, interaction.response or 0)
    if interaction.loading and original is not None:
        edit(state, original, body, call.files, only_users=True)
        message = original
    else:
        ephemeral = int(body.get("flags") or 0) & EPHEMERAL != 0
        message = answer_message(state, interaction, body, call.files, ephemeral=ephemeral, follows=original)
    _finish(state, interaction, "message", message)
    return Answer(body=message.shape) if call.query.get("wait", "").lower() in {"1", "true"} else NO_CONTENT


def _get(state: State, call: Call) -> Answer:
    return Answer(body=_message(state, _interaction(state, call), call).shape)


def _edit(state: State, call: Call) -> Answer:
    interaction = _interaction(state, call)
    message = _message(state, interaction, call)
    check_message(call, "webhook_edit", message)
    edit(state, message, call.object(), call.files, only_users=True)
    if message.id == interaction.response:
        _finish(state, interaction, "message" if interaction.loading else "update", message)
    return Answer(body=message.shape)


def _delete(state: State, call: Call) -> Answer:
    interaction = _interaction(state, call)
    message = _message(state, interaction, call)
    delete(state, message)
    if message.id == interaction.response:
        _finish(state, interaction, "deleted", None)
    return NO_CONTENT


def _finish(state: State, interaction: Interaction, outcome: str, message: Message | None) -> None:
    """A deferred answer has become something."""
    if not interaction.loading and not interaction.waits_for_update:
        return
    result: Json = {"outcome": outcome} | ({} if message is None else {"message": message.as_seen()})
    interaction.finished(result)
    told: Json = {"id": str(interaction.id), "outcome": outcome}
    state.hub.publish("interaction", told, lambda user_id: user_id == interaction.user_id)
