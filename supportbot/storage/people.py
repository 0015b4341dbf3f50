"""What is kept about a person apart from their plans: their times and language, DM channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import MemberTimes, QuietHours, Vacation
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, Member, MessageId, Notice, PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import DmChannel, Json, NewId
from supportbot.storage.grants import Grants
from supportbot.storage.inserting import insert_new
from supportbot.storage.sealed import QUIET, VACATION, ZONE, SealedField
from supportbot.storage.sealing import Sealer
from supportbot.storage.tables import dm_channels, members


class MemberRepository:
    """Members by person. Zone, quiet hours and vacation are sealed to the row's own key."""

    kind = "members"
    basis = Scope.CHECKINS

    def __init__(self, connection: AsyncConnection, sealer: Sealer, new_id: NewId, grants: Grants) -> None:
        self._connection = connection
        self._sealer = sealer
        self._new_id = new_id
        self._grants = grants

    async def get(self, person: PersonId) -> Member | None:
        """The member, or None. Raises SealingError when their times cannot be opened."""
        row = await self._row(person)
        return None if row is None else self._member(row)

    async def resting(self, people: Iterable[PersonId]) -> dict[PersonId, Member]:
        """Those of these people who have quiet hours or a vacation. Raises SealingError."""
        found = await self._connection.execute(
            select(members).where(
                members.c.person_id.in_(list(people)), members.c.quiet.is_not(None) | members.c.vacation.is_not(None)
            )
        )
        return {PersonId(row["person_id"]): self._member(row) for row in found.mappings()}

    async def noticed(self) -> dict[PersonId, Notice]:
        """Everybody who is to be told something."""
        found = await self._connection.execute(
            select(members.c.person_id, members.c.notice).where(members.c.notice.is_not(None))
        )
        return {PersonId(row.person_id): Notice(row.notice) for row in found}

    async def save(self, member: Member, *, at: datetime) -> None:
        """Add the member, or change their times and language. Raises ConsentMissing."""
        self._grants.require(member.person, self.basis)
        if await self._row(member.person) is None:
            key = self._new_id()
            values = self._kept(member, key)
            added = {"id": key, "person_id": member.person, "created_at": at, "catch_up": False, "sign_at": at}
            if await insert_new(self._connection, members, **added, **values):
                return
        row = await self._row(member.person)
        if row is not None:
            changed = update(members).where(members.c.id == row["id"]).values(self._kept(member, row["id"]))
            await self._connection.execute(changed)

    async def note(self, person: PersonId, notice: Notice | None) -> None:
        """What they are to be told at their next command; None once they were. Raises ConsentMissing."""
        await self._set(person, notice=None if notice is None else notice.value)

    async def owe_word(self, person: PersonId, owed: bool) -> None:
        """Whether the next message is to say that some did not go out. Raises ConsentMissing."""
        await self._set(person, catch_up=owed)

    async def sign(self, person: PersonId, *, at: datetime) -> None:
        """They answered, or asked for something. Raises ConsentMissing."""
        await self._set(person, sign_at=at)

    async def _set(self, person: PersonId, **values: object) -> None:
        self._grants.require(person, self.basis)
        await self._connection.execute(update(members).where(members.c.person_id == person).values(values))

    async def export(self, person: PersonId) -> Sequence[Json]:
        """Times, language, since when, and what is noted for them."""
        row = await self._row(person)
        if row is None:
            return []
        return [
            {
                "zone": self._shown(ZONE, row),
                "quiet_hours": self._shown(QUIET, row),
                "vacation": self._shown(VACATION, row),
                "language": row["language"],
                "since": row["created_at"].isoformat(),
                "to_be_told": row["notice"],
                "to_be_told_of_gaps": row["catch_up"],
                "last_sign": None if row["sign_at"] is None else row["sign_at"].isoformat(),
            }
        ]

    async def erase(self, person: PersonId) -> int:
        """Forget the member."""
        return (await self._connection.execute(delete(members).where(members.c.person_id == person))).rowcount

    def _kept(self, member: Member, key: str) -> dict[str, object]:
        quiet, vacation = member.quiet, member.vacation
        sealed = {
            ZONE: member.zone,
            QUIET: quiet and f"{quiet.begins:%H:%M}-{quiet.ends:%H:%M}",
            VACATION: vacation and f"{vacation.first.isoformat()} {vacation.last.isoformat()}",
        }
        values: dict[str, object] = {
            field.field: None if text is None else self._sealer.seal(text, column=field.name, row=key)
            for field, text in sealed.items()
        }
        return {**values, "language": member.language}

    async def _row(self, person: PersonId) -> RowMapping | None:
        found = await self._connection.execute(select(members).where(members.c.person_id == person))
        return found.mappings().one_or_none()

    def _member(self, row: RowMapping) -> Member:
        times = opened_times(self._sealer, row, key=row["id"])
        return Member(
            person=PersonId(row["person_id"]),
            zone=times.zone,
            language=row["language"],
            quiet=times.quiet,
            vacation=times.vacation,
            notice=None if row["notice"] is None else Notice(row["notice"]),
            catch_up=row["catch_up"],
            sign_at=row["sign_at"],
        )

    def _shown(self, field: SealedField, row: RowMapping) -> str | None:
        try:
            return _open(self._sealer, field, row, row["id"])
        except SealingError:
            # Whoever wants to see or erase what is held must not fail on what nobody can read.
            return "(cannot be opened)"


def opened_times(sealer: Sealer, row: RowMapping, *, key: str) -> MemberTimes:
    """What of a member's row, whose key this is, decides when check-ins come. Raises SealingError."""
    quiet, vacation = _open(sealer, QUIET, row, key), _open(sealer, VACATION, row, key)
    return MemberTimes(
        zone=_open(sealer, ZONE, row, key) or "",
        quiet=None if quiet is None else QuietHours(*map(time.fromisoformat, quiet.split("-"))),
        vacation=None if vacation is None else Vacation(*map(date.fromisoformat, vacation.split())),
    )


def _open(sealer: Sealer, field: SealedField, row: RowMapping, key: str) -> str | None:
    blob = row[field.field]
    return None if blob is None else sealer.open(blob, column=field.name, row=key)


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
