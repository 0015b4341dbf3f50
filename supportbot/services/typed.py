"""What to do with a message that somebody typed to the bot. Nothing typed is kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from supportbot.domain.people import PersonId
from supportbot.domain.words import Pleas, TypedWords
from supportbot.services.ports import Clock

ONCE_IN = timedelta(hours=1)
REMEMBERED = 10_000


class Response(StrEnum):
    """How the bot responds to a typed DM."""

    CRISIS = "crisis"
    CONFIRM_STOP = "confirm_stop"
    NOT_A_MAILBOX = "not_a_mailbox"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a typed DM calls for, and the language whose lists it is in; None if in none."""

    response: Response
    language: str | None = None


class TypedDms:
    """Looks at a typed DM. In memory it holds whom it told that nobody reads along, and forgets them an hour later, as
    soon as anybody types again; and the locale that each person last used, because a DM brings none. Nothing else.
    """

    def __init__(self, words: TypedWords, pleas: Pleas, clock: Clock) -> None:
        self._words = words
        self._pleas = pleas
        self._clock = clock
        self._told: OrderedDict[PersonId, datetime] = OrderedDict()
        self._locales: OrderedDict[PersonId, str] = OrderedDict()

    def respond(self, person: PersonId, text: str) -> Heard:
        """Crisis first, then the wish to stop, then pleas; anything else gets one answer an hour."""
        if self._words.mean_crisis(text):
            return Heard(Response.CRISIS, self._words.language_of(text) or self._pleas.made_in(text))
        if self._words.mean_stop(text):
            return Heard(Response.CONFIRM_STOP, self._words.language_of(text))
        is_first = self._is_first_in_a_while(person)
        if language := self._pleas.made_in(text):
            return Heard(Response.NOT_A_MAILBOX, language)
        return Heard(Response.NOT_A_MAILBOX if is_first else Response.SILENCE)

    def used(self, person: PersonId, locale: str) -> None:
        """Remember the locale somebody used just now; the one longest unused is forgotten for it."""
        self._locales[person] = locale
        self._locales.move_to_end(person)
        if len(self._locales) > REMEMBERED:
            self._locales.popitem(last=False)

    def last_used(self, person: PersonId) -> str | None:
        """The locale that somebody used last since the start, as far as it is remembered."""
        return self._locales.get(person)

    def erased(self, person: PersonId) -> None:
        """Forget what is remembered of somebody."""
        self._told.pop(person, None)
        self._locales.pop(person, None)

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
