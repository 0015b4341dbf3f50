"""Check-ins: look back at what you answered."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import Choice

from supportbot.chat.checkin_group import CheckInCommands
from supportbot.chat.history_items import BUTTONS, Form, show_history
from supportbot.chat.host import AnyInteraction, Host
from supportbot.domain.history import Period


class CheckInHistory(CheckInCommands):
    """`/checkin history`."""

    @app_commands.command(description="command.checkin.history")
    @app_commands.describe(period="command.checkin.history.period", words="command.checkin.history.words")
    @app_commands.choices(
        period=[
            Choice(name="history.period.7", value="7"),
            Choice(name="history.period.30", value="30"),
            Choice(name="history.period.90", value="90"),
            Choice(name="history.period.365", value="365"),
            Choice(name="history.period.all", value="all"),
        ]
    )
    async def history(self, interaction: AnyInteraction, period: str = Period.MONTH, words: bool = False) -> None:
        """Show it to this person alone."""
        await show_history(interaction, Period(period), Form.WORDS if words else Form.CHART)


async def setup(bot: Host) -> None:
    """Called by discord.py."""
    bot.add_buttons(*BUTTONS)
    CheckInHistory(bot).join()
