"""What one process does alone, for as long as it says that it is there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import leases


class LeaseRepository:
    """Leases by name."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(self, name: str, holder: str, *, now: datetime, until: datetime) -> bool:
        """Take the lease or hold it longer; false while another holder's has not run out.

        One that runs longer than a lease can is from a clock that was ahead: it counts for nothing.
        """
        if await insert_new(self._connection, leases, name=name, holder=holder, until=until):
            return True
        taken = await self._connection.execute(
            update(leases)
            .where(
                leases.c.name == name,
                or_(leases.c.holder == holder, leases.c.until <= now, leases.c.until > until + (until - now)),
            )
            .values(holder=holder, until=until)
        )
        return taken.rowcount == 1

    async def held_until(self, name: str) -> datetime | None:
        """Until when somebody holds it."""
        found = await self._connection.execute(select(leases.c.until).where(leases.c.name == name))
        return found.scalar_one_or_none()

    async def give_back(self, name: str, holder: str) -> None:
        """The holder needs it no more."""
        await self._connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
