"""What moderators set up for their community: its country, its staff channel, its own helplines."""

from __future__ import annotations

from contextlib import suppress

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from supportbot.chat.audit import moderating
from supportbot.chat.channels import TextChannel
from supportbot.chat.crisis import country_choices
from supportbot.chat.host import AnyInteraction, Host, locales_of
from supportbot.chat.line_buttons import LINE_BUTTONS
from supportbot.chat.markdown import escaped
from supportbot.chat.own_lines import pages, team_card
from supportbot.chat.readers import room_refused, who_reads
from supportbot.chat.replies import say
from supportbot.chat.words import Voice
from supportbot.domain.own_lines import Typed
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.errors import UserError
from supportbot.services.names import country_name

LONGEST_CHOICE = 100


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
class Setup(commands.GroupCog, group_name="setup", group_description="command.setup"):
    """`/setup …`. Discord offers it to those with Manage Server, and each command checks again."""

    helpline = app_commands.Group(name="helpline", description="command.setup.helpline")

    def __init__(self, host: Host) -> None:
        self._communities = host.services.communities
        self._countries = host.services.countries

    @app_commands.command(description="command.setup.region")
    @app_commands.describe(country="command.setup.region.country")
    async def region(self, interaction: AnyInteraction, country: app_commands.Range[str, 1, 100] | None = None) -> None:
        """Set the country that crisis help starts with here, or take it away."""
        community, by, voice = await _changing(interaction)
        iso = None if country is None else self._countries.named(country, locales_of(interaction)[0])
        if country is not None and iso is None:
            raise UserError("setup.region.unknown")
        await self._communities.set_region(community, iso, by)
        if iso is None:
            await say(interaction, _noted(voice, voice("setup.region.cleared")))
        else:
            country = escaped(country_name(iso, voice.language))
            await say(interaction, _noted(voice, voice("setup.region.done", country=country)))

    @region.autocomplete("country")
    async def _found_countries(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return country_choices(interaction, current)

    @app_commands.command(name="staff-channel", description="command.setup.staff_channel")
    @app_commands.describe(channel="command.setup.staff_channel.channel")
    async def staff_channel(
        self, interaction: AnyInteraction, channel: app_commands.Transform[ChannelId, TextChannel] | None = None
    ) -> None:
        """Set where the team reads, or stop posting for members."""
        community, by, voice = await _changing(interaction)
        if channel is None:
            await self._communities.clear_staff_channel(community, by)
            await say(interaction, _noted(voice, voice("setup.staff.cleared")))
            return
        room = await self._communities.set_staff_channel(community, channel, by)
        if room.missing:
            await say(interaction, room_refused(voice, room))
        else:
            readers = who_reads(voice, room.readers)
            done = voice("setup.staff.done", channel=f"<#{channel}>", readers=readers)
            await say(interaction, _noted(voice, done))

    @helpline.command(name="add", description="command.setup.helpline.add")
    @app_commands.describe(
        kind="command.setup.helpline.add.kind",
        service="command.setup.helpline.add.service",
        source="command.setup.helpline.add.source",
        phone="command.setup.helpline.add.phone",
        text="command.setup.helpline.add.text",
        chat="command.setup.helpline.add.chat",
        web="command.setup.helpline.add.web",
        hours="command.setup.helpline.add.hours",
        languages="command.setup.helpline.add.languages",
        note="command.setup.helpline.add.note",
    )
    @app_commands.choices(
        kind=[
            Choice(name="line.kind.crisis", value="crisis"),
            Choice(name="line.kind.warmline", value="warmline"),
            Choice(name="line.kind.domestic_violence", value="domestic_violence"),
            Choice(name="line.kind.youth", value="youth"),
            Choice(name="line.kind.substance", value="substance"),
            Choice(name="line.kind.poison", value="poison"),
            Choice(name="line.kind.referral", value="referral"),
        ]
    )
    async def add(
        self,
        interaction: AnyInteraction,
        *,
        kind: str,
        service: app_commands.Range[str, 1, 100],
        source: app_commands.Range[str, 1, 300],
        phone: app_commands.Range[str, 1, 40] | None = None,
        text: app_commands.Range[str, 1, 100] | None = None,
        chat: app_commands.Range[str, 1, 200] | None = None,
        web: app_commands.Range[str, 1, 200] | None = None,
        hours: app_commands.Range[str, 1, 100] | None = None,
        languages: app_commands.Range[str, 1, 100] | None = None,
        note: app_commands.Range[str, 1, 300] | None = None,
    ) -> None:
        """Keep a line, and ask in the staff channel for a second moderator."""
        community, by, voice = await _changing(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        typed = Typed(kind, service, source, phone, text, chat, web, hours, languages, note)
        await self._communities.add_line(community, by, typed)
        await say(interaction, _noted(voice, voice("setup.helpline.added")))

    @helpline.command(name="list", description="command.setup.helpline.list")
    async def list_(self, interaction: AnyInteraction) -> None:
        """Show every line, those that wait too."""
        community, voice = await moderating(interaction)
        lines = await self._communities.lines(community)
        if not lines:
            raise UserError("setup.helpline.none")
        await say(interaction, voice("setup.helpline.intro"))
        for page in pages(team_card(voice, line) for line in lines):
            await say(interaction, embeds=page)

    @helpline.command(description="command.setup.helpline.remove")
    @app_commands.describe(line="command.setup.helpline.remove.line")
    async def remove(self, interaction: AnyInteraction, line: app_commands.Range[str, 1, 100]) -> None:
        """Take a line away at once."""
        community, by, voice = await _changing(interaction)
        removed = await self._communities.remove_line(community, line, by)
        await say(interaction, _noted(voice, voice("setup.helpline.removed", service=escaped(removed.service))))

    @remove.autocomplete("line")
    async def _lines(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        with suppress(UserError):  # whoever may not remove a line is told so when they try
            community, voice = await moderating(interaction)
            names = {
                line.id: _choice(voice, line.service, waits=line.approved_at is None)
                for line in await self._communities.lines(community)
            }
            return [Choice(name=name, value=key) for key, name in names.items() if current.lower() in name.lower()]
        return []


async def _changing(interaction: AnyInteraction) -> tuple[CommunityId, PersonId, Voice]:
    """The same, with the moderator."""
    community, voice = await moderating(interaction)
    return community, PersonId(interaction.user.id), voice


def _noted(voice: Voice, done: str) -> str:
    """Whoever changed something is told that it is listed."""
    return f"{done}\n\n{voice('audit.noted')}"


def _choice(voice: Voice, service: str, *, waits: bool) -> str:
    return (voice("setup.helpline.choice.waits", service=service) if waits else service)[:LONGEST_CHOICE]


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*LINE_BUTTONS)
    await bot.add_cog(Setup(bot))
