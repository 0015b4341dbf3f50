"""Who is to be told something at their next command, since no direct message can say it."""

from __future__ import annotations

from supportbot.domain.consent import Scope
from supportbot.domain.people import Notice, PersonId
from supportbot.services.ports import Store


class Notices:
    """Knows in memory for whom the table may hold one, so that anybody else's command costs no query. `load` first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: set[PersonId] = set()

    async def load(self) -> None:
        """Read for whom there is one; at the start."""
        async with self._store.read() as tx:
            self._waiting |= (await tx.members.noticed()).keys()

    def add(self, person: PersonId) -> None:
        """One was, or is about to be, noted in the table."""
        self._waiting.add(person)

    async def waiting(self, person: PersonId) -> Notice | None:
        """What this person is to be told now, if it still holds; `told` says that they were."""
        if person not in self._waiting:
            return None
        async with self._store.read() as tx:
            member = await tx.members.get(person)
        if member is None or member.notice is None:
            self._waiting.discard(person)
            return None
        return member.notice

    async def told(self, person: PersonId) -> None:
        """They were told. Without a consent nothing is noted about them any more."""
        self._waiting.discard(person)
        async with self._store.write() as tx:
            if await tx.consents.holds(person, Scope.CHECKINS):
                await tx.members.note(person, None)

    def erased(self, person: PersonId) -> None:
        """Forget it."""
        self._waiting.discard(person)
