"""Check-ins that somebody has: edit, pause, resume, skip, snooze."""

from __future__ import annotations

from dataclasses import replace

from discord import app_commands
from discord.app_commands import Choice

from supportbot.chat import schedules
from supportbot.chat.checkin_buttons import WENT_ON, go_on_button
from supportbot.chat.checkin_group import CheckInCommands
from supportbot.chat.components import row_of
from supportbot.chat.host import AnyInteraction, Host, services_of, voice_of
from supportbot.chat.limits import may_have
from supportbot.chat.plan_choice import ALL, chosen, one_plan, plan_choices
from supportbot.chat.plan_drafts import show_edit
from supportbot.chat.plan_words import own_words
from supportbot.chat.present import times
from supportbot.chat.replies import say
from supportbot.domain.checkins import Asks
from supportbot.domain.people import PersonId
from supportbot.domain.snoozing import Later
from supportbot.domain.understanding import NotUnderstood
from supportbot.domain.wishes import Wish, numbered
from supportbot.errors import UserError
from supportbot.services.limits import Costly
from supportbot.services.plan_changes import Rests

Words = app_commands.Range[str, 1, 100]
OwnWords = app_commands.Range[str, 1, 200]


class CheckInPlans(CheckInCommands):
    """`/checkin edit`, `pause`, `resume`, `skip` and `snooze`."""

    @app_commands.command(description="command.checkin.edit")
    @app_commands.describe(
        which="command.checkin.edit.which",
        when="command.checkin.edit.when",
        ask="command.checkin.start.ask",
        words="command.checkin.start.words",
        until="command.checkin.edit.until",
        plain="command.checkin.start.plain",
    )
    @app_commands.choices(ask=[Choice(name=f"asks.{each.value}", value=each.value) for each in Asks])
    @app_commands.autocomplete(which=one_plan)
    async def edit(  # noqa: PLR0917 (discord.py reads the options from here)
        self,
        interaction: AnyInteraction,
        which: Words | None = None,
        when: Words | None = None,
        ask: str | None = None,
        words: OwnWords | None = None,
        until: Words | None = None,
        plain: bool | None = None,
    ) -> None:
        """Show what would become of it, and ask."""
        voice, person, services = voice_of(interaction), PersonId(interaction.user.id), services_of(interaction)
        plan = await services.plan_changes.plan(person, await chosen(interaction, which))
        asks, theirs = await own_words(interaction, None if ask is None else Asks(ask), words)
        zone = await self._checkins.zone_of(person) or ""
        rule, is_guess = replace(plan.rule, slots=numbered(slot.at for slot in plan.rule.slots)), False
        if when is not None:
            found = await services.wishes.read(when, zone, voice.languages)
            if isinstance(found, NotUnderstood):
                await say(interaction, schedules.not_understood(voice, found))
                return
            rule, is_guess = replace(found.rule, until=plan.rule.until), found.is_guess
        rule = await services.wishes.ending(rule, zone, voice.languages, until=until)
        wish = Wish(rule, asks or plan.asks, theirs, discreet=plan.discreet if plain is None else not plain)
        await show_edit(interaction, plan.id, wish, is_guess=is_guess)

    @edit.autocomplete("when")
    async def _suggestions(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return schedules.suggestions(voice_of(interaction), current)

    @app_commands.command(description="command.checkin.pause")
    @app_commands.describe(which="command.checkin.pause.which", until="command.checkin.pause.until")
    @app_commands.autocomplete(which=plan_choices)
    async def pause(self, interaction: AnyInteraction, which: Words | None = None, until: Words | None = None) -> None:
        """Let one rest, or all of them."""
        voice, person, changes = (
            voice_of(interaction),
            PersonId(interaction.user.id),
            services_of(interaction).plan_changes,
        )
        plan = await chosen(interaction, which)
        day = None if until is None else await changes.read_end(person, until, voice.languages)
        rests = await changes.pause(person, None if plan == ALL else plan, day)
        await say(interaction, "\n".join(_rest(interaction, each) for each in rests))

    @app_commands.command(description="command.checkin.resume")
    @app_commands.describe(which="command.checkin.resume.which")
    @app_commands.autocomplete(which=plan_choices)
    async def resume(self, interaction: AnyInteraction, which: Words | None = None) -> None:
        """Let one go on, or all of them."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        plan = await chosen(interaction, which)
        if not await may_have(interaction, Costly.DM):
            return
        await interaction.response.defer(ephemeral=True)
        try:
            greeting = await self._checkins.go_on(person, None if plan == ALL else plan)
        except UserError as error:
            if error.text_id != "checkin.go_on.closed":
                raise
            await say(interaction, voice(error.text_id), view=row_of(go_on_button(voice, person)))
            return
        await say(interaction, voice(WENT_ON[greeting]))

    @app_commands.command(description="command.checkin.skip")
    @app_commands.describe(which="command.checkin.skip.which")
    @app_commands.autocomplete(which=one_plan)
    async def skip(self, interaction: AnyInteraction, which: Words | None = None) -> None:
        """The next one does not come."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        skipped = await services_of(interaction).plan_changes.skip(person, await chosen(interaction, which))
        said = voice("checkin.skipped", **times(skipped.due))
        if skipped.next_due is not None:
            said += "\n" + voice("checkin.skipped.next", **times(skipped.next_due))
        await say(interaction, said)

    @app_commands.command(description="command.checkin.snooze")
    @app_commands.describe(later="command.checkin.snooze.later")
    @app_commands.rename(later="for")
    @app_commands.choices(later=[Choice(name=f"checkin.snooze.{each.value}", value=each.value) for each in Later])
    async def snooze(self, interaction: AnyInteraction, later: str = Later.HOUR.value) -> None:
        """The one that came last comes again later."""
        voice, services = voice_of(interaction), services_of(interaction)
        at = await services.plan_status.waiting(PersonId(interaction.user.id))
        due = await services.arrivals.snooze(at, Later(later))
        await say(interaction, voice("checkin.snoozed", **times(due)))


def _rest(interaction: AnyInteraction, rests: Rests) -> str:
    voice = voice_of(interaction)
    rule = schedules.in_words(voice, rests.plan.rule)
    if rests.until is None:
        return voice("checkin.paused", rule=rule)
    if rests.next_due is None:
        return voice("checkin.paused.for_good", rule=rule, date=schedules.day(voice, rests.until))
    return voice("checkin.paused.until", rule=rule, date=schedules.day(voice, rests.until), **times(rests.next_due))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    CheckInPlans(bot).join()
