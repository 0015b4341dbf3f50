"""What a community lists for its members itself."""

from __future__ import annotations

from supportbot.chat.communities import COMMUNITY, OfCommunity, WhichCommunity, is_there, name_of
from supportbot.chat.components import row_of
from supportbot.chat.crisis import CrisisHelp
from supportbot.chat.host import AnyInteraction, services_of, voice_of
from supportbot.chat.markdown import escaped
from supportbot.chat.own_lines import card, pages
from supportbot.chat.replies import say
from supportbot.chat.words import Voice
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import UserError


class CommunityResources(OfCommunity, template=rf"resources:{COMMUNITY}"):
    """Shows the approved lines that the community added itself."""

    prefix = "resources"

    @classmethod
    def spoken(cls, voice: Voice, community: CommunityId | None) -> CommunityResources:
        """The button in a language; without a community it asks for one."""
        return cls(community, voice("resources.button"))

    async def answer(self, interaction: AnyInteraction, community: CommunityId) -> None:
        """Show them. Raises UserError when there are none."""
        await show(interaction, community)

    async def offer(self, interaction: AnyInteraction) -> None:
        """Ask which community is meant. Raises UserError when there is none."""
        person = PersonId(interaction.user.id)
        communities = await services_of(interaction).handover.communities_with_lines(person)
        if not communities:
            raise UserError("resources.nowhere")
        select = ResourcesOf.of(interaction, communities)
        await say(interaction, voice_of(interaction)("resources.which"), view=row_of(select))


class ResourcesOf(WhichCommunity, template=r"resources-of"):
    """The community whose lines are to be shown."""

    custom = "resources-of"

    async def answer(self, interaction: AnyInteraction, community: CommunityId) -> None:
        """Show them. Raises UserError when there are none."""
        await show(interaction, community)


async def show(interaction: AnyInteraction, community: CommunityId) -> None:
    """The community's approved lines. Raises UserError when there are none, or the person is not in it."""
    voice, person = voice_of(interaction), PersonId(interaction.user.id)
    handover = services_of(interaction).handover
    found = await handover.lines(person, community, is_there=is_there(interaction, community))
    if not found.lines:
        raise UserError("resources.none")
    intro = voice("resources.intro", community=escaped(name_of(interaction, community)))
    messages = pages(card(voice, line, found.at) for line in found.lines)
    for number, cards in enumerate(messages, 1):
        view = row_of(CrisisHelp.spoken(voice)) if number == len(messages) else None
        await say(interaction, intro if number == 1 else None, embeds=cards, view=view)


RESOURCE_BUTTONS = (CommunityResources, ResourcesOf)
