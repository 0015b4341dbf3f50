"""What to do with a message that somebody typed to the bot. Nothing typed is kept."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from enum import StrEnum

from supportbot.domain.people import PersonId
from supportbot.domain.words import TypedWords
from supportbot.services.ports import Clock

ONCE_IN = timedelta(hours=1)
REMEMBERED = 10_000


class Response(StrEnum):
    """How the bot responds to a typed DM."""

    CRISIS = "crisis"
    CONFIRM_STOP = "confirm_stop"
    NOT_A_MAILBOX = "not_a_mailbox"
    SILENCE = "silence"


class TypedDms:
    """Looks at a typed DM. In memory it holds whom it told that nobody reads along, and forgets them an hour later, as
    soon as anybody types again; nothing else.
    """

    def __init__(self, words: TypedWords, clock: Clock) -> None:
        self._words = words
        self._clock = clock
        self._told: OrderedDict[PersonId, datetime] = OrderedDict()

    def respond(self, person: PersonId, text: str) -> Response:
        """Crisis first, then the wish to stop; anything else gets one answer an hour."""
        if self._words.mean_crisis(text):
            return Response.CRISIS
        if self._words.mean_stop(text):
            return Response.CONFIRM_STOP
        return Response.NOT_A_MAILBOX if self._is_first_in_a_while(person) else Response.SILENCE

    def _is_first_in_a_while(self, person: PersonId) -> bool:
        now = self._clock.now()
        # The oldest stand in front. A clock that was set back makes all of them look new: they are forgotten too.
        while self._told and not timedelta() <= now - next(iter(self._told.values())) < ONCE_IN:
            self._told.popitem(last=False)
        if person in self._told:
            return False
        self._told[person] = now
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return True
