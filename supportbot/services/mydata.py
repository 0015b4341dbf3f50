"""What is held about a person: show it all, forget it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from supportbot.domain.people import PersonId
from supportbot.errors import StorageError, UserError
from supportbot.services.ports import Clock, ExportFile, Holdings, Pack, Says, Store

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind went."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


class MyData:
    """Export and erasure over every repository that holds something about people.

    `erased` is called right before each erasure, for those who have something about the person under way.
    """

    def __init__(self, store: Store, clock: Clock, *, pack: Pack, erased: Callable[[PersonId], None]) -> None:
        self._store = store
        self._clock = clock
        self._pack = pack
        self._erased = erased

    async def export(self, person: PersonId, says: Says) -> ExportFile:
        """Everything held about this person, in one file. Raises UserError when nothing is held, StorageError."""
        async with self._store.read() as tx:
            held = {holder.kind: await holder.export(person) for holder in tx.holders()}
        if not any(held.values()):
            raise UserError("mydata.export.nothing")
        return await self._pack(Holdings(person, self._clock.now(), held), says)

    async def held(self, person: PersonId) -> dict[str, int]:
        """How many entries of each kind there are."""
        async with self._store.read() as tx:
            return {holder.kind: len(await holder.export(person)) for holder in tx.holders()}

    async def delete(self, person: PersonId) -> Erased:
        """Forget everything about this person, in one transaction. Plans end with it."""
        self._erased(person)
        async with self._store.write() as tx:
            rows = await tx.erase(person, at=self._clock.now())
        try:
            await self._store.scrub()
        except StorageError as error:
            # The rows are gone, and that is what the person is told; the next scrub takes the rest.
            log.warning("erasure.not_scrubbed", error=str(error))
        return Erased(rows)
