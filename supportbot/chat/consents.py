"""The pages of `/consent`: what somebody agreed to, the text of each, and the way to take it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import discord

from supportbot.chat import present
from supportbot.chat.communities import name_of
from supportbot.chat.components import Choose, Press, Stateless, Style, button, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, AnyItem, host_of, services_of, voice_of
from supportbot.chat.markdown import escaped
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentEntry, ConsentText, Scope
from supportbot.domain.people import PersonId
from supportbot.errors import UserError
from supportbot.services.consents import Agreed

SCOPE = rf"(?P<scope>{'|'.join(Scope)})"
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown, with its buttons."""

    embed: discord.Embed
    view: discord.ui.View


def scope_name(voice: Voice, scope: Scope) -> str:
    """What it is about, in a few words."""
    return voice(f"consent.scope.{scope.value}")


async def show_consents(interaction: AnyInteraction) -> None:
    """Answer with everything that whoever acts agreed to, to them alone."""
    page = await _all(interaction)
    await say(interaction, embed=page.embed, view=page.view)


async def show_withdrawal(interaction: AnyInteraction, scope: Scope) -> None:
    """Answer with what would go, and ask. Raises UserError when nothing is there to take back."""
    page = await _withdrawal(interaction, scope)
    await say(interaction, embed=page.embed, view=page.view)


async def text_is_new(interaction: AnyInteraction, scope: Scope) -> bool:
    """Whether the person agreed to another version of this text than the one there is now."""
    version = await services_of(interaction).consents.text_version(PersonId(interaction.user.id), scope)
    return version is not None and version != _current(interaction, scope).version


async def _all(interaction: AnyInteraction) -> Page:
    voice = voice_of(interaction)
    found = await services_of(interaction).consents.of(PersonId(interaction.user.id))
    embed = discord.Embed(title=voice("consent.title"), colour=present.CALM)
    if not found:
        embed.description = voice("consent.none")
        return Page(embed, row_of(CrisisHelp.spoken(voice)))
    embed.description = voice("consent.intro")
    for agreed in found:
        lines = [consent_line(interaction, voice, entry) for entry in agreed.entries]
        if _is_outdated(interaction, agreed):
            lines.append(voice("consent.changed"))
        embed.add_field(name=scope_name(voice, agreed.scope), value=_fitted(lines), inline=False)
    return Page(embed, row_of(Look.spoken(voice, [agreed.scope for agreed in found]), CrisisHelp.spoken(voice)))


async def _text(interaction: AnyInteraction, scope: Scope) -> Page:
    """The text as it is now, what the person agreed to, and what they can do about it."""
    voice = voice_of(interaction)
    agreed, text = await _agreed(interaction, scope), _current(interaction, scope)
    embed = discord.Embed(title=scope_name(voice, scope), description=text.body, colour=present.CALM)
    lines = (
        [consent_line(interaction, voice, entry) for entry in agreed.entries] if agreed else [voice("consent.never")]
    )
    embed.add_field(name=voice("consent.yours"), value=_fitted(lines), inline=False)
    items: list[AnyItem] = []
    if agreed and _is_outdated(interaction, agreed):
        embed.add_field(name=voice("consent.changed.name"), value=voice("consent.changed.value"), inline=False)
        items.append(Renew(scope, text.version, voice("consent.renew"), Style.success))
    if agreed and agreed.standing:
        items.append(AskWithdrawal(scope, voice("consent.withdraw")))
    return Page(embed, row_of(*items, AllConsents(voice("consent.all")), CrisisHelp.spoken(voice)))


async def _withdrawal(interaction: AnyInteraction, scope: Scope) -> Page:
    voice, agreed = voice_of(interaction), await _agreed(interaction, scope)
    if agreed is None or not agreed.standing:
        raise UserError("consent.not_standing", name=scope_name(voice, scope))
    gone = present.kinds(voice, agreed.held) or voice(f"consent.goes.nothing.{scope.value}")
    body = voice("consent.withdraw.body", lines=gone)
    title = voice("consent.withdraw.title", name=scope_name(voice, scope))
    embed = discord.Embed(title=title, description=body, colour=present.URGENT)
    return Page(
        embed,
        row_of(
            Withdraw(scope, voice("consent.withdraw.yes"), Style.danger),
            KeepConsent(voice("consent.withdraw.no")),
            CrisisHelp.spoken(voice),
        ),
    )


async def _agreed(interaction: AnyInteraction, scope: Scope) -> Agreed | None:
    found = await services_of(interaction).consents.of(PersonId(interaction.user.id))
    return next((agreed for agreed in found if agreed.scope is scope), None)


def _current(interaction: AnyInteraction, scope: Scope) -> ConsentText:
    return host_of(interaction.client).content.consent(scope, voice_of(interaction).language)


def _is_outdated(interaction: AnyInteraction, agreed: Agreed) -> bool:
    version = _current(interaction, agreed.scope).version
    return any(entry.text_version != version for entry in agreed.standing)


