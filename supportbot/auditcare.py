"""What `supportbot audit` does: proves that nobody changed the list of what moderators did, and shows it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from supportbot.config import Settings
from supportbot.domain.audit import AuditEntry, AuditProof
from supportbot.domain.people import CommunityId
from supportbot.exchange.audit import pack
from supportbot.services.audit import AuditLog
from supportbot.storage.in_use import in_use
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore


async def verify(settings: Settings) -> AuditProof:
    """Look at every entry. Raises ConfigError for keys or a database that cannot be used, StorageError."""
    async with _opened(settings) as store, store.read() as tx:
        return await tx.audit.verify()


async def entries(settings: Settings, community: CommunityId) -> Sequence[AuditEntry]:
    """A community's entries, newest first. Raises as `verify` does."""
    async with _opened(settings) as store:
        return await AuditLog(store, pack=pack).entries(community)


async def clear(settings: Settings, community: CommunityId) -> int:
    """Forget a community's whole list, so that it begins anew; says how many entries went. Raises as `verify` does."""
    async with _opened(settings) as store:
        async with store.write() as tx:
            gone = await tx.audit.erase_community(community, accept=True)
        await store.scrub()
    return gone


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncGenerator[SqlStore]:
    # Not tried: a sealed field that does not open is no reason not to look at the list.
    wanted = in_use(settings.database_url, data_keys=settings.given_keys, key_file=settings.key_file, tried=False)
    async with wanted as (database, ring):
        yield SqlStore(database, Sealer(ring))
