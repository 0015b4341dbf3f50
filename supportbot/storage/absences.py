"""Who is in grace, and which communities are: seen again in time, or forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.retention import GONE, Absence, Why
from supportbot.services.ports import Json
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import (
    absences,
    audit,
    communities,
    community_helplines,
    community_prompts,
    community_roles,
    consents,
    departures,
    helpline_signatures,
    plans,
    resource_feedback,
    resource_imports,
    resource_links,
    resource_suggestions,
    resource_versions,
    resources,
)

_OF_COMMUNITIES = (
    community_prompts,
    community_roles,
    resource_feedback,
    resource_imports,
    resource_links,
    resource_suggestions,
    resource_versions,
    resources,
)
"""What only its community needs."""


class AbsenceRepository:
    """Absences by person: of those alone who hold check-ins."""

    kind = "absences"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        self._connection = connection
        self._grants = grants

    async def add(self, absence: Absence) -> bool:
        """Begin a grace; false if one runs already, which goes on as it is. Raises ConsentMissing."""
        self._grants.require(absence.person, self.basis)
        return await insert_new(
            self._connection, absences, person_id=absence.person, why=absence.why.value, since=absence.since
        )

    async def get(self, person: PersonId) -> Absence | None:
        """This person's grace, if one runs."""
        found = await self._connection.execute(select(absences).where(absences.c.person_id == person))
        row = found.one_or_none()
        return None if row is None else Absence(person, Why(row.why), row.since)

    async def is_gone(self, person: PersonId) -> bool:
        """Whether they are in grace because they are gone: then nothing is sent to them."""
        absence = await self.get(person)
        return absence is not None and absence.why in GONE

    async def gone(self, people: Iterable[PersonId]) -> set[PersonId]:
        """Those of these people who are."""
        found = await self._connection.execute(
            select(absences.c.person_id).where(
                absences.c.person_id.in_(list(people)), absences.c.why.in_([why.value for why in GONE])
            )
        )
        return {PersonId(each) for each in found.scalars()}

    async def all(self) -> list[Absence]:
        """Everybody's, the oldest first."""
        found = await self._connection.execute(select(absences).order_by(absences.c.since, absences.c.person_id))
        return [Absence(PersonId(row.person_id), Why(row.why), row.since) for row in found]

    async def end(self, person: PersonId) -> bool:
        """They were seen; false if there was no grace."""
        return bool(await self.erase(person))

    async def take(self, absence: Absence) -> bool:
        """End this very grace; false if it is ended already. Of two that end it side by side, one is told so."""
        gone = await self._connection.execute(
            delete(absences).where(absences.c.person_id == absence.person, absences.c.since == absence.since)
        )
        return bool(gone.rowcount)

    async def end_known_from(self, community: CommunityId) -> int:
        """End the graces of those who were found gone and are known from this community; says how many."""
        known = union(
            *(select(table.c.person_id).where(table.c.community_id == community) for table in (plans, consents))
        )
        ended = await self._connection.execute(
            delete(absences).where(
                absences.c.why.in_([why.value for why in GONE]), absences.c.person_id.in_(known.subquery().select())
            )
        )
        return ended.rowcount

    async def begin_anew(self, at: datetime) -> None:
        """Every grace that began before begins at this instant."""
        await self._connection.execute(update(absences).where(absences.c.since < at).values(since=at))

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Why the grace began, and when."""
        absence = await self.get(person)
        return [] if absence is None else [{"why": absence.why.value, "since": absence.since.isoformat()}]

    async def erase(self, person: PersonId) -> int:
        """Forget it."""
        return (await self._connection.execute(delete(absences).where(absences.c.person_id == person))).rowcount


class DepartureRepository:
    """Communities that the bot is not in any more. Nothing about people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Mapping[CommunityId, datetime]:
        """Since when, by community."""
        found = await self._connection.execute(select(departures))
        return {CommunityId(row.community_id): row.since for row in found}

    async def note(self, here: Iterable[CommunityId], *, at: datetime) -> None:
        """Compare with where the bot is now: a grace begins for the others with rows here, and ends for those."""
        here = set(here)
        known = await self._known()
        gone = await self.all()
        for community in known - here - gone.keys():
            await insert_new(self._connection, departures, community_id=community, since=at)
        back = [community for community in gone if community in here or community not in known]
        await self._connection.execute(delete(departures).where(departures.c.community_id.in_(back)))

    async def begin_anew(self, at: datetime) -> None:
        """Every grace that began before begins at this instant."""
        await self._connection.execute(update(departures).where(departures.c.since < at).values(since=at))

    async def begin(self, community: CommunityId, *, at: datetime) -> None:
        """The bot was removed. Where the community has nothing here, there is nothing to do."""
        if community in await self._known():
            await insert_new(self._connection, departures, community_id=community, since=at)

    async def end(self, community: CommunityId) -> None:
        """The bot is back."""
        await self._connection.execute(delete(departures).where(departures.c.community_id == community))

    async def erase(self, community: CommunityId) -> int:
        """Forget what the community set and added; says how many rows went."""
        lines = select(community_helplines.c.id).where(community_helplines.c.community_id == community)
        rows = 0
        for gone in (
            delete(helpline_signatures).where(helpline_signatures.c.helpline_id.in_(lines)),
            delete(community_helplines).where(community_helplines.c.community_id == community),
            *(delete(table).where(table.c.community_id == community) for table in _OF_COMMUNITIES),
            delete(communities).where(communities.c.community_id == community),
        ):
            rows += (await self._connection.execute(gone)).rowcount
        await self.end(community)
        return rows

    async def _known(self) -> set[CommunityId]:
        """Communities with rows of their own."""
        found = await self._connection.execute(
            union(
                *(select(table.c.community_id) for table in (communities, community_helplines, audit, *_OF_COMMUNITIES))
            )
        )
        return {CommunityId(each) for each in found.scalars()}
