"""Words of somebody's own, a goal or a question: tidied, and looked at for words of crisis before anything else."""

from __future__ import annotations

from supportbot.chat.crisis import show_page
from supportbot.chat.host import AnyInteraction, host_of
from supportbot.domain.checkins import LONGEST_WORDS, OWN_WORDS, Asks
from supportbot.domain.spelling import seen
from supportbot.errors import UserError


async def own_words(interaction: AnyInteraction, ask: Asks | None, typed: str | None) -> tuple[Asks | None, str | None]:
    """What is asked, and the words for it. Words of crisis are answered with the crisis page at once; nobody is told.

    Words without a kind are a question of their own. Raises UserError for words that nothing is asked with.
    """
    if typed is None:
        return ask, None
    if host_of(interaction.client).content.typed.mean_crisis(typed):
        await show_page(interaction, anew=True)
    words = " ".join(seen(typed).split())[:LONGEST_WORDS]
    if not words:
        raise UserError("checkin.words_needed")
    if ask is not None and ask not in OWN_WORDS:
        raise UserError("checkin.words_unused")
    return ask or Asks.QUESTION, words
