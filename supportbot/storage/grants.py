"""Which consents a transaction relies on: without the one that a row needs, the row is not written."""

from __future__ import annotations

from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.errors import ConsentMissing


class Grants:
    """Filled by the consent ledger as a use case names its scope; asked by whoever writes a row about a person."""

    def __init__(self) -> None:
        self._given: set[tuple[PersonId, Scope]] = set()

    def give(self, person: PersonId, scope: Scope) -> None:
        """The ledger was asked, and this consent holds."""
        self._given.add((person, scope))

    def take(self, person: PersonId, scope: Scope) -> None:
        """It was withdrawn."""
        self._given.discard((person, scope))

    def require(self, person: PersonId, scope: Scope) -> None:
        """Raises ConsentMissing unless this transaction named the scope and the ledger holds it."""
        if (person, scope) not in self._given:
            raise ConsentMissing(scope)
