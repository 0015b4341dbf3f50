"""The one check at the doors of what costs much."""

from __future__ import annotations

from datetime import timedelta

import discord

from supportbot.chat.components import row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, services_of, voice_of
from supportbot.chat.replies import say
from supportbot.domain.people import PersonId
from supportbot.services.limits import Costly

ROUNDING = timedelta(seconds=1)
"""Discord shows whole seconds: what it shows must not be before it is true."""


def has_left(interaction: AnyInteraction, what: Costly) -> bool:
    """Whether this person may have it, which uses one up; says nothing to them."""
    return services_of(interaction).limits.take(PersonId(interaction.user.id), what) is None


async def may_have(interaction: AnyInteraction, what: Costly) -> bool:
    """Whether this person may have it, which uses one up. Who may not is told when, with crisis help one press away."""
    again = services_of(interaction).limits.take(PersonId(interaction.user.id), what)
    if again is None:
        return True
    voice = voice_of(interaction)
    said = voice("limited", when=discord.utils.format_dt(again + ROUNDING, "R"))
    await say(interaction, said, view=row_of(CrisisHelp.spoken(voice)))
    return False
