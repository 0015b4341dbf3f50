"""The two buttons under a line that waits for a second moderator."""

from __future__ import annotations

import re
from typing import Self

from supportbot.chat.components import Press, Style, button
from supportbot.chat.guards import require_moderator
from supportbot.chat.host import AnyInteraction, host_of, services_of
from supportbot.chat.replies import replace
from supportbot.chat.words import Voice
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import UserError

LINE = r"(?P<line>[a-z0-9]{16})"


class OfLine(Press, template=r"of-line-is-a-base-class"):
    """A button about a line that waits. `prefix` begins its custom_id, which ends in the line's id."""

    prefix = ""

    def __init__(self, line: str, label: str = "…", style: Style = Style.secondary) -> None:
        super().__init__(button(f"{self.prefix}:{line}", label, style))
        self.line = line

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["line"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Only for moderators, in the community's language, which the message is in."""
        await require_moderator(interaction)
        if interaction.guild_id is None:
            raise UserError("setup.helpline.gone")
        await self.decided(interaction, CommunityId(interaction.guild_id), PersonId(interaction.user.id))

    async def decided(self, interaction: AnyInteraction, community: CommunityId, by: PersonId) -> None:
        """What a moderator's press does."""
        raise NotImplementedError


class Approve(OfLine, template=rf"line:approve:{LINE}"):
    """The second moderator stands for the line; from then on members see it."""

    prefix = "line:approve"

    @classmethod
    def spoken(cls, voice: Voice, line: str) -> Approve:
        """The button in a language."""
        return cls(line, voice("setup.approve.yes"), Style.success)

    async def decided(self, interaction: AnyInteraction, community: CommunityId, by: PersonId) -> None:
        """Say so on the message, for the whole team."""
        await services_of(interaction).communities.approve_line(community, self.line, by)
        await _close(interaction, "setup.approve.approved", by)


class DeclineLine(OfLine, template=rf"line:decline:{LINE}"):
    """Not this line. Whoever added it may take it back like this, too."""

    prefix = "line:decline"

    @classmethod
    def spoken(cls, voice: Voice, line: str) -> DeclineLine:
        """The button in a language."""
        return cls(line, voice("setup.approve.no"))

    async def decided(self, interaction: AnyInteraction, community: CommunityId, by: PersonId) -> None:
        """Say so on the message, for the whole team."""
        await services_of(interaction).communities.decline_line(community, self.line)
        await _close(interaction, "setup.approve.declined", by)


LINE_BUTTONS = (Approve, DeclineLine)


async def _close(interaction: AnyInteraction, text_id: str, by: PersonId) -> None:
    """Leave the line on the message with what became of it, and take the buttons away."""
    locale = interaction.guild_locale or interaction.locale
    said = host_of(interaction.client).voice(locale)(text_id, moderator=f"<@{by}>")
    shown = interaction.message.embeds[:1] if interaction.message else []
    for embed in shown:
        embed.clear_fields()
    await replace(interaction, said, embeds=shown)
