"""What is offered when it is hard: ten calm minutes, and people to talk to."""

from __future__ import annotations

from supportbot.chat.calm import CALM_BUTTONS
from supportbot.chat.host import Host


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*CALM_BUTTONS)