def consent_line(interaction: AnyInteraction, voice: Voice, entry: ConsentEntry) -> str:
    """That it was agreed to, or taken back: when, where, and which text."""
    day = discord.utils.format_dt(entry.at, "D")
    if not entry.given:
        return voice("consent.line.withdrawn", day=day, version=entry.text_version)
    if entry.community is None:
        return voice("consent.line", day=day, version=entry.text_version)
    where = escaped(name_of(interaction, entry.community))
    return voice("consent.line.in", day=day, version=entry.text_version, community=where)


def _fitted(lines: Sequence[str]) -> str:
    """As many lines as a field takes, the newest."""
    text = "\n".join(lines)
    while len(text) > present.LONGEST_FIELD:
        text = text.partition("\n")[2]
    return text


class Look(Choose, template=r"consent:look"):
    """Leads to the text of one scope."""

    def __init__(self, options: Sequence[discord.SelectOption] = (), hint: str = "…") -> None:
        chosen = [*options] or [discord.SelectOption(label="…")]
        super().__init__(discord.ui.Select[Any](custom_id="consent:look", placeholder=hint, options=chosen))

    @classmethod
    def spoken(cls, voice: Voice, scopes: Sequence[Scope]) -> Look:
        """The select in a language."""
        options = [
            discord.SelectOption(label=scope_name(voice, scope)[:LONGEST_LABEL], value=scope.value) for scope in scopes
        ]
        return cls(options, voice("consent.look"))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Show the text in the place of the list."""
        if len(values) != 1 or values[0] not in set(Scope):
            raise UserError("outdated")
        page = await _text(interaction, Scope(values[0]))
        await replace(interaction, embeds=[page.embed], view=page.view)


class OfScope(Press, template=r"of-scope-is-a-base-class"):
    """A button about one scope. `what` is the middle of its custom_id."""

    what: ClassVar[str] = ""

    def __init__(self, scope: Scope, label: str = "…", style: Style = Style.secondary) -> None:
        super().__init__(button(f"consent:{self.what}:{scope.value}", label, style))
        self.scope = scope

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Scope(match["scope"]))


class ReadConsent(OfScope, template=rf"consent:read:{SCOPE}"):
    """Shows the text of one scope in a message of its own; it stands where a changed text is to be read."""

    what = "read"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show it, to this person alone."""
        page = await _text(interaction, self.scope)
        await say(interaction, embed=page.embed, view=page.view)


class Renew(OfScope, template=rf"consent:renew:{SCOPE}:(?P<version>[0-9.-]{{1,12}})"):
    """Agrees to a text that changed."""

    def __init__(self, scope: Scope, version: str, label: str = "…", style: Style = Style.secondary) -> None:
        super(OfScope, self).__init__(button(f"consent:renew:{scope.value}:{version}", label, style))
        self.scope, self._version = scope, version

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Scope(match["scope"]), match["version"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Record it, and say so when it is true. A text that changed again is shown first."""
        text, voice = _current(interaction, self.scope), voice_of(interaction)
        if text.version != self._version:
            page = await _text(interaction, self.scope)
            await replace(interaction, embeds=[page.embed], view=page.view)
            return
        await services_of(interaction).consents.renew(PersonId(interaction.user.id), text)
        await replace(interaction, voice("consent.renewed"), view=row_of(CrisisHelp.spoken(voice)))


class AskWithdrawal(OfScope, template=rf"consent:ask:{SCOPE}"):
    """The first of two steps."""

    what = "ask"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show what would go."""
        page = await _withdrawal(interaction, self.scope)
        await replace(interaction, embeds=[page.embed], view=page.view)


class Withdraw(OfScope, template=rf"consent:withdraw:{SCOPE}"):
    """The second step: it is always about whoever presses."""

    what = "withdraw"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Take it back, then say so. It may wait for others twice, so the press is acknowledged first."""
        voice = voice_of(interaction)  # the language that they chose may go too, and they are to read this
        await interaction.response.defer()
        gone = await services_of(interaction).consents.withdraw(PersonId(interaction.user.id), self.scope)
        name = scope_name(voice, self.scope)
        if gone.consents:
            said = voice.count("consent.withdrawn", gone.total, name=name)
            if not gone.is_overwritten:
                said += "\n\n" + voice("mydata.delete.later")
        else:
            said = voice("consent.not_standing", name=name)
        await replace(interaction, said, view=row_of(AllConsents(voice("consent.all")), CrisisHelp.spoken(voice)))


class KeepConsent(Stateless, template=r"consent:keep"):
    """Changes nothing."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say so."""
        voice = voice_of(interaction)
        await replace(interaction, voice("consent.kept"), view=row_of(CrisisHelp.spoken(voice)))


class AllConsents(Stateless, template=r"consent:all"):
    """Back to the list."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show it in the place of the text."""
        page = await _all(interaction)
        await replace(interaction, embeds=[page.embed], view=page.view)


BUTTONS: tuple[type[AnyItem], ...] = (
    Look,
    ReadConsent,
    Renew,
    AskWithdrawal,
    Withdraw,
    KeepConsent,
    AllConsents,
)
