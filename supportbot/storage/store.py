"""The database behind the Store port: one transaction, all repositories in it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import Basis, Scope
from supportbot.domain.erasures import Erasure
from supportbot.domain.people import PersonId
from supportbot.errors import ConfigError, SealingError, StorageError
from supportbot.services.ports import HoldsPersonalData, NewId
from supportbot.storage.absences import AbsenceRepository, DepartureRepository
from supportbot.storage.answers import AnswerRepository, NudgeRepository
from supportbot.storage.audit import AuditRepository
from supportbot.storage.audit_chain import ChainKeys
from supportbot.storage.communities import CommunityRepository, OwnHelplineRepository
from supportbot.storage.consents import ConsentRepository
from supportbot.storage.deliveries import DeliveryRepository
from supportbot.storage.engine import Database
from supportbot.storage.erasures import ErasureRepository, PersonHashes
from supportbot.storage.grants import Grants
from supportbot.storage.helplines import HelplineCheckRepository, MemberRegionRepository
from supportbot.storage.inserting import insert_new
from supportbot.storage.languages import MemberLanguageRepository
from supportbot.storage.leases import LeaseRepository
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.people import DmChannelRepository, MemberRepository
from supportbot.storage.plans import PlanRepository
from supportbot.storage.prompts import CommunityPromptRepository
from supportbot.storage.recomputing import RecomputingRepository
from supportbot.storage.resource_care import ResourceCareRepository
from supportbot.storage.resources import ResourceRepository
from supportbot.storage.retention import RetentionRepository
from supportbot.storage.sealed import SEALED, SealedField
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import app_state, audit_heads

log = structlog.stdlib.get_logger(__name__)

LOOKED_AT = 1000
"""So many rows of a table are looked at for a field that hardly anybody has; a member has one that is always sealed."""

_ALPHABET = "0123456789abcdefghijkmnpqrstuvwxyz"


def new_id() -> str:
    """A random row key: 16 characters, about 81 bits, no letters that look like digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


class AppStateRepository:
    """What the program itself remembers between starts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, key: str) -> str | None:
        """The value, or None."""
        found = await self._connection.execute(select(app_state.c.value).where(app_state.c.key == key))
        return found.scalar_one_or_none()

    async def set(self, key: str, value: str) -> None:
        """Keep a value."""
        if not await insert_new(self._connection, app_state, key=key, value=value):
            await self._connection.execute(update(app_state).where(app_state.c.key == key).values(value=value))


class SqlTransaction:
    """Every repository on one connection, and the consents that this transaction relies on."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer, new_id: NewId, *, writes: bool) -> None:
        self.hashes = PersonHashes(sealer)
        grants = Grants()
        self.members = MemberRepository(connection, sealer, new_id, grants)
        self.consents = ConsentRepository(connection, new_id, grants, writes=writes)
        self.plans = PlanRepository(connection, sealer, grants)
        self.answers = AnswerRepository(connection, sealer, new_id, grants)
        self.nudges = NudgeRepository(connection, grants)
        self.dm_channels = DmChannelRepository(connection, grants)
        self.deliveries = DeliveryRepository(connection, grants)
        self.communities = CommunityRepository(connection)
        self.own_helplines = OwnHelplineRepository(connection)
        self.member_regions = MemberRegionRepository(connection, sealer, new_id, grants)
        self.member_languages = MemberLanguageRepository(connection, grants)
        self.helpline_checks = HelplineCheckRepository(connection)
        self.erasures = ErasureRepository(connection, self.hashes, new_id)
        self.app_state = AppStateRepository(connection)
        self.leases = LeaseRepository(connection)
        self.recomputing = RecomputingRepository(connection, sealer)
        self.community_prompts = CommunityPromptRepository(connection)
        self.resources = ResourceRepository(connection)
        self.resource_care = ResourceCareRepository(connection)
        self.audit = AuditRepository(connection, ChainKeys(sealer))
        self.absences = AbsenceRepository(connection, grants)
        self.departures = DepartureRepository(connection)
        self.retention = RetentionRepository(connection, self.consents)

    def holders(self) -> Sequence[HoldsPersonalData]:
        """Everything about people, what hangs on others first."""
        return (
            self.absences,
            self.deliveries,
            self.plans,
            self.members,
            self.answers,
            self.nudges,
            self.member_regions,
            self.member_languages,
            self.consents,
            self.dm_channels,
            self.own_helplines,
            self.audit,
        )

    def resting_on(self, basis: Scope | Basis) -> Sequence[HoldsPersonalData]:
        """What is held on this basis, and goes when a consent is withdrawn; what hangs on others first."""
        return [holder for holder in self.holders() if holder.basis == basis]

    async def erase(self, person: PersonId, basis: Scope | Basis | None = None, *, at: datetime) -> dict[str, int]:
        """Forget what rests on this, or everything, and note it in the erasure ledger; rows gone by kind."""
        await self.consents.lock(person)
        holders = self.holders() if basis is None else self.resting_on(basis)
        rows = {holder.kind: await holder.erase(person) for holder in holders}
        await self.erasures.record(person, basis, at=at)
        return rows

    async def expire(self, person: PersonId, scope: Scope) -> int:
        """Forget what rests on this consent, and its entries, because their time is over; says how many rows went."""
        await self.consents.lock(person)
        rows = sum([await holder.erase(person) for holder in self.resting_on(scope)])
        return rows + await self.retention.forget_entries(person, scope)


