"""What Discord does not take is told, at the first character too many."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from supportbot.chat import sizes

Button = discord.ui.Button[Any]


def embed(**fields: str) -> discord.Embed:
    made = discord.Embed(title=fields.get("title", "t"), description=fields.get("description", "d"))
    if "value" in fields or "name" in fields:
        made.add_field(name=fields.get("name", "n"), value=fields.get("value", "v"))
    if "footer" in fields:
        made.set_footer(text=fields["footer"])
    return made


@pytest.mark.parametrize(
    ("part", "most"), [("title", 256), ("description", 4096), ("footer", 2048), ("name", 256), ("value", 1024)]
)
def test_each_part_of_an_embed(part: str, most: int) -> None:
    assert list(sizes.of_embed(embed(**{part: "x" * most}))) == []
    assert [str(most) in says for says in sizes.of_embed(embed(**{part: "x" * (most + 1)}))] == [True]


def test_the_whole_of_an_embed() -> None:
    fits = embed(title="x" * 204, description="x" * 4096, footer="x" * 1700)
    assert len(fits) == 6000
    assert list(sizes.of_embed(fits)) == []
    over = embed(title="x" * 205, description="x" * 4096, footer="x" * 1700)
    assert list(sizes.of_embed(over)) == ["the whole has 6001 characters, Discord takes 6000"]


def test_too_many_fields() -> None:
    made = discord.Embed()
    for _ in range(26):
        made.add_field(name="n", value="v")
    assert list(sizes.of_embed(made)) == ["26 fields, Discord takes 25"]


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([Button(label="x" * 80, custom_id="y" * 100, row=0)], []),
        ([Button(label="", custom_id="a", row=0)], ["has 0 characters"]),
        ([Button(label="a", custom_id="a", row=0), Button(label="b", custom_id="a", row=1)], ["two buttons"]),
        ([Button(label="a", custom_id=str(number), row=2) for number in range(6)], ["6 buttons in a row"]),
    ],
)
def test_buttons(items: list[Button], told: list[str]) -> None:
    found = list(sizes.of_buttons(items))
    assert len(found) == len(told)
    assert all(part in says for part, says in zip(told, found, strict=True))
