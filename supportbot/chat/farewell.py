"""The button below the word that comes before everything about somebody is erased."""

from __future__ import annotations

import discord

from supportbot.chat.components import Style, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, voice_of
from supportbot.chat.of_delivery import DELIVERY, OfDelivery, arrivals_of
from supportbot.chat.replies import replace
from supportbot.chat.words import Voice


class Stay(OfDelivery, template=rf"ci:stay:{DELIVERY}"):
    """Nothing is erased."""

    what = "stay"

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Keep everything, and say so when it is true."""
        voice = voice_of(interaction)
        await arrivals_of(interaction).stay(self.at(interaction))
        await replace(interaction, voice("farewell.kept"), view=row_of(CrisisHelp.spoken(voice)))


def farewell_view(voice: Voice, delivery: str) -> discord.ui.View:
    """Below the word itself."""
    return row_of(Stay(delivery, voice("farewell.keep"), Style.success))
