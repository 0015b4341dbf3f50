"""Asking for somebody to talk to: the button, the preview of what would be posted, and the form for a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

import discord

from supportbot.chat import crisis_parts, forms
from supportbot.chat.communities import (
    COMMUNITY,
    OfCommunity,
    WhichCommunity,
    is_there,
    name_of,
    say_with_crisis_help,
)
from supportbot.chat.components import SNOWFLAKE, OwnersPress, Style, button, owned, row_of
from supportbot.chat.crisis import CrisisHelp, show_page
from supportbot.chat.forms import Form
from supportbot.chat.host import AnyInteraction, host_of, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.markdown import escaped
from supportbot.chat.present import CALM
from supportbot.chat.readers import who_reads
from supportbot.chat.replies import replace, say
from supportbot.chat.resources import RESOURCE_BUTTONS, CommunityResources
from supportbot.chat.staff_notes import wish, words_of
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.helplines import Kind
from supportbot.domain.people import CommunityId, MessageId, PersonId
from supportbot.domain.spelling import seen
from supportbot.domain.staff import StaffRoom, WishToTalk
from supportbot.errors import UserError
from supportbot.services.limits import Costly

__all__ = ["BUTTONS", "FORMS", "AskSomebody", "CommunityResources"]

LONGEST_LINE = 300
LINE = "line"
MAY_TRY_AGAIN = frozenset({"handover.unsure", "handover.try_later", "handover.sent_before"})


class AskSomebody(OfCommunity, template=rf"handover:ask:{COMMUNITY}"):
    """Leads to one post in the community's staff channel, after a preview."""

    prefix = "handover:ask"

    @classmethod
    def spoken(cls, voice: Voice, community: CommunityId | None) -> AskSomebody:
        """The button in a language; without a community it asks for one."""
        return cls(community, voice("handover.ask"))

    async def answer(self, interaction: AnyInteraction, community: CommunityId) -> None:
        """Show what would be posted. Raises UserError when there is nowhere to post."""
        if not await may_have(interaction, Costly.PREVIEW):
            return
        preview = await _preview(interaction, community)
        await say(interaction, embeds=preview.embeds, view=preview.view)

    async def offer(self, interaction: AnyInteraction) -> None:
        """Ask which community is meant. Raises UserError when there is none."""
        person = PersonId(interaction.user.id)
        communities = await services_of(interaction).handover.communities_with_a_team(person)
        if not communities:
            raise UserError("handover.nowhere")
        select = AskIn.of(interaction, communities)
        await say(interaction, voice_of(interaction)("handover.which"), view=row_of(select))


class AskIn(WhichCommunity, template=r"handover:in"):
    """The community whose team is to be asked."""

    custom = "handover:in"

    async def answer(self, interaction: AnyInteraction, community: CommunityId) -> None:
        """Show what would be posted. Raises UserError when there is nowhere to post."""
        if await may_have(interaction, Costly.PREVIEW):
            await _show_in_place(interaction, community)


class OfPreview(OwnersPress, template=r"of-preview-is-a-base-class"):
    """A button on a preview, for the one who asked. Subclasses give the `community` in their template."""

    def __init__(self, owner: int, community: CommunityId, label: str = "…", style: Style = Style.secondary) -> None:
        super(OwnersPress, self).__init__(button(f"{self.prefix}:{owner}:{community}", label, style))
        self.owner = owner
        self.community = community

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), CommunityId(int(match["community"])))


IN = rf":(?P<community>{SNOWFLAKE})"


