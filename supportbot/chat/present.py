"""Domain objects as embeds and texts: how things look in Discord."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import discord
from discord import app_commands

from supportbot.chat.words import Voice

CALM = discord.Colour.from_rgb(91, 124, 153)
URGENT = discord.Colour.from_rgb(178, 58, 58)

LONGEST_FIELD = 1024
LONGEST_DESCRIPTION = 4096

Command = app_commands.Command[Any, ..., Any]


def times(instant: datetime) -> dict[str, str]:
    """Placeholders `full` and `relative`: Discord shows them in each reader's own zone."""
    return {"full": discord.utils.format_dt(instant, "F"), "relative": discord.utils.format_dt(instant, "R")}


def about(voice: Voice, version: str) -> discord.Embed:
    """Who the bot is and what it is not."""
    embed = discord.Embed(title=voice("about.title"), description=voice("about.body"), colour=CALM)
    embed.add_field(name=voice("about.danger.name"), value=voice("about.danger.value"))
    return embed.set_footer(text=voice("about.version", version=version))


def help_pages(voice: Voice, commands: Sequence[Command]) -> list[discord.Embed]:
    """The commands that this person can use here, each pressable; in two pieces where one would be too long."""
    menu = voice("help.menu", name=voice("menu.explain_words"))
    pieces = [voice("help.intro") + "\n"]
    for line in (*(_help_line(voice, each) for each in commands), f"\n{menu}"):
        if len(pieces[-1]) + 1 + len(line) > LONGEST_DESCRIPTION:
            pieces.append(line.lstrip())
        else:
            pieces[-1] += "\n" + line
    embeds = [discord.Embed(description=piece, colour=CALM) for piece in pieces]
    embeds[0].title = voice("help.title")
    return embeds


def _help_line(voice: Voice, command: Command) -> str:
    values = {"mention": voice.mentions.of(command.qualified_name), "description": voice(command.description)}
    needed = (command.root_parent or command).default_permissions
    return voice("help.line", **values) if needed is None else voice("help.line.moderators", **values)


def kinds(voice: Voice, rows: Mapping[str, int]) -> str:
    """What is held, a line a kind; kinds of which there is nothing are left out."""
    return "\n".join(
        voice("mydata.delete.line", kind=voice(f"kind.{kind}"), count=count) for kind, count in rows.items() if count
    )
