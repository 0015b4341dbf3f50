"""The first answer to an interaction: POST /interactions/{id}/{token}/callback."""

from __future__ import annotations

from supportbot.sandbox.compose import ComponentFiller, as_list, as_object
from supportbot.sandbox.interactions import Interaction
from supportbot.sandbox.messages import EPHEMERAL, LOADING, Message
from supportbot.sandbox.model import Json
from supportbot.sandbox.posting import Post, Refused, create, edit
from supportbot.sandbox.refusals import ALREADY_ACKNOWLEDGED, UNKNOWN_INTERACTION, UNKNOWN_MESSAGE
from supportbot.sandbox.rest.calls import NO_CONTENT, Answer, Call, Routes
from supportbot.sandbox.rest.channel_messages import reply_to
from supportbot.sandbox.rest.checks import check_callback
from supportbot.sandbox.state import State
from supportbot.sandbox.uploads import Upload

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9


def add_routes(routes: Routes) -> None:
    """One route, for all kinds of answers."""
    routes.add("POST", "/interactions/{interaction}/{token}/callback", _callback, token_only=True)


def _callback(state: State, call: Call) -> Answer:
    interaction = state.interactions.get(call.id("interaction"))
    if interaction is None or interaction.token != call.params["token"]:
        raise Refused(UNKNOWN_INTERACTION)
    if interaction.acknowledged:
        raise Refused(ALREADY_ACKNOWLEDGED)
    if interaction.first.done() or state.real_time() - interaction.born > state.options.answer_within:
        raise Refused(UNKNOWN_INTERACTION)
    check_callback(call, interaction, state.messages.get(interaction.channel.id, interaction.source or 0))
    message = _answer(state, interaction, call.object(), call.files)
    if call.query.get("with_response", "").lower() not in {"1", "true"}:
        return NO_CONTENT
    return Answer(body=_confirmation(interaction, int(call.object()["type"]), message))


def _answer(state: State, interaction: Interaction, body: Json, files: tuple[Upload, ...]) -> Message | None:
    kind, data = int(body["type"]), as_object(body.get("data"))
    if kind in {MESSAGE, DEFERRED}:
        return _respond(state, interaction, data, files, loading=kind == DEFERRED)
    if kind in {DEFERRED_UPDATE, UPDATE}:
        return _update(state, interaction, data, files, now=kind == UPDATE)
    if kind == MODAL:
        shape = {"id": str(interaction.id), "custom_id": data["custom_id"], "title": data["title"]}
        filler = ComponentFiller(lambda url: {"url": url, "proxy_url": url}, state.ids)
        interaction.modal = {**shape, "components": filler.fill(as_list(data["components"]))}
        interaction.answered({"outcome": "modal", "modal": interaction.modal})
    else:
        interaction.answered({"outcome": "choices", "choices": as_list(data.get("choices"))})
    return None


def _respond(
    state: State, interaction: Interaction, data: Json, files: tuple[Upload, ...], *, loading: bool
) -> Message:
    ephemeral = int(data.get("flags") or 0) & EPHEMERAL != 0
    message = answer_message(
        state, interaction, {} if loading else data, files, ephemeral=ephemeral, flags=LOADING if loading else 0
    )
    interaction.response, interaction.loading = message.id, loading
    outcome = "deferred" if loading else "message"
    interaction.answered({"outcome": outcome, "message": message.as_seen()})
    return message


def _update(state: State, interaction: Interaction, data: Json, files: tuple[Upload, ...], *, now: bool) -> Message:
    message = state.messages.get(interaction.channel.id, interaction.source or 0)
    if message is None:
        raise Refused(UNKNOWN_MESSAGE)
    if now:
        edit(state, message, data, files, only_users=True)
    interaction.response, interaction.waits_for_update = message.id, not now
    interaction.answered({"outcome": "update" if now else "deferred", "message": message.as_seen()})
    return message


def answer_message(
    state: State,
    interaction: Interaction,
    body: Json,
    files: tuple[Upload, ...],
    *,
    ephemeral: bool,
    flags: int = 0,
    follows: Message | None = None,
) -> Message:
    """Create a message with an interaction's token; `follows` is the answer that it is a follow-up to."""
    world = state.world
    quoted = follows
    if quoted is None and interaction.source is not None:
        quoted = state.messages.get(interaction.channel.id, interaction.source)
    extra: Json = {"type": interaction.message_type}
    if quoted is not None:
        extra |= reply_to(quoted, interaction.channel)
    extra |= {
        "application_id": str(world.bot_id),
        "webhook_id": str(world.bot_id),
        "interaction_metadata": interaction.metadata(world, original=follows.id if follows else None),
    }
    if interaction.command is not None and follows is None:
        user = extra["interaction_metadata"]["user"]
        name = interaction.command["name"]
        extra["interaction"] = {"id": str(interaction.id), "type": 2, "name": name, "user": user}
    post = Post(
        interaction.channel,
        world.bot,
        body,
        files,
        owner=interaction.user_id if ephemeral else None,
        flags=flags,
        interaction=interaction.id,
        command=interaction.command,
        extra=extra,
        only_users=True,
    )
    return create(state, post)


def _confirmation(interaction: Interaction, kind: int, message: Message | None) -> Json:
    shape: Json = {"id": str(interaction.id), "type": int(interaction.kind), "channel_id": str(interaction.channel.id)}
    if interaction.channel.guild_id is not None:
        shape["guild_id"] = str(interaction.channel.guild_id)
    if message is not None:
        shape |= {
            "response_message_id": str(message.id),
            "response_message_loading": kind == DEFERRED,
            "response_message_ephemeral": message.owner is not None,
        }
    body: Json = {"interaction": shape}
    if message is not None and kind in {MESSAGE, UPDATE}:
        body["resource"] = {"type": kind, "message": message.shape}
    return body
