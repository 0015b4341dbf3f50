"""What communities set for themselves: region, staff channel, and the lines that their moderators added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.communities import DUTY_AFTER, CommunitySettings, OwnHelpline
from supportbot.domain.consent import Basis
from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.people import ChannelId, CommunityId, PersonId, RoleId
from supportbot.domain.rights import GRANTED, Right
from supportbot.services.ports import Json
from supportbot.storage.inserting import insert_new
from supportbot.storage.tables import communities, community_helplines, community_roles, helpline_signatures

ADDED, APPROVED = "added", "approved"


class CommunityRepository:
    """Settings by community."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def regions(self) -> frozenset[str]:
        """The countries that communities set."""
        found = await self._connection.execute(
            select(communities.c.region).where(communities.c.region.is_not(None)).distinct()
        )
        return frozenset(found.scalars())

    async def get(self, community: CommunityId) -> CommunitySettings | None:
        """The settings, or None if nothing was ever set."""
        found = await self._connection.execute(select(communities).where(communities.c.community_id == community))
        row = found.mappings().one_or_none()
        if row is None:
            return None
        minutes = row["duty_after"]
        return CommunitySettings(
            community,
            row["region"],
            _channel(row["staff_channel_id"]),
            languages=_lines(row["languages"]),
            handover=row["handover"],
            talk_channel=_channel(row["talk_channel_id"]),
            duty_role=None if row["duty_role_id"] is None else RoleId(row["duty_role_id"]),
            duty_after=DUTY_AFTER if minutes is None else timedelta(minutes=minutes),
            nudge_channel=_channel(row["nudge_channel_id"]),
            summary=row["summary"],
            summary_at=row["summary_at"],
            link_check=row["link_check"],
            setup_step=row["setup_step"],
        )

    async def save(self, settings: CommunitySettings, *, at: datetime) -> None:
        """Keep all of the settings."""
        values: dict[str, object] = {
            "region": settings.region,
            "staff_channel_id": settings.staff_channel,
            "languages": "\n".join(settings.languages),
            "handover": settings.handover,
            "talk_channel_id": settings.talk_channel,
            "duty_role_id": settings.duty_role,
            "duty_after": round(settings.duty_after / timedelta(minutes=1)),
            "nudge_channel_id": settings.nudge_channel,
            "summary": settings.summary,
            "summary_at": settings.summary_at,
            "link_check": settings.link_check,
            "setup_step": settings.setup_step,
            "changed_at": at,
        }
        if not await insert_new(self._connection, communities, community_id=settings.community, **values):
            await self._connection.execute(
                update(communities).where(communities.c.community_id == settings.community).values(values)
            )

    async def granted(self, community: CommunityId) -> Mapping[Right, frozenset[RoleId]]:
        """Which roles may do what, beside those whom Discord lets manage the community."""
        found = await self._connection.execute(
            select(community_roles.c.may, community_roles.c.role_id).where(community_roles.c.community_id == community)
        )
        roles: dict[Right, set[RoleId]] = {right: set() for right in GRANTED}
        for may, role in found:
            roles[Right(may)].add(RoleId(role))
        return {right: frozenset(those) for right, those in roles.items()}

    async def grant(self, community: CommunityId, right: Right, roles: frozenset[RoleId]) -> None:
        """From now on these roles, and no others, may do this."""
        if right not in GRANTED:
            raise ValueError(f"{right} is given by Discord alone")
        await self._connection.execute(
            delete(community_roles).where(
                community_roles.c.community_id == community, community_roles.c.may == right.value
            )
        )
        rows = [{"community_id": community, "role_id": role, "may": right.value} for role in sorted(roles)]
        if rows:
            await self._connection.execute(insert(community_roles), rows)

    async def summaries_due(self, now: datetime) -> list[CommunityId]:
        """The communities whose weekly summary is to be posted."""
        found = await self._connection.execute(
            select(communities.c.community_id).where(communities.c.summary, communities.c.summary_at <= now)
        )
        return [CommunityId(each) for each in found.scalars()]

    async def with_link_check(self) -> list[CommunityId]:
        """The communities that want their links to be looked at."""
        found = await self._connection.execute(select(communities.c.community_id).where(communities.c.link_check))
        return [CommunityId(each) for each in found.scalars()]


