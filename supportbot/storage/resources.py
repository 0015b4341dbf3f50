"""Communities' resources with their history. Which moderator changed one stands in the audit alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.helplines import Contact
from supportbot.domain.people import CommunityId
from supportbot.domain.resource_rows import read, written
from supportbot.domain.resources import Cost, Entry, Import, Kind, Region, Resource, Status, Version
from supportbot.storage.tables import resource_imports, resource_versions, resources

_AT_ONCE = 500
"""How many ids one statement names: databases have a limit."""


class ResourceRepository:
    """Resources by community and id."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, community: CommunityId) -> list[Resource]:
        """The community's, retired ones too, by id."""
        found = await self._connection.execute(
            select(resources).where(resources.c.community_id == community).order_by(resources.c.id)
        )
        return [_resource(row) for row in found.mappings()]

    async def get(self, community: CommunityId, resource_id: str) -> Resource | None:
        """One of this community's, or None."""
        found = await self._connection.execute(
            select(resources).where(resources.c.community_id == community, resources.c.id == resource_id)
        )
        row = found.mappings().one_or_none()
        return None if row is None else _resource(row)

    async def stamp(self, community: CommunityId) -> tuple[int, int]:
        """Changes when anything about the community's resources does: how many there are, and their versions' sum."""
        found = await self._connection.execute(
            select(func.count(), func.coalesce(func.sum(resources.c.version), 0)).where(
                resources.c.community_id == community
            )
        )
        count, versions = found.one()
        return int(count), int(versions)

    async def add(self, new: Sequence[Resource], *, import_id: str | None = None) -> None:
        """Keep new ones. Raises IntegrityError where the community has that id."""
        if new:
            await self._connection.execute(insert(resources), [_values(each) for each in new])
            await self._note(new, import_id)

    async def change(self, changed: Sequence[Resource], *, import_id: str | None = None) -> list[str]:
        """Keep them in the place of the version before theirs; says which could not be: another change came first."""
        late: list[str] = []
        done: list[Resource] = []
        for each in changed:
            result = await self._connection.execute(
                update(resources)
                .where(
                    resources.c.community_id == each.community,
                    resources.c.id == each.id,
                    resources.c.version == each.version - 1,
                )
                .values(_values(each))
            )
            if result.rowcount:
                done.append(each)
            else:
                late.append(each.id)
        await self._note(done, import_id)
        return late

    async def take_back(self, community: CommunityId, ids: Collection[str]) -> int:
        """Forget these with their history, as if they had never been; says how many."""
        gone = 0
        every = sorted(ids)
        for start in range(0, len(every), _AT_ONCE):
            some = every[start : start + _AT_ONCE]
            result = await self._connection.execute(
                delete(resources).where(resources.c.community_id == community, resources.c.id.in_(some))
            )
            gone += result.rowcount
            await self._connection.execute(
                delete(resource_versions).where(
                    resource_versions.c.community_id == community, resource_versions.c.resource_id.in_(some)
                )
            )
        return gone

    async def versions(self, community: CommunityId, resource_id: str) -> list[Version]:
        """What it was after each change that is still known, the newest first."""
        found = await self._connection.execute(
            select(resource_versions)
            .where(resource_versions.c.community_id == community, resource_versions.c.resource_id == resource_id)
            .order_by(resource_versions.c.version.desc())
        )
        return [_version(row) for row in found.mappings()]

    async def note_import(self, brought: Import) -> None:
        """Note what a file brought in."""
        await self._connection.execute(
            insert(resource_imports).values(
                id=brought.id,
                community_id=brought.community,
                at=brought.at,
                added=brought.added,
                changed=brought.changed,
                undone_at=brought.undone_at,
            )
        )

    async def last_import(self, community: CommunityId) -> Import | None:
        """The community's last one, undone or not."""
        found = await self._connection.execute(
            select(resource_imports)
            .where(resource_imports.c.community_id == community)
            .order_by(resource_imports.c.at.desc(), resource_imports.c.id)
            .limit(1)
        )
        row = found.mappings().one_or_none()
        if row is None:
            return None
        return Import(row["id"], community, row["at"], row["added"], row["changed"], row["undone_at"])

    async def of_import(self, brought: Import) -> Mapping[str, int]:
        """Which version each resource got with an import."""
        found = await self._connection.execute(
            select(resource_versions.c.resource_id, resource_versions.c.version).where(
                resource_versions.c.import_id == brought.id, resource_versions.c.community_id == brought.community
            )
        )
        return {row.resource_id: row.version for row in found}

    async def undone(self, brought: Import, *, at: datetime) -> bool:
        """Note that it was taken back; false if it was before."""
        changed = await self._connection.execute(
            update(resource_imports)
            .where(resource_imports.c.id == brought.id, resource_imports.c.undone_at.is_(None))
            .values(undone_at=at)
        )
        return changed.rowcount == 1

    async def purge(self, before: datetime, *, limit: int) -> int:
        """Forget versions from before that are not the newest of their resource; says how many."""
        newer = resource_versions.alias()
        old = (
            select(resource_versions.c.community_id, resource_versions.c.resource_id, resource_versions.c.version)
            .where(
                resource_versions.c.at <= before,
                select(newer.c.version)
                .where(
                    newer.c.community_id == resource_versions.c.community_id,
                    newer.c.resource_id == resource_versions.c.resource_id,
                    newer.c.version > resource_versions.c.version,
                )
                .exists(),
            )
            .limit(limit)
        )
        rows = (await self._connection.execute(old)).all()
        for community, resource_id, version in rows:
            await self._connection.execute(
                delete(resource_versions).where(
                    resource_versions.c.community_id == community,
                    resource_versions.c.resource_id == resource_id,
                    resource_versions.c.version == version,
                )
            )
        return len(rows)

    async def _note(self, those: Sequence[Resource], import_id: str | None) -> None:
        rows = [
            {
                "community_id": each.community,
                "resource_id": each.id,
                "version": each.version,
                "at": each.changed_at,
                "entry": json.dumps(written(each.entry), ensure_ascii=False),
                "import_id": import_id,
            }
            for each in those
        ]
        if rows:
            await self._connection.execute(insert(resource_versions), rows)


