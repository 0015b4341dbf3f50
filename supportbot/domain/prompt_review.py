"""Looks over a question as a community words it, before any member sees it, by the rules for all texts of the bot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from supportbot.domain.checkins import Asks
from supportbot.domain.wording import Wording, is_loud, links_in, means_by_emoji, numbers_in

MOST_PROMPTS = 10
"""How many a community can have of one kind."""
LONGEST_PROMPT = 200
"""Characters."""
KINDS = (Asks.MOOD, Asks.CRAVING, Asks.HELLO)
"""What a community can word. A goal and a question of one's own are the member's words."""

_SHORT_NUMBER = 3
_MENTION = re.compile(r"@(?:everyone|here)\b|<[@#:a-z/]|[{}]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a wording: the rule, what broke it, and what would work, if that is known of the words."""

    rule: str
    said: str = ""
    instead: str = ""


def objections(words: str, wording: Wording) -> Iterator[Objection]:
    """Everything that stands against it; nothing, and it can be taken."""
    if not words.strip():
        yield Objection("empty")
    if len(words) > LONGEST_PROMPT:
        yield Objection("long")
    yield from (Objection(slip.rule, slip.said, slip.instead) for slip in wording.slips(words))
    if is_loud(words):
        yield Objection("exclamation")
    if means_by_emoji(words):
        yield Objection("emoji")
    if any(links_in(words)):
        yield Objection("link")
    if any(len(re.sub(r"\D", "", each)) >= _SHORT_NUMBER for each in numbers_in(words)):
        yield Objection("phone-number")
    if _MENTION.search(words):
        yield Objection("mention")
