"""The list of what moderators changed, in pages, with the buttons under it."""

from __future__ import annotations

import io
import re
from typing import Self

import discord

from supportbot.chat.components import Press, Stateless, button, row_of
from supportbot.chat.guards import require_moderator
from supportbot.chat.host import AnyInteraction, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.markdown import escaped
from supportbot.chat.present import CALM, URGENT, times
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.audit import Act, AuditEntry, AuditPage, Change
from supportbot.domain.people import CommunityId
from supportbot.errors import UserError
from supportbot.services.audit import PAGE
from supportbot.services.limits import Costly
from supportbot.services.names import country_name
from supportbot.services.ports import ExportFile

NEWEST = 0
"""In a custom_id: from the newest entry on."""


async def moderating(interaction: AnyInteraction) -> tuple[CommunityId, Voice]:
    """The community and the moderator's language. Raises UserError for anybody who is none."""
    await require_moderator(interaction)
    if interaction.guild_id is None:
        raise UserError("not_allowed")
    return CommunityId(interaction.guild_id), voice_of(interaction)


def shown(voice: Voice, page: AuditPage) -> tuple[discord.Embed, discord.ui.View]:
    """A page with entries, and what can be done with it."""
    lines = [_line(voice, entry) for entry in page.entries]
    if not page.is_whole:
        lines.insert(0, voice("audit.broken") + "\n")
    embed = discord.Embed(
        title=voice("audit.title"), description="\n".join(lines), colour=CALM if page.is_whole else URGENT
    )
    embed.set_footer(text=voice("audit.footer"))
    first, last = page.entries[0].number, page.entries[-1].number
    buttons: list[Press] = []
    if page.newer:
        buttons.append(TurnAudit(first + PAGE, voice("audit.newer")))
    if page.older:
        buttons.append(TurnAudit(last - 1, voice("audit.older")))
    return embed, row_of(*buttons, ExportAudit.spoken(voice))


class TurnAudit(Press, template=r"audit:page:(?P<number>[0-9]{1,18})"):
    """To the page that begins with this number, or the newest."""

    def __init__(self, number: int, label: str = "…") -> None:
        super().__init__(button(f"audit:page:{number}", label))
        self.number = number

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["number"]))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In the place of the page that was there; only for moderators."""
        community, voice = await moderating(interaction)
        await interaction.response.defer()
        page = await services_of(interaction).audit.page(community, up_to=self.number)
        if not page.entries:  # entries that were purged since
            page = await services_of(interaction).audit.page(community)
        if not page.entries:
            await replace(interaction, voice("audit.none"))
            return
        embed, view = shown(voice, page)
        await replace(interaction, embeds=[embed], view=view)


class ExportAudit(Stateless, template=r"audit:export"):
    """All entries as files."""

    @classmethod
    def spoken(cls, voice: Voice) -> ExportAudit:
        """The button in a language."""
        return cls(voice("audit.export"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """For this moderator alone."""
        community, voice = await moderating(interaction)
        if not await may_have(interaction, Costly.EXPORT):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        files = await services_of(interaction).audit.export(community)
        if not files:
            raise UserError("audit.none")
        if max(len(file.content) for file in files) > interaction.filesize_limit:
            raise UserError("audit.export.too_big")
        for number, file in enumerate(files):
            await say(interaction, None if number else voice("audit.export.done"), file=_attached(file))


AUDIT_BUTTONS = (TurnAudit, ExportAudit)


def _attached(file: ExportFile) -> discord.File:
    return discord.File(io.BytesIO(file.content), filename=file.name)


def _line(voice: Voice, entry: AuditEntry) -> str:
    who = voice("audit.somebody") if entry.by is None else f"<@{entry.by}>"
    what = voice("audit.what.unknown") if entry.change is None else _what(voice, entry.change)
    text_id = "audit.line" if entry.intact else "audit.line.changed"
    return voice(text_id, number=entry.number, who=who, what=what, **times(entry.at))


def _what(voice: Voice, change: Change) -> str:
    if change.act is Act.REGION:
        before, after = (each and escaped(country_name(each, voice.language)) for each in (change.before, change.after))
    elif change.act is Act.STAFF_CHANNEL:
        before, after = (each and f"<#{each}>" for each in (change.before, change.after))
    else:
        return voice(f"audit.what.{change.act}", service=f"**{escaped(change.service or '…')}**")
    how = "cleared" if after is None else "set" if before is None else "changed"
    return voice(f"audit.what.{change.act}.{how}", before=before, after=after)
