"""The language that somebody chose to be spoken to in: in memory, and under consent beyond a restart."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass
from weakref import WeakValueDictionary

from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope
from supportbot.domain.languages import Wish
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import UserError
from supportbot.services.ports import Clock, Store

REMEMBERED = 10_000


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """What is under way for a person; says whether they had it erased meanwhile."""

    erasures: int = 0


class Languages:
    """Who chose which language. Every look is into memory: no answer waits for the database, or fails with it.

    What people agreed to have remembered is read once, when the program starts. What they chose beside it is held for
    those who used the bot last, and is gone when it stops.
    """

    def __init__(self, store: Store, clock: Clock, known: Container[str]) -> None:
        self._store = store
        self._clock = clock
        self._known = known
        self._kept: dict[PersonId, str] = {}
        self._chosen: OrderedDict[PersonId, str | None] = OrderedDict()
        self._turns: WeakValueDictionary[PersonId, _Turn] = WeakValueDictionary()

    async def load(self) -> None:
        """Read what is kept, once and before the first look. Raises StorageError."""
        async with self._store.read() as tx:
            self._kept = dict(await tx.member_languages.agreed())

    def wish_of(self, person: PersonId) -> Wish:
        """What this person asked for. A language that there is no more is none."""
        kept = self._kept.get(person)
        if kept is not None and kept not in self._known:
            kept = None
        if person not in self._chosen:
            return Wish(kept, kept)
        self._chosen.move_to_end(person)
        return Wish(self._chosen[person], kept)

    def choose(self, person: PersonId, language: str | None) -> None:
        """Speak this language with them from now on, None as Discord says. Raises UserError for one that is none."""
        self._require(language)
        self._chosen[person] = language
        self._chosen.move_to_end(person)
        if len(self._chosen) > REMEMBERED:
            self._chosen.popitem(last=False)

    async def remember(self, person: PersonId, community: CommunityId | None, language: str, text: ConsentText) -> None:
        """Keep the language, and that the person agreed to it; it is spoken at once.

        Raises StorageError, and UserError for no language or when it was erased meanwhile.
        """
        self._require(language)
        turn = self._turns.setdefault(person, _Turn())
        erasures = turn.erasures
        async with self._store.write() as tx:
            if turn.erasures != erasures:
                raise UserError("language.stale")
            now = self._clock.now()
            await tx.consents.record(
                ConsentEntry(
                    person, community, Scope.LANGUAGE, text.version, text.language, now, How.BUTTON, given=True
                )
            )
            await tx.member_languages.save(person, language, at=now)
        # Erased between the write and here: the row is gone or goes, and memory must not bring it back.
        if turn.erasures != erasures:
            raise UserError("language.stale")
        self._kept[person] = language
        self._chosen.pop(person, None)

    def erased(self, person: PersonId) -> None:
        """Everything about this person is being erased: forget it here, and keep nothing anew that is under way."""
        self.withdrawing(person)
        self.withdrawn(person)
        self._chosen.pop(person, None)

    def withdrawn(self, person: PersonId) -> None:
        """What was kept is erased. What the person chose since, beside it, still counts."""
        self._kept.pop(person, None)

    def withdrawing(self, person: PersonId) -> None:
        """What is kept is being erased: keep nothing that is under way."""
        if (turn := self._turns.get(person)) is not None:
            turn.erasures += 1

    def _require(self, language: str | None) -> None:
        if language is not None and language not in self._known:
            raise UserError("language.stale")
