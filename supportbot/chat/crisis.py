"""The crisis page and its buttons, one press away from everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import discord
from discord.app_commands import Choice

from supportbot.chat import crisis_parts, forms, remembering
from supportbot.chat.components import Choose, Press, Stateless, Style, button, row_of
from supportbot.chat.forms import Form
from supportbot.chat.host import AnyInteraction, AnyItem, Host, host_of, locales_of, services_of, voice_of
from supportbot.chat.markdown import escaped
from supportbot.chat.remembering import VERSION, Kept
from supportbot.chat.replies import replace as replace_message
from supportbot.chat.replies import say
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.countries import COUNTRIES, NO_COUNTRY
from supportbot.domain.crisis import FIRST, Need
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import UserError
from supportbot.services.crisis import Region
from supportbot.services.names import country_name

OTHER = "other"
NONE = "-"
HERE, ANEW = "i", "n"
MOST_OPTIONS = 25
LONGEST_NAME = 100
ASKED = rf"(?P<need>[a-f]|{NONE}):(?P<country>[A-Z]{{2}}|{NONE}):(?P<page>0|[1-9][0-9]?):(?P<place>[{HERE}{ANEW}])"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is about; it stands in the custom_ids of its buttons.

    `country` is only what was chosen on the page. `in_place` says that a press changes the message it is on; on a
    message that has other buttons too, a press answers with a message of its own.
    """

    need: Need | None = None
    country: str | None = None
    page: int = 0
    in_place: bool = True

    def __str__(self) -> str:
        return f"{self.need or NONE}:{self.country or NONE}:{self.page}:{HERE if self.in_place else ANEW}"

    @classmethod
    def of(cls, match: re.Match[str]) -> Asked:
        """From a custom_id. A country that is none counts as not chosen."""
        need = None if match["need"] == NONE else Need(match["need"])
        country = match["country"] if match["country"] in COUNTRIES | {NO_COUNTRY} else None
        return cls(need, country, int(match["page"]), match["place"] == HERE)


