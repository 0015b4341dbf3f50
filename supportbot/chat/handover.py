"""The buttons that lead to a community's people: ask for somebody to talk to, and what the community lists itself."""

from __future__ import annotations

import re
from typing import Self

from supportbot.chat.components import Press, Style, button, row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, voice_of
from supportbot.chat.replies import say
from supportbot.chat.words import Voice
from supportbot.domain.people import CommunityId

NO_COMMUNITY = "none"
COMMUNITY = rf"(?P<community>\d{{1,20}}|{NO_COMMUNITY})"


class OfCommunity(Press, template=r"of-community-is-a-base-class"):
    """A button about a community, or about one that is still to be chosen. `prefix` begins its custom_id."""

    prefix = ""

    def __init__(self, community: CommunityId | None, label: str = "…", style: Style = Style.secondary) -> None:
        super().__init__(button(f"{self.prefix}:{community or NO_COMMUNITY}", label, style))
        self.community = community

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        named = match["community"]
        return cls(None if named == NO_COMMUNITY else CommunityId(int(named)))


class AskSomebody(OfCommunity, template=rf"handover:ask:{COMMUNITY}"):
    """Leads to a post in the community's staff channel, after a preview."""

    prefix = "handover:ask"

    @classmethod
    def spoken(cls, voice: Voice, community: CommunityId | None) -> AskSomebody:
        """The button in a language; without a community it asks for one."""
        return cls(community, voice("handover.ask"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """No community has said yet where such a wish should go."""
        voice = voice_of(interaction)
        await say(interaction, voice("handover.no_place"), view=row_of(CrisisHelp.spoken(voice)))


class CommunityResources(OfCommunity, template=rf"resources:{COMMUNITY}"):
    """Shows the lines that the community added itself."""

    prefix = "resources"

    @classmethod
    def spoken(cls, voice: Voice, community: CommunityId | None) -> CommunityResources:
        """The button in a language; without a community it asks for one."""
        return cls(community, voice("resources.button"))

    async def pressed(self, interaction: AnyInteraction) -> None:
        """No community has added any yet."""
        voice = voice_of(interaction)
        await say(interaction, voice("resources.none"), view=row_of(CrisisHelp.spoken(voice)))


BUTTONS = (AskSomebody, CommunityResources)