class OwnHelplineRepository:
    """The communities' own lines. What is about people in it are the signatures, so that is what its kind names."""

    kind = "helpline_signatures"
    basis = Basis.MODERATING

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, line: OwnHelpline) -> None:
        """Keep a new line, signed by its `added_by`."""
        if line.added_by is None or line.approved_at is not None:
            raise ValueError("a new line has somebody who adds it, and nobody yet who approves it")
        await self._connection.execute(
            insert(community_helplines).values(
                id=line.id,
                community_id=line.community,
                region=line.region,
                kind=line.kind.value,
                service=line.service,
                phone=line.contact.phone,
                text=line.contact.text,
                chat_url=line.contact.chat_url,
                web_url=line.contact.web_url,
                hours=line.hours,
                languages="\n".join(line.languages),
                note=line.note,
                source=line.source,
                added_at=line.added_at,
            )
        )
        await self._sign(line.id, ADDED, line.added_by, line.added_at)

    async def get(self, line_id: str) -> OwnHelpline | None:
        """The line, pending or approved."""
        found = await self._lines(community_helplines.c.id == line_id)
        return found[0] if found else None

    async def of(self, community: CommunityId) -> list[OwnHelpline]:
        """The community's lines, pending ones too, oldest first."""
        return await self._lines(community_helplines.c.community_id == community)

    async def approved(self, community: CommunityId) -> list[OwnHelpline]:
        """The lines that members may see, oldest first."""
        return await self._lines(
            community_helplines.c.community_id == community, community_helplines.c.approved_at.is_not(None)
        )

    async def approve(self, line_id: str, by: PersonId, at: datetime) -> bool:
        """Sign a pending line; false if it is gone, or somebody approved it meanwhile."""
        changed = await self._connection.execute(
            update(community_helplines)
            .where(community_helplines.c.id == line_id, community_helplines.c.approved_at.is_(None))
            .values(approved_at=at)
        )
        if changed.rowcount:
            await self._sign(line_id, APPROVED, by, at)
        return bool(changed.rowcount)

    async def remove(self, line_id: str) -> bool:
        """Forget a line; its signatures go with it. False if it is gone already."""
        return bool(
            (
                await self._connection.execute(delete(community_helplines).where(community_helplines.c.id == line_id))
            ).rowcount
        )

    async def export(self, person: PersonId) -> Sequence[Json]:
        """What this person signed as a moderator, oldest first."""
        found = await self._connection.execute(
            select(helpline_signatures, community_helplines.c.community_id, community_helplines.c.service)
            .join(community_helplines)
            .where(helpline_signatures.c.person_id == person)
            .order_by(helpline_signatures.c.at, helpline_signatures.c.helpline_id)
        )
        return [
            {
                "community": str(row["community_id"]),
                "helpline": row["helpline_id"],
                "service": row["service"],
                "act": row["act"],
                "at": row["at"].isoformat(),
            }
            for row in found.mappings()
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget the signatures, and the lines that only this person stands for: those still waiting for approval."""
        theirs = helpline_signatures.c.person_id == person
        added = await self._connection.execute(
            select(helpline_signatures.c.helpline_id).where(theirs, helpline_signatures.c.act == ADDED)
        )
        lines = added.scalars().all()
        gone = (await self._connection.execute(delete(helpline_signatures).where(theirs))).rowcount
        await self._connection.execute(
            delete(community_helplines).where(
                community_helplines.c.id.in_(lines), community_helplines.c.approved_at.is_(None)
            )
        )
        return gone

    async def _sign(self, line_id: str, act: str, person: PersonId, at: datetime) -> None:
        await self._connection.execute(
            insert(helpline_signatures).values(helpline_id=line_id, act=act, person_id=person, at=at)
        )

    async def _lines(self, *wanted: ColumnElement[bool]) -> list[OwnHelpline]:
        found = await self._connection.execute(
            select(community_helplines)
            .where(*wanted)
            .order_by(community_helplines.c.added_at, community_helplines.c.id)
        )
        rows = found.mappings().all()
        signed = await self._connection.execute(
            select(helpline_signatures).where(helpline_signatures.c.helpline_id.in_([row["id"] for row in rows]))
        )
        by = {(each["helpline_id"], each["act"]): PersonId(each["person_id"]) for each in signed.mappings()}
        return [_line(row, by.get((row["id"], ADDED)), by.get((row["id"], APPROVED))) for row in rows]


def _channel(number: int | None) -> ChannelId | None:
    return None if number is None else ChannelId(number)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("\n")))


def _line(row: RowMapping, added_by: PersonId | None, approved_by: PersonId | None) -> OwnHelpline:
    return OwnHelpline(
        id=row["id"],
        community=CommunityId(row["community_id"]),
        kind=Kind(row["kind"]),
        service=row["service"],
        contact=Contact(row["phone"], row["text"], row["chat_url"], row["web_url"]),
        hours=row["hours"],
        languages=_lines(row["languages"]),
        note=row["note"],
        source=row["source"],
        added_at=row["added_at"],
        added_by=added_by,
        approved_at=row["approved_at"],
        approved_by=approved_by,
        region=row["region"],
    )
