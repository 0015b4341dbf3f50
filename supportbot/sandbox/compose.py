"""Turns what a bot or a person sent into the parts of a message as Discord stores them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

from supportbot.sandbox.model import Channel, Json, World
from supportbot.sandbox.objects import user_object

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
SELECTS = frozenset({STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT})

_DEFAULTS: dict[int, Json] = {
    BUTTON: {"disabled": False},
    STRING_SELECT: {"min_values": 1, "max_values": 1, "disabled": False},
    USER_SELECT: {"min_values": 1, "max_values": 1, "disabled": False},
    ROLE_SELECT: {"min_values": 1, "max_values": 1, "disabled": False},
    MENTIONABLE_SELECT: {"min_values": 1, "max_values": 1, "disabled": False},
    CHANNEL_SELECT: {"min_values": 1, "max_values": 1, "disabled": False},
    SEPARATOR: {"divider": True, "spacing": 1},
}
_NULLABLE: dict[int, Json] = {
    CONTAINER: {"accent_color": None, "spoiler": False},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"name": None, "size": None, "spoiler": False},
}
_MENTION = re.compile(r"<@(!|&)?([0-9]{15,20})>")
_EMBED_PICTURES = ("image", "thumbnail")
_OF_PICTURE = ("url", "proxy_url", "width", "height", "content_type", "description")


def as_list(value: Any) -> list[Any]:
    """A JSON array, or nothing when it is null or absent."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_object(value: Any) -> Json:
    """A JSON object, or an empty one when it is null or absent."""
    return cast("Json", value) if isinstance(value, dict) else {}


def without_nulls(thing: Json) -> Json:
    """A copy without the keys whose value is null."""
    return {key: value for key, value in thing.items() if value is not None}


def walk(components: list[Any]) -> Iterator[Json]:
    """Every component in the tree, parents first."""
    for item in components:
        component = as_object(item)
        yield component
        inner = as_list(component.get("components"))
        yield from walk(inner + [component[key] for key in ("accessory", "component") if component.get(key)])


class ComponentFiller:
    """Copies components as Discord echoes them: with ids and defaults; what was sent stays as it was."""

    def __init__(self, resolve: Callable[[str], Json], new_id: Callable[[], int]) -> None:
        self._resolve = resolve
        self._new_id = new_id
        self._used: set[int] = set()
        self._next = 0

    def fill(self, components: list[Any]) -> list[Json]:
        """The whole tree."""
        self._used = {component["id"] for component in walk(components) if component.get("id")}
        return [self._one(as_object(component)) for component in components]

    def _one(self, sent: Json) -> Json:
        kind = int(sent["type"])
        shape: Json = {"type": kind, "id": sent.get("id") or self._free_id()}
        shape |= _DEFAULTS.get(kind, {}) | without_nulls(sent) | {"type": kind, "id": shape["id"]}
        shape = _NULLABLE.get(kind, {}) | shape
        if "components" in shape:
            shape["components"] = [self._one(as_object(inner)) for inner in as_list(sent.get("components"))]
        for key in ("accessory", "component"):
            if key in shape:
                shape[key] = self._one(as_object(sent[key]))
        if "options" in shape:
            shape["options"] = [without_nulls(as_object(option)) for option in as_list(sent["options"])]
        if "emoji" in shape:
            shape["emoji"] = without_nulls(as_object(sent["emoji"]))
        self._media(shape)
        return shape

    def _media(self, shape: Json) -> None:
        for key in ("media", "file"):
            if key in shape:
                shape[key] = self._unfurl(as_object(shape[key]))
        if shape["type"] == GALLERY:
            blank: Json = {"description": None, "spoiler": False}
            shape["items"] = [
                blank | without_nulls(as_object(item)) | {"media": self._unfurl(as_object(as_object(item)["media"]))}
                for item in as_list(shape.get("items"))
            ]
        if shape["type"] == FILE:
            shape["name"] = shape["file"].pop("filename", None)
            shape["size"] = shape["file"].pop("size", None)

    def _unfurl(self, media: Json) -> Json:
        found = self._resolve(str(media.get("url", "")))
        base: Json = {"id": str(self._new_id()), "width": None, "height": None, "content_type": None}
        # Components have a description of their own; that of the uploaded file is not theirs.
        return base | {key: value for key, value in found.items() if key != "description"}

    def _free_id(self) -> int:
        self._next += 1
        while self._next in self._used:
            self._next += 1
        return self._next


def embed_shape(sent: Json, resolve: Callable[[str], Json]) -> Json:
    """An embed as Discord echoes it."""
    shape = without_nulls({**sent, "type": "rich"})
    shape.pop("flags", None)
    if "fields" in shape:
        inline = {"inline": False}
        shape["fields"] = [inline | without_nulls(as_object(row)) for row in as_list(shape["fields"])]
    for key in ("footer", "author", "provider"):
        if key in shape:
            shape[key] = without_nulls(as_object(shape[key]))
    for key in _EMBED_PICTURES:
        if key in shape:
            url = str(as_object(shape[key]).get("url", ""))
            found = resolve(url)
            known = {name: found[name] for name in _OF_PICTURE if name in found}
            shape[key] = {"width": 0, "height": 0} | known
    return shape


def mentions_of(content: str, allowed: Json | None, channel: Channel, world: World, *, only_users: bool) -> Json:
    """The mention fields of a message.

    `allowed` is the request's `allowed_mentions`. When it is absent, a message in a channel mentions users, roles and
    everyone, an interaction's or webhook's message (`only_users`) users only.
    """
    rules = {"parse": ["users"] if only_users else ["users", "roles", "everyone"]} if allowed is None else allowed
    parse = as_list(rules.get("parse"))
    users = {str(item) for item in as_list(rules.get("users"))}
    roles = {str(item) for item in as_list(rules.get("roles"))}
    found_users: dict[str, Json] = {}
    found_roles: list[str] = []
    guild = world.guilds.get(channel.guild_id) if channel.guild_id else None
    for mark, target in _MENTION.findall(content):
        if mark == "&":
            if (
                guild
                and int(target) in guild.roles
                and target not in found_roles
                and ("roles" in parse or target in roles)
            ):
                found_roles.append(target)
        elif int(target) in world.users and ("users" in parse or target in users):
            found_users[target] = user_object(world.users[int(target)])
    everyone = guild is not None and "everyone" in parse and ("@everyone" in content or "@here" in content)
    return {"mentions": list(found_users.values()), "mention_roles": found_roles, "mention_everyone": everyone}
