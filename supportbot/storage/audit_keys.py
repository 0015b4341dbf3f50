"""The keys of the audit: puts every chain under the active one, and says how many rows are under which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.audit import AuditFault
from supportbot.storage.audit import AuditRepository
from supportbot.storage.audit_chain import ChainKeys
from supportbot.storage.audit_register import AuditRegister
from supportbot.storage.audit_rows import found_anywhere
from supportbot.storage.engine import Database
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import audit, audit_heads

TABLES = (audit, audit_heads)


async def audit_under(connection: AsyncConnection) -> Counter[str]:
    """How many rows of the audit each key authenticates: entries, and heads of chains."""
    under: Counter[str] = Counter()
    for table in TABLES:
        found = await connection.execute(select(table.c.key_id, func.count()).group_by(table.c.key_id))
        under.update({str(key_id): count for key_id, count in found})
    return under


async def resign(database: Database, sealer: Sealer) -> Sequence[AuditFault]:
    """Put every chain under the active key, each in one transaction; say of those that do not hold where.

    These stay as they are: under a new key, what was changed would look as if it had been written so. Whoever is
    stopped goes on by calling this again. Raises StorageBusy, StorageError.
    """
    faults: list[AuditFault | None] = []
    async with database.read() as connection:
        communities = await found_anywhere(connection)
    for community in communities:
        async with database.write() as connection:
            faults.append(await AuditRepository(connection, ChainKeys(sealer)).resign(community))
    async with database.write() as connection:
        faults.append(await AuditRegister(connection, ChainKeys(sealer)).resign())
    return [fault for fault in faults if fault is not None]
