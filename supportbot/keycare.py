"""What `supportbot keys` does: puts a key in, seals everything anew with it, proves that, takes the old one out."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from supportbot.config import Settings
from supportbot.domain.audit import AuditFault
from supportbot.errors import ConfigError, StorageBusy
from supportbot.storage import resealing
from supportbot.storage.audit import AuditRepository
from supportbot.storage.audit_chain import ChainKeys
from supportbot.storage.audit_keys import audit_under, resign
from supportbot.storage.engine import Database
from supportbot.storage.in_use import in_use
from supportbot.storage.keys import KeyRing, add_key, remove_key
from supportbot.storage.resealing import Tally, Verified
from supportbot.storage.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Listed:
    """The ids of the keys, the active one first of all, and how many fields are under each."""

    active: str
    ids: Sequence[str]
    tally: Tally
    audit: Counter[str]
    """How many rows of the audit are under each key; see storage/audit_chain.py."""
    file: Path | None
    """Where the keys are; None when they are in SUPPORTBOT_DATA_KEYS."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What is under which key after sealing anew, and where and why fields did not open, or an audit did not hold."""

    listed: Listed
    faults: Sequence[str]
    audit_faults: Sequence[AuditFault]
    emptied: bool
    """Whether what was overwritten is out of the database's files too."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What opening every field came to."""

    active: str
    found: Verified
    audit: Counter[str]
    audit_faults: Sequence[AuditFault]

    @property
    def holds(self) -> bool:
        """Whether every field opens, and every audit holds, with the active key."""
        faults = (*self.found.faults, *self.audit_faults)
        return not faults and {*self.found.opened, *self.audit} <= {self.active}


@dataclass(frozen=True, slots=True)
class _Opened:
    database: Database
    ring: KeyRing
    file: Path | None

    async def listed(self) -> Listed:
        async with self.database.read() as connection:
            found = await resealing.tally(connection, self.ring.keys)
            audit = await audit_under(connection)
        return Listed(self.ring.active, list(self.ring.keys), found, audit, self.file)


async def listed(settings: Settings) -> Listed:
    """Which keys there are. Raises ConfigError for keys that cannot be used, StorageError."""
    async with _opened(settings) as opened:
        return await opened.listed()


async def add(settings: Settings) -> str:
    """Put a new key into the key file, active from now on, and say its id. Raises ConfigError, StorageError."""
    if settings.data_keys is not None:
        raise ConfigError(
            "SUPPORTBOT_DATA_KEYS holds the keys, and only you can change it: put id:base64 of 32 random bytes first, "
            "leave the others after it, start the bot again, then run `supportbot keys rotate`."
        )
    async with _opened(settings) as opened, resealing.alone(opened.database):
        # Two that are added at once come one after the other: the database is what they wait for.
        return add_key(settings.key_file)


async def rotate(settings: Settings, *, said: Callable[[int, int], None]) -> Rotated:
    """Seal every field anew with the active key; `said` hears how many are done, of how many.

    May be stopped at any time and called again. Raises ConfigError, StorageError.
    """
    async with _opened(settings) as opened:
        ahead, done = (await opened.listed()).tally.not_under(opened.ring.active), 0

        def counted(fields: int) -> None:
            nonlocal done
            done += fields
            said(done, max(ahead, done))

        sealer = Sealer(opened.ring)
        faults = await resealing.reseal(opened.database, sealer, said=counted)
        audit_faults = await resign(opened.database, sealer)
        emptied = False
        with suppress(StorageBusy):
            await opened.database.checkpoint()
            emptied = True
        return Rotated(await opened.listed(), faults, audit_faults, emptied)


async def verify(settings: Settings) -> Proof:
    """Open every field. Raises ConfigError, StorageError."""
    async with _opened(settings, tried=False) as opened:
        sealer = Sealer(opened.ring)
        found = await resealing.verify(opened.database, sealer)
        async with opened.database.read() as connection:
            proof = await AuditRepository(connection, ChainKeys(sealer)).verify()
            audit = await audit_under(connection)
        return Proof(opened.ring.active, found, audit, proof.faults)


async def retire(settings: Settings, key_id: str) -> int:
    """Take a key out of the key file and say 0; or change nothing and say how many fields and audit rows are under it.

    With SUPPORTBOT_DATA_KEYS, only say it. Raises ConfigError for the active key and one that is not there.
    """
    async with _opened(settings) as opened:
        await resealing.settled(opened.database)
        async with resealing.alone(opened.database) as connection:
            # As it is now that nobody else changes it.
            ring = KeyRing.read(opened.file) if opened.file else opened.ring
            _refuse_needed(ring, key_id)
            fields = (await resealing.tally(connection, [key_id])).under[key_id]
            left = fields + (await audit_under(connection))[key_id]
            if not left and opened.file:
                remove_key(opened.file, key_id)
            return left


def _refuse_needed(ring: KeyRing, key_id: str) -> None:
    if key_id not in ring.keys:
        raise ConfigError("There is no key of that id; `supportbot keys list` shows the keys. Nothing was changed.")
    if key_id == ring.active:
        raise ConfigError(f"The key {key_id} is the active one: add another and rotate first. Nothing was changed.")


@asynccontextmanager
async def _opened(settings: Settings, *, tried: bool = True) -> AsyncGenerator[_Opened]:
    wanted = in_use(settings.database_url, data_keys=settings.given_keys, key_file=settings.key_file, tried=tried)
    async with wanted as (database, ring):
        yield _Opened(database, ring, None if settings.data_keys else settings.key_file)
