"""A check-in that has arrived: discreet, then opened; few buttons at first sight, and the others behind More."""

from __future__ import annotations

from dataclasses import replace as with_parts
from enum import Enum

import discord
import structlog

from supportbot.chat.calm import ways_on
from supportbot.chat.checkin_answers import ANSWER_BUTTONS, answers_to
from supportbot.chat.checkin_ends import (
    END_BUTTONS,
    END_FORMS,
    AddNote,
    ClearCheckIn,
    SkipCheckIn,
    StopCheckIn,
    clear_view,
    later_view,
    pause_view,
)
from supportbot.chat.components import OwnersPress, Press, Stateless, Style, owned, row_of
from supportbot.chat.consents import ReadConsent, text_is_new
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, host_of, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.markdown import escaped
from supportbot.chat.of_delivery import DELIVERY, OfDelivery, arrivals_of
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.checkins import Asks, Question
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.domain.prompts import Prompts
from supportbot.errors import StorageError, UserError
from supportbot.services.checkins import Greeting
from supportbot.services.limits import Costly

log = structlog.stdlib.get_logger(__name__)


class _Screen(Enum):
    """What an opened check-in shows below its question."""

    FIRST = "first"
    MORE = "more"
    LATER = "later"
    PAUSE = "pause"


class OpensCheckIn(OfDelivery, template=r"opens-check-in-is-a-base-class"):
    """Shows the question in place, with some of the buttons. Each press is proof that the message arrived; that is
    settled before anything is edited.
    """

    screen = _Screen.FIRST

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show it, or that it is done with."""
        voice = voice_of(interaction)
        question = await arrivals_of(interaction).open(self.at(interaction), voice.language)
        if question is None:
            await replace(interaction, voice("checkin.done"), view=clear_view(voice, self._delivery))
            return
        is_new = self.screen is _Screen.FIRST and await text_is_new(interaction, Scope.CHECKINS)
        view = self._below(voice, question, is_new=is_new)
        await replace(interaction, self._asked(interaction, voice, question), view=view)

    def _asked(self, interaction: AnyInteraction, voice: Voice, question: Question) -> str:
        """The question that the buttons below answer."""
        match self.screen:
            case _Screen.FIRST | _Screen.MORE:
                return said(host_of(interaction.client).content.prompts_in(voice.language), question)
            case _Screen.LATER:
                return voice("arrived.later.ask")
            case _Screen.PAUSE:
                return voice("arrived.rest.ask")

    def _below(self, voice: Voice, question: Question, *, is_new: bool) -> discord.ui.View:
        back = OpenCheckIn(self._delivery, voice("arrived.back"), row=2 if self.screen is _Screen.MORE else None)
        match self.screen:
            case _Screen.FIRST:
                return question_view(voice, question, self._delivery, is_new=is_new)
            case _Screen.MORE:
                return more_view(voice, question, self._delivery, back)
            case _Screen.LATER:
                return later_view(voice, self._delivery, back)
            case _Screen.PAUSE:
                return pause_view(voice, self._delivery, back)


class OpenCheckIn(OpensCheckIn, template=rf"ci:open:{DELIVERY}"):
    """Turns the discreet message into the question, in place."""

    what = "open"


class MoreOfCheckIn(OpensCheckIn, template=rf"ci:more:{DELIVERY}"):
    """Everything that can be done with it."""

    what, screen = "more", _Screen.MORE


class LaterCheckIn(OpensCheckIn, template=rf"ci:later:{DELIVERY}"):
    """Asks how much later."""

    what, screen = "later", _Screen.LATER


class PauseCheckIn(OpensCheckIn, template=rf"ci:pause:{DELIVERY}"):
    """Asks for how long."""

    what, screen = "pause", _Screen.PAUSE


class NeedSupport(OfDelivery, template=rf"ci:support:{DELIVERY}"):
    """The three offers, in a message of their own. They come whatever the database does."""

    what = "support"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show them, then note that the message arrived."""
        voice = voice_of(interaction)
        here = self.at(interaction)
        await say(interaction, voice("calm.support"), view=row_of(*ways_on(voice)))
        try:
            await arrivals_of(interaction).cleared(here)
        except StorageError as error:
            log.warning("support.not_settled", error=type(error).__name__)


