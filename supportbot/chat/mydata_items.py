"""The buttons of `/mydata`: the file by DM, erasure, and what the bot wrote in the DM."""

from __future__ import annotations

import io
import re
from typing import Any, Self

import discord
import structlog

from supportbot.chat import present
from supportbot.chat.components import SNOWFLAKE, OwnersPress, Style, owned, row_of
from supportbot.chat.host import AnyInteraction, AnyItem, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.messenger import TOO_LARGE
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.consent import Basis, Scope, basis_of
from supportbot.domain.mydata import PARTS, Part
from supportbot.domain.people import PersonId
from supportbot.errors import UserError
from supportbot.services.direct_messages import End, Swept
from supportbot.services.limits import Costly

log = structlog.stdlib.get_logger(__name__)

MEBIBYTE = 2**20


async def show_export(interaction: AnyInteraction, part: Part | None = None) -> None:
    """Answer with the file, to this person alone. Raises UserError when there is nothing, or too much for Discord."""
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    if not await may_have(interaction, Costly.EXPORT):
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    packed = await services_of(interaction).mydata.export(person, voice, part)
    too_large = UserError("mydata.export.too_large", limit=interaction.filesize_limit // MEBIBYTE)
    if len(packed.content) > interaction.filesize_limit:
        raise too_large
    file = discord.File(io.BytesIO(packed.content), filename=packed.name)
    # What was asked for in parts goes nowhere else: by DM it is always the whole.
    view = row_of(ByDm(person, voice("mydata.dm.button"))) if part is None else None
    text = voice("mydata.export.body") if part is None else voice("mydata.export.body_of")
    try:
        await replace(interaction, text, view=view, file=file)
    except discord.HTTPException as error:
        if error.code != TOO_LARGE:
            raise
        raise too_large from None


def sweep_button(voice: Voice, person: int) -> AnyItem:
    """Offers to delete the bot's own messages in the DM."""
    return Sweep(person, voice("mydata.sweep.button"))


class ByDm(OwnersPress, template=owned("mydata:dm")):
    """Says what sending the file by DM means, and asks."""

    prefix = "mydata:dm"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In a message of its own: the file stays where it is."""
        voice = voice_of(interaction)
        choice = row_of(SendByDm(self.owner, voice("mydata.dm.yes")), NotByDm(self.owner, voice("mydata.dm.no")))
        await say(interaction, voice("mydata.dm.ask"), view=choice)


class SendByDm(OwnersPress, template=owned("mydata:dm-yes")):
    """Yes, send it."""

    prefix = "mydata:dm-yes"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Put together anew: it says what is held now."""
        voice = voice_of(interaction)
        if not await may_have(interaction, Costly.DM):
            return
        await interaction.response.defer()
        try:
            services, person = services_of(interaction), PersonId(self.owner)
            file = await services.mydata.export(person, voice)
            await services.direct_messages.bring(person, voice("mydata.dm.message"), file)
        except UserError as error:
            await replace(interaction, voice(error.text_id, **error.values))
            return
        await replace(interaction, voice("mydata.dm.sent"), view=row_of(sweep_button(voice, self.owner)))


class NotByDm(OwnersPress, template=owned("mydata:dm-no")):
    """No, the file here is enough."""

    prefix = "mydata:dm-no"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Send nothing."""
        await replace(interaction, voice_of(interaction)("mydata.dm.kept"))


class Erase(OwnersPress, template=owned("mydata:erase")):
    """Yes, erase it all."""

    prefix = "mydata:erase"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Erase, then say so. It may wait for others twice, so the press is acknowledged first."""
        voice = voice_of(interaction)  # the language that they chose goes too, and they are to read this
        await interaction.response.defer()
        erased = await services_of(interaction).mydata.delete(PersonId(self.owner))
        said = [voice.count("mydata.delete.done", erased.total)]
        await _erased(interaction, voice, self.owner, said, is_overwritten=erased.is_overwritten)


class ErasePart(OwnersPress, template=rf"mydata:erase-(?P<part>{'|'.join(PARTS)}):(?P<owner>{SNOWFLAKE})"):
    """Yes, erase this kind."""

    def __init__(self, part: Part, owner: int, label: str = "…", style: Style = Style.secondary) -> None:
        self.prefix = f"mydata:erase-{part.value}"
        super().__init__(owner, label, style)
        self.part = part

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(basis_of(match["part"]), int(match["owner"]))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Take the consent back with what rests on it, or erase what rests on none; then say what went."""
        voice, services, person = voice_of(interaction), services_of(interaction), PersonId(self.owner)
        await interaction.response.defer()
        if isinstance(self.part, Scope):
            gone = await services.consents.withdraw(person, self.part)
            rows, consents, is_overwritten = gone.rows, gone.consents, gone.is_overwritten
        else:
            erased = await services.mydata.delete_basis(person, self.part)
            rows, consents, is_overwritten = erased.rows, 0, erased.is_overwritten
        said = [voice.count("mydata.delete.part.done", sum(rows.values()))]
        if lines := present.kinds(voice, rows):
            said[0] += "\n" + lines
        if consents:
            said.append(voice("mydata.delete.part.withdrawn"))
        if self.part is Basis.MODERATING:
            said.append(voice("mydata.delete.part.moderating"))
        # Where check-ins go on, one in the DM may wait for an answer still.
        offers = self.part is Scope.CHECKINS
        await _erased(interaction, voice, self.owner, said, is_overwritten=is_overwritten, offers=offers)


async def _erased(
    interaction: AnyInteraction,
    voice: Voice,
    owner: int,
    said: list[str],
    *,
    is_overwritten: bool,
    offers: bool = True,
) -> None:
    if not is_overwritten:
        said.append(voice("mydata.delete.later"))
    if offers:
        said.append(voice("mydata.sweep.offer"))
    await replace(interaction, "\n\n".join(said), view=row_of(sweep_button(voice, owner)) if offers else None)


class Keep(OwnersPress, template=owned("mydata:keep")):
    """No, keep it."""

    prefix = "mydata:keep"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Change nothing."""
        await replace(interaction, voice_of(interaction)("mydata.delete.kept"))


class Sweep(OwnersPress, template=owned("mydata:sweep")):
    """Deletes the bot's own messages in the DM. Pressed again, also after a restart, it goes on."""

    prefix = "mydata:sweep"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say now and then how far it is, and at the end what became of it."""
        voice = voice_of(interaction)
        again = row_of(sweep_button(voice, self.owner))
        await interaction.response.defer()

        async def told(swept: Swept) -> None:
            try:
                await _tell(interaction, voice, swept, again)
            except discord.HTTPException as error:  # they put the message away: no reason to stop
                log.info("dm.progress_not_shown", code=error.code)

        services, person = services_of(interaction), PersonId(self.owner)
        await services.checkins.sweeping(person)
        await services.direct_messages.sweep(person, told)


async def _tell(interaction: AnyInteraction, voice: Voice, swept: Swept, again: discord.ui.View) -> None:
    if swept.end is End.ANOTHER:
        await say(interaction, voice("mydata.sweep.already"))
    elif swept.end is End.UNDER_WAY:
        await replace(interaction, voice("mydata.sweep.running", count=swept.deleted), view=again)
    else:
        await replace(interaction, _told(voice, swept), view=again if swept.end is End.STOPPED else None)


def _told(voice: Voice, swept: Swept) -> str:
    """What became of it, no better and no worse than it was."""
    if swept.end is End.NO_DM and not swept.deleted:
        return voice("mydata.sweep.no_dm")
    if swept.end is End.DONE and not (swept.deleted or swept.failed):
        return voice("mydata.sweep.none")
    parts = [voice.count("mydata.sweep.deleted", swept.deleted)]
    if swept.failed:
        parts.append(voice.count("mydata.sweep.failed", swept.failed))
    if swept.end is not End.DONE:
        parts.append(voice("mydata.sweep.stopped"))
    return " ".join(parts)


BUTTONS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (ByDm, SendByDm, NotByDm, Erase, ErasePart, Keep, Sweep)
