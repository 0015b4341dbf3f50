"""What a cog may ask of the bot that loads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, cast

import discord
from discord.ext import commands

from supportbot.chat.words import Voice
from supportbot.content import Content
from supportbot.domain.languages import base
from supportbot.domain.people import PersonId
from supportbot.services.arrivals import Arrivals
from supportbot.services.audit import AuditLog
from supportbot.services.checkins import CheckIns
from supportbot.services.communities import Communities
from supportbot.services.consents import Consents
from supportbot.services.countries import Countries
from supportbot.services.crisis import Crisis
from supportbot.services.direct_messages import DirectMessages
from supportbot.services.graces import Graces
from supportbot.services.handover import HandOver
from supportbot.services.histories import Histories
from supportbot.services.languages import Languages
from supportbot.services.library import Library
from supportbot.services.limits import Limits
from supportbot.services.member_times import TimesOfMembers
from supportbot.services.mydata import MyData
from supportbot.services.notices import Notices
from supportbot.services.nudges import Nudges
from supportbot.services.pictures import Pictures
from supportbot.services.plan_changes import PlanChanges
from supportbot.services.plan_status import PlanStatus
from supportbot.services.prompts import CommunityPrompts
from supportbot.services.triage import Triage
from supportbot.services.typed import TypedDms
from supportbot.services.wishes import Wishes

AnyInteraction = discord.Interaction[Any]
AnyItem = discord.ui.DynamicItem[Any]
"""A button, or a select, of ours."""


class Taker(Protocol):
    """A form, as the bot sees it."""

    template: ClassVar[re.Pattern[str]]

    @classmethod
    async def take(cls, interaction: AnyInteraction, match: re.Match[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Every group of use cases that a cog can call."""

    arrivals: Arrivals
    audit: AuditLog
    checkins: CheckIns
    plan_changes: PlanChanges
    plan_status: PlanStatus
    times: TimesOfMembers
    wishes: Wishes
    notices: Notices
    consents: Consents
    countries: Countries
    crisis: Crisis
    graces: Graces
    mydata: MyData
    nudges: Nudges
    typed: TypedDms
    triage: Triage
    communities: Communities
    handover: HandOver
    histories: Histories
    languages: Languages
    library: Library
    limits: Limits
    pictures: Pictures
    prompts: CommunityPrompts
    direct_messages: DirectMessages


class Host(Protocol):
    """The bot, as cogs see it."""

    services: Services
    content: Content

    @property
    def tree(self) -> discord.app_commands.CommandTree[Any]: ...

    async def add_cog(self, cog: commands.Cog, /) -> None: ...

    def add_buttons(self, *buttons: type[AnyItem]) -> None:
        """Listen for these buttons and selects, also on messages from before a restart."""
        ...

    def add_forms(self, *forms: type[Taker]) -> None:
        """Take what is sent in these forms, also in those that were opened before a restart."""
        ...

    def knows_button(self, custom_id: str) -> bool:
        """Whether some button listens for this id."""
        ...

    def command_at_discord(self, name: str) -> discord.app_commands.AppCommand | None:
        """A top-level command as Discord knows it; None until Discord was asked."""
        ...

    def voice(self, *locales: discord.Locale | str) -> Voice:
        """Speak the language that fits these locales best; those that come first count most."""
        ...


def host_of(client: object) -> Host:
    """The bot behind an interaction, as cogs see it."""
    return cast("Host", client)


def voice_of(interaction: AnyInteraction) -> Voice:
    """Speak the language that whoever acts chose, else that of their Discord, else the community's, else English."""
    locales = (_wished(interaction), str(interaction.locale), str(interaction.guild_locale or ""))
    return host_of(interaction.client).voice(*filter(None, locales))


def locales_of(interaction: AnyInteraction) -> tuple[str, ...]:
    """The locales that a person reads names in, the first one best; also those that the bot has no texts in."""
    wished, theirs = _wished(interaction), str(interaction.locale)
    # Of one language, Discord's says more: `es-MX` is also a place.
    return (theirs,) if wished is None or base(wished) == base(theirs) else (wished, theirs)


def _wished(interaction: AnyInteraction) -> str | None:
    return services_of(interaction).languages.wish_of(PersonId(interaction.user.id)).language


def services_of(interaction: AnyInteraction) -> Services:
    """The use cases, from inside a button."""
    return host_of(interaction.client).services


def template_of(button: type[AnyItem]) -> re.Pattern[str]:
    """The pattern of the custom_ids that a button listens for."""
    return button.__discord_ui_compiled_template__
