"""Check-ins: start, list, stop."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from typing import Self

from discord import app_commands
from discord.app_commands import Choice

from supportbot.chat import present, zones
from supportbot.chat.checkin_buttons import BUTTONS, FORMS, go_on_button
from supportbot.chat.checkin_group import CheckInCommands
from supportbot.chat.components import OwnersPress, Style, button, owned, row_of
from supportbot.chat.host import AnyInteraction, Host, host_of, locales_of, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.replies import replace, say
from supportbot.domain.checkins import PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import StorageError, UserError
from supportbot.services.checkins import Greeting
from supportbot.services.limits import Costly

ALL = "all"
STARTED = {
    Greeting.SENT: "checkin.started",
    Greeting.UNSURE: "checkin.started.unsure",
    Greeting.BEFORE: "checkin.started.before",
}


class CheckIn(CheckInCommands):
    """`/checkin start`, `list` and `stop`."""

    @app_commands.command(description="command.checkin.start")
    @app_commands.describe(at="command.checkin.start.at", zone="command.checkin.start.zone")
    async def start(
        self,
        interaction: AnyInteraction,
        at: app_commands.Range[str, 1, 20],
        zone: app_commands.Range[str, 1, 100],
    ) -> None:
        """Show what would be kept, and ask for consent."""
        voice = voice_of(interaction)
        person = PersonId(interaction.user.id)
        draft = await self._checkins.propose(person, at, zone)
        text = self._host.content.consent(Scope.CHECKINS, voice.language)
        offer = Offer(draft.rule.slots[0].at, draft.times.zone, text.version, draft.moves_from is not None)
        choice = row_of(
            Agree(person, offer, voice("checkin.draft.agree")),
            Decline(person, voice("checkin.draft.decline")),
        )
        await say(interaction, embed=present.draft(voice, draft, text), view=choice)

    @start.autocomplete("zone")
    async def _zones(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        preferred = None
        with suppress(StorageError):  # the well-known zones can be offered without the person's own
            preferred = await self._checkins.zone_of(PersonId(interaction.user.id))
        # Discord speaks more languages than the bot, and so do the names of places.
        found = zones.suggest(self._host.content.zones, current, locales_of(interaction)[0], preferred=preferred)
        return [Choice(name=label, value=zone) for label, zone in found]

    @app_commands.command(name="list", description="command.checkin.list")
    async def list_(self, interaction: AnyInteraction) -> None:
        """Show the member's plans."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        plans = await self._checkins.plans(person)
        told = voice("checkin.list.left") if await self._checkins.left_lately(person) else None
        if plans:
            is_paused = any(view.plan.state is PlanState.PAUSED for view in plans)
            go_on = row_of(go_on_button(voice, person)) if is_paused else None
            await say(interaction, told, embed=present.plans(voice, plans), view=go_on)
        else:
            await say(interaction, told or voice("checkin.list.none"))

    @app_commands.command(description="command.checkin.stop")
    @app_commands.describe(which="command.checkin.stop.which")
    async def stop(self, interaction: AnyInteraction, which: app_commands.Range[str, 1, 100]) -> None:
        """Stop at once; it can be started again."""
        voice = voice_of(interaction)
        person = PersonId(interaction.user.id)
        if which == ALL:
            count = await self._checkins.stop_all(person)
            if not count:
                raise UserError("checkin.list.none")
            await say(interaction, voice.count("checkin.stopped_all", count))
        else:
            plan = await self._checkins.stop(person, which)
            await say(interaction, voice("checkin.stopped", time=f"{plan.rule.slots[0].at:%H:%M}"))

    @stop.autocomplete("which")
    async def _plans(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        voice = voice_of(interaction)
        plans = await self._checkins.plans(PersonId(interaction.user.id))
        choices = [
            Choice(name=voice("checkin.choice", time=present.plan_time(view)), value=view.plan.id) for view in plans
        ]
        if len(plans) > 1:
            choices.append(Choice(name=voice("checkin.choice.all"), value=ALL))
        return [choice for choice in choices if current.lower() in choice.name.lower()]


@dataclass(frozen=True, slots=True)
class Offer:
    """What stands behind one "I agree": the plan, the text's version, and whether a move of other plans was shown."""

    at: time
    zone: str
    version: str
    moves: bool


class Agree(
    OwnersPress,
    template=(
        rf"{owned('checkin:agree')}:(?P<at>(?:[01][0-9]|2[0-3])[0-5][0-9]):(?P<zone>[A-Za-z0-9_+/-]{{1,40}}):(?P<version>[0-9.-]{{1,12}})"
        r":(?P<moves>[01])"
    ),
):
    """The consent. The plan stands in the custom_id, so that nothing is kept before the press."""

    def __init__(self, owner: int, offer: Offer, label: str = "…") -> None:
        custom_id = f"checkin:agree:{owner}:{offer.at:%H%M}:{offer.zone}:{offer.version}:{offer.moves:d}"
        super(OwnersPress, self).__init__(button(custom_id, label, Style.success))
        self.owner = owner
        self._offer = offer

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        at = time(int(match["at"][:2]), int(match["at"][2:]))
        return cls(int(match["owner"]), Offer(at, match["zone"], match["version"], match["moves"] == "1"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Record, start, and say so when it is true."""
        voice = voice_of(interaction)
        text = host_of(interaction.client).content.consent(Scope.CHECKINS, voice.language)
        if text.version != self._offer.version:
            raise UserError("checkin.stale")
        if not await may_have(interaction, Costly.DM):
            return
        await interaction.response.defer()
        community = None if interaction.guild_id is None else CommunityId(interaction.guild_id)
        person = PersonId(interaction.user.id)
        try:
            started = await services_of(interaction).checkins.agree(
                person, community, self._offer.at, self._offer.zone, text, may_move=self._offer.moves
            )
        except UserError as error:
            await replace(interaction, voice(error.text_id, **error.values))
            return
        await replace(interaction, voice(STARTED[started.greeting], **present.times(started.draft.next[0].due)))


class Decline(OwnersPress, template=owned("checkin:decline")):
    """Not now."""

    prefix = "checkin:decline"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep nothing."""
        await replace(interaction, voice_of(interaction)("checkin.draft.declined"))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(Agree, Decline, *BUTTONS)
    bot.add_forms(*FORMS)
    CheckIn(bot).join()
