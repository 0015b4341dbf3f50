"""What Discord does not take: embeds and views that are too big, measured as it measures them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import discord

MOST_OF_EMBED = 6000
TITLE, DESCRIPTION, FOOTER, FIELDS, FIELD_NAME, FIELD_VALUE = 256, 4096, 2048, 25, 256, 1024
LABEL, CUSTOM_ID, ROWS, IN_A_ROW = 80, 100, 5, 5


def of_embed(embed: discord.Embed) -> Iterator[str]:
    """Each limit that an embed breaks, in words."""
    parts = [
        ("the title", embed.title or "", TITLE),
        ("the description", embed.description or "", DESCRIPTION),
        ("the footer", embed.footer.text or "", FOOTER),
        *((f"the field “{field.name}”", field.value or "", FIELD_VALUE) for field in embed.fields),
        *((f"the name of the field “{field.name}”", field.name or "", FIELD_NAME) for field in embed.fields),
    ]
    for what, text, most in parts:
        if len(text) > most:
            yield f"{what} has {len(text)} characters, Discord takes {most}"
    if len(embed.fields) > FIELDS:
        yield f"{len(embed.fields)} fields, Discord takes {FIELDS}"
    if len(embed) > MOST_OF_EMBED:
        yield f"the whole has {len(embed)} characters, Discord takes {MOST_OF_EMBED}"


def of_buttons(items: Iterable[discord.ui.Item[Any]]) -> Iterator[str]:
    """Each limit that buttons with fixed rows break, in words."""
    rows: Counter[int | None] = Counter()
    ids: Counter[str] = Counter()
    for each in items:
        made: Any = getattr(each, "item", each)
        label, id_ = str(made.label or ""), str(made.custom_id or "")
        rows[made.row] += 1
        ids[id_] += 1
        if not 1 <= len(label) <= LABEL:
            yield f"the button “{label}” has {len(label)} characters, Discord takes 1 to {LABEL}"
        if len(id_) > CUSTOM_ID:
            yield f"the id of the button “{label}” has {len(id_)} characters, Discord takes {CUSTOM_ID}"
    yield from (f"two buttons have the id {id_}" for id_, count in ids.items() if count > 1)
    yield from (f"{count} buttons in a row, Discord takes {IN_A_ROW}" for count in rows.values() if count > IN_A_ROW)
    if len(rows) > ROWS:
        yield f"{len(rows)} rows of buttons, Discord takes {ROWS}"
