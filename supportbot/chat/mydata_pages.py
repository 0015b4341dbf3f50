"""The pages of `/mydata`: what is held in words, and what would be erased."""

from __future__ import annotations

from datetime import datetime

import discord

from supportbot.chat import present
from supportbot.chat.components import Style, row_of
from supportbot.chat.consents import consent_line, scope_name
from supportbot.chat.host import AnyInteraction, services_of, voice_of
from supportbot.chat.mydata_items import Erase, ErasePart, Keep, sweep_button
from supportbot.chat.replies import say
from supportbot.chat.words import Voice
from supportbot.domain.consent import Scope
from supportbot.domain.mydata import PARTS, Held, Part
from supportbot.domain.people import PersonId
from supportbot.domain.retention import Periods
from supportbot.errors import UserError


def part_name(voice: Voice, part: Part) -> str:
    """What a kind is called."""
    return scope_name(voice, part) if isinstance(part, Scope) else voice(f"mydata.part.{part.value}")


def part_named(voice: Voice, typed: str | None) -> Part | None:
    """The kind by its value, or as it is called; None for none. Raises UserError for one that there is not."""
    if typed is None:
        return None
    for part in PARTS:
        if typed.strip().lower() in {part.value, part_name(voice, part).lower()}:
            return part
    raise UserError("mydata.part_unknown")


async def show_held(interaction: AnyInteraction) -> None:
    """Answer with what is held, to this person alone."""
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    mydata = services_of(interaction).mydata
    found = await mydata.overview(person)
    if not found:
        said = voice("mydata.what.nothing")
        if (scrambled := await mydata.scrambled(person)) is not None:
            said += "\n" + voice("mydata.what.scrambled.left", **_span(scrambled))
        await say(interaction, said)
        return
    embed = discord.Embed(title=voice("mydata.what.title"), description=voice("mydata.what.intro"), colour=present.CALM)
    for held in found:
        value = _field(interaction, voice, held, mydata.periods)
        embed.add_field(name=part_name(voice, held.part), value=value, inline=False)
    if (scrambled := await mydata.scrambled(person)) is not None:
        value = voice("mydata.what.scrambled.value", **_span(scrambled))
        embed.add_field(name=voice("mydata.what.scrambled.name"), value=value, inline=False)
    embed.add_field(name=voice("mydata.what.seen.name"), value=voice("mydata.what.seen.value"), inline=False)
    embed.add_field(name=voice("mydata.what.ways.name"), value=voice("mydata.what.ways.value"), inline=False)
    await say(interaction, embed=embed)


def _span(scrambled: tuple[datetime, datetime]) -> dict[str, str]:
    since, until = (discord.utils.format_dt(each, "D") for each in scrambled)
    return {"since": since, "until": until}


def _field(interaction: AnyInteraction, voice: Voice, held: Held, periods: Periods) -> str:
    """What, since when, why it may be, and until when. The consents come last: of them there may be many."""
    lines = [present.kinds(voice, held.rows)] if held.rows else []
    if held.since is not None:
        lines.append(voice("mydata.what.since", day=discord.utils.format_dt(held.since, "D")))
    days = {keep.value: count for keep, count in periods.days.items()}
    lines.append(voice(f"mydata.what.until.{held.part.value}", **days))
    if isinstance(held.part, Scope):
        lines += [consent_line(interaction, voice, entry) for entry in held.consents]
    else:
        lines.append(voice(f"mydata.what.basis.{held.part.value}"))
    while len("\n".join(lines)) > present.LONGEST_FIELD:
        lines.pop()
    return "\n".join(lines)


async def show_deletion(interaction: AnyInteraction, part: Part | None) -> None:
    """Answer with what would go, and ask. Raises UserError when there is nothing of this kind."""
    await (_show_deletion_of_all(interaction) if part is None else _show_deletion_of(interaction, part))


async def _show_deletion_of_all(interaction: AnyInteraction) -> None:
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    held = await services_of(interaction).mydata.held(person)
    if not any(held.values()):
        # Somebody who erased everything before may still want this.
        said = voice("mydata.delete.nothing")
        if (scrambled := await services_of(interaction).mydata.scrambled(person)) is not None:
            said += " " + voice("mydata.what.scrambled.left", **_span(scrambled))
        said += "\n\n" + voice("mydata.sweep.offer")
        await say(interaction, said, view=row_of(sweep_button(voice, person)))
        return
    embed = discord.Embed(
        title=voice("mydata.delete.title"),
        description=voice("mydata.delete.body", lines=present.kinds(voice, held)),
        colour=present.URGENT,
    )
    choice = row_of(Erase(person, voice("mydata.delete.yes"), Style.danger), Keep(person, voice("mydata.delete.no")))
    await say(interaction, embed=embed, view=choice)


async def _show_deletion_of(interaction: AnyInteraction, part: Part) -> None:
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    found = await services_of(interaction).mydata.overview(person)
    held = next((each for each in found if each.part == part), None)
    name = part_name(voice, part)
    if held is None:
        raise UserError("mydata.delete.nothing_of", name=name)
    lines = [present.kinds(voice, held.rows)] if held.rows else []
    if held.is_agreed:
        lines.append(voice("mydata.delete.line.consent"))
    embed = discord.Embed(
        title=voice("mydata.delete.part.title", name=name),
        description=voice(f"mydata.delete.part.body.{part.value}", lines="\n".join(lines)),
        colour=present.URGENT,
    )
    choice = row_of(
        ErasePart(part, person, voice("mydata.delete.part.yes"), Style.danger), Keep(person, voice("mydata.delete.no"))
    )
    await say(interaction, embed=embed, view=choice)
