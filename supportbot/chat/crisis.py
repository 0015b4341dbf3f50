"""The way to crisis help, one press away from everywhere."""

from __future__ import annotations

import re
from typing import Self

from supportbot.chat import present
from supportbot.chat.components import Press, Style, button
from supportbot.chat.host import AnyInteraction, voice_of
from supportbot.chat.replies import say
from supportbot.chat.words import Voice


class CrisisHelp(Press, template=r"crisis"):
    """Shows the crisis page to the one who presses. It holds no state, so it works for ever."""

    def __init__(self, label: str) -> None:
        super().__init__(button("crisis", label, Style.danger))

    @classmethod
    def spoken(cls, voice: Voice) -> CrisisHelp:
        """The button in a language."""
        return cls(voice("crisis.button"))

    @classmethod
    def rebuilt(cls, match: re.Match[str]) -> Self:
        """The page holds no state, and neither does the id."""
        del match
        return cls("…")

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Show the page."""
        await say(interaction, embed=present.crisis(voice_of(interaction)))
