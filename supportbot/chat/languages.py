"""The page on which somebody chooses the language they are spoken to in, and its buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord

from supportbot.chat import remembering
from supportbot.chat.components import Choose, Stateless, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, AnyItem, host_of, services_of, voice_of
from supportbot.chat.present import CALM
from supportbot.chat.remembering import VERSION, Kept
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.languages import Why, why
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import UserError
from supportbot.services.names import language_name, own_name

AS_DISCORD_SAYS = "discord"
TAG = r"(?P<value>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)"
MOST_OPTIONS = 25
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown; `view` has the choice, and what can be done with it."""

    embed: discord.Embed
    view: discord.ui.View


def language_page(interaction: AnyInteraction) -> Page:
    """Which language is spoken with whoever acts, and why; with the choice of another. It needs no database."""
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    wish, known = services_of(interaction).languages.wish_of(person), host_of(interaction.client).content.catalogues
    here = interaction.guild_locale
    reason = why(known, wish, str(interaction.locale), None if here is None else str(here))
    lines = [voice("language.now", name=_name(voice, voice.language)), voice(f"language.why.{reason.value}")]
    items: list[AnyItem] = [ChooseLanguage.spoken(voice, sorted(known, key=own_name), wish.language)]
    if reason is Why.CHOSEN and wish.language is not None:
        lines.append(voice("language.until_restart"))
        items.append(RememberLanguage(wish.language, voice("language.remember")))
    if wish.kept is not None:
        if wish.kept != wish.language:
            lines.append(voice("language.kept_other", name=_name(voice, wish.kept)))
        items.append(ForgetLanguage(voice("language.forget")))
    text = "\n\n".join((" ".join(lines), voice("language.note")))
    embed = discord.Embed(title=voice("language.title"), description=text, colour=CALM)
    return Page(embed, row_of(*items, CrisisHelp.spoken(voice)))


async def show_language_page(interaction: AnyInteraction) -> None:
    """Answer with the page, to this person alone."""
    page = language_page(interaction)
    await say(interaction, embed=page.embed, view=page.view)


async def _show_in_place(interaction: AnyInteraction, text: str | None = None) -> None:
    page = language_page(interaction)
    await replace(interaction, text, embeds=[page.embed], view=page.view)


def _name(voice: Voice, language: str) -> str:
    return language_name(language, voice.language)


class ChooseLanguage(Choose, template=r"language:choose"):
    """Every language there is, by its own name, and the way back to what Discord says."""

    def __init__(self, options: Sequence[discord.SelectOption] = (), hint: str = "…") -> None:
        chosen = [*options] or [discord.SelectOption(label="…")]
        super().__init__(discord.ui.Select[Any](custom_id="language:choose", placeholder=hint, options=chosen))

    @classmethod
    def spoken(cls, voice: Voice, languages: Sequence[str], chosen: str | None) -> ChooseLanguage:
        """The select in a language; what counts now stands out."""
        options = [
            discord.SelectOption(label=own_name(each)[:LONGEST_NAME], value=each, default=each == chosen)
            for each in languages[: MOST_OPTIONS - 1]
        ]
        back = discord.SelectOption(
            label=voice("language.as_discord")[:LONGEST_NAME], value=AS_DISCORD_SAYS, default=chosen is None
        )
        return cls([*options, back], voice("language.choose"))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """It counts at once, and so the page is in it."""
        if len(values) != 1:
            raise UserError("language.stale")
        (value,) = values
        language = None if value == AS_DISCORD_SAYS else value
        services_of(interaction).languages.choose(PersonId(interaction.user.id), language)
        await _show_in_place(interaction)


async def _remember(interaction: AnyInteraction, language: str, text: ConsentText) -> None:
    person = PersonId(interaction.user.id)
    community = None if interaction.guild_id is None else CommunityId(interaction.guild_id)
    await services_of(interaction).languages.remember(person, community, language, text)


LANGUAGE = Kept(
    Scope.LANGUAGE,
    "language",
    "language.remember.title",
    "language.remember.body",
    "language.remember.done",
    "language.stale",
    _name,
    lambda interaction, language: language in host_of(interaction.client).content.catalogues,
    _remember,
    CrisisHelp.spoken,
)


class AgreeLanguage(remembering.Agree, template=rf"language:agree:{TAG}:{VERSION}"):
    """To have this language remembered."""

    kept = LANGUAGE


class DeclineLanguage(remembering.Decline, template=r"language:decline"):
    """No language is to be remembered."""

    kept = LANGUAGE


class RememberLanguage(remembering.Offer, template=rf"language:remember:{TAG}"):
    """Asks whether this language may be kept."""

    kept, agree, decline = LANGUAGE, AgreeLanguage, DeclineLanguage


class ForgetLanguage(Stateless, template=r"language:forget"):
    """Forgets the language that was kept."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Forget it, and show the page as it is without it."""
        person = PersonId(interaction.user.id)
        await interaction.response.defer()
        withdrawn = await services_of(interaction).consents.withdraw(person, Scope.LANGUAGE)
        said = "language.forget.done" if withdrawn.total else "language.forget.nothing"
        await _show_in_place(interaction, voice_of(interaction)(said))


BUTTONS: tuple[type[AnyItem], ...] = (
    ChooseLanguage,
    RememberLanguage,
    AgreeLanguage,
    DeclineLanguage,
    ForgetLanguage,
)
