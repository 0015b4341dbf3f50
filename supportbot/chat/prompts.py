"""A community's own wordings, and why one was not taken, as moderators read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import discord

from supportbot.chat.markdown import escaped
from supportbot.chat.present import CALM
from supportbot.chat.words import Voice
from supportbot.domain.checkins import CommunityPrompt
from supportbot.domain.prompt_review import LONGEST_PROMPT, Objection

LONGEST_CHOICE = 100
A_PAGE = 8
"""So many of the longest fit into an embed, each character of them escaped."""


def listed(voice: Voice, prompts: Sequence[CommunityPrompt]) -> Iterator[discord.Embed]:
    """They in pages."""
    for first in range(0, len(prompts), A_PAGE):
        lines = [_line(voice, each) for each in prompts[first : first + A_PAGE]]
        yield discord.Embed(title=voice("prompts.title"), description="\n".join(lines), colour=CALM)


def refused(voice: Voice, objections: Iterable[Objection]) -> str:
    """Which rule stands against it, and what would work."""
    lines = dict.fromkeys(_against(voice, each) for each in objections)
    return "\n".join([voice("prompts.refused"), *list(lines)[:A_PAGE]])


def _line(voice: Voice, prompt: CommunityPrompt) -> str:
    kind = voice(f"prompts.asks.{prompt.asks.value}")
    return voice("prompts.line", kind=kind, language=prompt.language, words=escaped(prompt.words))


def _against(voice: Voice, objection: Objection) -> str:
    if objection.instead:
        said, instead = escaped(objection.said), escaped(objection.instead)
        return voice("prompts.against.words", rule=objection.rule, said=said, instead=instead)
    return voice(f"prompts.against.{objection.rule.replace('-', '_')}", limit=LONGEST_PROMPT)
