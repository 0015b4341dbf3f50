"""The consent ledger in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, RowMapping, cast, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import PER_COMMUNITY, Basis, ConsentEntry, How, Scope, standing
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import ConsentMissing
from supportbot.services.ports import Json, NewId
from supportbot.storage.grants import Grants
from supportbot.storage.tables import consents


class ConsentRepository:
    """The consent ledger: rows are only added, until the person erases everything.

    What a writing transaction was told stays true until its end: on PostgreSQL it keeps others from changing what this
    person agreed to, on SQLite there is one writer at a time.
    """

    kind = "consents"
    basis = Basis.PROOF

    def __init__(self, connection: AsyncConnection, new_id: NewId, grants: Grants, *, writes: bool) -> None:
        self._connection = connection
        self._new_id = new_id
        self._grants = grants
        self._locks = writes and connection.dialect.name == "postgresql"

    async def record(self, entry: ConsentEntry) -> None:
        """Add one line. What rests on a consent may be written from here on, on a withdrawn one no more."""
        await self.lock(entry.person)
        await self._add(entry)
        change = self._grants.give if entry.given else self._grants.take
        change(entry.person, entry.scope)

    async def lock(self, person: PersonId) -> None:
        """From here on to the transaction's end, nobody else relies on this person's consents, or changes them."""
        if self._locks:
            await self._connection.execute(select(func.pg_advisory_xact_lock(person)))

    async def _add(self, entry: ConsentEntry) -> None:
        before = select(func.max(consents.c.entry)).where(consents.c.person_id == entry.person).scalar_subquery()
        await self._connection.execute(
            insert(consents).values(
                id=self._new_id(),
                person_id=entry.person,
                community_id=entry.community,
                scope=entry.scope.value,
                text_version=entry.text_version,
                language=entry.language,
                at=entry.at,
                how=entry.how.value,
                given=entry.given,
                entry=func.coalesce(before, 0) + 1,
            )
        )

    async def holds(self, person: PersonId, scope: Scope) -> bool:
        """Whether the last line of this scope is a consent. Of two that were added side by side, no counts.

        Of a scope that counts in a community alone: whether any community's is.
        """
        if self._locks:
            await self._connection.execute(select(func.pg_advisory_xact_lock_shared(person)))
        if not await self._says(person, scope):
            return False
        self._grants.give(person, scope)
        return True

    async def holding(self, people: Collection[PersonId], scope: Scope) -> set[PersonId]:
        """Those of these people whose consent of this scope holds, as `holds` says it of one.

        Raises ValueError for a scope that counts in a community alone.
        """
        if PER_COMMUNITY[scope]:
            raise ValueError(f"{scope} counts in a community alone")
        if self._locks:
            # In one order, so that two transactions cannot wait for each other.
            each = func.unnest(cast(sorted(people), ARRAY(BigInteger))).column_valued()
            await self._connection.execute(select(func.pg_advisory_xact_lock_shared(each)))
        found = await self._connection.execute(
            select(consents.c.person_id, consents.c.given)
            .where(consents.c.person_id.in_(list(people)), consents.c.scope == scope.value)
            .order_by(consents.c.entry, consents.c.given.desc())
        )
        holding = {PersonId(person) for person, given in {row.person_id: row.given for row in found}.items() if given}
        for person in holding:
            self._grants.give(person, scope)
        return holding

    async def rely_on(self, person: PersonId, scope: Scope) -> None:
        """The same. Raises ConsentMissing."""
        if not await self.holds(person, scope):
            raise ConsentMissing(scope)

    async def _says(self, person: PersonId, scope: Scope) -> bool:
        if PER_COMMUNITY[scope]:
            return any(entry.scope is scope for entry in standing(await self.entries(person)))
        last = await self._connection.execute(
            select(consents.c.given)
            .where(consents.c.person_id == person, consents.c.scope == scope.value)
            .order_by(consents.c.entry.desc(), consents.c.given)
            .limit(1)
        )
        return bool(last.scalar_one_or_none())

    async def withdraw(self, person: PersonId, scope: Scope, *, at: datetime, how: How | None = None) -> int:
        """Add the withdrawal of every consent of this scope that holds, by this act or, for None, that of the consent.

        Says how many there were.
        """
        await self.lock(person)
        held = [entry for entry in standing(await self.entries(person)) if entry.scope is scope]
        for entry in held:
            await self.record(replace(entry, at=at, how=how or entry.how, given=False))
        return len(held)

    async def entries(self, person: PersonId) -> list[ConsentEntry]:
        """Every line about this person, oldest first."""
        found = await self._connection.execute(
            select(consents).where(consents.c.person_id == person).order_by(consents.c.entry, consents.c.given.desc())
        )
        return [_entry(row) for row in found.mappings()]

    async def agreed(self, person: PersonId, scope: Scope, community: CommunityId, version: str) -> bool:
        """Whether the last line of this scope for this community is a consent to this version of the text."""
        last = await self._connection.execute(
            select(consents.c.given, consents.c.text_version)
            .where(
                consents.c.person_id == person,
                consents.c.scope == scope.value,
                consents.c.community_id == community,
            )
            .order_by(consents.c.entry.desc(), consents.c.given)
            .limit(1)
        )
        row = last.one_or_none()
        return row is not None and row.given and row.text_version == version

    async def communities(self, person: PersonId) -> list[CommunityId]:
        """The communities that lines about this person name, the newest first."""
        found = await self._connection.execute(
            select(consents.c.community_id)
            .where(consents.c.person_id == person, consents.c.community_id.is_not(None))
            .group_by(consents.c.community_id)
            .order_by(func.max(consents.c.entry).desc())
        )
        return [CommunityId(each) for each in found.scalars()]

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Every line about this person, oldest first."""
        return [
            {
                "community": None if entry.community is None else str(entry.community),
                "scope": entry.scope.value,
                "text_version": entry.text_version,
                "language": entry.language,
                "at": entry.at.isoformat(),
                "how": entry.how.value,
                "given": entry.given,
            }
            for entry in await self.entries(person)
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget every line about this person, and that this transaction relied on any."""
        for scope in Scope:
            self._grants.take(person, scope)
        return (await self._connection.execute(delete(consents).where(consents.c.person_id == person))).rowcount


def _entry(row: RowMapping) -> ConsentEntry:
    return ConsentEntry(
        person=PersonId(row["person_id"]),
        community=None if row["community_id"] is None else CommunityId(row["community_id"]),
        scope=Scope(row["scope"]),
        text_version=row["text_version"],
        language=row["language"],
        at=row["at"],
        how=How(row["how"]),
        given=row["given"],
    )
