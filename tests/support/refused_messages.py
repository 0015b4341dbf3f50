"""Messages that Discord refuses for something else than a size, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.bodies import (
    ANSWER,
    CREATE,
    EDIT,
    EPHEMERAL,
    FOLLOW_UP,
    V2,
    Door,
    button,
    container,
    embedded,
    entry,
    gallery,
    laid_out,
    link,
    option,
    people,
    row,
    said,
    section,
    select,
    shown,
    text,
    text_input,
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A body that Discord refuses, with the fault's place and code; no place is 50006, an empty message.

    `stricter`: the checker of the contract does not know this rule.
    """

    name: str
    door: Door
    body: Any
    at: str | None
    code: str = ""
    stricter: bool = False

    def __str__(self) -> str:
        return self.name


FIRST_BUTTON = "components.0.components.0"

MESSAGES = [
    Refused("nothing", CREATE, {}, None),
    Refused("an empty text", CREATE, {"content": "", "embeds": []}, None),
    Refused("an empty follow-up", FOLLOW_UP, {"tts": False}, None),
    Refused("an empty answer", ANSWER, {"type": 4, "data": {"flags": EPHEMERAL}}, None),
    Refused("an answer without data", ANSWER, {"type": 4}, None),
    Refused("a blank text", CREATE, {"content": " \n"}, None, stricter=True),
    Refused("a reply that says nothing", CREATE, {"message_reference": {"message_id": 5}}, None, stricter=True),
    Refused("no object", CREATE, [], "", "MODEL_TYPE_CONVERT"),
    Refused("a number for a text", CREATE, {"content": 5}, "content", "STRING_TYPE_CONVERT"),
    Refused("a string for a list", CREATE, said(embeds="embed"), "embeds", "LIST_TYPE_CONVERT"),
    Refused("an object for a list", CREATE, said(embeds={"title": "T"}), "embeds", "LIST_TYPE_CONVERT"),
    Refused("a string for an object", CREATE, {"embeds": ["embed"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
    Refused("a string for a truth", CREATE, said(tts="no"), "tts", "BOOLEAN_TYPE_CONVERT"),
    Refused("a string for a number", CREATE, said(flags="x"), "flags", "NUMBER_TYPE_COERCE"),
    Refused("a truth for a number", CREATE, embedded(title="T", color=True), "embeds.0.color", "NUMBER_TYPE_COERCE"),
    Refused("ephemeral in a channel", CREATE, said(flags=EPHEMERAL), "flags", "MESSAGE_FLAGS_INVALID"),
    Refused("ephemeral by an edit", EDIT, said(flags=EPHEMERAL), "flags", "MESSAGE_FLAGS_INVALID", stricter=True),
    Refused("a colour below none", CREATE, embedded(title="T", color=-1), "embeds.0.color", "NUMBER_TYPE_MIN"),
    Refused("no moment", CREATE, embedded(title="T", timestamp="soon"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    Refused("no address", CREATE, embedded(title="T", url="example"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    Refused(
        "a strange scheme", CREATE, embedded(title="T", url="ftp://a.b"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"
    ),
    Refused(
        "an upload as a link",
        CREATE,
        embedded(title="T", url="attachment://a"),
        "embeds.0.url",
        "URL_TYPE_INVALID_SCHEME",
        stricter=True,
    ),
    Refused(
        "a field without value",
        CREATE,
        embedded(fields=[{"name": "N"}]),
        "embeds.0.fields.0.value",
        "BASE_TYPE_REQUIRED",
    ),
    Refused(
        "a blank field",
        CREATE,
        embedded(fields=[entry(name=" ")]),
        "embeds.0.fields.0.name",
        "BASE_TYPE_REQUIRED",
        stricter=True,
    ),
    Refused(
        "an empty embed",
        CREATE,
        {"embeds": [{"color": 1}]},
        "embeds.0.description",
        "BASE_TYPE_REQUIRED",
        stricter=True,
    ),
    Refused(
        "parse and users",
        CREATE,
        said(allowed_mentions={"parse": ["users"], "users": [1]}),
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    Refused(
        "parse and roles",
        CREATE,
        said(allowed_mentions={"parse": ["roles"], "roles": [1]}),
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    Refused(
        "a strange word in parse",
        CREATE,
        said(allowed_mentions={"parse": ["here"]}),
        "allowed_mentions.parse.0",
        "BASE_TYPE_CHOICES",
    ),
    Refused(
        "a word twice in parse",
        CREATE,
        said(allowed_mentions={"parse": ["users", "users"]}),
        "allowed_mentions.parse.1",
        "SET_TYPE_ALREADY_CONTAINS_VALUE",
    ),
    Refused(
        "a user twice",
        CREATE,
        said(allowed_mentions={"users": ["1", "1"]}),
        "allowed_mentions.users.1",
        "SET_TYPE_ALREADY_CONTAINS_VALUE",
    ),
    Refused(
        "a name for an id",
        CREATE,
        said(allowed_mentions={"users": ["ann"]}),
        "allowed_mentions.users.0",
        "NUMBER_TYPE_COERCE",
    ),
    Refused(
        "an id out of range",
        CREATE,
        said(message_reference={"message_id": str(2**63)}),
        "message_reference.message_id",
        "NUMBER_TYPE_COERCE",
        stricter=True,
    ),
    Refused(
        "a reply to nothing",
        CREATE,
        said(message_reference={"channel_id": 1}),
        "message_reference.message_id",
        "BASE_TYPE_REQUIRED",
    ),
    Refused("a nonce of a strange type", CREATE, said(nonce=[1]), "nonce", "NUMBER_TYPE_COERCE"),
    Refused(
        "an attachment without id",
        CREATE,
        said(attachments=[{"filename": "a"}]),
        "attachments.0.id",
        "BASE_TYPE_REQUIRED",
    ),
]

COMPONENTS = [
    Refused(
        "a select beside a button",
        CREATE,
        shown(row(button(), select())),
        "components.0.components.1",
        "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
    ),
    Refused("a button outside a row", CREATE, shown(button()), "components.0.type", "UNION_TYPE_CHOICES"),
    Refused(
        "a row in a row", CREATE, shown(row(row(button()))), "components.0.components.0.type", "UNION_TYPE_CHOICES"
    ),
    Refused(
        "a text input in a message", CREATE, shown(row(text_input())), f"{FIRST_BUTTON}.type", "UNION_TYPE_CHOICES"
    ),
    Refused("a strange component", CREATE, shown({"type": 99}), "components.0.type", "UNION_TYPE_CHOICES"),
    Refused("a component without type", CREATE, shown({"components": []}), "components.0.type", "BASE_TYPE_REQUIRED"),
    Refused("a row without components", CREATE, shown({"type": 1}), "components.0.components", "BASE_TYPE_REQUIRED"),
    Refused(
        "one custom_id twice",
        CREATE,
        shown(row(button(1)), row(button(1))),
        "components.1.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    Refused(
        "one custom_id twice, disabled",
        CREATE,
        shown(row(button(1, disabled=True), button(1, disabled=True))),
        "components.0.components.1.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    Refused(
        "a button without target",
        CREATE,
        shown(row({"type": 2, "style": 1, "label": "L"})),
        f"{FIRST_BUTTON}.custom_id",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    Refused(
        "a button with two targets",
        CREATE,
        shown(row(button(url="https://example.org"))),
        f"{FIRST_BUTTON}.custom_id",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    Refused(
        "a link with custom_id",
        CREATE,
        shown(row(link(custom_id="c"))),
        f"{FIRST_BUTTON}.url",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    Refused(
        "a link without url",
        CREATE,
        shown(row(link(url=None))),
        f"{FIRST_BUTTON}.url",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    Refused(
        "a button that shows nothing",
        CREATE,
        shown(row(button(label=None))),
        f"{FIRST_BUTTON}.label",
        "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
    ),
    Refused("a strange style", CREATE, shown(row(button(style=7))), f"{FIRST_BUTTON}.style", "BASE_TYPE_CHOICES"),
    Refused(
        "a button without style",
        CREATE,
        shown(row({"type": 2, "label": "L", "custom_id": "c"})),
        f"{FIRST_BUTTON}.style",
        "BASE_TYPE_REQUIRED",
    ),
    Refused(
        "no address in a link",
        CREATE,
        shown(row(link(url="example.org"))),
        f"{FIRST_BUTTON}.url",
        "URL_TYPE_INVALID_URL",
    ),
    Refused(
        "an upload as a button's link",
        CREATE,
        shown(row(link(url="attachment://a.png"))),
        f"{FIRST_BUTTON}.url",
        "URL_TYPE_INVALID_SCHEME",
        stricter=True,
    ),
    Refused("an emoji as text", CREATE, shown(row(button(emoji="🌱"))), f"{FIRST_BUTTON}.emoji", "MODEL_TYPE_CONVERT"),
    Refused(
        "one value twice",
        CREATE,
        shown(row(select(options=[option(1), option(1)]))),
        f"{FIRST_BUTTON}.options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    Refused(
        "more at least than at most",
        CREATE,
        shown(row(select(min_values=3, max_values=2))),
        f"{FIRST_BUTTON}.min_values",
        "SELECT_COMPONENT_MIN_VALUES_EXCEEDS_MAX_VALUES",
    ),
    Refused(
        "a select without options",
        CREATE,
        shown(row({"type": 3, "custom_id": "s"})),
        f"{FIRST_BUTTON}.options",
        "BASE_TYPE_REQUIRED",
    ),
    Refused(
        "a select without custom_id", CREATE, shown(row({"type": 5})), f"{FIRST_BUTTON}.custom_id", "BASE_TYPE_REQUIRED"
    ),
    Refused(
        "a select of strange channels",
        CREATE,
        shown(row(people(type=8, channel_types=[99]))),
        f"{FIRST_BUTTON}.channel_types.0",
        "BASE_TYPE_CHOICES",
    ),
    Refused("a text without V2", CREATE, shown(text()), "components.0.type", "UNION_TYPE_CHOICES"),
    Refused(
        "V2 with content",
        CREATE,
        {**laid_out(text()), "content": "Hello"},
        "content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    Refused(
        "V2 with embeds",
        CREATE,
        {**laid_out(text()), "embeds": [{"title": "T"}]},
        "embeds",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    Refused(
        "V2 with stickers",
        CREATE,
        {**laid_out(text()), "sticker_ids": ["1"]},
        "sticker_ids",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    Refused(
        "V2 in an answer with content",
        ANSWER,
        {"type": 4, "data": said(flags=V2, components=[text()])},
        "data.content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    Refused("V2 with nothing", CREATE, {"flags": V2}, None),
    Refused(
        "a container in a container",
        CREATE,
        laid_out(container(container(text()))),
        "components.0.components.0.type",
        "UNION_TYPE_CHOICES",
    ),
    Refused(
        "a section without accessory",
        CREATE,
        laid_out({"type": 9, "components": [text()]}),
        "components.0.accessory",
        "BASE_TYPE_REQUIRED",
    ),
    Refused(
        "a section of buttons",
        CREATE,
        laid_out({"type": 9, "components": [button(1)], "accessory": button(2)}),
        "components.0.components.0.type",
        "UNION_TYPE_CHOICES",
    ),
    Refused("an empty text display", CREATE, laid_out(text("")), "components.0.content", "BASE_TYPE_BAD_LENGTH"),
    Refused(
        "a custom_id twice in V2",
        CREATE,
        laid_out(section(text()), container(row(button()))),
        "components.1.components.0.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    Refused(
        "a picture without address",
        CREATE,
        laid_out(gallery({"media": {}})),
        "components.0.items.0.media.url",
        "BASE_TYPE_REQUIRED",
    ),
    Refused(
        "a file from elsewhere",
        CREATE,
        laid_out({"type": 13, "file": {"url": "https://example.org/a"}}),
        "components.0.file.url",
        "URL_TYPE_INVALID_SCHEME",
        stricter=True,
    ),
]
