"""Bodies that Discord takes, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.bodies import (
    ANSWER,
    CREATE,
    EDIT,
    EPHEMERAL,
    FOLLOW_UP,
    GLOBAL,
    GUILD,
    OPEN_DM,
    ORIGINAL,
    SUGGEST,
    Door,
    asks,
    button,
    choice,
    command,
    container,
    embedded,
    entry,
    gallery,
    label,
    laid_out,
    link,
    menu,
    modal,
    people,
    picture,
    row,
    said,
    section,
    select,
    shown,
    suggests,
    text,
    text_input,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A body that Discord takes. `laxer`: the checker of the contract, which follows the schema, does not."""

    name: str
    door: Door
    body: Any
    laxer: bool = False

    def __str__(self) -> str:
        return self.name


ALWAYS_SENT = {"nsfw": False, "dm_permission": True, "default_member_permissions": None, "contexts": None}

TAKEN = [
    Taken("text", CREATE, said()),
    Taken("what discord.py adds", CREATE, said(tts=False, nonce="123", enforce_nonce=True, flags=0)),
    Taken("a nonce that is a number", CREATE, said(nonce=123)),
    Taken("a nonce that is null", CREATE, said(nonce=None)),
    Taken("embed flags", CREATE, embedded(title="T", type="rich", flags=0)),
    Taken("ids as numbers", CREATE, said(message_reference={"message_id": 5, "channel_id": 6}, sticker_ids=[7])),
    Taken("ids as strings", CREATE, said(message_reference={"message_id": "5"}, allowed_mentions={"users": ["1"]})),
    Taken("tts in an edit", ORIGINAL, said(tts=False)),
    Taken("an empty edit", EDIT, {}),
    Taken("an edit that clears", EDIT, {"content": None, "embeds": [], "components": []}),
    Taken("attachments alone", CREATE, {"attachments": [{"id": 0, "filename": "a.png", "description": "A"}]}),
    Taken(
        "a full embed",
        CREATE,
        embedded(
            title="T",
            url="https://example.org",
            timestamp="2026-01-01T00:00:00+00:00",
            image={"url": "attachment://a.png"},
            thumbnail={"url": "https://example.org/a.png"},
            author={"name": "A", "icon_url": "https://example.org/a.png"},
            footer={"text": "F"},
            fields=[entry(inline=True)],
            color=0,
        ),
    ),
    Taken("an embed with only a picture", CREATE, embedded(image={"url": "https://example.org/a.png"})),
    Taken("text around an embed is not counted", CREATE, embedded(description=" " * 4000 + "x", title="  T  ")),
    Taken("no mentions", CREATE, said(allowed_mentions={"parse": [], "replied_user": False})),
    Taken("some users, all roles", CREATE, said(allowed_mentions={"parse": ["roles"], "users": [1]})),
    Taken("ids beside an empty parse", CREATE, said(allowed_mentions={"parse": ["users"], "users": []})),
    Taken(
        "buttons of each style",
        CREATE,
        shown(row(button(1), button(2, style=2), button(3, style=3), button(4, style=4), link())),
    ),
    Taken("a button with an emoji only", CREATE, shown(row(button(label=None, emoji={"name": "🌱"})))),
    Taken("a server's own emoji", CREATE, shown(row(button(emoji={"name": "a", "id": "5", "animated": True})))),
    Taken("a disabled button", CREATE, shown(row(button(disabled=True)))),
    Taken(
        "selects of each type", CREATE, shown(row(select()), *(row(people(kind, type=kind)) for kind in (5, 6, 7, 8)))
    ),
    Taken("a select of nothing up to all", CREATE, shown(row(select(min_values=0, max_values=25)))),
    Taken("a select of channels", CREATE, shown(row(people(type=8, channel_types=[0, 5])))),
    Taken(
        "V2",
        CREATE,
        laid_out(
            text(),
            container(text(), row(button(1)), accent_color=None),
            section(text()),
            gallery(picture()),
            {"type": 14, "spacing": 2, "divider": False},
            {"type": 13, "file": {"url": "attachment://a.png"}},
        ),
    ),
    Taken("V2 without the old fields", EDIT, {**laid_out(text()), "content": None, "embeds": []}),
    Taken("a section with a picture", CREATE, laid_out(section(text(), accessory={"type": 11, **picture()}))),
    Taken("an ephemeral follow-up", FOLLOW_UP, said(flags=EPHEMERAL)),
    Taken("an ephemeral answer", ANSWER, {"type": 4, "data": said(flags=EPHEMERAL, tts=False)}),
    Taken("a deferral", ANSWER, {"type": 5}),
    Taken("an ephemeral deferral", ANSWER, {"type": 5, "data": {"flags": EPHEMERAL}}),
    Taken("a silent deferral", ANSWER, {"type": 6}),
    Taken("an update without a view", ANSWER, {"type": 7, "data": said(components=[], tts=False)}),
    Taken("suggestions", SUGGEST, suggests(choice(1), choice(2, name_localizations={"de": "Wahl"}))),
    Taken("suggestions of numbers", SUGGEST, suggests(choice(value=1), choice(value=2))),
    Taken("no suggestions", SUGGEST, suggests()),
    Taken(
        "a modal of rows", ANSWER, modal(row(text_input(1, label="Why?")), row(text_input(2, label="How?", style=2)))
    ),
    Taken("a modal of labels", ANSWER, modal(label(select(required=True)), label(text_input()), text())),
    Taken(
        "a modal with a default", ANSWER, modal(label(text_input(value="", min_length=0, max_length=1, required=False)))
    ),
    Taken("a modal to tick", ANSWER, modal(label({"type": 23, "custom_id": "c", "default": True}))),
    Taken("no commands", GLOBAL, []),
    Taken("a command as discord.py sends it", GLOBAL, [command(**ALWAYS_SENT, integration_types=None, options=[])]),
    Taken("a guild's command", GUILD, [command(**ALWAYS_SENT)]),
    Taken("a menu command", GLOBAL, [menu(1, 2, **ALWAYS_SENT), menu(1, 3)]),
    Taken("permissions as a number", GLOBAL, [command(default_member_permissions=8)]),
    Taken("permissions as a string", GLOBAL, [command(default_member_permissions="0")]),
    Taken("contexts", GLOBAL, [command(contexts=[0, 1, 2], integration_types=[0, 1])]),
    Taken(
        "names in other scripts", GLOBAL, [command(name) for name in ("größe", "角色", "भूमिका", "บทบาท", "it's-a_b2")]
    ),
    Taken("one name for each type", GLOBAL, [command("ask"), menu(name="ask"), menu(name="ask", kind=3)]),
    Taken(
        "subcommands",
        GLOBAL,
        [command(options=[asks("one", 1, options=[asks()]), asks("two", 2, options=[asks("three", 1)])])],
    ),
    Taken("options of each type", GLOBAL, [command(options=[asks(f"o{kind}", kind) for kind in range(3, 12)])]),
    Taken("required before optional", GLOBAL, [command(options=[asks("a", required=True), asks("b", required=False)])]),
    Taken(
        "choices of each kind",
        GLOBAL,
        [
            command(
                options=[
                    asks("a", choices=[choice()]),
                    asks("b", 4, choices=[choice(value=1)]),
                    asks("c", 10, choices=[choice(value=1.5)]),
                ]
            )
        ],
    ),
    Taken("autocomplete with no choices", GLOBAL, [command(options=[asks(autocomplete=True, choices=[])])]),
    Taken("a DM", OPEN_DM, {"recipient_id": 5}),
    Taken("a DM by string", OPEN_DM, {"recipient_id": "5"}),
]
