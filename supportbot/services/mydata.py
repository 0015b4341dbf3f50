"""What is held about a person: show it all, forget it all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from supportbot.domain.consent import Basis, ConsentEntry, Scope, latest
from supportbot.domain.mydata import Held, Part
from supportbot.domain.people import PersonId
from supportbot.domain.retention import Periods
from supportbot.errors import UserError
from supportbot.services.ports import (
    Clock,
    ExportFile,
    Holdings,
    HoldsPersonalData,
    Json,
    Pack,
    Says,
    Store,
    Transaction,
)
from supportbot.services.scrubbing import scrubbed


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind went, and whether their bytes are gone from the database's files too."""

    rows: dict[str, int]
    is_overwritten: bool = True

    @property
    def total(self) -> int:
        return sum(self.rows.values())


class MyData:
    """Export and erasure over every repository that holds something about people.

    `erased` is called right before each erasure, for those who have something about the person under way. `periods` are
    those after which things go by themselves.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        pack: Pack,
        erased: Callable[[PersonId], None],
        periods: Periods | None = None,
    ) -> None:
        self.periods = periods or Periods.default()
        self._store = store
        self._clock = clock
        self._pack = pack
        self._erased = erased

    async def export(self, person: PersonId, says: Says, part: Part | None = None) -> ExportFile:
        """Everything held about this person, or one kind of it, in one file.

        Raises UserError when nothing is held, StorageError.
        """
        async with self._store.read() as tx:
            held = {holder.kind: await holder.export(person) for holder in _holders(tx, part)}
            scrambled = await tx.erasures.of(person) if part is None else ()
        if not any(held.values()):
            raise UserError("mydata.export.nothing" if part is None else "mydata.export.nothing_of")
        if part is None:
            held["erasures"] = [{"since": each.at.isoformat(), "until": each.until.isoformat()} for each in scrambled]
        return await self._pack(Holdings(person, self._clock.now(), held, is_part=part is not None), says)

    async def scrambled(self, person: PersonId) -> tuple[datetime, datetime] | None:
        """Since when, and until when at the latest, keyed hashes prove that something about them was erased."""
        async with self._store.read() as tx:
            found = await tx.erasures.of(person)
        return (min(each.at for each in found), max(each.until for each in found)) if found else None

    async def held(self, person: PersonId) -> dict[str, int]:
        """How many entries of each kind there are."""
        async with self._store.read() as tx:
            return {holder.kind: len(await holder.export(person)) for holder in tx.holders()}

    async def overview(self, person: PersonId) -> list[Held]:
        """What is held, by what it rests on; what there is nothing of is left out."""
        async with self._store.read() as tx:
            entries = latest(await tx.consents.entries(person))
            found = [
                _summed(part, {holder.kind: await holder.export(person) for holder in tx.resting_on(part)}, entries)
                for part in (*Scope, *Basis)
            ]
        return [each for each in found if each.rows or each.is_agreed]

    async def delete(self, person: PersonId) -> Erased:
        """Forget everything about this person, in one transaction. Plans end with it."""
        self._erased(person)
        return await self._delete(person, None)

    async def delete_if(self, person: PersonId, still: Callable[[Transaction], Awaitable[bool]]) -> bool:
        """Forget everything about this person if `still` says so in that very transaction; says whether it did.

        Scrubs nothing: whoever erases many people does that once, afterwards.
        """
        async with self._store.write() as tx:
            await tx.consents.lock(person)
            if not await still(tx):
                return False
            # Not before: what somebody who is back has under way goes on.
            self._erased(person)
            await tx.erase(person, at=self._clock.now())
            return True

    async def delete_basis(self, person: PersonId, basis: Basis) -> Erased:
        """Forget what rests on no consent, and on this instead. What rests on a consent goes when that is withdrawn."""
        return await self._delete(person, basis)

    async def _delete(self, person: PersonId, basis: Basis | None) -> Erased:
        async with self._store.write() as tx:
            rows = await tx.erase(person, basis, at=self._clock.now())
        return Erased(rows, is_overwritten=await scrubbed(self._store))


def _holders(tx: Transaction, part: Part | None) -> Sequence[HoldsPersonalData]:
    return tx.holders() if part is None else tx.resting_on(part)


def _summed(part: Part, rows: Mapping[str, Sequence[Json]], entries: Sequence[ConsentEntry]) -> Held:
    counts = {kind: len(each) for kind, each in rows.items() if each}
    known = (row.get("since") or row.get("at") for each in rows.values() for row in each)
    since = min((datetime.fromisoformat(str(each)) for each in known if each), default=None)
    return Held(part, counts, since, tuple(entry for entry in entries if entry.scope is part))
