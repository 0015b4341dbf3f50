"""Check-ins: start, list, stop."""

from __future__ import annotations

from contextlib import suppress

from discord import app_commands
from discord.app_commands import Choice

from supportbot.chat import plan_pages, schedules, zones
from supportbot.chat.checkin_buttons import BUTTONS, FORMS, go_on_button
from supportbot.chat.checkin_group import CheckInCommands
from supportbot.chat.components import row_of
from supportbot.chat.farewell import Stay
from supportbot.chat.host import AnyInteraction, Host, locales_of, services_of, voice_of
from supportbot.chat.plan_choice import ALL, plan_choices
from supportbot.chat.plan_drafts import BUTTONS as DRAFT_BUTTONS
from supportbot.chat.plan_drafts import show_start
from supportbot.chat.plan_words import own_words
from supportbot.chat.replies import say
from supportbot.domain.checkins import OWN_WORDS, Asks, PlanState
from supportbot.domain.people import PersonId
from supportbot.domain.understanding import NotUnderstood
from supportbot.domain.wishes import Wish
from supportbot.errors import StorageError, UserError

Words = app_commands.Range[str, 1, 100]
OwnWords = app_commands.Range[str, 1, 200]


class CheckIn(CheckInCommands):
    """`/checkin start`, `list` and `stop`."""

    @app_commands.command(description="command.checkin.start")
    @app_commands.describe(
        when="command.checkin.start.when",
        zone="command.checkin.start.zone",
        ask="command.checkin.start.ask",
        words="command.checkin.start.words",
        until="command.checkin.start.until",
        plain="command.checkin.start.plain",
    )
    @app_commands.choices(ask=[Choice(name=f"asks.{each.value}", value=each.value) for each in Asks])
    async def start(  # noqa: PLR0917 (discord.py reads the options from here)
        self,
        interaction: AnyInteraction,
        when: Words,
        zone: Words | None = None,
        ask: str | None = None,
        words: OwnWords | None = None,
        until: Words | None = None,
        plain: bool = False,
    ) -> None:
        """Show what would be kept, and ask for consent."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        asks, theirs = await own_words(interaction, None if ask is None else Asks(ask), words)
        if asks in OWN_WORDS and theirs is None:
            raise UserError("checkin.words_needed")
        zone = zone or await self._checkins.zone_of(person)
        if zone is None:
            raise UserError("checkin.zone_needed")
        found = await services_of(interaction).wishes.read(when, zone, voice.languages, until=until)
        if isinstance(found, NotUnderstood):
            await say(interaction, schedules.not_understood(voice, found))
            return
        wish = Wish(found.rule, asks or Asks.MOOD, theirs, discreet=not plain)
        await show_start(interaction, wish, zone, is_guess=found.is_guess)

    @start.autocomplete("when")
    async def _suggestions(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return schedules.suggestions(voice_of(interaction), current)

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
            await say(interaction, told, embed=plan_pages.listed(interaction, plans), view=go_on)
        else:
            await say(interaction, told or voice("checkin.list.none"))

    @app_commands.command(description="command.checkin.stop")
    @app_commands.describe(which="command.checkin.stop.which")
    @app_commands.autocomplete(which=plan_choices)
    async def stop(self, interaction: AnyInteraction, which: Words) -> None:
        """Stop at once; it can be started again."""
        voice = voice_of(interaction)
        person = PersonId(interaction.user.id)
        if which == ALL:
            count = await self._checkins.stop_all(person)
            if not count:
                raise UserError("checkin.list.none")
            await say(interaction, voice.count("checkin.stopped_all", count))
        else:
            await self._checkins.stop(person, which)
            await say(interaction, voice("checkin.stopped"))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*DRAFT_BUTTONS, *BUTTONS, Stay)
    bot.add_forms(*FORMS)
    CheckIn(bot).join()
