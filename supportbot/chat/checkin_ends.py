"""What a check-in comes to, short of an answer: a note, later, skipped, rest, stop, cleared away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

import discord

from supportbot.chat import forms, present
from supportbot.chat.components import Style, row_of
from supportbot.chat.crisis import CrisisHelp, show_page
from supportbot.chat.forms import Form
from supportbot.chat.host import AnyInteraction, host_of, voice_of
from supportbot.chat.of_delivery import DELIVERY, ChoiceOfDelivery, OfDelivery, arrivals_of, at
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.prompts import Reply
from supportbot.domain.snoozing import Later
from supportbot.services.arrivals import LONGEST_NOTE, Rest

NOTE = "note"


class ClearCheckIn(OfDelivery, template=rf"ci:clear:{DELIVERY}"):
    """Takes the message away."""

    what = "clear"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Delete the message this button is on."""
        await arrivals_of(interaction).cleared(self.at(interaction))
        await interaction.response.defer()
        await interaction.delete_original_response()


class StopCheckIn(OfDelivery, template=rf"ci:stop:{DELIVERY}"):
    """Stops the plan this check-in belongs to."""

    what = "stop"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Stop at once; it can be started again."""
        voice = voice_of(interaction)
        await arrivals_of(interaction).stop(self.at(interaction))
        await replace(interaction, voice("arrived.stopped"), view=clear_view(voice, self._delivery))


class Snooze(ChoiceOfDelivery, template=rf"ci:snooze:{DELIVERY}:(?P<choice>{'|'.join(Later)})"):
    """Lets it come again later."""

    what = "snooze"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say when; quiet hours may make it later than was asked for."""
        voice = voice_of(interaction)
        due = await arrivals_of(interaction).snooze(self.at(interaction), Later(self._choice))
        await replace(interaction, voice("arrived.later.done", **present.times(due)))


class SkipCheckIn(OfDelivery, template=rf"ci:skip:{DELIVERY}"):
    """Lets this one be."""

    what = "skip"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """That is fine."""
        voice = voice_of(interaction)
        next_due = await arrivals_of(interaction).skip(self.at(interaction))
        said = with_next(voice, "arrived.skipped", next_due)
        await replace(interaction, said, view=clear_view(voice, self._delivery))


class PauseFor(ChoiceOfDelivery, template=rf"ci:rest:{DELIVERY}:(?P<choice>{'|'.join(Rest)})"):
    """Lets the plan rest for so long."""

    what = "rest"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say until when, with the way back."""
        voice = voice_of(interaction)
        next_due = await arrivals_of(interaction).pause(self.at(interaction), Rest(self._choice))
        view = row_of(ResumePlan(self._delivery, voice("arrived.resume")), _clear(voice, self._delivery))
        await replace(interaction, with_next(voice, "arrived.paused", next_due), view=view)


class ResumePlan(OfDelivery, template=rf"ci:resume:{DELIVERY}"):
    """Lets the plan go on."""

    what = "resume"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say when the next one comes."""
        voice = voice_of(interaction)
        next_due = await arrivals_of(interaction).resume(self.at(interaction))
        said = with_next(voice, "arrived.resumed", next_due)
        await replace(interaction, said, view=clear_view(voice, self._delivery))


class AddNote(OfDelivery, template=rf"ci:note:{DELIVERY}"):
    """Opens the form for a note, or for the answer to a question of one's own."""

    what = "note"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """The press is settled first: a form that is never sent has proven that the message arrived."""
        voice = voice_of(interaction)
        await arrivals_of(interaction).open(self.at(interaction), voice.language)
        label = forms.input_of(
            NOTE, voice("arrived.note.label"), most=LONGEST_NOTE, description=voice("arrived.note.help"), long=True
        )
        await forms.show(interaction, f"ci:noted:{self._delivery}", voice("arrived.note.title"), label)


class NoteForm(Form):
    """A note. It is looked at for words of crisis, here and by nobody else, and kept only for those who asked."""

    template: ClassVar = re.compile(rf"ci:noted:{DELIVERY}")

    def __init__(self, delivery: str) -> None:
        self._delivery = delivery

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["delivery"])

    async def sent(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Crisis help comes before anything that could fail."""
        typed, voice = values.get(NOTE, ""), voice_of(interaction)
        here = at(interaction, self._delivery)
        await interaction.response.defer()
        if host_of(interaction.client).content.typed.mean_crisis(typed):
            await show_page(interaction, anew=True)
        noted = await arrivals_of(interaction).note(here, typed)
        said = voice("arrived.note.kept" if noted.kept else "arrived.note.not_kept")
        if noted.answers:
            await replace(interaction, voice("checkin.done"), view=done_view(voice, self._delivery, note=False))
            prompts = host_of(interaction.client).content.prompts_in(voice.language)
            said = f"{prompts.reply(Reply.QUESTION, noted.question)}\n{said}"
        await say(interaction, said)


END_BUTTONS = (ClearCheckIn, StopCheckIn, Snooze, SkipCheckIn, PauseFor, ResumePlan, AddNote)
END_FORMS = (NoteForm,)


def done_view(voice: Voice, delivery: str, *, note: bool = True) -> discord.ui.View:
    """What is left on a message that was answered: nothing of the answer."""
    notes = [AddNote(delivery, voice("arrived.note"))] if note else []
    return row_of(*notes, _clear(voice, delivery))


def clear_view(voice: Voice, delivery: str) -> discord.ui.View:
    """A message that is done with can be taken away."""
    return row_of(_clear(voice, delivery))


def later_view(voice: Voice, delivery: str, back: OfDelivery) -> discord.ui.View:
    """How much later."""
    choices = [Snooze(delivery, later, voice(f"arrived.later.{later.name.lower()}"), Style.primary) for later in Later]
    return row_of(*choices, back, CrisisHelp.spoken(voice))


def pause_view(voice: Voice, delivery: str, back: OfDelivery) -> discord.ui.View:
    """For how long."""
    choices = [PauseFor(delivery, rest, voice(f"arrived.rest.{rest.name.lower()}"), Style.primary) for rest in Rest]
    return row_of(*choices, back, CrisisHelp.spoken(voice))


def with_next(voice: Voice, text_id: str, next_due: datetime | None) -> str:
    """What is said, and when the next one comes, if one is to come."""
    said = voice(text_id)
    return said if next_due is None else f"{said} {voice('arrived.next', **present.times(next_due))}"


def _clear(voice: Voice, delivery: str) -> ClearCheckIn:
    return ClearCheckIn(delivery, voice("checkin.clear"))
