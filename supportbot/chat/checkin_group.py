"""The group `/checkin`, which several cogs put their commands into."""

from __future__ import annotations

from discord import app_commands

from supportbot.chat.host import Host

NAME = "checkin"


class CheckInCommands(app_commands.Group):
    """Some of the commands of `/checkin`. A subclass has them as methods, and joins the group when it is loaded."""

    def __init__(self, host: Host) -> None:
        super().__init__(name=NAME, description="command.checkin")
        self._host = host
        self._checkins = host.services.checkins

    def join(self) -> None:
        """Put the commands where people find them: the first to come are the group itself."""
        group = self._host.tree.get_command(NAME)
        if isinstance(group, app_commands.Group):
            for command in self.commands:
                group.add_command(command)
        else:
            self._host.tree.add_command(self)
