"""Keeping somebody's answers for them alone: what is offered, the consent of those who are 18 or older, and no."""

from __future__ import annotations

import re
from typing import Self

import discord

from supportbot.chat.components import Press, Stateless, Style, button, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, AnyItem, host_of, services_of, voice_of
from supportbot.chat.present import CALM
from supportbot.chat.remembering import VERSION
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import StorageError, UserError

FIRST = 0
"""With the first check-in of a plan it is offered, and then no more."""


class OfferHistory(Stateless, template=r"history:offer"):
    """Asks whether answers may be kept."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In a message of its own, for whoever pressed: what is below stays."""
        await offer(interaction)


class AgreeHistory(Press, template=rf"history:agree:{VERSION}"):
    """The consent, and that they are 18 or older. No age is asked for or kept."""

    def __init__(self, version: str, label: str = "…") -> None:
        super().__init__(button(f"history:agree:{version}", label, Style.success))
        self._version = version

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["version"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep answers from now on, and say so when it is true."""
        voice, text = voice_of(interaction), _text(interaction)
        if text.version != self._version:
            raise UserError("history.stale")
        community = None if interaction.guild_id is None else CommunityId(interaction.guild_id)
        await services_of(interaction).histories.keep(PersonId(interaction.user.id), community, text)
        await replace(interaction, voice("history.kept"), view=row_of(CrisisHelp.spoken(voice)))


class DeclineHistory(Stateless, template=r"history:decline"):
    """No answer is to be kept."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep nothing."""
        voice = voice_of(interaction)
        await replace(interaction, voice("remember.declined"), view=row_of(CrisisHelp.spoken(voice)))


OFFER_BUTTONS: tuple[type[AnyItem], ...] = (OfferHistory, AgreeHistory, DeclineHistory)


async def offer(interaction: AnyInteraction) -> None:
    """Show what would be kept, to this person alone, and ask."""
    voice, text = voice_of(interaction), _text(interaction)
    if not services_of(interaction).histories.is_for(PersonId(interaction.user.id)):
        await say(interaction, voice("history.young"), view=row_of(CrisisHelp.spoken(voice)))
        return
    embed = discord.Embed(title=voice("history.offer.title"), description=voice("history.offer.body"), colour=CALM)
    embed.add_field(name=voice("checkin.draft.consent.name"), value=text.body, inline=False)
    choice = row_of(
        AgreeHistory(text.version, voice("history.agree")),
        DeclineHistory(voice("remember.decline")),
        CrisisHelp.spoken(voice),
    )
    await say(interaction, embed=embed, view=choice)


async def offer_after(interaction: AnyInteraction, voice: Voice, turn: int) -> tuple[str, AnyItem] | None:
    """A question and the button for below an answer to a plan's check-in number `turn`, counted from 0 as in Question.

    None unless it is the plan's first one and the first answer of theirs that is known; for those who said yes or took
    it back before, and for those who said that they are under 18: nobody is pressed.
    """
    if turn != FIRST:
        return None
    try:
        if not await services_of(interaction).histories.may_ask(PersonId(interaction.user.id)):
            return None
    except StorageError:  # the answer is taken; what could not be asked is not asked
        return None
    return voice("history.offer.after"), OfferHistory(voice("history.offer.button"))


def _text(interaction: AnyInteraction) -> ConsentText:
    return host_of(interaction.client).content.consent(Scope.HISTORY, voice_of(interaction).language)
