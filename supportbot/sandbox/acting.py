"""Makes interactions as a person would through Discord's client, and follows what the bot answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from supportbot.sandbox.client_components import modal_components, press_data
from supportbot.sandbox.client_options import Filler, split_command
from supportbot.sandbox.commands import ON_MESSAGE, ON_USER, SLASH, visible_commands
from supportbot.sandbox.compose import as_list
from supportbot.sandbox.interactions import Interaction, Kind, payload
from supportbot.sandbox.model import Channel, Json, User
from supportbot.sandbox.objects import user_object
from supportbot.sandbox.places import ActorError, NotAllowed, NotThere, find_message, find_user
from supportbot.sandbox.refusals import UNKNOWN_MESSAGE
from supportbot.sandbox.state import State

DID_NOT_RESPOND = "The application did not respond"
_FINAL_WITHIN = 10.0
_REPLY_TYPES = {SLASH: 20, ON_USER: 23, ON_MESSAGE: 23}


@dataclass(frozen=True, slots=True)
class Use:
    """A command as a person uses it: its full name, and either options or a target."""

    name: str
    options: Json
    target: str | None = None
    kind: int | None = None


def offered(state: State, user: User, channel: Channel) -> list[Json]:
    """The commands that this person's client offers in this place."""
    return visible_commands(state.commands, state.command_rights, state.world, user.id, channel)


def start_command(state: State, user: User, channel: Channel, use: Use) -> Interaction:
    """Send a command. Raises ActorError where Discord's client would not let it be sent."""
    command, path = split_command(offered(state, user, channel), use.name, use.kind)
    filler = Filler(state, user.id, channel)
    data = _command_head(command)
    target: Json = {}
    if command["type"] == SLASH:
        leaf = path[-1] if path else command
        options = nested(path, filler.fill(as_list(leaf.get("options")), use.options))
        if options:
            data["options"] = options
    else:
        target = _aim(state, user, channel, filler, command=command, use=use)
        data["target_id"] = target.pop("id")
    if filler.resolved:
        data["resolved"] = filler.resolved
    full_name = " ".join([command["name"], *(step["name"] for step in path)])
    interaction = _new(state, Kind.COMMAND, user, channel, data)
    interaction.message_type = _REPLY_TYPES[command["type"]]
    interaction.command = {"name": full_name, "user": user.username}
    interaction.target = target
    return _tell_bot(state, interaction)


def start_autocomplete(
    state: State, user: User, channel: Channel, use: Use, *, focused: str, value: Any
) -> Interaction:
    """Ask for suggestions for the option `focused`, of which `value` has been typed. Raises ActorError."""
    command, path = split_command(offered(state, user, channel), use.name, SLASH)
    leaf = path[-1] if path else command
    option = next((row for row in as_list(leaf.get("options")) if row["name"] == focused), None)
    if option is None or not option.get("autocomplete"):
        msg = f"The command has no option {focused[:100]!r} with suggestions."
        raise NotThere(msg)
    filler = Filler(state, user.id, channel)
    given = {**use.options, focused: value}
    data = _command_head(command)
    data["options"] = nested(path, filler.fill(as_list(leaf["options"]), given, focused=focused, partial=True))
    if filler.resolved:
        data["resolved"] = filler.resolved
    return _tell_bot(state, _new(state, Kind.AUTOCOMPLETE, user, channel, data))


def start_press(
    state: State, user: User, message_id: str, custom_id: str, values: Any, *, as_if_visible: bool
) -> Interaction:
    """Press a button or choose in a select. Raises ActorError when it is not there to be pressed."""
    message, channel = find_message(state, user, message_id, as_if_visible=as_if_visible)
    if channel.guild_id is not None and user.id not in state.world.guilds[channel.guild_id].members:
        msg = f"{user.display_name} is not in this community."
        raise NotAllowed(msg)
    filler = Filler(state, user.id, channel)
    data = press_data(state, user, filler, message.shape["components"], custom_id=custom_id, values=values)
    interaction = _new(state, Kind.COMPONENT, user, channel, data)
    interaction.source = message.id
    return _tell_bot(state, interaction)


