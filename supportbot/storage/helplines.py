"""What is kept beside the shipped lines: countries that members asked to be remembered, and operators' checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import HelplineCheck, Json, NewId
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.sealed import REGION
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import helpline_checks, member_regions


class MemberRegionRepository:
    """Remembered countries by person. The country is sealed to the row's own key."""

    kind = "member_regions"
    basis = Scope.REGION

    def __init__(self, connection: AsyncConnection, sealer: Sealer, new_id: NewId, grants: Grants) -> None:
        self._connection = connection
        self._sealer = sealer
        self._new_id = new_id
        self._grants = grants

    async def get(self, person: PersonId) -> str | None:
        """The country, or None. Raises SealingError when it cannot be opened."""
        row = await self._row(person)
        return None if row is None else self._region(row)

    async def save(self, person: PersonId, region: str, *, at: datetime) -> None:
        """Remember a country, in the place of another one. Raises ConsentMissing."""
        self._grants.require(person, self.basis)
        if await self._row(person) is None:
            key = self._new_id()
            values = self._kept(region, key, at)
            if await insert_new(self._connection, member_regions, id=key, person_id=person, **values):
                return
        row = await self._row(person)
        if row is not None:
            changed = update(member_regions).where(member_regions.c.id == row["id"])
            await self._connection.execute(changed.values(self._kept(region, row["id"], at)))

    async def export(self, person: PersonId) -> Sequence[Json]:
        """The country, and when it was last chosen."""
        row = await self._row(person)
        if row is None:
            return []
        try:
            region = self._region(row)
        except SealingError:
            # Whoever wants to see or erase what is held must not fail on what nobody can read.
            region = "(cannot be opened)"
        return [{"region": region, "at": row["at"].isoformat()}]

    async def erase(self, person: PersonId) -> int:
        """Forget the country."""
        return (
            await self._connection.execute(delete(member_regions).where(member_regions.c.person_id == person))
        ).rowcount

    def _kept(self, region: str, key: str, at: datetime) -> dict[str, object]:
        return {"region": self._sealer.seal(region, column=REGION.name, row=key), "at": at}

    async def _row(self, person: PersonId) -> RowMapping | None:
        found = await self._connection.execute(select(member_regions).where(member_regions.c.person_id == person))
        return found.mappings().one_or_none()

    def _region(self, row: RowMapping) -> str:
        return self._sealer.open(row["region"], column=REGION.name, row=row["id"])


class HelplineCheckRepository:
    """Checks by the id of the shipped line."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Mapping[str, HelplineCheck]:
        """Every check."""
        found = await self._connection.execute(select(helpline_checks))
        return {
            row["helpline_id"]: HelplineCheck(row["fingerprint"], date.fromisoformat(row["checked_on"]))
            for row in found.mappings()
        }

    async def save(self, helpline_id: str, check: HelplineCheck) -> None:
        """Keep the newest check of a line."""
        values = {"fingerprint": check.fingerprint, "checked_on": check.checked_on.isoformat()}
        if not await insert_new(self._connection, helpline_checks, helpline_id=helpline_id, **values):
            await self._connection.execute(
                update(helpline_checks).where(helpline_checks.c.helpline_id == helpline_id).values(values)
            )
