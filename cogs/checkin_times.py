"""What holds for all check-ins of somebody: status, time zone, quiet hours, vacation."""

from __future__ import annotations

from contextlib import suppress

from discord import app_commands
from discord.app_commands import Choice

from supportbot.chat import plan_pages, schedules, zones
from supportbot.chat.checkin_buttons import go_on_button
from supportbot.chat.checkin_group import CheckInCommands
from supportbot.chat.components import row_of
from supportbot.chat.host import AnyInteraction, Host, locales_of, services_of, voice_of
from supportbot.chat.plan_drafts import KeepAsItIs
from supportbot.chat.replies import say
from supportbot.chat.time_drafts import BUTTONS, MoveZone, SetQuiet, page, quiet_page, quiet_warning
from supportbot.domain.checkins import PlanState
from supportbot.domain.people import PersonId
from supportbot.errors import StorageError, UserError
from supportbot.services.member_times import read_quiet

Words = app_commands.Range[str, 1, 100]
Clock = app_commands.Range[str, 1, 20]


class CheckInTimes(CheckInCommands):
    """`/checkin status`, `timezone`, `quiet` and `vacation`."""

    @app_commands.command(description="command.checkin.status")
    async def status(self, interaction: AnyInteraction) -> None:
        """Say what comes, what came, and what went wrong."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        found = await services_of(interaction).plan_status.of(person)
        is_paused = any(view.plan.state is PlanState.PAUSED for view in found.plans)
        view = row_of(go_on_button(voice, person)) if is_paused else None
        await say(interaction, embed=plan_pages.status(interaction, found), view=view)

    @app_commands.command(description="command.checkin.timezone")
    @app_commands.describe(zone="command.checkin.start.zone")
    async def timezone(self, interaction: AnyInteraction, zone: Words) -> None:
        """Show what another zone means for every check-in, and ask."""
        voice, person = voice_of(interaction), PersonId(interaction.user.id)
        outlook = await services_of(interaction).times.propose_zone(person, zone)
        before, after = outlook.before.zone, outlook.times.zone
        if before == after:
            await say(interaction, embed=page(voice, voice("timezone.same", zone=after), outlook))
            return
        text = voice("timezone.draft", before=before, zone=after)
        view = row_of(MoveZone(person, after, voice("timezone.yes")), KeepAsItIs(person, voice("checkin.edit.no")))
        await say(interaction, embed=page(voice, text, outlook), view=view)

    @timezone.autocomplete("zone")
    async def _zones(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        preferred = None
        with suppress(StorageError):
            preferred = await self._checkins.zone_of(PersonId(interaction.user.id))
        found = zones.suggest(self._host.content.zones, current, locales_of(interaction)[0], preferred=preferred)
        return [Choice(name=label, value=zone) for label, zone in found]

    @app_commands.command(description="command.checkin.quiet")
    @app_commands.rename(begins="from", ends="to")
    @app_commands.describe(
        begins="command.checkin.quiet.from", ends="command.checkin.quiet.to", off="command.checkin.quiet.off"
    )
    async def quiet(
        self, interaction: AnyInteraction, begins: Clock | None = None, ends: Clock | None = None, off: bool = False
    ) -> None:
        """Set hours without check-ins, take them away, or show them."""
        voice, person, times = voice_of(interaction), PersonId(interaction.user.id), services_of(interaction).times
        if off:
            await say(interaction, embed=quiet_page(voice, await times.set_quiet(person, None)))
            return
        if begins is None or ends is None:
            if begins or ends:
                raise UserError("quiet.both")
            await say(interaction, embed=quiet_page(voice, await times.now(person)))
            return
        hours = read_quiet(begins, ends)
        if hours is not None and (outlook := await times.propose_quiet(person, hours)).always_quiet:
            yes, no = SetQuiet(person, hours, voice("quiet.yes")), KeepAsItIs(person, voice("checkin.edit.no"))
            await say(interaction, embed=quiet_warning(voice, outlook), view=row_of(yes, no))
            return
        await say(interaction, embed=quiet_page(voice, await times.set_quiet(person, hours)))

    @app_commands.command(description="command.checkin.vacation")
    @app_commands.rename(first="from", last="to")
    @app_commands.describe(
        first="command.checkin.vacation.from", last="command.checkin.vacation.to", off="command.checkin.vacation.off"
    )
    async def vacation(
        self, interaction: AnyInteraction, first: Words | None = None, last: Words | None = None, off: bool = False
    ) -> None:
        """Set days without check-ins, take them away, or show them."""
        voice, person, times = voice_of(interaction), PersonId(interaction.user.id), services_of(interaction).times
        if off:
            outlook = await times.set_vacation(person, None)
        elif first is None or last is None:
            if first or last:
                raise UserError("vacation.both")
            outlook = await times.now(person)
        else:
            away = await times.read_vacation(person, first, last, voice.languages)
            outlook = await times.set_vacation(person, away)
        dates = outlook.times.vacation
        said = voice("vacation.off") if dates is None else voice("vacation.set", dates=schedules.vacation(voice, dates))
        await say(interaction, embed=page(voice, said, outlook))


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    CheckInTimes(bot).join()
