"""Buttons and selects about a community, from inside of it or from a DM."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import discord

from supportbot.chat.components import SNOWFLAKE, Choose, Press, Style, button, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, voice_of
from supportbot.chat.replies import say
from supportbot.chat.words import Voice
from supportbot.domain.people import CommunityId
from supportbot.errors import UserError

NOT_CHOSEN = "none"
COMMUNITY = rf"(?P<community>{SNOWFLAKE}|{NOT_CHOSEN})"
LONGEST_LABEL = 100


class OfCommunity(Press, template=r"of-community-is-a-base-class"):
    """A button about a community, or about one that is still to be chosen. `prefix` begins its custom_id."""

    prefix: ClassVar[str] = ""

    def __init__(self, community: CommunityId | None, label: str = "…", style: Style = Style.secondary) -> None:
        super().__init__(button(f"{self.prefix}:{community or NOT_CHOSEN}", label, style))
        self.community = community

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        named = match["community"]
        return cls(None if named == NOT_CHOSEN else CommunityId(int(named)))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Answer for the community, or offer those that it may be about. A no comes with the way to crisis help."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        community = self.community or (interaction.guild_id and CommunityId(interaction.guild_id))
        try:
            if community:
                await self.answer(interaction, community)
            else:
                await self.offer(interaction)
        except UserError as error:
            await say_with_crisis_help(interaction, error)

    async def answer(self, interaction: AnyInteraction, community: CommunityId) -> None:
        """What the press does. Raises UserError when it cannot be done."""
        raise NotImplementedError

    async def offer(self, interaction: AnyInteraction) -> None:
        """Ask which community is meant. Raises UserError when there is none."""
        raise NotImplementedError


class WhichCommunity(Choose, template=r"which-community-is-a-base-class"):
    """A select of communities. `custom` is its custom_id, and its template."""

    custom: ClassVar[str] = ""

    def __init__(self, options: Sequence[discord.SelectOption] = (), placeholder: str | None = None) -> None:
        select = discord.ui.Select[Any](custom_id=self.custom, options=list(options), placeholder=placeholder)
        super().__init__(select)

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """It holds no state."""
        del match
        return cls()

    @classmethod
    def of(cls, interaction: AnyInteraction, communities: Sequence[CommunityId]) -> Self:
        """These communities, under the names they have now."""
        options = [
            discord.SelectOption(label=name_of(interaction, each)[:LONGEST_LABEL], value=str(each))
            for each in communities
        ]
        return cls(options, voice_of(interaction)("which.placeholder"))

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Go on with the community, in the place of the select."""
        await interaction.response.defer()
        try:
            await self.answer(interaction, _community(values))
        except UserError as error:
            await say_with_crisis_help(interaction, error)

    async def answer(self, interaction: AnyInteraction, community: CommunityId) -> None:
        """What the choice does. Raises UserError when it cannot be done."""
        raise NotImplementedError


def _community(values: Sequence[str]) -> CommunityId:
    value = values[0] if values else ""
    if not re.fullmatch(SNOWFLAKE, value):
        raise UserError("which.stale")
    return CommunityId(int(value))


def name_of(interaction: AnyInteraction, community: CommunityId) -> str:
    """The community's name as somebody typed it; its id when the bot is not in it any more."""
    guild = interaction.client.get_guild(community)
    return guild.name if guild is not None else str(community)


def is_there(interaction: AnyInteraction, community: CommunityId) -> bool:
    """Whether the person acts inside of this community."""
    return interaction.guild_id == community


async def say_with_crisis_help(interaction: AnyInteraction, error: UserError) -> None:
    """Say what cannot be done, with crisis help one press away."""
    voice: Voice = voice_of(interaction)
    await say(interaction, voice(error.text_id, **error.values), view=row_of(CrisisHelp.spoken(voice)))
