"""Buttons that outlive the process: the id of the state is in the custom_id, the state in the database."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self

import discord

from supportbot.chat.host import AnyInteraction, AnyItem, template_of
from supportbot.chat.replies import answered
from supportbot.errors import UserError

Style = discord.ButtonStyle

SNOWFLAKE = r"(?:[1-9][0-9]{0,17}|[1-8][0-9]{18})"
"""A Discord id as it is written, which a database can hold. A digit is 0 to 9: other scripts' are never in an id."""


class Press(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"press-is-a-base-class"):
    """A button whose press is always answered. Subclasses give a `template` and write `pressed`."""

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """The button whose custom_id matched the template; its label plays no part."""
        raise NotImplementedError

    async def callback(self, interaction: AnyInteraction) -> None:
        """Called by the bot."""
        async with answered(interaction):
            await self.pressed(interaction)

    async def pressed(self, interaction: AnyInteraction) -> None:
        """What the press does."""
        raise NotImplementedError


class Stateless(Press, template=r"stateless-is-a-base-class"):
    """A button that is the same for everybody and for ever: its template is its custom_id."""

    look: ClassVar[Style] = Style.secondary

    def __init__(self, label: str = "…", *, row: int | None = None) -> None:
        super().__init__(button(template_of(type(self)).pattern, label, self.look), row=row)

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """There is nothing in the custom_id to tell."""
        del match
        return cls()


class Choose(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"choose-is-a-base-class"):
    """A select whose choice is always answered. Subclasses give a `template` and write `chosen`."""

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """The select whose custom_id matched the template; its options play no part."""
        raise NotImplementedError

    async def callback(self, interaction: AnyInteraction) -> None:
        """Called by the bot."""
        async with answered(interaction):
            # From the interaction itself: this select was rebuilt from its id alone.
            data: Any = interaction.data or {}
            await self.chosen(interaction, [str(value) for value in data.get("values", [])])

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """What the choice does."""
        raise NotImplementedError


class OwnersPress(Press, template=r"owners-press-is-a-base-class"):
    """A button for one person, whose id ends its custom_id; anybody else is refused kindly.

    Subclasses give `prefix` and the template `prefix:(?P<owner>...)`, best made with `owned`.
    """

    prefix = ""

    def __init__(self, owner: int, label: str = "…", style: Style = Style.secondary) -> None:
        super().__init__(button(f"{self.prefix}:{owner}", label, style))
        self.owner = owner

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Called by the bot."""
        async with answered(interaction):
            if interaction.user.id != self.owner:
                raise UserError("not_yours")
            await self.pressed(interaction)


def owned(prefix: str) -> str:
    """The template of an OwnersPress."""
    return rf"{prefix}:(?P<owner>{SNOWFLAKE})"


def button(custom_id: str, label: str, style: Style = Style.secondary) -> discord.ui.Button[Any]:
    """A button with a fixed id."""
    return discord.ui.Button(custom_id=custom_id, label=label, style=style)


def row_of(*buttons: AnyItem) -> discord.ui.View:
    """A view that never times out, with these buttons, five to a row, and selects, each in a row of its own."""
    view = discord.ui.View(timeout=None)
    for each in buttons:
        view.add_item(each)
    return view
