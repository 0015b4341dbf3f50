"""Forms that outlive the process: what a form is about stands in its custom_id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, cast

import discord

from supportbot.chat.host import AnyInteraction
from supportbot.chat.replies import answered
from supportbot.errors import UserError


class Form:
    """A form whose sending is always answered. Subclasses give a `template` and write `sent`."""

    template: ClassVar[re.Pattern[str]]

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """The form whose custom_id matched the template."""
        raise NotImplementedError

    async def sent(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """What was typed, by the custom_id of each input."""
        raise NotImplementedError

    @classmethod
    async def take(cls, interaction: AnyInteraction, match: re.Match[str]) -> None:
        """Called by the bot."""
        async with answered(interaction):
            try:
                typed = dict(_typed(interaction))
            except (AttributeError, KeyError, TypeError):
                raise UserError("outdated") from None
            await cls.rebuilt(match).sent(interaction, typed)


def input_of(
    custom_id: str, label: str, *, most: int, description: str | None = None, long: bool = False, required: bool = True
) -> discord.ui.Label[Any]:
    """A line to type in, or several if it is `long`."""
    style = discord.TextStyle.long if long else discord.TextStyle.short
    field = discord.ui.TextInput[Any](custom_id=custom_id, max_length=most, style=style, required=required)
    return discord.ui.Label(text=label, description=description, component=field)


async def show(interaction: AnyInteraction, custom_id: str, title: str, *labels: discord.ui.Label[Any]) -> None:
    """Answer with a form."""
    modal = discord.ui.Modal(title=title, custom_id=custom_id)
    for label in labels:
        modal.add_item(label)
    # discord.py would keep it by its custom_id, and two people who fill in the same form would be one.
    modal.stop()
    await interaction.response.send_modal(modal)


def _typed(interaction: AnyInteraction) -> Iterator[tuple[str, str]]:
    data = cast("Mapping[str, Any]", interaction.data or {})
    yield from _fields(cast("Iterable[Mapping[str, Any]]", data.get("components", ())))


def _fields(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if "value" in row:
            yield str(row["custom_id"]), str(row["value"])
        yield from _fields(row.get("components", ()))
        if "component" in row:
            yield from _fields([row["component"]])
