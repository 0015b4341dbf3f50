"""What `supportbot audit` does: proves that nobody changed the list of what moderators did, and shows it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from supportbot.config import Settings
from supportbot.domain.audit import AuditEntry, AuditProof
from supportbot.domain.people import CommunityId
from supportbot.errors import ConfigError
from supportbot.exchange.audit import pack
from supportbot.services.audit import AuditLog
from supportbot.storage import migrate
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing, is_there
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, holds_sealed


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
    """The database with its keys. Creates nothing."""
    found = await migrate.planned(settings.database_url)
    if found.before != found.after:
        raise ConfigError("The database is not there yet, or is an older one: run `supportbot db upgrade` first.")
    database = await Database.open(settings.database_url)
    try:
        given = settings.data_keys.get_secret_value() if settings.data_keys else None
        if given is None and not await holds_sealed(database) and not is_there(settings.key_file):
            raise ConfigError("There is no key yet: the first start of the bot makes one.")
        ring, _ = KeyRing.load(data_keys=given, key_file=settings.key_file, may_create=False)
        yield SqlStore(database, Sealer(ring))
    finally:
        await database.close()
