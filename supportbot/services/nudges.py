"""Telling somebody in a channel that direct messages do not reach them: only whom asked for it, once an outage."""

from __future__ import annotations

import asyncio

import structlog

from supportbot.domain.checkins import Nudge
from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope
from supportbot.domain.people import ChannelId, CommunityId, Notice, PersonId
from supportbot.domain.staff import CannotReach, StaffRoom
from supportbot.errors import DeliveryError, StorageError, UserError, without_words
from supportbot.services.ports import Clock, NewId, StaffRooms, Store

log = structlog.stdlib.get_logger(__name__)


class Nudges:
    """Off for everybody who did not ask for it. `post_within` is in seconds.

    A member who cannot be reached is told at their next command anyway; what is lost with a process is no more than
    this one line.
    """

    def __init__(self, store: Store, clock: Clock, rooms: StaffRooms, *, new_id: NewId, post_within: float) -> None:
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._new_id = new_id
        self._post_within = post_within
        self._wanted: asyncio.Queue[PersonId] = asyncio.Queue()

    def look(self, community: CommunityId, channel: ChannelId) -> StaffRoom:
        """The channel as it is now. Raises UserError for one in which the bot cannot post."""
        room = self._rooms.look(community, channel)
        if room is None:
            raise UserError("nudge.no_channel")
        if room.missing:
            raise UserError("nudge.missing", channel=f"<#{channel}>")
        return room

    async def chosen(self, person: PersonId) -> Nudge | None:
        """Where this person is nudged, if they want it."""
        async with self._store.read() as tx:
            return await tx.nudges.get(person)

    async def agree(self, person: PersonId, room: StaffRoom, text: ConsentText) -> None:
        """Keep the consent and the channel that was shown."""
        now = self._clock.now()
        entry = ConsentEntry(
            person, room.community, Scope.NUDGE, text.version, text.language, now, How.BUTTON, given=True
        )
        async with self._store.write() as tx:
            await tx.consents.record(entry)
            await tx.nudges.save(Nudge(person, room.community, room.channel), at=now)

    def unreachable(self, person: PersonId) -> None:
        """Their check-ins are being paused because no message reaches them; the line goes out when that is kept."""
        self._wanted.put_nowait(person)

    async def run(self) -> None:
        """Post what is wanted until cancelled."""
        while True:
            person = await self._wanted.get()
            try:
                await self.nudge(person)
            except (DeliveryError, StorageError, TimeoutError) as error:
                log.warning("nudges.not_posted", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001
                log.error("nudges.failed", failure=without_words(error))  # noqa: TRY400

    async def nudge(self, person: PersonId) -> bool:
        """Post the line if it is wanted and true still, and they are still there; whether it was posted.

        Raises DeliveryError, TimeoutError, StorageError.
        """
        async with self._store.read() as tx:
            nudge, member = await tx.nudges.get(person), await tx.members.get(person)
            holds = await tx.consents.holds(person, Scope.NUDGE)
        if nudge is None or member is None or not holds or member.notice is not Notice.CLOSED_DM:
            return False
        room = self._rooms.look(nudge.community, nudge.channel)
        if room is None or room.missing:
            return False
        async with asyncio.timeout(self._post_within):
            if not await self._rooms.has_member(nudge.community, person):
                return False
            await self._rooms.post(nudge.channel, CannotReach(person, member.language), nonce=self._new_id())
        return True
