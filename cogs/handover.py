"""Asking a community for somebody to talk to."""

from __future__ import annotations

from supportbot.chat.handover import BUTTONS, FORMS
from supportbot.chat.host import Host


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    bot.add_forms(*FORMS)
