"""The page on which somebody chooses the language they are spoken to in, and its buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord

from supportbot.chat.components import Choose, Press, Style, button, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, AnyItem, host_of, services_of, voice_of
from supportbot.chat.present import CALM
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.languages import Why, why
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import UserError
from supportbot.services.names import language_name, own_name

AS_DISCORD_SAYS = "discord"
TAG = r"(?P<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)"
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


def _community(interaction: AnyInteraction) -> CommunityId | None:
    return None if interaction.guild_id is None else CommunityId(interaction.guild_id)


def _consent(interaction: AnyInteraction) -> ConsentText:
    return host_of(interaction.client).content.consent(Scope.LANGUAGE, voice_of(interaction).language)


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


class RememberLanguage(Press, template=rf"language:remember:{TAG}"):
    """Asks whether this language may be kept."""

    def __init__(self, language: str, label: str = "…") -> None:
        super().__init__(button(f"language:remember:{language}", label))
        self._language = language

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["language"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show what would be kept, in a message of its own: the page stays."""
        voice, text = voice_of(interaction), _consent(interaction)
        if self._language not in host_of(interaction.client).content.catalogues:
            raise UserError("language.stale")
        embed = discord.Embed(
            title=voice("language.remember.title"),
            description=voice("language.remember.body", name=_name(voice, self._language)),
            colour=CALM,
        )
        embed.add_field(name=voice("checkin.draft.consent.name"), value=text.body, inline=False)
        agree = AgreeLanguage(self._language, text.version, voice("language.remember.agree"))
        decline = DeclineLanguage(voice("language.remember.decline"))
        await say(interaction, embed=embed, view=row_of(agree, decline, CrisisHelp.spoken(voice)))


class AgreeLanguage(Press, template=rf"language:agree:{TAG}:(?P<version>[0-9.-]{{1,12}})"):
    """The consent: only whoever sees the message that only they can see can press it."""

    def __init__(self, language: str, version: str, label: str = "…") -> None:
        super().__init__(button(f"language:agree:{language}:{version}", label, Style.success))
        self._language, self._version = language, version

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["language"], match["version"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep it, and say so when it is true, in that language."""
        text = _consent(interaction)
        if text.version != self._version:
            raise UserError("language.stale")
        person = PersonId(interaction.user.id)
        await services_of(interaction).languages.remember(person, _community(interaction), self._language, text)
        voice = voice_of(interaction)
        said = voice("language.remember.done", name=_name(voice, self._language))
        await replace(interaction, said, view=row_of(CrisisHelp.spoken(voice)))


class DeclineLanguage(Press, template=r"language:decline"):
    """Not to be kept."""

    def __init__(self, label: str = "…") -> None:
        super().__init__(button("language:decline", label))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep nothing."""
        voice = voice_of(interaction)
        await replace(interaction, voice("language.remember.declined"), view=row_of(CrisisHelp.spoken(voice)))


class ForgetLanguage(Press, template=r"language:forget"):
    """Forgets the language that was kept."""

    def __init__(self, label: str = "…") -> None:
        super().__init__(button("language:forget", label))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

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
