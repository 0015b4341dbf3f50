"""What is kept about a person apart from their plans: zone and language, consents, DM channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import ChannelId, CommunityId, Member, MessageId, PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import DmChannel, Json, NewId
from supportbot.storage.inserting import insert_new
from supportbot.storage.sealed import ZONE
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import consents, dm_channels, members


class MemberRepository:
    """Members by person. The zone is sealed to the row's own key."""

    kind = "members"

    def __init__(self, connection: AsyncConnection, sealer: Sealer, new_id: NewId) -> None:
        self._connection = connection
        self._sealer = sealer
        self._new_id = new_id

    async def get(self, person: PersonId) -> Member | None:
        """The member, or None. Raises SealingError when the zone cannot be opened."""
        row = await self._row(person)
        return None if row is None else Member(person, self._zone(row), row["language"])

    async def save(self, member: Member, *, at: datetime) -> None:
        """Add the member or change what is kept."""
        if await self._row(member.person) is None:
            key = self._new_id()
            values = self._kept(member, key)
            if await insert_new(self._connection, members, id=key, person_id=member.person, created_at=at, **values):
                return
        row = await self._row(member.person)
        if row is not None:
            changed = update(members).where(members.c.id == row["id"]).values(self._kept(member, row["id"]))
            await self._connection.execute(changed)

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Zone, language, and since when."""
        row = await self._row(person)
        if row is None:
            return []
        try:
            zone = self._zone(row)
        except SealingError:
            # Whoever wants to see or erase what is held must not fail on what nobody can read.
            zone = "(cannot be opened)"
        return [{"zone": zone, "language": row["language"], "since": row["created_at"].isoformat()}]

    async def erase(self, person: PersonId) -> int:
        """Forget the member."""
        return (await self._connection.execute(delete(members).where(members.c.person_id == person))).rowcount

    def _kept(self, member: Member, key: str) -> dict[str, object]:
        return {"zone": self._sealer.seal(member.zone, column=ZONE.name, row=key), "language": member.language}

    async def _row(self, person: PersonId) -> RowMapping | None:
        found = await self._connection.execute(select(members).where(members.c.person_id == person))
        return found.mappings().one_or_none()

    def _zone(self, row: RowMapping) -> str:
        return self._sealer.open(row["zone"], column=ZONE.name, row=row["id"])


class ConsentRepository:
    """The consent ledger: rows are only added, until the person erases everything."""

    kind = "consents"

    def __init__(self, connection: AsyncConnection, new_id: NewId) -> None:
        self._connection = connection
        self._new_id = new_id

    async def record(self, entry: ConsentEntry) -> None:
        """Add one line."""
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
        """Whether the last line of this scope is a consent. Of two that were added side by side, no counts."""
        last = await self._connection.execute(
            select(consents.c.given)
            .where(consents.c.person_id == person, consents.c.scope == scope.value)
            .order_by(consents.c.entry.desc(), consents.c.given)
            .limit(1)
        )
        return bool(last.scalar_one_or_none())

    async def withdraw_again(self, person: PersonId, scope: Scope, *, at: datetime) -> None:
        """Add the withdrawal of the last consent of this scope; nothing when there is none to withdraw."""
        last = await self._connection.execute(
            select(consents)
            .where(consents.c.person_id == person, consents.c.scope == scope.value)
            .order_by(consents.c.entry.desc(), consents.c.given)
            .limit(1)
        )
        row = last.mappings().one_or_none()
        if row is None or not row["given"]:
            return
        community = None if row["community_id"] is None else CommunityId(row["community_id"])
        how = How(row["how"])
        await self.record(
            ConsentEntry(person, community, scope, row["text_version"], row["language"], at, how, given=False)
        )

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
        found = await self._connection.execute(
            select(consents).where(consents.c.person_id == person).order_by(consents.c.entry, consents.c.given.desc())
        )
        return [
            {
                "community": None if row["community_id"] is None else str(row["community_id"]),
                "scope": row["scope"],
                "text_version": row["text_version"],
                "language": row["language"],
                "at": row["at"].isoformat(),
                "how": row["how"],
                "given": row["given"],
            }
            for row in found.mappings()
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget every line about this person."""
        return (await self._connection.execute(delete(consents).where(consents.c.person_id == person))).rowcount


class DmChannelRepository:
    """DM channels that were opened, so that a check-in costs one request."""

    kind = "dm_channels"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, person: PersonId) -> DmChannel | None:
        """The DM channel with this person, if one was opened."""
        found = await self._connection.execute(select(dm_channels).where(dm_channels.c.person_id == person))
        row = found.mappings().one_or_none()
        if row is None:
            return None
        last = row["last_message_id"]
        return DmChannel(person, ChannelId(row["channel_id"]), None if last is None else MessageId(last))

    async def save(self, channel: DmChannel, *, at: datetime) -> None:
        """Keep the channel and the newest message known in it."""
        values = {"channel_id": channel.channel, "last_message_id": channel.last_message, "at": at}
        if not await insert_new(self._connection, dm_channels, person_id=channel.person, **values):
            await self._connection.execute(
                update(dm_channels).where(dm_channels.c.person_id == channel.person).values(values)
            )

    async def export(self, person: PersonId) -> Sequence[Json]:
        """The channel, the last message known in it, and when that was learned."""
        found = await self._connection.execute(select(dm_channels).where(dm_channels.c.person_id == person))
        return [
            {
                "channel": str(row["channel_id"]),
                "last_message": None if row["last_message_id"] is None else str(row["last_message_id"]),
                "at": row["at"].isoformat(),
            }
            for row in found.mappings()
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget the channel."""
        return (await self._connection.execute(delete(dm_channels).where(dm_channels.c.person_id == person))).rowcount
