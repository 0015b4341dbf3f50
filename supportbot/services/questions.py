"""What a check-in asks, put together from its plan."""

from __future__ import annotations

from supportbot.domain.checkins import OWN_WORDS, Asks, Plan, Question
from supportbot.services.ports import Transaction


async def question_of(tx: Transaction, plan: Plan, turn: int, language: str) -> Question:
    """The plan's question at this turn, with the wordings of its community in this language."""
    others: tuple[str, ...] = ()
    if plan.community is not None:
        found = await tx.community_prompts.of(plan.community)
        others = tuple(each.words for each in found if (each.asks, each.language) == (plan.asks, language))
    # Whose own words cannot be opened is still greeted.
    asks = Asks.HELLO if plan.asks in OWN_WORDS and plan.words is None else plan.asks
    return Question(asks, plan.words, turn, plan.id, plan.community, others)
