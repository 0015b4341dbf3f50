"""What is offered when it is hard: ten calm minutes, people to talk to, crisis help. Nothing of it is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

import structlog

from supportbot.chat.components import Press, Stateless, Style, button, row_of
from supportbot.chat.crisis import Asked, CrisisHelp, OfPage
from supportbot.chat.handover import AskSomebody, CommunityResources
from supportbot.chat.host import AnyInteraction, AnyItem, services_of, voice_of
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.crisis import Need
from supportbot.domain.people import PersonId
from supportbot.errors import StorageError

log = structlog.stdlib.get_logger(__name__)

STEPS = 10


class RideOut(Stateless, template=r"calm:begin"):
    """Begins the ten steps, in a message of their own."""

    look = Style.primary

    @classmethod
    def spoken(cls, voice: Voice) -> RideOut:
        """The button in a language."""
        return cls(voice("calm.button"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show the first step."""
        voice = voice_of(interaction)
        await say(interaction, _step(voice, 1), view=row_of(*_buttons(voice, 1)))


class NextStep(Press, template=rf"calm:step:(?P<step>[1-9]|{STEPS})"):
    """One step, in the place of the one before. Which it is stands in the custom_id, and nowhere else."""

    def __init__(self, step: int, label: str = "…") -> None:
        super().__init__(button(f"calm:step:{step}", label, Style.primary))
        self._step = step

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["step"]))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show the step."""
        voice = voice_of(interaction)
        await replace(interaction, _step(voice, self._step), view=row_of(*_buttons(voice, self._step)))


class LeaveSteps(Stateless, template=r"calm:leave"):
    """Ends it at any step."""

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Say so, with the ways on."""
        voice = voice_of(interaction)
        await replace(interaction, voice("calm.left"), view=row_of(*ways_on(voice)))


class TalkToSomebody(Stateless, template=r"calm:talk"):
    """Who there is to talk to."""

    @classmethod
    def spoken(cls, voice: Voice) -> TalkToSomebody:
        """The button in a language."""
        return cls(voice("calm.talk.button"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """What there is for this person; nobody is told."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        rows, items = [voice("calm.talk")], list[AnyItem]()
        has_team, has_lines = await _of_communities(interaction, person)
        if has_team:
            rows.append(voice("calm.talk.team"))
            items.append(AskSomebody.spoken(voice, None))
        if has_lines:
            items.append(CommunityResources.spoken(voice, None))
        rows.append(voice("calm.talk.lines"))
        items += [LinesToTalkTo.spoken(voice), CrisisHelp.spoken(voice)]
        await say(interaction, "\n".join(rows), view=row_of(*items))


class LinesToTalkTo(OfPage, template=r"calm:lines"):
    """Lines that are not only for emergencies, in a message of their own."""

    def __init__(self, label: str = "…") -> None:
        super(OfPage, self).__init__(button("calm:lines", label))
        self.asked = Asked(Need.OTHER, in_place=False)

    @classmethod
    def spoken(cls, voice: Voice) -> LinesToTalkTo:
        """The button in a language."""
        return cls(voice("calm.talk.lines.button"))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """There is nothing in the custom_id to tell."""
        del match
        return cls()


def ways_on(voice: Voice) -> Sequence[AnyItem]:
    """The three offers: more than a kind word, and none of them is a report."""
    return RideOut.spoken(voice), TalkToSomebody.spoken(voice), CrisisHelp.spoken(voice)


CALM_BUTTONS = (RideOut, NextStep, LeaveSteps, TalkToSomebody, LinesToTalkTo)


def _step(voice: Voice, step: int) -> str:
    return f"{voice('calm.head', step=step, steps=STEPS)}\n\n{voice(f'calm.step.{step}')}"


def _buttons(voice: Voice, step: int) -> Sequence[AnyItem]:
    onward = NextStep(step + 1, voice("calm.next")) if step < STEPS else NextStep(1, voice("calm.again"))
    return onward, LeaveSteps(voice("calm.leave")), CrisisHelp.spoken(voice)


async def _of_communities(interaction: AnyInteraction, person: PersonId) -> tuple[bool, bool]:
    """Whether a community of theirs has a team to ask, and lines of its own. Without the database: neither."""
    handover = services_of(interaction).handover
    try:
        return bool(await handover.communities_with_a_team(person)), bool(await handover.communities_with_lines(person))
    except StorageError as error:
        log.warning("ways.communities_unknown", error=type(error).__name__)
        return False, False
