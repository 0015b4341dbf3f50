"""How a note looks in a community's channel, in its own language, or in that of whom it is for."""

from __future__ import annotations

from collections.abc import Callable

import discord

from supportbot.chat.components import row_of
from supportbot.chat.line_buttons import Approve, DeclineLine
from supportbot.chat.own_lines import team_card
from supportbot.chat.staff_rooms import Posted
from supportbot.chat.words import Voice
from supportbot.domain.staff import CannotReach, LineToApprove, StaffNote, WishToTalk

QUOTE = "> "
"""Begins each row of a member's own words, and of nothing else in a post: how they are found again."""


def staff_renderer(voice: Callable[[str], Voice]) -> Callable[[StaffNote, str], Posted]:
    """Render notes with the voice of a locale."""

    def render(note: StaffNote, locale: str) -> Posted:
        speak = voice(locale)
        match note:
            case LineToApprove(line):
                buttons = row_of(Approve.spoken(speak, line.id), DeclineLine.spoken(speak, line.id))
                return Posted(None, to_approve(speak, note), buttons)
            case WishToTalk():
                return Posted(wish(speak, note))
            case CannotReach(person, language):
                named = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(person)])
                return Posted(cannot_reach(voice(language), person), allowed_mentions=named)

    return render


def to_approve(voice: Voice, note: LineToApprove) -> discord.Embed:
    """Everything that the second moderator has to check."""
    embed = team_card(voice, note.line)
    embed.set_author(name=voice("setup.approve.title"))
    return embed.add_field(name=voice("setup.approve.how"), value=voice("setup.approve.body"), inline=False)


def wish(voice: Voice, note: WishToTalk) -> str:
    """The post of a member who asks for somebody to talk to. The mention pings nobody."""
    asks = voice("handover.post", member=f"<@{note.person}>")
    quoted = "" if note.words is None else "\n".join(f"{QUOTE}{row}" for row in note.words.splitlines())
    return "\n".join(part for part in (asks, quoted, voice("handover.post.note")) if part)


def cannot_reach(voice: Voice, person: int) -> str:
    """The line in a channel, as it was shown beforehand."""
    return voice("nudge.line", member=f"<@{person}>")


def words_of(post: str) -> str | None:
    """The member's words in such a post, as they stand there."""
    rows = [row.removeprefix(QUOTE) for row in post.splitlines() if row.startswith(QUOTE)]
    return "\n".join(rows) or None
