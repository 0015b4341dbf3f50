"""What the crisis page says: the emergency number, what to do, the lines; in pages that Discord takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import discord

from supportbot.chat.helplines import Field, emergency_rows, line_field, own_field
from supportbot.chat.markdown import escaped
from supportbot.chat.present import CALM, URGENT
from supportbot.chat.words import Voice
from supportbot.domain.crisis import Need
from supportbot.domain.helplines import Kind
from supportbot.services.crisis import Help, Origin
from supportbot.services.names import country_name

MOST_TEXT = 5900
MOST_FIELDS = 25
MOST_EMBEDS = 10
LONGEST_NAME = 256
LONGEST_VALUE = 1024


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one kind, or from one source, in a place of their own."""

    title: str
    says: str | None
    fields: tuple[Field, ...]


def pages(voice: Voice, shown: Help, need: Need | None, *, spare: int = 0) -> list[list[discord.Embed]]:
    """The page's embeds; the emergency number stands on top of each page. `spare` characters are left to others."""
    head = [_emergency(voice, shown)]
    guide = _guide(voice, shown, need)
    head += [guide] if guide else []
    return _packed(head, list(_sections(voice, shown, need)), MOST_TEXT - spare)


def sections(voice: Voice, shown: Help, *, spare: int = 0) -> list[discord.Embed]:
    """The lines alone, without the emergency number; as many as fit in one message beside `spare` characters."""
    return _packed([], list(_sections(voice, shown, None)), MOST_TEXT - spare)[0]


def _emergency(voice: Voice, shown: Help) -> discord.Embed:
    country = shown.region.country
    if shown.emergency is not None:
        rows = emergency_rows(voice, shown.emergency)
    elif country is not None:
        rows = [voice("crisis.emergency.of", country=_country(voice, country)), voice("crisis.emergency.when")]
    else:
        rows = [voice("crisis.emergency.local"), voice("crisis.emergency.when")]
    embed = discord.Embed(title=voice("crisis.title"), description="\n".join(rows), colour=URGENT)
    return embed.set_footer(text=voice("crisis.nobody_told"))


def _guide(voice: Voice, shown: Help, need: Need | None) -> discord.Embed | None:
    """What to do about the need; without one, how the page goes on."""
    if need is None:
        return discord.Embed(description="\n\n".join(_ways_on(voice, shown)), colour=CALM)
    name = need.value
    says = _ways_to_write(voice, shown) if need is Need.WRITTEN else voice(f"crisis.guide.{name}")
    return discord.Embed(title=voice(f"crisis.need.{name}"), description=says, colour=CALM)


def _ways_to_write(voice: Voice, shown: Help) -> str:
    """What there is for somebody who cannot phone, and that there is more by phone where that is all there is."""
    if shown.lines or shown.own:
        return voice("crisis.guide.e")
    if shown.region.country is None:
        return voice("crisis.guide.e.unknown")
    rows = [voice("crisis.guide.e.none")]
    if shown.has_more_by_phone:
        rows.append(voice("crisis.guide.e.phone"))
    return "\n\n".join(rows)


def _ways_on(voice: Voice, shown: Help) -> Iterator[str]:
    yield voice("crisis.choose")
    country = shown.region.country
    if country is None:
        yield voice("crisis.origin.unknown")
    elif shown.region.origin is not Origin.CHOSEN:
        yield voice(f"crisis.origin.{shown.region.origin.value}", country=_country(voice, country))


def _sections(voice: Voice, shown: Help, need: Need | None) -> Iterator[Section]:
    country, written = shown.region.country, need is Need.WRITTEN
    for kind, lines in groupby(shown.lines, key=lambda line: line.kind):
        fields = tuple(line_field(voice, line, shown.at, written=written) for line in lines)
        title = voice(f"crisis.lines.{kind.value}", country=_country(voice, country or ""))
        # Its own guide says so already.
        is_warned = kind is not Kind.DOMESTIC_VIOLENCE or need is Need.HURT
        yield Section(title, None if is_warned else voice("crisis.call_log"), fields)
    if shown.own:
        fields = tuple(own_field(voice, line, shown.at, written=written) for line in shown.own)
        yield Section(voice("crisis.own.title"), voice("crisis.own.mark"), fields)
    if shown.directories and need is not Need.ASLEEP:
        fields = tuple(line_field(voice, line, shown.at) for line in shown.directories)
        yield Section(voice("crisis.directories.title"), _why_directories(voice, shown, need), fields)


def _why_directories(voice: Voice, shown: Help, need: Need | None) -> str:
    if shown.region.country is None:
        return voice("crisis.none.unknown")
    country = _country(voice, shown.region.country)
    in_part = any(line.kind is shown.kinds[0] for line in shown.lines)
    if need is Need.WRITTEN and (shown.lines or shown.has_more_by_phone):
        return voice("crisis.none.written_whole" if in_part else "crisis.none.written", country=country)
    return voice("crisis.none.whole" if in_part else "crisis.none", country=country)


def _packed(head: list[discord.Embed], sections: list[Section], most: int) -> list[list[discord.Embed]]:
    """Fill message after message, each beginning with `head`. A section that does not fit goes on in the next."""
    result = [_copies(head)]
    for section in sections:
        fresh = True
        for name, value in (part for field in section.fields for part in _split(field)):
            if fresh or not _takes(result[-1], len(name) + len(value), most):
                opened = discord.Embed(title=section.title, description=section.says, colour=CALM)
                if not _has_room(result[-1], len(opened) + len(name) + len(value), most):
                    result.append(_copies(head))
                result[-1].append(opened)
                fresh = False
            result[-1][-1].add_field(name=name, value=value, inline=False)
    return result


def _copies(embeds: Iterable[discord.Embed]) -> list[discord.Embed]:
    return [embed.copy() for embed in embeds]


def _takes(embeds: list[discord.Embed], more: int, most: int) -> bool:
    """Whether the last embed can have one field more."""
    return len(embeds[-1].fields) < MOST_FIELDS and sum(map(len, embeds)) + more <= most


def _has_room(embeds: list[discord.Embed], more: int, most: int) -> bool:
    return len(embeds) < MOST_EMBEDS and sum(map(len, embeds)) + more <= most


def _split(field: Field) -> Iterator[Field]:
    """The field in pieces that Discord takes, cut between rows, else inside a long one."""
    name, value = field
    if len(name) > LONGEST_NAME:
        name, value = "…", f"{name}\n{value}"
    taken = ""
    for row in (part for whole in value.split("\n") for part in _pieces(whole)):
        if len(taken) + 1 + len(row) > LONGEST_VALUE:
            yield name, taken
            name, taken = "…", ""
        taken = f"{taken}\n{row}" if taken else row
    yield name, taken


def _pieces(row: str) -> Iterator[str]:
    while len(row) > LONGEST_VALUE:
        cut = row.rfind(" ", 1, LONGEST_VALUE)
        cut = cut if cut > 0 else LONGEST_VALUE
        yield row[:cut]
        row = row[cut:].lstrip()
    yield row


def _country(voice: Voice, iso: str) -> str:
    return escaped(country_name(iso, voice.language))
