"""What Discord's client does with components before it sends them: only what is really there can be used."""

from __future__ import annotations

from typing import Any

from supportbot.sandbox.client_options import Filler
from supportbot.sandbox.compose import (
    BUTTON,
    CHANNEL_SELECT,
    MENTIONABLE_SELECT,
    ROLE_SELECT,
    SELECTS,
    STRING_SELECT,
    TEXT_INPUT,
    USER_SELECT,
    as_list,
    as_object,
    walk,
)
from supportbot.sandbox.model import Json, User
from supportbot.sandbox.places import ActorError, NotAllowed, NotThere, find_channel, find_user
from supportbot.sandbox.state import State

RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23


def press_data(state: State, user: User, filler: Filler, components: list[Any], *, custom_id: str, values: Any) -> Json:
    """The `data` of a component interaction. Raises ActorError with a sentence."""
    component = next((row for row in walk(components) if row.get("custom_id") == custom_id), None)
    if component is None:
        msg = f"This message has no button or select with the custom_id {custom_id[:100]!r}."
        raise NotThere(msg)
    if component.get("disabled"):
        msg = "This is greyed out and cannot be used any more."
        raise NotAllowed(msg)
    data: Json = {"custom_id": custom_id, "component_type": component["type"], "id": component["id"]}
    if component["type"] == BUTTON:
        if values:
            msg = "A button takes no values."
            raise ActorError(msg)
        return data
    if component["type"] not in SELECTS:
        msg = "This cannot be pressed."
        raise ActorError(msg)
    data["values"] = chosen(state, user, filler, component, as_list(values))
    if filler.resolved:
        data["resolved"] = filler.resolved
    return data


def chosen(state: State, user: User, filler: Filler, component: Json, values: list[Any]) -> list[str]:
    """The values of a select as its client would send them. Raises ActorError."""
    least, most = component.get("min_values", 1), component.get("max_values", 1)
    if not least <= len(values) <= most:
        msg = f"Choose {least} to {most} here, not {len(values)}." if least != most else f"Choose exactly {least} here."
        raise ActorError(msg)
    texts = [_one(state, user, filler, component, value) for value in values]
    if len(set(texts)) != len(texts):
        msg = "Each value can be chosen once."
        raise ActorError(msg)
    return texts


def _one(state: State, user: User, filler: Filler, component: Json, value: Any) -> str:
    kind = component["type"]
    if kind in {STRING_SELECT, RADIO_GROUP, CHECKBOX_GROUP}:
        if str(value) not in [option["value"] for option in as_list(component.get("options"))]:
            msg = f"The select has no option with the value {str(value)[:100]!r}."
            raise NotThere(msg)
        return str(value)
    if kind == CHANNEL_SELECT:
        channel = find_channel(state, user, value)
        return filler.channel(channel)
    if kind in {ROLE_SELECT, MENTIONABLE_SELECT} and (found := filler.find_role(value)):
        return found
    if kind in {USER_SELECT, MENTIONABLE_SELECT}:
        return filler.user(find_user(state, value).id)
    msg = f"There is no role {str(value)[:100]!r}."
    raise NotThere(msg)


def modal_components(state: State, user: User, filler: Filler, modal: Json, values: Json) -> list[Json]:
    """The components of a submitted modal. Raises ActorError when the client would not let it be sent."""
    inputs = {row["custom_id"] for row in walk(as_list(modal["components"])) if row.get("custom_id")}
    if unknown := set(values) - inputs:
        msg = f"The form has no field {min(unknown)!r}."
        raise NotThere(msg)
    rows: list[Json] = []
    for top in as_list(modal["components"]):
        shape: Json = {"type": top["type"], "id": top["id"]}
        if top.get("components"):
            shape["components"] = [_field(state, user, filler, as_object(inner), values) for inner in top["components"]]
            rows.append(shape)
        elif top.get("component"):
            field = as_object(top["component"])
            shape["component"] = _field(state, user, filler, field, values)
            rows.append(shape)
        else:
            rows.append(shape)
    return rows


def _field(state: State, user: User, filler: Filler, field: Json, values: Json) -> Json:
    shape: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    given = values.get(field["custom_id"])
    if field["type"] == TEXT_INPUT:
        return shape | {"value": _text(field, given)}
    if field["type"] == CHECKBOX:
        return shape | {"value": bool(given)}
    if field["type"] == RADIO_GROUP:
        picked = [] if given is None else [given]
        _required(field, picked)
        return shape | {"value": chosen(state, user, filler, {**field, "min_values": 0}, picked)[0] if picked else None}
    listed = [given] if isinstance(given, str) else as_list(given)
    _required(field, listed)
    least = field.get("min_values", 1) if listed else 0
    most = field.get("max_values", len(as_list(field.get("options"))) if field["type"] == CHECKBOX_GROUP else 1)
    return shape | {"values": chosen(state, user, filler, {**field, "min_values": least, "max_values": most}, listed)}


def _required(field: Json, given: list[Any]) -> None:
    if not given and field.get("required", True):
        msg = f"The field {field['custom_id']!r} is required."
        raise ActorError(msg)


def _text(field: Json, given: Any) -> str:
    text = str(field.get("value") or "") if given is None else str(given)
    name = field["custom_id"]
    if not text:
        _required(field, [])
        return text
    least, most = field.get("min_length", 0), field.get("max_length", 4000)
    if not least <= len(text) <= most:
        msg = f"The field {name!r} takes {least} to {most} characters."
        raise ActorError(msg)
    return text