@dataclass(frozen=True, slots=True)
class Page:
    """The crisis page. `items` fill at most three rows, which they name themselves, from the first one on."""

    text: str | None
    embeds: list[discord.Embed]
    items: list[AnyItem]

    def view(self) -> discord.ui.View:
        """The page's buttons alone."""
        return row_of(*self.items)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page, where, and in which voice. `community` is None in a DM; `locales` are those in which they
    look for a country, the first one best, and they say which countries to offer.
    """

    host: Host
    person: PersonId
    community: CommunityId | None
    voice: Voice
    locales: tuple[str, ...]

    @classmethod
    def of(cls, interaction: AnyInteraction) -> Reader:
        """Whoever acts."""
        person = PersonId(interaction.user.id)
        community = None if interaction.guild_id is None else CommunityId(interaction.guild_id)
        if community is None:
            # In a DM it is the one that the person's triage was started from, if there was any.
            community = services_of(interaction).triage.community_of(person)
        return cls(host_of(interaction.client), person, community, voice_of(interaction), locales_of(interaction))


async def crisis_page(
    reader: Reader, asked: Asked = Asked(), *, text: str | None = None, offers: Sequence[str] = (), spare: int = 0
) -> Page:
    """The page for what was asked. It comes whatever the database does.

    `text` is said above it; `offers` are countries to choose from in the place of those that fit the locale; `spare`
    characters are left to what else stands in the message.
    """
    voice, crisis = reader.voice, reader.host.services.crisis
    shown = await crisis.help(reader.person, reader.community, need=asked.need, chosen=asked.country)
    pages = crisis_parts.pages(voice, shown, asked.need, spare=spare)
    asked = replace(asked, page=min(asked.page, len(pages) - 1))
    items: list[AnyItem] = [NeedButton.spoken(voice, asked, need) for need in FIRST]
    items.append(Where.spoken(voice, asked, _options(reader, shown.region, offers)))
    items.append(NeedButton.spoken(voice, asked, Need.OTHER, row=2))
    if len(pages) > 1:
        items.append(MoreLines.spoken(voice, asked, (asked.page + 1) % len(pages)))
    country, kept = shown.region.country, shown.region.remembered
    if kept is not None:
        items.append(Forget.spoken(voice, asked))
    if country is not None and country != kept:
        items.append(Remember(country, voice("crisis.remember"), row=2))
    return Page(text, pages[asked.page], items)


async def show_page(
    interaction: AnyInteraction,
    asked: Asked = Asked(),
    *,
    anew: bool = False,
    beside: Sequence[AnyItem] = (),
    **parts: Any,
) -> None:
    """Answer with the page: in the place of the message that was pressed, or as a message of its own.

    `beside` are buttons for a row below the page's own, so that nothing has to be said after it.
    """
    services_of(interaction).triage.stays(PersonId(interaction.user.id))
    page = await crisis_page(Reader.of(interaction), replace(asked, in_place=True), **parts)
    view = row_of(*page.items, *beside)
    if asked.in_place and not anew:
        await replace_message(interaction, page.text, embeds=page.embeds, view=view)
    else:
        await say(interaction, page.text, embeds=page.embeds, view=view)


async def show_typed_country(interaction: AnyInteraction, typed: str, asked: Asked = Asked(), *, anew: bool) -> None:
    """The page for a country that somebody typed; where there is doubt, with the choice of those it may be."""
    reader = Reader.of(interaction)
    voice, countries, locale = reader.voice, reader.host.services.countries, reader.locales[0]
    country = countries.named(typed, locale)
    if country is not None:
        await show_page(interaction, replace(asked, country=country), anew=anew)
        return
    offers = countries.find(typed, locale)
    text = voice("crisis.region.several") if offers else voice("crisis.region.not_found")
    # Until it is clear: numbers of no country, not even of the community's.
    await show_page(interaction, replace(asked, country=NO_COUNTRY), anew=anew, text=text, offers=offers)


def country_choices(interaction: AnyInteraction, typed: str) -> list[Choice[str]]:
    """Countries to complete what somebody is typing, in their own language; with nothing typed, those that fit it."""
    reader = Reader.of(interaction)
    countries, locale = reader.host.services.countries, reader.locales[0]
    found = countries.find(typed, locale) if typed.strip() else _fitting(reader)
    return [Choice(name=country_name(iso, locale)[:LONGEST_NAME], value=iso) for iso in found[:MOST_OPTIONS]]


def _fitting(reader: Reader) -> list[str]:
    return reader.host.services.countries.offered(reader.locales, reader.host.content.helplines)


def _options(reader: Reader, region: Region, offers: Sequence[str]) -> list[discord.SelectOption]:
    """The person's own country, the community's, then what fits; none of them is taken for granted."""
    voice = reader.voice
    fitting = offers or _fitting(reader)
    why = {region.community: "crisis.region.community", region.remembered: "crisis.region.remembered"}
    first = () if offers else (region.country, region.remembered, region.community)
    found = [iso for iso in dict.fromkeys((*first, *fitting)) if iso is not None]
    options = [
        discord.SelectOption(
            label=country_name(iso, voice.language)[:LONGEST_NAME],
            value=iso,
            description=voice(why[iso])[:LONGEST_NAME] if iso in why else None,
            default=iso == region.country,
        )
        for iso in found[: MOST_OPTIONS - 1]
    ]
    return [*options, discord.SelectOption(label=voice("crisis.region.other")[:LONGEST_NAME], value=OTHER)]


class CrisisHelp(Stateless, template=r"crisis"):
    """Shows the crisis page to the one who presses. It holds no state, so it works for ever."""

    look = Style.danger

    @classmethod
    def spoken(cls, voice: Voice) -> CrisisHelp:
        """The button in a language."""
        return cls(voice("crisis.button"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show the page."""
        await show_page(interaction, anew=True)


