"""The buttons of a check-in that has arrived: open it, answer, clear it, stop."""

from __future__ import annotations

import re
from typing import Self

import discord

from supportbot.chat.calm import ways_on
from supportbot.chat.components import OwnersPress, Press, Style, button, owned, row_of
from supportbot.chat.consents import ReadConsent, text_is_new
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.replies import replace, say
from supportbot.chat.words import Voice
from supportbot.domain.checkins import MOODS
from supportbot.domain.consent import Scope
from supportbot.domain.people import MessageId, PersonId
from supportbot.errors import UserError
from supportbot.services.checkins import Greeting, Thanks
from supportbot.services.limits import Costly

DELIVERY = r"(?P<delivery>[a-z0-9]{16}-[0-9]{1,8})"


class OfDelivery(Press, template=r"of-delivery-is-a-base-class"):
    """A button on a check-in. `what` is the middle of its custom_id, which ends in the delivery's id."""

    what = ""

    def __init__(self, delivery: str, label: str = "…", style: Style = Style.secondary) -> None:
        super().__init__(button(f"ci:{self.what}:{delivery}", label, style))
        self._delivery = delivery

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["delivery"])


class OpenCheckIn(OfDelivery, template=rf"ci:open:{DELIVERY}"):
    """Turns the discreet message into the question, in place."""

    what = "open"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """The press is proof that the message arrived; that is settled before anything is edited."""
        voice = voice_of(interaction)
        person, message = _who_and_where(interaction)
        if await services_of(interaction).checkins.open(person, self._delivery, message):
            is_new = await text_is_new(interaction, Scope.CHECKINS)
            await replace(interaction, voice("checkin.question"), view=question(voice, self._delivery, is_new=is_new))
        else:
            await replace(interaction, voice("checkin.done"))


class Mood(OfDelivery, template=rf"ci:mood:{DELIVERY}:(?P<mood>[1-5])"):
    """One possible answer. The custom_id holds its position, and nothing once it is pressed."""

    def __init__(self, delivery: str, mood: int, label: str = "…") -> None:
        super(OfDelivery, self).__init__(button(f"ci:mood:{delivery}:{mood}", label, Style.primary))
        self._delivery, self._mood = delivery, mood

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["delivery"], int(match["mood"]))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Collapse the message without the value, and reply kindly to this person alone."""
        voice = voice_of(interaction)
        person, message = _who_and_where(interaction)
        thanks = await services_of(interaction).checkins.answer(person, self._delivery, message, self._mood)
        await replace(interaction, voice("checkin.done"))
        if thanks is Thanks.LOW:
            await say(interaction, voice("checkin.thanks.low"), view=row_of(*ways_on(voice)))
        else:
            await say(interaction, voice("checkin.thanks.plain"))


class ClearCheckIn(OfDelivery, template=rf"ci:clear:{DELIVERY}"):
    """Takes the message away."""

    what = "clear"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Delete the message this button is on."""
        person, message = _who_and_where(interaction)
        await services_of(interaction).checkins.cleared(person, self._delivery, message)
        await interaction.response.defer()
        await interaction.delete_original_response()


class StopCheckIn(OfDelivery, template=rf"ci:stop:{DELIVERY}"):
    """Stops the plan this check-in belongs to."""

    what = "stop"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Stop at once; it can be started again."""
        voice = voice_of(interaction)
        person, message = _who_and_where(interaction)
        plan = await services_of(interaction).checkins.stop_from(person, self._delivery, message)
        await replace(interaction, voice("checkin.stopped", time=f"{plan.rule.slots[0].at:%H:%M}"))


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


def go_on_button(voice: Voice, person: int) -> GoOn:
    """Offers to let paused check-ins run again."""
    return GoOn(person, voice("checkin.go_on"), Style.success)


WENT_ON = {
    Greeting.SENT: "checkin.went_on",
    Greeting.UNSURE: "checkin.went_on.unsure",
    Greeting.BEFORE: "checkin.went_on.before",
}
BUTTONS = (OpenCheckIn, Mood, ClearCheckIn, StopCheckIn, GoOn)


def invitation(voice: Voice, delivery: str) -> discord.ui.View:
    """The buttons of a check-in as it arrives: open it, or have no more of them."""
    return row_of(
        OpenCheckIn(delivery, voice("checkin.invitation.open"), Style.primary),
        StopCheckIn(delivery, voice("checkin.stop_button")),
    )


def question(voice: Voice, delivery: str, *, is_new: bool = False) -> discord.ui.View:
    """The answers, and the ways out; where the consent text is a new one, the way to read it."""
    moods = [Mood(delivery, mood, voice(f"checkin.mood.{mood}")) for mood in MOODS]
    return row_of(
        *moods,
        ClearCheckIn(delivery, voice("checkin.clear")),
        StopCheckIn(delivery, voice("checkin.stop_button")),
        CrisisHelp.spoken(voice),
        *([ReadConsent(Scope.CHECKINS, voice("consent.changed.read"))] if is_new else []),
    )


def _who_and_where(interaction: AnyInteraction) -> tuple[PersonId, MessageId]:
    if interaction.message is None:
        raise UserError("checkin.stale")
    return PersonId(interaction.user.id), MessageId(interaction.message.id)
