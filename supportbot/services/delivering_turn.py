"""Whose turn it is to deliver: on SQLite one process at a time does, and a second one says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from supportbot.errors import StorageError
from supportbot.services.ports import Store, Transaction

log = structlog.stdlib.get_logger(__name__)

LEASE = "delivering"
LONGEST_LEASE = timedelta(seconds=15)


class DeliveringTurn:
    """This process's lease on delivering, which it holds longer by asking again. `holder` is its own name."""

    def __init__(self, store: Store, holder: str, length: timedelta) -> None:
        self._store = store
        self._length = min(LONGEST_LEASE, length)
        self._ends: datetime | None = None
        self.holder = holder

    async def is_ours(self, tx: Transaction, now: datetime) -> bool:
        """Whether this process may deliver; where several may, it always may."""
        if not self._store.one_deliverer:
            return True
        if self._ends is not None and now + self._length * 2 / 3 < self._ends <= now + self._length:
            return True
        taken = await tx.leases.take(LEASE, self.holder, now=now, until=now + self._length)
        if not taken and self._ends is None:
            log.warning(
                "checkins.another_delivers",
                advice="another process delivers check-ins from this database; this one does not. Run only one.",
            )
        self._ends = now + self._length if taken else None
        return taken

    async def others_until(self, tx: Transaction) -> datetime | None:
        """Until when another process holds it; None where this one does, nobody does, or several may."""
        if not self._store.one_deliverer or self._ends is not None:
            return None
        return await tx.leases.held_until(LEASE)

    async def give_back(self) -> None:
        """Let another process deliver at once."""
        if self._ends is None:
            return
        try:
            async with self._store.write() as tx:
                await tx.leases.give_back(LEASE, self.holder)
        except StorageError as error:
            log.info("checkins.lease_not_given_back", error=str(error))
