"""What the bot explains, as embeds: a page of an entry, two roles side by side, sources."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from supportbot.chat.markdown import escaped
from supportbot.chat.present import CALM
from supportbot.chat.words import Voice
from supportbot.domain.knowledge import Entry, Reference
from supportbot.domain.pictures import Table, TableRow, as_far_as_fits
from supportbot.domain.roles import Comparison
from supportbot.services.names import day_in_words, language_name

MOST_SOURCES = 20
LONGEST_ALT = 1024


def page(voice: Voice, entry: Entry, number: int) -> discord.Embed:
    """One page of an entry; `number` counts from 0."""
    embed = discord.Embed(title=entry.title, description=voice.filled(entry.pages[number]), colour=CALM)
    footer = [voice("knowledge.other_language", language=_name_of(voice, entry))] if _is_foreign(voice, entry) else []
    if len(entry.pages) > 1:
        footer.append(voice("knowledge.page", number=number + 1, of=len(entry.pages)))
    return embed.set_footer(text="\n".join(footer)) if footer else embed


def comparison(voice: Voice, shown: Comparison) -> discord.Embed:
    """Two roles side by side; one field a side, so that it reads well on a phone."""
    left, right, pair = shown.left.name, shown.right.name, shown.pair
    title = pair.title if pair else voice("compare.title", left=left, right=right)
    embed = discord.Embed(title=title, description=pair.intro if pair else voice("compare.intro"), colour=CALM)
    for aspect, of_left, of_right in shown.rows():
        value = voice("compare.side", left_name=left, left=of_left, right_name=right, right=of_right)
        embed.add_field(name=voice(f"aspect.{aspect.value}"), value=value, inline=False)
    if pair:
        embed.add_field(name=voice("compare.together"), value=pair.together, inline=False)
        embed.add_field(name=voice("compare.note"), value=pair.note, inline=False)
    return embed


def table(voice: Voice, shown: Comparison) -> Table:
    """Two roles side by side, to be drawn. A picture goes further than the message that it came with, so it has its own
    word about danger.
    """
    left, right, pair = shown.left.name, shown.right.name, shown.pair
    title = pair.title if pair else voice("compare.title", left=left, right=right)
    rows = [TableRow(voice(f"aspect.{aspect.value}"), one, other) for aspect, one, other in shown.rows()]
    foot = (pair.together, pair.note) if pair else (voice("compare.picture.foot"),)
    return Table(title, left, right, tuple(rows), foot)


def alt_text(voice: Voice, shown: Table) -> str:
    """A table in words, row by row as far as an attachment's description has room."""
    head = voice("compare.picture.alt", title=shown.title, left=shown.left, right=shown.right)
    rows = [voice("compare.picture.alt.row", label=row.label, left=row.left, right=row.right) for row in shown.rows]
    return as_far_as_fits([head, *rows, *shown.foot], LONGEST_ALT, rest=voice("compare.picture.alt.rest"))


def sources(voice: Voice, entry: Entry, references: Sequence[Reference]) -> discord.Embed:
    """What an entry rests on, so that anybody can look for themselves."""
    lines = [_source(voice, each) for each in references if each.can_be_opened]
    if any(not each.can_be_opened for each in references):
        lines.append(voice("knowledge.sources.background"))
    text = "\n".join([*lines[:MOST_SOURCES], "", voice("knowledge.sources.looked_over", day=_day(voice, entry))])
    return discord.Embed(title=voice("knowledge.sources.title", title=entry.title)[:256], description=text, colour=CALM)


def choice_of(voice: Voice, title: str, intro: str, entries: Sequence[Entry]) -> discord.Embed:
    """Several entries to choose from, each with what it is about."""
    lines = [voice("knowledge.choice", title=each.title, summary=each.summary) for each in entries]
    return discord.Embed(title=title, description="\n\n".join([intro, *lines]), colour=CALM)


def _is_foreign(voice: Voice, entry: Entry) -> bool:
    return entry.language != voice.language


def _name_of(voice: Voice, entry: Entry) -> str:
    return language_name(entry.language, voice.language)


def _day(voice: Voice, entry: Entry) -> str:
    return day_in_words(entry.reviewed_on, voice.language)


def _source(voice: Voice, each: Reference) -> str:
    when = f"({each.year})" if each.year else ""
    link = f"[{escaped(each.title)}](<{each.link}>)"
    parts = [f"{escaped(each.author)} {when}".strip() + ":", link] if each.author else [link, when]
    if each.design is not None and each.n is not None:
        parts.append(
            voice("knowledge.sources.study", design=voice.cell(each.design), n=each.n, of=voice.cell(each.of or ""))
        )
    if each.by_developers:
        parts.append(voice("knowledge.sources.by_developers"))
    if not each.checked:
        parts.append(voice("knowledge.sources.unchecked"))
    return f"- {' '.join(filter(None, parts))}"
