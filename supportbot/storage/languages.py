"""The languages that members asked to be remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.services.ports import Json
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import consents, member_languages


class MemberLanguageRepository:
    """Remembered languages by person."""

    kind = "member_languages"
    basis = Scope.LANGUAGE

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        self._connection = connection
        self._grants = grants

    async def agreed(self) -> Mapping[PersonId, str]:
        """Everybody's language, of those whose last line about it in the ledger is a consent."""
        last = (
            select(consents.c.given)
            .where(consents.c.person_id == member_languages.c.person_id, consents.c.scope == Scope.LANGUAGE.value)
            .order_by(consents.c.entry.desc(), consents.c.given)
            .limit(1)
            .scalar_subquery()
        )
        found = await self._connection.execute(select(member_languages).where(last == true()))
        return {PersonId(row["person_id"]): row["language"] for row in found.mappings()}

    async def save(self, person: PersonId, language: str, *, at: datetime) -> None:
        """Remember a language, in the place of another one. Raises ConsentMissing."""
        self._grants.require(person, self.basis)
        values = {"language": language, "at": at}
        if not await insert_new(self._connection, member_languages, person_id=person, **values):
            changed = update(member_languages).where(member_languages.c.person_id == person)
            await self._connection.execute(changed.values(values))

    async def export(self, person: PersonId) -> Sequence[Json]:
        """The language, and when it was last chosen."""
        found = await self._connection.execute(select(member_languages).where(member_languages.c.person_id == person))
        return [{"language": row["language"], "at": row["at"].isoformat()} for row in found.mappings()]

    async def erase(self, person: PersonId) -> int:
        """Forget the language."""
        return (
            await self._connection.execute(delete(member_languages).where(member_languages.c.person_id == person))
        ).rowcount