class SqlStore:
    """The Store port over a Database. Sealed fields are opened and closed with `sealer`.

    What was erased is also noted in `ledger`, if there is one, once it is true.
    """

    def __init__(
        self, database: Database, sealer: Sealer, new_id: NewId = new_id, *, ledger: LedgerFile | None = None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._new_id = new_id
        self._ledger = ledger

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[SqlTransaction]:
        """A transaction that only reads. Raises StorageBusy, StorageError."""
        async with self._database.read() as connection:
            yield SqlTransaction(connection, self._sealer, self._new_id, writes=False)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[SqlTransaction]:
        """A transaction that is kept as a whole or not at all. Raises StorageBusy, StorageError."""
        async with self._database.write() as connection:
            tx = SqlTransaction(connection, self._sealer, self._new_id, writes=True)
            yield tx
        if tx.erasures.recorded and self._ledger is not None:
            await self._note(self._ledger, tx.erasures.recorded)

    @staticmethod
    async def _note(ledger: LedgerFile, entries: Sequence[Erasure]) -> None:
        try:
            await asyncio.to_thread(ledger.append, entries)
        except StorageError as error:
            # The rows are gone, and the database knows; the next start brings the file up to date.
            log.warning("erasure.not_in_ledger_file", error=str(error))

    async def forget_erasures(self, now: datetime) -> int:
        """Forget entries of the ledger whose end has come, in the database and then in the file; says how many.

        Raises StorageBusy, StorageError. Stopped in between, the file has what the database says went: a start, or the
        next night, takes it away there too.
        """
        async with self.write() as tx:
            gone = await tx.erasures.purge(now)
            left = await tx.erasures.all()
        if self._ledger is not None:
            await asyncio.to_thread(self._ledger.prune, now, left)
        return gone

    @property
    def one_deliverer(self) -> bool:
        """Whether only one process may deliver at a time: SQLite cannot pass over rows that another has in hand."""
        return self._database.backend == "sqlite"

    async def scrub(self) -> None:
        """Leave nothing of what was erased in the database's files. Raises StorageBusy, StorageError."""
        await self._database.checkpoint()


async def holds_sealed(database: Database) -> bool:
    """Whether anything is stored that a key sealed, or authenticates: then a new key would be the wrong one."""
    async with database.read() as connection:
        found = [(await connection.execute(_first(field))).first() for field in SEALED]
        head = (await connection.execute(select(audit_heads.c.key_id).limit(1))).first()
    return head is not None or any(row is not None for row in found)


async def refuse_other_keys(database: Database, sealer: Sealer) -> None:
    """Try `sealer` on one sealed field of each kind, before anything is sealed with keys that are the wrong ones.

    Raises ConfigError when it does not open, StorageBusy, StorageError.
    """
    async with database.read() as connection:
        for field in SEALED:
            row = (await connection.execute(_first(field))).first()
            if row is not None:
                _try(sealer, row[1], column=field.name, row=row[0])


def _first(field: SealedField) -> Select[str, bytes]:
    """The first of its index, as far as it is looked at: a field that hardly anybody uses must not hold up a start."""
    looked_at = select(field.key.label("key"), field.sealed.label("sealed")).order_by(field.key).limit(LOOKED_AT)
    rows = looked_at.subquery()
    return select(rows.c.key, rows.c.sealed).where(rows.c.sealed.is_not(None)).order_by(rows.c.key).limit(1)


def _try(sealer: Sealer, blob: bytes, *, column: str, row: str) -> None:
    try:
        sealer.open(blob, column=column, row=row)
    except SealingError:
        raise ConfigError(
            "The keys of SUPPORTBOT_DATA_KEYS or SUPPORTBOT_DATA_KEY_FILE do not open what the database holds; "
            "put the keys back that it was sealed with, or the database that belongs to these keys."
        ) from None
