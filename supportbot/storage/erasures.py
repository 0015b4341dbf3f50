"""The erasure ledger in the database: keyed hashes, in the same transaction as the erasure."""

from __future__ import annotations

import hmac
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import Basis, Scope, basis_of
from supportbot.domain.erasures import KEPT, Erasure
from supportbot.domain.people import PersonId
from supportbot.services.ports import NewId
from supportbot.storage.inserting import insert_new
from supportbot.storage.sealing import KeyRing, Sealer
from supportbot.storage.tables import app_state, erasures

_PURPOSE = b"supportbot erasure ledger 1"
_PURGED = "erasures.purged"


class PersonHashes:
    """HMAC-SHA256 of a person's id under a key derived from a data key: nobody without that key can try ids."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    @cached_property
    def _ring(self) -> KeyRing:
        return self._sealer.ring

    @property
    def active(self) -> str:
        """The id of the key for new entries."""
        return self._ring.active

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        return self._ring.derived(_PURPOSE)

    def knows(self, key_id: str) -> bool:
        """Whether hashes under this key can be made."""
        return key_id in self._keys

    def of(self, person: PersonId, key_id: str) -> str:
        """The hash, in hex."""
        return hmac.digest(self._keys[key_id], str(person).encode("ascii"), "sha256").hex()

    def every(self, person: PersonId) -> list[str]:
        """The hash under each key there is."""
        return [self.of(person, key_id) for key_id in self._keys]


class ErasureRepository:
    """Entries of the ledger. `recorded` are those that were added here."""

    def __init__(self, connection: AsyncConnection, hashes: PersonHashes, new_id: NewId) -> None:
        self._connection = connection
        self._hashes = hashes
        self._new_id = new_id
        self.recorded: list[Erasure] = []

    async def record(self, person: PersonId, basis: Scope | Basis | None, *, at: datetime) -> None:
        """Note that what rests on this was erased, or everything, under the active key.

        In the erasure's own transaction.
        """
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)  # as it comes back from the database
        key_id = self._hashes.active
        entry = Erasure(self._new_id(), key_id, self._hashes.of(person, key_id), basis, at, at + KEPT)
        await self.add(entry)
        self.recorded.append(entry)

    async def add(self, entry: Erasure) -> bool:
        """Keep an entry; false if it is there already."""
        return await insert_new(
            self._connection,
            erasures,
            id=entry.id,
            key_id=entry.key_id,
            digest=entry.digest,
            scope=None if entry.basis is None else entry.basis.value,
            at=entry.at,
            until=entry.until,
        )

    async def all(self) -> tuple[Erasure, ...]:
        """Every entry, oldest first."""
        return await self._found(select(erasures))

    async def of(self, person: PersonId) -> tuple[Erasure, ...]:
        """The entries about this person, oldest first: those under a key that is there."""
        return await self._found(select(erasures).where(erasures.c.digest.in_(self._hashes.every(person))))

    async def _found(self, which: Select[*tuple[Any, ...]]) -> tuple[Erasure, ...]:
        found = await self._connection.execute(which.order_by(erasures.c.at, erasures.c.id))
        return tuple(
            Erasure(
                row["id"],
                row["key_id"],
                row["digest"],
                None if row["scope"] is None else basis_of(row["scope"]),
                row["at"],
                row["until"],
            )
            for row in found.mappings()
        )

    async def purge(self, now: datetime) -> int:
        """Forget entries whose end has come, and note until when; says how many."""
        value = now.isoformat()
        if not await insert_new(self._connection, app_state, key=_PURGED, value=value):
            await self._connection.execute(update(app_state).where(app_state.c.key == _PURGED).values(value=value))
        return (await self._connection.execute(delete(erasures).where(erasures.c.until <= now))).rowcount

    async def purged(self) -> datetime | None:
        """Up to which end a night last forgot entries: an older one that is missing here was here once."""
        found = await self._connection.execute(select(app_state.c.value).where(app_state.c.key == _PURGED))
        value = found.scalar_one_or_none()
        return None if value is None else datetime.fromisoformat(value)