class GoOn(OwnersPress, template=owned("checkin:go-on")):
    """Lets paused check-ins run again. Pressed again while DMs are still closed, it tries again."""

    prefix = "checkin:go-on"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """A DM first, then say what is true."""
        voice, person = voice_of(interaction), PersonId(self.owner)
        if not await may_have(interaction, Costly.DM):
            return
        await interaction.response.defer()
        try:
            greeting = await services_of(interaction).checkins.go_on(person)
        except UserError as error:
            await replace(interaction, voice(error.text_id, **error.values), view=row_of(go_on_button(voice, person)))
            return
        await replace(interaction, voice(WENT_ON[greeting]))


class KeepGoing(OfDelivery, template=rf"ci:keep-going:{DELIVERY}"):
    """After silence: everything goes on."""

    what = "keep-going"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say so when it is true."""
        voice = voice_of(interaction)
        running = await arrivals_of(interaction).keep_going(self.at(interaction))
        text = voice("arrived.silence.going" if running else "arrived.silence.none")
        await replace(interaction, text, view=clear_view(voice, self._delivery))


class StayPaused(OfDelivery, template=rf"ci:let-rest:{DELIVERY}"):
    """After silence: everything rests."""

    what = "let-rest"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say so, with the way back."""
        voice = voice_of(interaction)
        await arrivals_of(interaction).let_rest(self.at(interaction))
        view = row_of(
            KeepGoing(self._delivery, voice("arrived.silence.keep_going")),
            ClearCheckIn(self._delivery, voice("checkin.clear")),
        )
        await replace(interaction, voice("arrived.silence.rests"), view=view)


def go_on_button(voice: Voice, person: int) -> GoOn:
    """Offers to let paused check-ins run again."""
    return GoOn(person, voice("checkin.go_on"), Style.success)


WENT_ON = {
    Greeting.SENT: "checkin.went_on",
    Greeting.UNSURE: "checkin.went_on.unsure",
    Greeting.BEFORE: "checkin.went_on.before",
    Greeting.NOT_NEEDED: "checkin.resumed",
}
BUTTONS = (
    *(OpenCheckIn, MoreOfCheckIn, LaterCheckIn, PauseCheckIn, NeedSupport, GoOn, KeepGoing, StayPaused),
    *ANSWER_BUTTONS,
    *END_BUTTONS,
)
FORMS = END_FORMS


def said(prompts: Prompts, question: Question) -> str:
    """The question in words. What people wrote in it means nothing to Discord."""
    safe = with_parts(question, others=tuple(map(escaped, question.others)))
    return prompts.question(safe, escaped(question.words or ""))


def invitation_view(voice: Voice, delivery: str) -> discord.ui.View:
    """The buttons of a check-in as it arrives: open it, or have no more of them."""
    return row_of(
        OpenCheckIn(delivery, voice("checkin.invitation.open"), Style.primary),
        StopCheckIn(delivery, voice("checkin.stop_button")),
    )


def question_view(voice: Voice, question: Question, delivery: str, *, is_new: bool = False) -> discord.ui.View:
    """The answers, and what is asked for most; where the consent text is a new one, the way to read it."""
    view = row_of(
        *answers_to(voice, question, delivery),
        *_ways(voice, delivery, MoreOfCheckIn(delivery, voice("arrived.more"), row=1)),
    )
    if is_new:
        read = ReadConsent(Scope.CHECKINS, voice("consent.changed.read"))
        read.row = 2
        view.add_item(read)
    return view


def more_view(voice: Voice, question: Question, delivery: str, back: OfDelivery) -> discord.ui.View:
    """The answers, and everything else."""
    notes = [] if question.asks in {Asks.QUESTION, Asks.HELLO} else [AddNote(delivery, voice("arrived.note"), row=2)]
    return row_of(
        *answers_to(voice, question, delivery),
        *_ways(voice, delivery, PauseCheckIn(delivery, voice("arrived.pause"), row=1)),
        *notes,
        SkipCheckIn(delivery, voice("arrived.skip"), row=2),
        ClearCheckIn(delivery, voice("checkin.clear"), row=2),
        back,
    )


def silence_view(voice: Voice, delivery: str) -> discord.ui.View:
    """After a time without answers."""
    return row_of(
        KeepGoing(delivery, voice("arrived.silence.keep_going"), Style.success),
        StayPaused(delivery, voice("arrived.silence.rest")),
        CrisisHelp.spoken(voice),
    )


def _ways(voice: Voice, delivery: str, third: Press) -> list[Press | Stateless]:
    crisis = CrisisHelp(voice("crisis.button"), row=1)
    return [
        LaterCheckIn(delivery, voice("arrived.later"), row=1),
        StopCheckIn(delivery, voice("checkin.stop_button"), row=1),
        third,
        NeedSupport(delivery, voice("calm.support.button"), row=1),
        crisis,
    ]