def start_submit(state: State, user: User, modal_id: str, values: Json) -> Interaction:
    """Send a modal in. Raises ActorError when the client would not let it be sent."""
    parent = state.interactions.get(int(modal_id)) if modal_id.isascii() and modal_id.isdigit() else None
    if parent is None or parent.modal is None:
        msg = f"There is no open form {modal_id[:100]!r}."
        raise NotThere(msg)
    if parent.user_id != user.id:
        msg = f"This form was not opened for {user.display_name}."
        raise NotAllowed(msg)
    filler = Filler(state, user.id, parent.channel)
    components = modal_components(state, user, filler, parent.modal, values)
    data: Json = {"custom_id": parent.modal["custom_id"], "components": components}
    if filler.resolved:
        data["resolved"] = filler.resolved
    interaction = _new(state, Kind.MODAL, user, parent.channel, data)
    interaction.parent, interaction.source = parent, parent.source
    if parent.source is None:
        interaction.command = parent.command
    return _tell_bot(state, interaction)


async def follow(state: State, interaction: Interaction, *, final: bool = False) -> Json:
    """The Result: the bot's first answer, or what became of a deferred one when `final` is asked for."""
    await asyncio.wait([interaction.first], timeout=state.options.answer_within)
    if not interaction.first.done():
        interaction.first.set_result({"outcome": "failed", "error": DID_NOT_RESPOND})
    result = interaction.first.result()
    if final and result["outcome"] == "deferred":
        await asyncio.wait([interaction.final], timeout=_FINAL_WITHIN)
        result = interaction.final.result() if interaction.final.done() else result
    if interaction.kind is Kind.MODAL and interaction.parent is not None and result["outcome"] != "failed":
        interaction.parent.modal = None
    return {"interaction": str(interaction.id), **result}


def nested(path: list[Json], options: list[Json]) -> list[Json]:
    """The options below their subcommand and group."""
    for step in reversed(path):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    return options


def _command_head(command: Json) -> Json:
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


def _aim(state: State, user: User, channel: Channel, filler: Filler, *, command: Json, use: Use) -> Json:
    """What a context menu was opened on: its id, and what the answer's metadata says of it."""
    if use.target is None:
        msg = f"{command['name']!r} needs a target: the id of a {'user' if command['type'] == ON_USER else 'message'}."
        raise ActorError(msg)
    if use.options:
        msg = f"{command['name']!r} takes no options."
        raise ActorError(msg)
    if command["type"] == ON_USER:
        aimed = find_user(state, use.target)
        return {"id": filler.user(aimed.id), "target_user": user_object(aimed)}
    message, place = find_message(state, user, use.target)
    if place.id != channel.id:
        msg = "This message is in another channel."
        raise NotThere(msg, UNKNOWN_MESSAGE)
    if message.owner is not None:
        msg = "A message that only one person sees has no menu of commands."
        raise NotAllowed(msg, UNKNOWN_MESSAGE)
    # With its content, whatever the intents: a message command is the person handing this one message over.
    filler.resolved["messages"] = {str(message.id): dict(message.shape)}
    return {"id": str(message.id), "target_message_id": str(message.id)}


def _new(state: State, kind: Kind, user: User, channel: Channel, data: Json) -> Interaction:
    return Interaction(state.ids(), kind, user.id, channel, data, state.real_time(), state.clock.now())


def _tell_bot(state: State, interaction: Interaction) -> Interaction:
    state.interactions.add(interaction)
    source = state.messages.get(interaction.channel.id, interaction.source or 0)
    data = payload(interaction, state.world, dict(source.shape) if source else None)
    state.sessions.dispatch("INTERACTION_CREATE", data, guild_id=interaction.channel.guild_id)
    return interaction