def _values(resource: Resource) -> dict[str, object]:
    entry = resource.entry
    return {
        "community_id": resource.community,
        "id": resource.id,
        "kind": entry.kind.value,
        "name": entry.name,
        "description": entry.description,
        "regions": _lines(map(str, entry.regions)),
        "languages": _lines(entry.languages),
        "cost": entry.cost.value,
        "audience": entry.audience,
        "phone": entry.contact.phone,
        "text": entry.contact.text,
        "chat_url": entry.contact.chat_url,
        "web_url": entry.contact.web_url,
        "hours": entry.hours,
        "online": entry.online,
        "place": entry.place,
        "tags": _lines(entry.tags),
        "interest": entry.interest,
        "checked_on": _day(entry.checked_on),
        "review_by": _day(entry.review_by),
        "status": entry.status.value,
        "version": resource.version,
        "changed_at": resource.changed_at,
    }


def _resource(row: RowMapping) -> Resource:
    entry = Entry(
        kind=Kind(row["kind"]),
        name=row["name"],
        description=row["description"],
        regions=tuple(map(Region.read, _parts(row["regions"]))),
        languages=_parts(row["languages"]),
        cost=Cost(row["cost"]),
        audience=row["audience"],
        contact=Contact(row["phone"], row["text"], row["chat_url"], row["web_url"]),
        hours=row["hours"],
        online=row["online"],
        place=row["place"],
        tags=_parts(row["tags"]),
        interest=row["interest"],
        checked_on=_date(row["checked_on"]),
        review_by=_date(row["review_by"]),
        status=Status(row["status"]),
    )
    return Resource(row["id"], CommunityId(row["community_id"]), entry, row["version"], row["changed_at"])


def _version(row: RowMapping) -> Version:
    entry = None if row["entry"] is None else read(json.loads(row["entry"]))
    return Version(row["version"], row["at"], entry if isinstance(entry, Entry) else None, row["import_id"])


def _lines(parts: Collection[str] | map[str]) -> str:
    return "\n".join(parts)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("\n")))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
