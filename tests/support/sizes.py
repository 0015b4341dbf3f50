"""Every size that Discord limits, as a table of bodies at the edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.bodies import (
    ANSWER,
    CREATE,
    EDIT,
    FOLLOW_UP,
    GLOBAL,
    ORIGINAL,
    SUGGEST,
    Door,
    Json,
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
    option,
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

# One character, though four bytes in UTF-8 and two units in UTF-16: it is characters that Discord counts.
WIDE = "\N{SPOUTING WHALE}"


@dataclass(frozen=True, slots=True)
class Size:
    """A size that Discord limits.

    At `most`, and at `least`, `make` gives a sound body; one beyond it does not, and the fault is told at `at`.
    `stricter`: the checker of the contract does not know this limit.
    """

    name: str
    door: Door
    make: Callable[[int], Any]
    most: int
    at: str
    code: str = "BASE_TYPE_MAX_LENGTH"
    least: int | None = None
    stricter: bool = False

    def __str__(self) -> str:
        return self.name


def _texts(length: int) -> list[Json]:
    """Embeds with `length` characters of text in all."""
    whole, rest = divmod(length, 1000)
    return [{"description": "x" * 1000}] * whole + ([{"description": "x" * rest}] if rest else [])


def _heavy(length: int) -> list[Json]:
    """One command of `length` characters."""
    choices = [{"name": f"{number:0100}", "value": "v" * 100} for number in range(25)]
    options = [asks("a", choices=choices), asks("b", choices=choices[:12])]
    fixed = len("role" + "Does it" + "a" + "b") + 2 * len("Which one") + 37 * 200
    fill = [{"name": f"{number:0100}", "value": "v"} for number in range((length - fixed - 112) // 101)]
    left = length - fixed - 101 * len(fill) - len("c" + "Which one")
    fill.append({"name": "n" * min(left - 1, 100), "value": "v" * max(1, left - 100)})
    return [command(options=[*options, asks("c", choices=fill)])]


BAD_LENGTH = "BASE_TYPE_BAD_LENGTH"

MESSAGE_SIZES = [
    Size("content", CREATE, lambda n: {"content": "x" * n}, 2000, "content"),
    Size("content in characters", CREATE, lambda n: {"content": WIDE * n}, 2000, "content"),
    Size("content of an edit", EDIT, lambda n: {"content": "x" * n}, 2000, "content"),
    Size("content of a follow-up", FOLLOW_UP, lambda n: {"content": "x" * n}, 2000, "content"),
    Size("content of an edited answer", ORIGINAL, lambda n: {"content": "x" * n}, 2000, "content"),
    Size("content of an answer", ANSWER, lambda n: {"type": 4, "data": {"content": "x" * n}}, 2000, "data.content"),
    Size("content of an update", ANSWER, lambda n: {"type": 7, "data": {"content": "x" * n}}, 2000, "data.content"),
    Size("nonce", CREATE, lambda n: said(nonce="1" * n), 25, "nonce"),
    Size("embeds", CREATE, lambda n: {"embeds": [{"title": "T"}] * n}, 10, "embeds"),
    Size("text of all embeds", CREATE, lambda n: {"embeds": _texts(n)}, 6000, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    Size("embed title", CREATE, lambda n: embedded(title="x" * n), 256, "embeds.0.title"),
    Size("embed description", CREATE, lambda n: embedded(description="x" * n), 4096, "embeds.0.description"),
    Size("embed author", CREATE, lambda n: embedded(author={"name": "x" * n}), 256, "embeds.0.author.name"),
    Size("embed footer", CREATE, lambda n: embedded(footer={"text": "x" * n}), 2048, "embeds.0.footer.text"),
    Size("embed fields", CREATE, lambda n: embedded(fields=[entry()] * n), 25, "embeds.0.fields"),
    Size("field name", CREATE, lambda n: embedded(fields=[entry(name="x" * n)]), 256, "embeds.0.fields.0.name"),
    Size("field value", CREATE, lambda n: embedded(fields=[entry(value="x" * n)]), 1024, "embeds.0.fields.0.value"),
    Size("embed colour", CREATE, lambda n: embedded(title="T", color=n), 0xFFFFFF, "embeds.0.color", "NUMBER_TYPE_MAX"),
    Size(
        "mentioned users",
        CREATE,
        lambda n: said(allowed_mentions={"users": [*range(1, n + 1)]}),
        100,
        "allowed_mentions.users",
    ),
    Size(
        "mentioned roles",
        CREATE,
        lambda n: said(allowed_mentions={"roles": [*range(1, n + 1)]}),
        100,
        "allowed_mentions.roles",
    ),
    Size("stickers", CREATE, lambda n: said(sticker_ids=[str(number) for number in range(1, n + 1)]), 3, "sticker_ids"),
    Size("attachments", CREATE, lambda n: said(attachments=[{"id": number} for number in range(n)]), 10, "attachments"),
    Size("webhook username", FOLLOW_UP, lambda n: said(username="x" * n), 80, "username", BAD_LENGTH, least=1),
]

COMPONENT_SIZES = [
    Size("rows", CREATE, lambda n: shown(*(row(button(number)) for number in range(n))), 5, "components"),
    Size(
        "buttons in a row",
        CREATE,
        lambda n: shown(row(*(button(number) for number in range(n)))),
        5,
        "components.0.components",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "custom_id of a button",
        CREATE,
        lambda n: shown(row(button(custom_id="x" * n))),
        100,
        "components.0.components.0.custom_id",
        BAD_LENGTH,
        least=1,
    ),
    Size("button label", CREATE, lambda n: shown(row(button(label="x" * n))), 80, "components.0.components.0.label"),
    Size(
        "button url",
        CREATE,
        lambda n: shown(row(link(url="https://" + "x" * (n - 8)))),
        512,
        "components.0.components.0.url",
    ),
    Size(
        "emoji name",
        CREATE,
        lambda n: shown(row(button(emoji={"name": "x" * n}))),
        32,
        "components.0.components.0.emoji.name",
    ),
    Size(
        "select options",
        CREATE,
        lambda n: shown(row(select(options=[option(number) for number in range(n)]))),
        25,
        "components.0.components.0.options",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "custom_id of a select",
        CREATE,
        lambda n: shown(row(select(custom_id="x" * n))),
        100,
        "components.0.components.0.custom_id",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "option label",
        CREATE,
        lambda n: shown(row(select(options=[option(label="x" * n)]))),
        100,
        "components.0.components.0.options.0.label",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "option value",
        CREATE,
        lambda n: shown(row(select(options=[option(value="x" * n)]))),
        100,
        "components.0.components.0.options.0.value",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "option description",
        CREATE,
        lambda n: shown(row(select(options=[option(description="x" * n)]))),
        100,
        "components.0.components.0.options.0.description",
    ),
    Size(
        "placeholder",
        CREATE,
        lambda n: shown(row(select(placeholder="x" * n))),
        150,
        "components.0.components.0.placeholder",
    ),
    Size(
        "max_values",
        CREATE,
        lambda n: shown(row(people(min_values=0, max_values=n))),
        25,
        "components.0.components.0.max_values",
        "NUMBER_TYPE_MAX",
        least=1,
    ),
    Size(
        "min_values",
        CREATE,
        lambda n: shown(row(people(min_values=n, max_values=25))),
        25,
        "components.0.components.0.min_values",
        "NUMBER_TYPE_MAX",
        least=0,
    ),
    Size(
        "default values",
        CREATE,
        lambda n: shown(row(people(default_values=[{"type": "user", "id": str(number + 1)} for number in range(n)]))),
        25,
        "components.0.components.0.default_values",
    ),
    Size("components of V2", CREATE, lambda n: laid_out(*[text()] * n), 40, "components"),
    Size(
        "components of V2 with nested ones",
        CREATE,
        lambda n: laid_out(container(*[text()] * 38), *[text()] * (n - 39)),
        40,
        "components",
        "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    Size(
        "one text",
        CREATE,
        lambda n: laid_out(text("x" * n)),
        4000,
        "components",
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    Size(
        "all texts",
        CREATE,
        lambda n: laid_out(text("x" * 2000), container(text("x" * (n - 2000)))),
        4000,
        "components",
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    Size(
        "texts of a section",
        CREATE,
        lambda n: laid_out(section(*[text()] * n)),
        3,
        "components.0.components",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "pictures of a gallery",
        CREATE,
        lambda n: laid_out(gallery(*[picture()] * n)),
        10,
        "components.0.items",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "text for a picture",
        CREATE,
        lambda n: laid_out(gallery(picture(description="x" * n))),
        1024,
        "components.0.items.0.description",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "colour of a container",
        CREATE,
        lambda n: laid_out(container(text(), accent_color=n)),
        0xFFFFFF,
        "components.0.accent_color",
        "NUMBER_TYPE_MAX",
    ),
]

MODAL_SIZES = [
    Size("modal title", ANSWER, lambda n: modal(title="x" * n), 45, "data.title", BAD_LENGTH, least=1),
    Size(
        "custom_id of a modal", ANSWER, lambda n: modal(custom_id="x" * n), 100, "data.custom_id", BAD_LENGTH, least=1
    ),
    Size(
        "components of a modal",
        ANSWER,
        lambda n: {
            "type": 9,
            "data": {"custom_id": "m", "title": "T", "components": [label(text_input(number)) for number in range(n)]},
        },
        5,
        "data.components",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "label of a Label",
        ANSWER,
        lambda n: modal(label(text_input(), label="x" * n)),
        45,
        "data.components.0.label",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "description of a Label",
        ANSWER,
        lambda n: modal(label(text_input(), description="x" * n)),
        100,
        "data.components.0.description",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "label of a text input",
        ANSWER,
        lambda n: modal(row(text_input(label="x" * n))),
        45,
        "data.components.0.components.0.label",
        BAD_LENGTH,
        least=1,
    ),
    Size("value", ANSWER, lambda n: modal(label(text_input(value="x" * n))), 4000, "data.components.0.component.value"),
    Size(
        "max_length",
        ANSWER,
        lambda n: modal(label(text_input(max_length=n))),
        4000,
        "data.components.0.component.max_length",
        "NUMBER_TYPE_MAX",
        least=1,
    ),
    Size(
        "min_length",
        ANSWER,
        lambda n: modal(label(text_input(min_length=n))),
        4000,
        "data.components.0.component.min_length",
        "NUMBER_TYPE_MAX",
        least=0,
    ),
    Size(
        "placeholder of a text input",
        ANSWER,
        lambda n: modal(label(text_input(placeholder="x" * n))),
        100,
        "data.components.0.component.placeholder",
    ),
    Size(
        "options of a radio group",
        ANSWER,
        lambda n: modal(label({"type": 21, "custom_id": "r", "options": [option(number) for number in range(n)]})),
        10,
        "data.components.0.component.options",
        BAD_LENGTH,
        least=2,
    ),
    Size(
        "options of a checkbox group",
        ANSWER,
        lambda n: modal(label({"type": 22, "custom_id": "c", "options": [option(number) for number in range(n)]})),
        10,
        "data.components.0.component.options",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "files of an upload",
        ANSWER,
        lambda n: modal(label({"type": 19, "custom_id": "f", "max_values": n})),
        10,
        "data.components.0.component.max_values",
        "NUMBER_TYPE_MAX",
        least=1,
    ),
]

COMMAND_SIZES = [
    Size("command name", GLOBAL, lambda n: [command("x" * n)], 32, "0.name", BAD_LENGTH, least=1),
    Size("menu command's name", GLOBAL, lambda n: [menu(name="X" * n)], 32, "0.name", BAD_LENGTH, least=1),
    Size(
        "command description",
        GLOBAL,
        lambda n: [command(description="x" * n)],
        100,
        "0.description",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "translated name",
        GLOBAL,
        lambda n: [command(name_localizations={"de": "x" * n})],
        32,
        "0.name_localizations.de",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "translated description",
        GLOBAL,
        lambda n: [command(description_localizations={"de": "x" * n})],
        100,
        "0.description_localizations.de",
        BAD_LENGTH,
        least=1,
    ),
    Size("options", GLOBAL, lambda n: [command(options=[asks(f"o{number}") for number in range(n)])], 25, "0.options"),
    Size(
        "subcommands",
        GLOBAL,
        lambda n: [command(options=[asks(f"o{number}", 1) for number in range(n)])],
        25,
        "0.options",
    ),
    Size(
        "option name", GLOBAL, lambda n: [command(options=[asks("x" * n)])], 32, "0.options.0.name", BAD_LENGTH, least=1
    ),
    Size(
        "option description",
        GLOBAL,
        lambda n: [command(options=[asks(description="x" * n)])],
        100,
        "0.options.0.description",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "choices",
        GLOBAL,
        lambda n: [command(options=[asks(choices=[choice(number) for number in range(n)])])],
        25,
        "0.options.0.choices",
    ),
    Size(
        "choice name",
        GLOBAL,
        lambda n: [command(options=[asks(choices=[choice(name="x" * n)])])],
        100,
        "0.options.0.choices.0.name",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "choice value",
        GLOBAL,
        lambda n: [command(options=[asks(choices=[choice(value="x" * n)])])],
        100,
        "0.options.0.choices.0.value",
    ),
    Size(
        "shortest answer",
        GLOBAL,
        lambda n: [command(options=[asks(min_length=n)])],
        6000,
        "0.options.0.min_length",
        "NUMBER_TYPE_MAX",
        least=0,
    ),
    Size(
        "longest answer",
        GLOBAL,
        lambda n: [command(options=[asks(max_length=n)])],
        6000,
        "0.options.0.max_length",
        "NUMBER_TYPE_MAX",
        least=1,
    ),
    Size(
        "largest number",
        GLOBAL,
        lambda n: [command(options=[asks(kind=4, max_value=n)])],
        2**53 - 1,
        "0.options.0.max_value",
        "NUMBER_TYPE_MAX",
    ),
    Size("characters of a command", GLOBAL, _heavy, 8000, "0", "APPLICATION_COMMAND_TOO_LARGE"),
    Size("suggestions", SUGGEST, lambda n: suggests(*(choice(number) for number in range(n))), 25, "data.choices"),
    Size(
        "name of a suggestion",
        SUGGEST,
        lambda n: suggests(choice(name="x" * n)),
        100,
        "data.choices.0.name",
        BAD_LENGTH,
        least=1,
    ),
    Size(
        "value of a suggestion",
        SUGGEST,
        lambda n: suggests(choice(value="x" * n)),
        100,
        "data.choices.0.value",
        stricter=True,
    ),
]

SIZES = [*MESSAGE_SIZES, *COMPONENT_SIZES, *MODAL_SIZES, *COMMAND_SIZES]

COUNTS = [
    ("slash commands", 100, lambda n: [command(f"c{number}") for number in range(n)]),
    ("user commands", 15, lambda n: [menu(number, 2) for number in range(n)]),
    ("message commands", 15, lambda n: [menu(number, 3) for number in range(n)]),
]
