"""The two buttons under a line that waits for a second moderator."""

from __future__ import annotations

import re
from typing import Self

from supportbot.chat.components import Press, Style, button
from supportbot.chat.guards import require_moderator
from supportbot.chat.host import AnyInteraction, host_of, services_of
from supportbot.chat.markdown import escaped
from supportbot.chat.own_lines import team_card
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
        """Only for moderators."""
        await require_moderator(interaction)
        if interaction.guild_id is None:
            raise UserError("setup.helpline.gone")
        try:
            await self.decided(interaction, CommunityId(interaction.guild_id), PersonId(interaction.user.id))
        except UserError as error:
            if error.text_id != "setup.helpline.gone":
                raise
            # The card still names whoever added it, who may have had themselves erased.
            await replace(interaction, _voice_of_the_team(interaction)(error.text_id))

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
        """Say so on the message, for the whole team; what was approved stays to be read."""
        communities, voice = services_of(interaction).communities, _voice_of_the_team(interaction)
        line = await communities.approve_line(community, self.line, by)
        said = voice("setup.approve.approved", moderator=f"<@{by}>")
        await replace(interaction, said, embeds=[team_card(voice, line)])


class DeclineLine(OfLine, template=rf"line:decline:{LINE}"):
    """Not this line. Whoever added it may take it back like this, too."""

    prefix = "line:decline"

    @classmethod
    def spoken(cls, voice: Voice, line: str) -> DeclineLine:
        """The button in a language."""
        return cls(line, voice("setup.approve.no"))

    async def decided(self, interaction: AnyInteraction, community: CommunityId, by: PersonId) -> None:
        """Say so on the message, for the whole team."""
        line = await services_of(interaction).communities.decline_line(community, self.line, by)
        voice = _voice_of_the_team(interaction)
        said = voice("setup.approve.declined", moderator=f"<@{by}>", service=escaped(line.service))
        await replace(interaction, said)


LINE_BUTTONS = (Approve, DeclineLine)


def _voice_of_the_team(interaction: AnyInteraction) -> Voice:
    """The message stays, for everybody in the channel: it speaks the community's language."""
    return host_of(interaction.client).voice(interaction.guild_locale or interaction.locale)
