"""Buttons on the crisis page for what fits beside it."""

from __future__ import annotations

import re
from typing import Self

from supportbot.chat import knowledge
from supportbot.chat.components import Press, button
from supportbot.chat.host import AnyInteraction, host_of, voice_of
from supportbot.chat.knowledge_items import ID, LONGEST_LABEL, entry_of, view_of_entry
from supportbot.chat.replies import say

ROW = 3


class Beside(Press, template=rf"k:beside:(?P<id>{ID})"):
    """Leads to an entry without taking the crisis page away."""

    def __init__(self, id_: str, label: str = "…") -> None:
        super().__init__(button(f"k:beside:{id_}", label[:LONGEST_LABEL]), row=ROW)
        self._entry = id_

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """From its custom_id."""
        return cls(match["id"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """In a message of its own, with crisis help below it: the page stays."""
        voice = voice_of(interaction)
        entry = entry_of(voice, host_of(interaction.client).content, self._entry)
        await say(interaction, embed=knowledge.page(voice, entry, 0), view=view_of_entry(interaction, voice, entry, 0))
