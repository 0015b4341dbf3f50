"""Lines that a community added itself, each in an embed of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import discord

from supportbot.chat.helplines import own_field
from supportbot.chat.markdown import escaped
from supportbot.chat.present import CALM, times
from supportbot.chat.words import Voice
from supportbot.domain.communities import OwnHelpline
from supportbot.domain.people import PersonId
from supportbot.services.names import country_name

FITS = 5900
"""Characters that go into one message; Discord takes 6000."""

MOST_EMBEDS = 10


def card(voice: Voice, line: OwnHelpline, now: datetime) -> discord.Embed:
    """A line with everything that a member needs."""
    name, value = own_field(voice, line, now)
    return discord.Embed(title=name, description=value, colour=CALM)


def team_card(voice: Voice, line: OwnHelpline) -> discord.Embed:
    """The same for moderators: also its country, the source, who stands for it, and whether members see it."""
    name, value = own_field(voice, line, None)
    more = [
        _country(voice, line.region),
        voice("setup.helpline.source", source=escaped(line.source)),
        voice("setup.helpline.added_by", moderator=_moderator(voice, line.added_by), **times(line.added_at)),
    ]
    if line.approved_at is None:
        more.append(voice("setup.helpline.waits"))
    else:
        approved_by = _moderator(voice, line.approved_by)
        more.append(voice("setup.helpline.approved_by", moderator=approved_by, **times(line.approved_at)))
    return discord.Embed(title=name, description="\n".join([value, *more]), colour=CALM)


def pages(cards: Iterable[discord.Embed]) -> list[list[discord.Embed]]:
    """All of them in as few messages as they fit, in their order."""
    found: list[list[discord.Embed]] = [[]]
    for each in cards:
        if sum(map(len, found[-1])) + len(each) > FITS or len(found[-1]) == MOST_EMBEDS:
            found.append([])
        found[-1].append(each)
    return found


def _country(voice: Voice, region: str | None) -> str:
    if region is None:
        return voice("setup.helpline.no_country")
    return voice("setup.helpline.country", country=escaped(country_name(region, voice.language)))


def _moderator(voice: Voice, person: PersonId | None) -> str:
    return voice("setup.helpline.somebody") if person is None else f"<@{person}>"
