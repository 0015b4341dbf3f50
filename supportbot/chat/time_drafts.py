"""Changes of a member's time zone or quiet hours that are shown before they count."""

from __future__ import annotations

import re
from datetime import time
from typing import Self

import discord

from supportbot.chat import plan_pages, schedules
from supportbot.chat.components import OwnersPress, Press, Style, button, owned
from supportbot.chat.host import AnyInteraction, services_of, voice_of
from supportbot.chat.plan_drafts import ZONE
from supportbot.chat.plan_pages import CALM
from supportbot.chat.replies import replace
from supportbot.chat.words import Voice
from supportbot.domain.cadence import QuietHours
from supportbot.domain.people import PersonId
from supportbot.services.member_times import Outlook

HOURS = r"(?P<begins>(?:[01][0-9]|2[0-3])[0-5][0-9])(?P<ends>(?:[01][0-9]|2[0-3])[0-5][0-9])"


class MoveZone(OwnersPress, template=rf"{owned('plan:zone')}:{ZONE}"):
    """Moves every check-in of its owner to a zone."""

    def __init__(self, owner: int, zone: str, label: str = "…") -> None:
        super(OwnersPress, self).__init__(button(f"plan:zone:{owner}:{zone}", label, Style.success))
        self.owner = owner
        self._zone = zone

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(int(match["owner"]), match["zone"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Move them, and show what comes."""
        voice = voice_of(interaction)
        outlook = await services_of(interaction).times.set_zone(PersonId(self.owner), self._zone)
        await replace(interaction, embeds=[page(voice, voice("timezone.moved", zone=outlook.times.zone), outlook)])


class SetQuiet(OwnersPress, template=rf"{owned('plan:quiet')}:{HOURS}"):
    """Sets quiet hours that put off every check-in of some plan."""

    def __init__(self, owner: int, hours: QuietHours, label: str = "…") -> None:
        custom_id = f"plan:quiet:{owner}:{hours.begins:%H%M}{hours.ends:%H%M}"
        super(OwnersPress, self).__init__(button(custom_id, label, Style.success))
        self.owner = owner
        self._hours = hours

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        begins, ends = (time(int(match[name][:2]), int(match[name][2:])) for name in ("begins", "ends"))
        return cls(int(match["owner"]), QuietHours(begins, ends))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Set them, and show what comes."""
        outlook = await services_of(interaction).times.set_quiet(PersonId(self.owner), self._hours)
        await replace(interaction, embeds=[quiet_page(voice_of(interaction), outlook)])


BUTTONS: tuple[type[Press], ...] = (MoveZone, SetQuiet)


def page(voice: Voice, text: str, outlook: Outlook) -> discord.Embed:
    """What was said, and the next check-ins of all plans."""
    embed = discord.Embed(description=text, colour=CALM)
    coming = schedules.coming(voice, [occurrence for _, occurrence in outlook.coming])
    return embed.add_field(name=voice("checkin.draft.next.name"), value=coming or voice("times.none"), inline=False)


def quiet_page(voice: Voice, outlook: Outlook) -> discord.Embed:
    """How quiet hours are now."""
    quiet = outlook.times.quiet
    said = voice("quiet.off") if quiet is None else voice("quiet.set", hours=schedules.quiet(voice, quiet))
    return page(voice, said, outlook)


def quiet_warning(voice: Voice, outlook: Outlook) -> discord.Embed:
    """What it means that quiet hours cover all times of a plan, before they count."""
    plans = [f"• {schedules.in_words(voice, plan.rule)}" for plan in outlook.always_quiet]
    return page(voice, "\n".join([plan_pages.always_quiet(voice, outlook.times), *plans]), outlook)
