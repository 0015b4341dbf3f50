"""The answers to a check-in: one press each, and a kind word for the one who pressed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import structlog

from supportbot.chat.calm import ways_on
from supportbot.chat.checkin_ends import AddNote, done_view
from supportbot.chat.components import Style, row_of
from supportbot.chat.history_offer import offer_after
from supportbot.chat.host import AnyInteraction, AnyItem, host_of, voice_of
from supportbot.chat.of_delivery import DELIVERY, ChoiceOfDelivery, OfDelivery, arrivals_of
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.checkins import CRAVINGS, MOODS, Answer, Asks, Goal, Question
from supportbot.domain.prompts import HEAVY
from supportbot.errors import StorageError
from supportbot.services.arrivals import Answered, At

log = structlog.stdlib.get_logger(__name__)


class Mood(ChoiceOfDelivery, template=rf"ci:mood:{DELIVERY}:(?P<choice>[1-5])"):
    """How somebody is."""

    what = "mood"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Take it."""
        await _take(interaction, self.at(interaction), Answer(mood=int(self._choice)))


class Craving(ChoiceOfDelivery, template=rf"ci:urge:{DELIVERY}:(?P<choice>[0-4])"):
    """How strong an urge is."""

    what = "urge"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Take it."""
        await _take(interaction, self.at(interaction), Answer(craving=int(self._choice)))


class GoalAnswer(ChoiceOfDelivery, template=rf"ci:goal:{DELIVERY}:(?P<choice>[0-2])"):
    """How it went with a goal."""

    what = "goal"
    order: ClassVar = (Goal.DONE, Goal.PARTLY, Goal.NOT_TODAY)

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Take it."""
        await _take(interaction, self.at(interaction), Answer(goal=self.order[int(self._choice)]))


class Thought(OfDelivery, template=rf"ci:thought:{DELIVERY}"):
    """Nothing to write, but thought about it."""

    what = "thought"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Take it."""
        await _take(interaction, self.at(interaction), Answer())


class Wave(OfDelivery, template=rf"ci:wave:{DELIVERY}"):
    """A wave back."""

    what = "wave"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Take it."""
        await _take(interaction, self.at(interaction), Answer())


ANSWER_BUTTONS = (Mood, Craving, GoalAnswer, Thought, Wave)


def answers_to(voice: Voice, question: Question, delivery: str) -> Sequence[AnyItem]:
    """What can be answered, in the first row."""
    first = Style.primary
    match question.asks:
        case Asks.MOOD:
            return [Mood(delivery, str(mood), voice(f"checkin.mood.{mood}"), first, row=0) for mood in MOODS]
        case Asks.CRAVING:
            return [Craving(delivery, str(each), voice(f"arrived.craving.{each}"), first, row=0) for each in CRAVINGS]
        case Asks.GOAL:
            return [
                GoalAnswer(delivery, str(place), voice(f"arrived.goal.{goal}"), first, row=0)
                for place, goal in enumerate(GoalAnswer.order)
            ]
        case Asks.QUESTION:
            write = AddNote(delivery, voice("arrived.write"), first, row=0)
            return [write, Thought(delivery, voice("arrived.thought"), row=0)]
        case Asks.HELLO:
            return [Wave(delivery, voice("arrived.wave"), first, row=0)]


async def _take(interaction: AnyInteraction, here: At, answer: Answer) -> None:
    """Collapse the message without the value, and reply kindly to this person alone."""
    voice = voice_of(interaction)
    answered = await arrivals_of(interaction).answer(here, answer)
    note = answered.question.asks is not Asks.HELLO
    await replace(interaction, voice("checkin.done"), view=done_view(voice, here.delivery, note=note))
    prompts = host_of(interaction.client).content.prompts_in(voice.language)
    rows = [prompts.reply(answered.reply, answered.question)]
    if answered.reply in HEAVY:
        rows += [voice("calm.offers"), _kept(voice, answered, answer)]
        await say(interaction, "\n".join(rows), view=row_of(*ways_on(voice)))
    else:
        rows.append(_kept(voice, answered, answer))
        offered = await _offered(interaction, voice, answered, answer)
        rows += [text for text, _ in offered]
        below = row_of(*(item for _, item in offered)) if offered else None
        await say(interaction, "\n".join(filter(None, rows)), view=below)


async def _offered(
    interaction: AnyInteraction, voice: Voice, answered: Answered, answer: Answer
) -> list[tuple[str, AnyItem]]:
    """The question whether answers may be kept, where there is one to keep and it is time to ask. Never after a heavy
    answer: other things matter then.
    """
    if answered.kept or answer == Answer():
        return []
    try:
        offered = await offer_after(interaction, voice, answered.question.turn)
    except StorageError as error:
        # Whoever answered is thanked also without it.
        log.warning("answers.history_not_offered", error=type(error).__name__)
        return []
    return [] if offered is None else [offered]


def _kept(voice: Voice, answered: Answered, answer: Answer) -> str:
    """What became of the answer, if there was one to keep."""
    if answer == Answer():
        return ""
    return voice("arrived.kept" if answered.kept else "arrived.not_kept")
