"""What is kept about a person apart from their plans: zone and language, DM channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, Member, MessageId, PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import DmChannel, Json, NewId
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.sealed import ZONE
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import dm_channels, members


class MemberRepository:
    """Members by person. The zone is sealed to the row's own key."""

    kind = "members"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, sealer: Sealer, new_id: NewId, grants: Grants) -> None:
        self._connection = connection
        self._sealer = sealer
        self._new_id = new_id
        self._grants = grants

    async def get(self, person: PersonId) -> Member | None:
        """The member, or None. Raises SealingError when the zone cannot be opened."""
        row = await self._row(person)
        return None if row is None else Member(person, self._zone(row), row["language"])

    async def save(self, member: Member, *, at: datetime) -> None:
        """Add the member or change what is kept. Raises ConsentMissing."""
        self._grants.require(member.person, self.basis)
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


class DmChannelRepository:
    """DM channels that were opened, so that a check-in costs one request."""

    kind = "dm_channels"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, grants: Grants) -> None:
        self._connection = connection
        self._grants = grants

    async def get(self, person: PersonId) -> DmChannel | None:
        """The DM channel with this person, if one was opened."""
        found = await self._connection.execute(select(dm_channels).where(dm_channels.c.person_id == person))
        row = found.mappings().one_or_none()
        if row is None:
            return None
        last = row["last_message_id"]
        return DmChannel(person, ChannelId(row["channel_id"]), None if last is None else MessageId(last))

    async def save(self, channel: DmChannel, *, at: datetime) -> None:
        """Keep the channel and the newest message known in it. Raises ConsentMissing."""
        self._grants.require(channel.person, self.basis)
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
