"""The page of `/checkin history`: a period, the chart or words alone, and the way to have it all erased."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import discord

from supportbot.chat import history
from supportbot.chat.components import Choose, Press, Stateless, button, row_of
from supportbot.chat.consents import ReadConsent, show_withdrawal, text_is_new
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.history_offer import OFFER_BUTTONS, offer
from supportbot.chat.host import AnyInteraction, AnyItem, services_of, voice_of
from supportbot.chat.limits import has_left
from supportbot.chat.present import CALM
from supportbot.chat.words import Voice
from supportbot.domain.consent import Scope
from supportbot.domain.history import Period
from supportbot.domain.people import PersonId
from supportbot.domain.pictures import Chart
from supportbot.errors import NotDrawn, UserError
from supportbot.services.limits import Costly

PERIOD = rf"(?P<period>{'|'.join(Period)})"
FILE = "answers.png"


class Form(StrEnum):
    """How it is shown. The values stand in custom_ids."""

    CHART = "chart"
    WORDS = "words"


FORM = rf"(?P<form>{'|'.join(Form)})"


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown: the words always, the picture where there is one."""

    embed: discord.Embed
    files: Sequence[discord.File]
    view: discord.ui.View


async def show_history(interaction: AnyInteraction, period: Period, form: Form) -> None:
    """Answer to this person alone: what they answered, or the offer to keep it from now on."""
    if not await _is_kept(interaction):
        await offer(interaction)
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    await _put(interaction, period, form)


async def _turn(interaction: AnyInteraction, period: Period, form: Form) -> None:
    """The same in the place of the message whose button was pressed."""
    await interaction.response.defer()
    await _put(interaction, period, form)


async def _is_kept(interaction: AnyInteraction) -> bool:
    consents = services_of(interaction).consents
    return await consents.text_version(PersonId(interaction.user.id), Scope.HISTORY) is not None


async def _put(interaction: AnyInteraction, period: Period, form: Form) -> None:
    page = await _page(interaction, period, form)
    await interaction.edit_original_response(
        content=None, embed=page.embed, attachments=list(page.files), view=page.view
    )


async def _page(interaction: AnyInteraction, period: Period, form: Form) -> Page:
    voice = voice_of(interaction)
    looked = await services_of(interaction).histories.look_back(PersonId(interaction.user.id), period)
    if looked is None:
        raise UserError("history.stale")
    shown = looked.shown
    said = [*history.in_words(voice, shown), *history.left_out(voice, looked)]
    files: list[discord.File] = []
    drawing = history.chart(voice, shown) if form is Form.CHART else None
    if drawing is not None and not has_left(interaction, Costly.PICTURE):
        said.append(voice("history.no_more_charts"))
    elif drawing is not None:
        try:
            files.append(await _drawn(interaction, drawing, history.alt_text(voice, shown)))
        except NotDrawn:
            said.append(voice("history.not_drawn"))
    said.append(voice("history.note"))
    embed = discord.Embed(title=history.title(voice, shown), description="\n".join(said), colour=CALM)
    embed.set_footer(text=voice("history.zone", zone=looked.zone))
    is_new = await text_is_new(interaction, Scope.HISTORY)
    return Page(embed, files, _ways_on(voice, period, form, is_new=is_new))


async def _drawn(interaction: AnyInteraction, drawing: Chart, alt: str) -> discord.File:
    png = await services_of(interaction).pictures.once(drawing)
    return discord.File(io.BytesIO(png), FILE, description=alt)


def _ways_on(voice: Voice, period: Period, form: Form, *, is_new: bool) -> discord.ui.View:
    other = Form.WORDS if form is Form.CHART else Form.CHART
    return row_of(
        ChoosePeriod.spoken(voice, period, form),
        ShowHistory(period, other, voice(f"history.as.{other.value}")),
        *([ReadConsent(Scope.HISTORY, voice("consent.changed.read"))] if is_new else []),
        StopHistory(voice("history.stop")),
        CrisisHelp.spoken(voice),
    )


class ChoosePeriod(Choose, template=rf"history:period:{FORM}"):
    """How far back to look."""

    def __init__(self, form: Form, options: Sequence[discord.SelectOption] = (), hint: str = "…") -> None:
        chosen = [*options] or [discord.SelectOption(label="…")]
        super().__init__(
            discord.ui.Select[Any](custom_id=f"history:period:{form.value}", placeholder=hint, options=chosen)
        )
        self._form = form

    @classmethod
    def spoken(cls, voice: Voice, period: Period, form: Form) -> Self:
        """The select in a language; what is shown stands out."""
        options = [
            discord.SelectOption(label=voice(f"history.period.{each.value}"), value=each.value, default=each is period)
            for each in Period
        ]
        return cls(form, options, voice("history.period"))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Form(match["form"]))

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Show that period in place."""
        if len(values) != 1 or values[0] not in set(Period):
            raise UserError("history.stale")
        await _turn(interaction, Period(values[0]), self._form)


class ShowHistory(Press, template=rf"history:show:{PERIOD}:{FORM}"):
    """The same period with the chart, or in words alone."""

    def __init__(self, period: Period, form: Form, label: str = "…") -> None:
        super().__init__(button(f"history:show:{period.value}:{form.value}", label))
        self._period, self._form = period, form

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(Period(match["period"]), Form(match["form"]))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show it in place."""
        await _turn(interaction, self._period, self._form)


class StopHistory(Stateless, template=r"history:stop"):
    """Leads to taking the consent back, with which every answer goes."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say what would go, and ask, in a message of its own."""
        await show_withdrawal(interaction, Scope.HISTORY)


BUTTONS: tuple[type[AnyItem], ...] = (ChoosePeriod, ShowHistory, StopHistory, *OFFER_BUTTONS)