class OfPage(Press, template=r"of-page-is-a-base-class"):
    """A button of the page. `what` is in its custom_id, before what the page will be about."""

    what = ""

    def __init__(self, asked: Asked, label: str = "…", style: Style = Style.secondary, row: int | None = None) -> None:
        super().__init__(button(f"crisis:{self.what}:{asked}", label, style), row=row)
        self.asked = asked

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Asked.of(match))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show the page that it leads to."""
        await show_page(interaction, self.asked)


class NeedButton(OfPage, template=rf"crisis:need:{ASKED}"):
    """One of the needs."""

    what = "need"

    @classmethod
    def spoken(cls, voice: Voice, asked: Asked, need: Need, *, row: int = 0) -> NeedButton:
        """The button in a language; the need that is shown stands out."""
        style = Style.primary if need is asked.need else Style.secondary
        return cls(replace(asked, need=need, page=0), voice(f"crisis.need.{need.value}"), style, row)


class MoreLines(OfPage, template=rf"crisis:more:{ASKED}"):
    """The next of several pages; after the last one comes the first."""

    what = "more"

    @classmethod
    def spoken(cls, voice: Voice, asked: Asked, page: int) -> MoreLines:
        """The button in a language."""
        return cls(replace(asked, page=page), voice("crisis.more"), Style.primary, 2)


class Where(Choose, template=rf"crisis:where:{ASKED}"):
    """The country, and the way to one that is not in the list."""

    def __init__(self, asked: Asked, options: Sequence[discord.SelectOption] = (), hint: str = "…") -> None:
        chosen = [*options] or [discord.SelectOption(label="…")]
        select = discord.ui.Select[Any](custom_id=f"crisis:where:{asked}", placeholder=hint, options=chosen)
        super().__init__(select, row=1)
        self.asked = asked

    @classmethod
    def spoken(cls, voice: Voice, asked: Asked, options: Sequence[discord.SelectOption]) -> Where:
        """The select in a language."""
        return cls(replace(asked, page=0), options, voice("crisis.region.choose"))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Asked.of(match))

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Show the page for the country, or ask for its name."""
        if values == [OTHER]:
            await CountryForm.show(interaction, self.asked)
        elif len(values) == 1 and values[0] in COUNTRIES:
            await show_page(interaction, replace(self.asked, country=values[0]))
        else:
            raise UserError("crisis.stale")


class CountryForm(Form):
    """Asks for the name of a country, in any language."""

    template: ClassVar = re.compile(rf"crisis:name:{ASKED}")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Asked.of(match))

    @classmethod
    async def show(cls, interaction: AnyInteraction, asked: Asked) -> None:
        """Answer with the form."""
        voice = voice_of(interaction)
        label = forms.input_of(
            "country", voice("crisis.form.label"), most=60, description=voice("crisis.form.description")
        )
        await forms.show(interaction, f"crisis:name:{asked}", voice("crisis.form.title"), label)

    async def sent(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Show the page for it. What was typed is neither kept nor repeated."""
        await show_typed_country(interaction, values.get("country", ""), self.asked, anew=not self.asked.in_place)


async def _remember(interaction: AnyInteraction, country: str, text: ConsentText) -> None:
    reader = Reader.of(interaction)
    await services_of(interaction).crisis.remember(reader.person, reader.community, country, text)


COUNTRY = Kept(
    Scope.REGION,
    "crisis",
    "crisis.remember.title",
    "crisis.remember.body",
    "crisis.remember.done",
    "crisis.stale",
    lambda voice, country: escaped(country_name(country, voice.language)),
    lambda _, country: country in COUNTRIES,
    _remember,
    CrisisHelp.spoken,
)


class Agree(remembering.Agree, template=rf"crisis:agree:(?P<value>[A-Z]{{2}}):{VERSION}"):
    """To have this country remembered."""

    kept = COUNTRY


class Decline(remembering.Decline, template=r"crisis:decline"):
    """No country is to be remembered."""

    kept = COUNTRY


class Remember(remembering.Offer, template=r"crisis:remember:(?P<value>[A-Z]{2})"):
    """Asks whether this country may be kept."""

    kept, agree, decline = COUNTRY, Agree, Decline


class Forget(OfPage, template=rf"crisis:forget:{ASKED}"):
    """Forgets the country that was kept."""

    what = "forget"

    @classmethod
    def spoken(cls, voice: Voice, asked: Asked) -> Forget:
        """The button in a language."""
        return cls(asked, voice("crisis.forget"), row=2)

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Forget it, show the page as it is without it, and say so."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        await interaction.response.defer()
        withdrawn = await services_of(interaction).consents.withdraw(person, Scope.REGION)
        said = voice("crisis.forget.done") if withdrawn.total else voice("crisis.forget.nothing")
        await show_page(interaction, self.asked, text=said)


BUTTONS = (CrisisHelp, NeedButton, MoreLines, Where, Remember, Agree, Decline, Forget)
FORMS = (CountryForm,)
