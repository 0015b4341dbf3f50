"""Choosing a channel to be told in, and the buttons below it."""

from __future__ import annotations

import re
from typing import Self

import discord

from supportbot.chat.components import SNOWFLAKE, OwnersPress, Style, button, owned, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, host_of, services_of, voice_of
from supportbot.chat.present import CALM
from supportbot.chat.readers import who_reads
from supportbot.chat.replies import replace
from supportbot.chat.staff_notes import cannot_reach
from supportbot.chat.words import Voice
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.domain.staff import StaffRoom
from supportbot.errors import UserError


class AgreeToNudge(
    OwnersPress,
    template=(rf"{owned('nudge:agree')}:(?P<channel>{SNOWFLAKE}):(?P<mark>[0-9a-f]{{8}}):(?P<version>[0-9.-]{{1,12}})"),
):
    """The consent to this channel, as it was shown, and to this text."""

    def __init__(self, owner: int, channel: int, mark: str, version: str, label: str = "…") -> None:
        custom_id = f"nudge:agree:{owner}:{channel}:{mark}:{version}"
        super(OwnersPress, self).__init__(button(custom_id, label, Style.success))
        self.owner = owner
        self._channel, self._mark, self._version = ChannelId(channel), mark, version

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), int(match["channel"]), match["mark"], match["version"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Look at the channel again, keep it, and say so when it is true."""
        voice, nudges = voice_of(interaction), services_of(interaction).nudges
        text = host_of(interaction.client).content.consent(Scope.NUDGE, voice.language)
        if interaction.guild_id is None:
            raise UserError("nudge.no_channel")
        room = nudges.look(CommunityId(interaction.guild_id), self._channel)
        if text.version != self._version or room.mark != self._mark or not reads(interaction, self._channel):
            raise UserError("nudge.stale")
        await nudges.agree(PersonId(self.owner), room, text)
        await replace(interaction, voice("nudge.done", channel=f"<#{room.channel}>"))


class DeclineNudge(OwnersPress, template=owned("nudge:decline")):
    """Not to be told anywhere."""

    prefix = "nudge:decline"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep nothing."""
        await replace(interaction, voice_of(interaction)("nudge.declined"))


class EndNudge(OwnersPress, template=owned("nudge:end")):
    """Takes the consent back, and forgets the channel."""

    prefix = "nudge:end"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """At once."""
        await services_of(interaction).consents.withdraw(PersonId(self.owner), Scope.NUDGE)
        await replace(interaction, voice_of(interaction)("nudge.ended"))


BUTTONS = (AgreeToNudge, DeclineNudge, EndNudge)


def offer(voice: Voice, person: PersonId, room: StaffRoom, text: ConsentText) -> tuple[discord.Embed, discord.ui.View]:
    """The line word by word, where it would stand and who reads there, and the consent."""
    embed = discord.Embed(title=voice("nudge.title"), description=voice("nudge.body"), colour=CALM)
    embed.add_field(name=voice("nudge.line.name"), value=cannot_reach(voice, person), inline=False)
    readers = f"<#{room.channel}>\n{who_reads(voice, room.readers)}"
    embed.add_field(name=voice("nudge.where"), value=readers[:1024], inline=False)
    embed.add_field(name=voice("checkin.draft.consent.name"), value=text.body, inline=False)
    agree = AgreeToNudge(person, room.channel, room.mark, text.version, voice("nudge.agree"))
    return embed, row_of(agree, DeclineNudge(person, voice("remember.decline")), CrisisHelp.spoken(voice))


def ending(voice: Voice, person: PersonId) -> discord.ui.View:
    """The way to end it."""
    return row_of(EndNudge(person, voice("nudge.end")))


def reads(interaction: AnyInteraction, channel: ChannelId) -> bool:
    """Whether whoever acts can read this channel now."""
    found = None if interaction.guild is None else interaction.guild.get_channel(channel)
    member = interaction.user
    return found is not None and isinstance(member, discord.Member) and found.permissions_for(member).view_channel
