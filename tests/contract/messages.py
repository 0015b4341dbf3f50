"""Messages that are sound or slightly wrong, for properties that must hold for any message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.support.bodies import CREATE, EDIT, EPHEMERAL, V2, Door, Json, entry, link, picture, row, text

TARGETS = [None, "https://example.org", "discord://-/settings", "example.org", "https://a b", 5]
IDS = [None, 5, "5", "05", "ann", -1, 2**60]
ADDRESSES = [None, "https://example.org", "example.org", "https://", "attachment://a.png", "https://a b", 5]


def texts(most: int) -> st.SearchStrategy[Any]:
    """Texts about a size: mostly sound."""
    return st.sampled_from(["Hello", "a", "x" * most, *["Hello"] * 6, "", " ", "x" * (most + 1), None, 5])


def some(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[Json]:
    """An object with these fields, the optional ones now and then."""
    return st.fixed_dictionaries(required, optional=optional)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def few(strategy: st.SearchStrategy[Any], sound: Any = None, most: int = 0) -> st.SearchStrategy[list[Any]]:
    """A short list; or, of something sound, one at the limit or one over it."""
    lists = st.lists(strategy, max_size=2)
    return lists | one_of([sound] * most, [sound] * (most + 1)) if most else lists


ENTRY = some({"name": texts(256), "value": texts(1024)}, inline=one_of(True, None, "no"))
EMBED = some(
    {},
    title=texts(256),
    description=texts(4096),
    url=one_of(*ADDRESSES),
    color=one_of(None, 0, 0xFFFFFF, 0x1000000, -1, "red", True),
    timestamp=one_of(None, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00+02:00", "soon"),
    image=some({"url": one_of(*ADDRESSES)}),
    author=some({"name": texts(256)}, url=one_of(*ADDRESSES)),
    footer=some({"text": texts(2048)}, icon_url=one_of(*ADDRESSES)),
    fields=few(ENTRY, entry(), 25),
    flags=st.just(0),
)

CUSTOM_ID = one_of(*(f"id:{number}" for number in range(30)), "x" * 100, "x" * 101, "", None)
EMOJI = one_of(None, {"name": "🌱"}, {"name": "a", "id": "5", "animated": True}, {}, "🌱")
BUTTON = some(
    {"type": st.just(2), "style": one_of(1, 2, 3, 4, 1, 2, 5, 6, 7, None), "custom_id": CUSTOM_ID, "label": texts(80)},
    disabled=st.booleans(),
    emoji=EMOJI,
)
LINK = some(
    {
        "type": st.just(2),
        "style": st.just(5),
        "label": texts(80),
        "url": one_of(*TARGETS),
    }
)
OPTION = some(
    {"label": texts(100), "value": one_of("a", "b", "c", "d", "x" * 100, "x" * 101, "", 5)},
    description=texts(100),
    emoji=EMOJI,
    default=st.booleans(),
)
LIMITS: Json = {"min_values": one_of(None, 0, 1, 2, 25, 26, -1), "max_values": one_of(None, 1, 2, 25, 0, 26)}
SELECT = some({"type": st.just(3), "custom_id": CUSTOM_ID, "options": few(OPTION)}, placeholder=texts(150), **LIMITS)
PEOPLE = some({"type": one_of(5, 6, 7, 8), "custom_id": CUSTOM_ID}, placeholder=texts(150), **LIMITS)
BUTTONS = st.lists(BUTTON | LINK, max_size=6)
ROW = some(
    {
        "type": st.just(1),
        "components": BUTTONS | st.lists(SELECT | PEOPLE, max_size=1) | st.lists(BUTTON | SELECT, max_size=3),
    }
)

TEXT = some({"type": st.just(10), "content": one_of("Hello", "Hello", "x" * 2000, "x" * 4000, "x" * 4001, "", None)})
PICTURE = some(
    {"media": some({"url": one_of("https://example.org/a.png", "attachment://a.png", "nowhere")})},
    spoiler=st.booleans(),
)
SECTION = some(
    {
        "type": st.just(9),
        "components": few(TEXT, text(), 3),
        "accessory": BUTTON | some({"type": st.just(11)}, media=st.none()),
    }
)
LAYOUT = (
    TEXT
    | SECTION
    | ROW
    | some({"type": st.just(12), "items": few(PICTURE, picture(), 10)})
    | some({"type": st.just(14)}, spacing=one_of(1, 2, 3, None), divider=st.booleans())
)
CONTAINER = some({"type": st.just(17), "components": few(LAYOUT, text(), 39)}, accent_color=one_of(None, 0, 0x1000000))
STRANGE = one_of({}, {"type": 99}, {"type": 4}, {"type": "1"}, "button", None)

MENTIONS = some(
    {},
    parse=one_of([], ["users"], ["roles", "everyone"], ["users", "users"], ["here"], "users"),
    users=one_of([], [1], ["1", "2"], ["1", "1"], ["ann"], [*range(1, 101)], [*range(1, 102)]),
    roles=one_of([], ["1"], [1, 2]),
    replied_user=one_of(True, False, None),
)
FLAGS = one_of(None, 0, 4, 1 << 12, EPHEMERAL, V2, V2, V2 | EPHEMERAL, "64")
ATTACHMENT = some({"id": one_of(0, "5", "ann", None)}, filename=texts(1024), description=texts(1024))
COMMON: Json = {
    "content": texts(2000),
    "embeds": few(EMBED, {"title": "T"}, 10)
    | one_of(None, "embed", [{"description": "x" * 3000}] * 2, [{"description": "x" * 3001}] * 2),
    "components": few(ROW, row(link()), 5) | few(LAYOUT | CONTAINER, text(), 40) | st.lists(ROW | STRANGE, max_size=2),
    "allowed_mentions": MENTIONS,
    "attachments": few(ATTACHMENT, {"id": 0}, 10),
    "flags": FLAGS,
}
REFERENCE = some({"message_id": one_of(*IDS, 5, 6)}, channel_id=one_of(*IDS), fail_if_not_exists=st.booleans())
ONLY_NEW: Json = {
    "tts": one_of(True, False, "no"),
    "nonce": one_of(None, 5, "5", "1" * 25, "1" * 26, [1]),
    "enforce_nonce": st.booleans(),
    "sticker_ids": one_of([], ["1"], ["1", 2, "3"], [1, 2, 3, 4], ["ann"]),
    "message_reference": REFERENCE,
}


def messages(door: Door) -> st.SearchStrategy[Json]:
    """Bodies for this door: a few fields each, so that a fair part has no fault."""
    fields = {**COMMON, **(ONLY_NEW if door == CREATE else {})}
    return st.sets(st.sampled_from(sorted(fields)), max_size=3).flatmap(
        lambda chosen: st.fixed_dictionaries({name: fields[name] for name in sorted(chosen)})
    )


def differences(door: Door, body: Json) -> list[str]:
    """Why our check may refuse a message that the contract takes: what the living Discord does beyond its schema."""
    return [
        *_message_differences(door, body),
        *(why for embed in body.get("embeds") or [] for why in _embed_differences(embed)),
    ]


def _message_differences(door: Door, body: Json) -> Iterator[str]:
    shown = any(body.get(key) for key in ("embeds", "components", "attachments", "poll", "sticker_ids"))
    if door != EDIT and not shown and not (body.get("content") or "").strip():
        yield "a blank text, or a reply that says nothing, is an empty message"
    if door == EDIT and (body.get("flags") or 0) & EPHEMERAL:
        yield "no edit makes a channel's message ephemeral"


def _embed_differences(embed: Json) -> Iterator[str]:
    parts = ("title", "description", "fields", "image", "thumbnail", "author", "footer", "video", "provider", "url")
    if not any(embed.get(part) for part in parts):
        yield "an embed shows something"
    if any(not entry[key].strip() for entry in embed.get("fields") or [] for key in ("name", "value")):
        yield "a field's name and value are not blank"
    links = [embed.get("url"), (embed.get("author") or {}).get("url")]
    if any((link or "").startswith("attachment:") for link in links):
        yield "an upload can be shown, not linked"
