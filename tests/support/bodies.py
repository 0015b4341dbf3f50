"""Discord request bodies for tests: the smallest sound one of each kind, and the doors that they go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supportbot.sandbox.refusals import ApiError
from supportbot.sandbox.validation import check_callback, check_commands, check_dm, check_message

Json = dict[str, Any]
V2 = 1 << 15
EPHEMERAL = 1 << 6


# --- the smallest sound parts


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def button(number: int = 0, **more: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Yes", "custom_id": f"button:{number}", **more}


def link(**more: Any) -> Json:
    return {"type": 2, "style": 5, "label": "Read", "url": "https://example.org", **more}


def option(number: int = 0, **more: Any) -> Json:
    return {"label": f"Option {number}", "value": f"value {number}", **more}


def select(number: int = 0, **more: Any) -> Json:
    return {"type": 3, "custom_id": f"select:{number}", "options": [option()], **more}


def people(number: int = 0, **more: Any) -> Json:
    return {"type": 5, "custom_id": f"people:{number}", **more}


def text(content: str = "Hello") -> Json:
    return {"type": 10, "content": content}


def container(*components: Json, **more: Any) -> Json:
    return {"type": 17, "components": list(components), **more}


def section(*texts: Json, **more: Any) -> Json:
    return {"type": 9, "components": list(texts), "accessory": button(), **more}


def gallery(*items: Json) -> Json:
    return {"type": 12, "items": list(items)}


def picture(**more: Any) -> Json:
    return {"media": {"url": "https://example.org/a.png"}, **more}


def entry(**more: Any) -> Json:
    return {"name": "Name", "value": "Value", **more}


def said(**more: Any) -> Json:
    """A message that says something."""
    return {"content": "Hello", **more}


def shown(*components: Json) -> Json:
    """A message with components."""
    return said(components=list(components))


def laid_out(*components: Json) -> Json:
    """A message of Components V2."""
    return {"flags": V2, "components": list(components)}


def embedded(**embed: Any) -> Json:
    return {"embeds": [embed]}


def text_input(number: int = 0, **more: Any) -> Json:
    return {"type": 4, "custom_id": f"input:{number}", "style": 1, **more}


def label(component: Json, **more: Any) -> Json:
    return {"type": 18, "label": "Why?", "component": component, **more}


def modal(*components: Json, **more: Any) -> Json:
    data = {"custom_id": "modal", "title": "Title", "components": list(components) or [label(text_input())], **more}
    return {"type": 9, "data": data}


def command(name: str = "role", **more: Any) -> Json:
    return {"name": name, "type": 1, "description": "Does it", **more}


def menu(number: int = 0, kind: int = 2, **more: Any) -> Json:
    return {"name": f"Ask {number}", "type": kind, **more}


def asks(name: str = "what", kind: int = 3, **more: Any) -> Json:
    """An option of a command."""
    return {"name": name, "type": kind, "description": "Which one", **more}


def choice(number: int = 0, **more: Any) -> Json:
    return {"name": f"Choice {number}", "value": f"value {number}", **more}


def suggests(*choices: Json) -> Json:
    return {"type": 8, "data": {"choices": list(choices)}}


# --- where a body goes


@dataclass(frozen=True, slots=True)
class Door:
    """A route and our check of its bodies."""

    name: str
    method: str
    path: str
    check: Callable[[Any], ApiError | None]


CREATE = Door("create", "POST", "/channels/1/messages", lambda body: check_message(body, kind="create"))
EDIT = Door("edit", "PATCH", "/channels/1/messages/2", lambda body: check_message(body, kind="edit"))
FOLLOW_UP = Door("follow-up", "POST", "/webhooks/1/token", lambda body: check_message(body, kind="webhook_create"))
ORIGINAL = Door(
    "original", "PATCH", "/webhooks/1/token/messages/@original", lambda body: check_message(body, kind="webhook_edit")
)
ANSWER = Door(
    "answer",
    "POST",
    "/interactions/1/token/callback",
    lambda body: check_callback(body, interaction_type=3, from_component=True),
)
SUGGEST = Door(
    "suggest",
    "POST",
    "/interactions/1/token/callback",
    lambda body: check_callback(body, interaction_type=4, from_component=False),
)
GLOBAL = Door("global", "PUT", "/applications/1/commands", lambda body: check_commands(body, guild=False))
GUILD = Door("guild", "PUT", "/applications/1/guilds/2/commands", lambda body: check_commands(body, guild=True))
OPEN_DM = Door("dm", "POST", "/users/@me/channels", check_dm)


# --- reading a refusal


def told(error: ApiError | None) -> dict[str, list[str]]:
    """The fault codes of a 50035 by their place: `{"embeds.0.title": ["BASE_TYPE_MAX_LENGTH"]}`."""
    assert error is not None
    assert (error.status, error.code, error.message) == (400, 50035, "Invalid Form Body")
    found: dict[str, list[str]] = {}

    def walk(node: Any, path: tuple[str, ...]) -> None:
        if "_errors" in node:
            assert node.keys() == {"_errors"}
            assert all(fault.keys() == {"code", "message"} and fault["message"] for fault in node["_errors"])
            found[".".join(path)] = [fault["code"] for fault in node["_errors"]]
            return
        for name, below in node.items():
            walk(below, (*path, name))

    walk(error.errors, ())
    return found