class Send(OwnersPress, template=rf"{owned('handover:send')}{IN}:(?P<mark>[0-9a-f]{{8}}):(?P<version>[0-9.-]{{1,12}})"):
    """The consent. Which channel and text were shown stands in the custom_id, the line in the message."""

    prefix = "handover:send"

    def __init__(self, owner: int, community: CommunityId, mark: str, version: str, label: str = "…") -> None:
        custom_id = f"{self.prefix}:{owner}:{community}:{mark}:{version}"
        super(OwnersPress, self).__init__(button(custom_id, label, Style.success))
        self.owner, self.community = owner, community
        self._mark, self._version = mark, version

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), CommunityId(int(match["community"])), match["mark"], match["version"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Post it, and say so when it is true; show a new preview if anything is not as it was shown."""
        voice, words = voice_of(interaction), _words_shown(interaction)
        await interaction.response.defer()
        try:
            await self._send(interaction, words)
        except UserError as error:
            await self._not_sent(interaction, error, words)
        else:
            await replace(interaction, voice("handover.sent"), view=row_of(CrisisHelp.spoken(voice)))

    async def _send(self, interaction: AnyInteraction, words: str | None) -> None:
        text = _text(interaction)
        if text.version != self._version or interaction.message is None:
            raise UserError("handover.changed")
        await services_of(interaction).handover.send(
            PersonId(self.owner),
            self.community,
            mark=self._mark,
            text=text,
            words=words,
            preview=MessageId(interaction.message.id),
            is_there=is_there(interaction, self.community),
        )

    async def _not_sent(self, interaction: AnyInteraction, error: UserError, words: str | None) -> None:
        voice = voice_of(interaction)
        if error.text_id == "handover.changed":
            await _show_in_place(interaction, self.community, words=words, notice=voice("handover.changed"))
        elif error.text_id == "handover.young":
            await _show_young(interaction, PersonId(self.owner), self.community)
        elif isinstance(at := error.values.get("at"), datetime):
            said = voice(error.text_id, at=discord.utils.format_dt(at, "F"))
            await say(interaction, said, view=row_of(CrisisHelp.spoken(voice)))
        elif error.text_id in MAY_TRY_AGAIN:
            await say_with_crisis_help(interaction, error)
        else:
            await replace(interaction, voice(error.text_id), view=row_of(CrisisHelp.spoken(voice)))


class AddLine(OfPreview, template=owned("handover:line") + IN):
    """Opens a form for a line of one's own."""

    prefix = "handover:line"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Ask for it."""
        voice = voice_of(interaction)
        label = forms.input_of(
            LINE,
            voice("handover.line.label"),
            most=LONGEST_LINE,
            description=voice("handover.line.help"),
            long=True,
            required=False,
        )
        await forms.show(
            interaction, f"{LineForm.prefix}:{self.owner}:{self.community}", voice("handover.line.title"), label
        )


class LineForm(Form):
    """A line of the member's own. It stands in the preview message and nowhere else."""

    prefix = "handover:typed"
    template: ClassVar = re.compile(owned("handover:typed") + IN)

    def __init__(self, owner: int, community: CommunityId) -> None:
        self.owner, self.community = owner, community

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), CommunityId(int(match["community"])))

    async def sent(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Show the preview with the line; words of crisis bring crisis help too, and nobody else is told."""
        if interaction.user.id != self.owner:
            raise UserError("not_yours")
        typed = values.get(LINE, "")
        await interaction.response.defer()
        if await may_have(interaction, Costly.PREVIEW):
            await _show_in_place(interaction, self.community, words=_tidied(typed))
        if host_of(interaction.client).content.typed.mean_crisis(typed):
            await show_page(interaction, anew=True)


class NotNow(OwnersPress, template=owned("handover:no")):
    """Nothing is sent."""

    prefix = "handover:no"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say so."""
        voice = voice_of(interaction)
        await replace(interaction, voice("handover.not_now"), view=row_of(CrisisHelp.spoken(voice)))


class Under18(OfPreview, template=owned("handover:young") + IN):
    """A young person is not put into one channel with adults whom nobody watches."""

    prefix = "handover:young"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Nothing is sent; say why, and who else there is."""
        await _show_young(interaction, PersonId(self.owner), self.community)


BUTTONS = (AskSomebody, AskIn, Send, AddLine, NotNow, Under18, *RESOURCE_BUTTONS)
FORMS = (LineForm,)


@dataclass(frozen=True, slots=True)
class _Preview:
    embeds: list[discord.Embed]
    view: discord.ui.View


async def _show_young(interaction: AnyInteraction, person: PersonId, community: CommunityId) -> None:
    voice = voice_of(interaction)
    found = await services_of(interaction).crisis.lines(person, community, [Kind.YOUTH])
    lines = crisis_parts.sections(voice, found)
    await replace(interaction, voice("handover.young"), embeds=lines, view=row_of(CrisisHelp.spoken(voice)))


async def _show_in_place(
    interaction: AnyInteraction, community: CommunityId, *, words: str | None = None, notice: str | None = None
) -> None:
    preview = await _preview(interaction, community, words)
    await replace(interaction, notice, embeds=preview.embeds, view=preview.view)


async def _preview(interaction: AnyInteraction, community: CommunityId, words: str | None = None) -> _Preview:
    """Exactly what would be posted, where, and who could read it. Raises UserError when there is nowhere to post."""
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    room = await services_of(interaction).handover.preview(person, community, is_there=is_there(interaction, community))
    text = _text(interaction)
    guild = interaction.client.get_guild(community)
    theirs = host_of(interaction.client).voice(guild.preferred_locale if guild else "")
    post = discord.Embed(
        title=voice("handover.preview.post"), description=wish(theirs, WishToTalk(person, words)), colour=CALM
    )
    return _Preview(
        [_intro(interaction, voice, room), post, _terms(voice, room, text)], _buttons(voice, person, room, text, words)
    )


def _intro(interaction: AnyInteraction, voice: Voice, room: StaffRoom) -> discord.Embed:
    where = {"channel": escaped(room.name), "community": escaped(name_of(interaction, room.community))}
    return discord.Embed(
        title=voice("handover.preview.title"), description=voice("handover.preview.body", **where), colour=CALM
    )


def _terms(voice: Voice, room: StaffRoom, text: ConsentText) -> discord.Embed:
    readers = voice("handover.preview.readers", readers=who_reads(voice, room.readers))
    embed = discord.Embed(description=readers, colour=CALM)
    return embed.add_field(name=voice("handover.preview.terms"), value=text.body, inline=False)


def _buttons(voice: Voice, person: PersonId, room: StaffRoom, text: ConsentText, words: str | None) -> discord.ui.View:
    return row_of(
        Send(person, room.community, room.mark, text.version, voice("handover.send")),
        AddLine(person, room.community, voice("handover.add_line" if words is None else "handover.change_line")),
        NotNow(person, voice("handover.no")),
        Under18(person, room.community, voice("handover.under_18")),
        CrisisHelp.spoken(voice),
    )


def _text(interaction: AnyInteraction) -> ConsentText:
    return host_of(interaction.client).content.consent(Scope.HANDOVER, voice_of(interaction).language)


def _words_shown(interaction: AnyInteraction) -> str | None:
    """The member's line as the preview shows it: there, and nowhere else, it is kept."""
    embeds = interaction.message.embeds if interaction.message else []
    return words_of(embeds[1].description or "") if len(embeds) > 1 else None


def _tidied(typed: str) -> str | None:
    """What was typed, escaped, without empty rows and what nobody sees."""
    rows = (seen(row).strip() for row in typed.splitlines())
    return escaped("\n".join(row for row in rows if row)[:LONGEST_LINE]) or None
