"""Telling somebody in a channel that direct messages do not reach them: only whom asked for it, once an outage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog

from supportbot.domain.checkins import PROVEN, Kind, Nudge, Paused, State, delivery_id
from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope, standing
from supportbot.domain.people import ChannelId, CommunityId, Notice, PersonId
from supportbot.domain.staff import CannotReach, Power, StaffRoom
from supportbot.errors import DeliveryError, StorageError, UserError, without_words
from supportbot.services.pacer import Lane, Pacer
from supportbot.services.ports import Clock, NewId, StaffRooms, Store, Transaction

log = structlog.stdlib.get_logger(__name__)

A_WEEK = timedelta(days=7)
NEEDED = (Power.VIEW, Power.SEND)
_DMS = tuple(kind for kind in Kind if kind is not Kind.NUDGE)
_T = TypeVar("_T")


class Nudges:
    """Off for everybody who did not ask for it. `post_within` bounds each request, in seconds.

    A line is noted before it is posted: it stands there once or, where a process dies or Discord refuses, never. Who
    cannot be reached is told at their next command anyway.
    """

    def __init__(
        self, store: Store, clock: Clock, rooms: StaffRooms, *, new_id: NewId, pacer: Pacer, post_within: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._new_id = new_id
        self._pacer = pacer
        self._post_within = post_within
        self._under_way: dict[PersonId, asyncio.Task[None]] = {}
        self._turns: WeakValueDictionary[PersonId, _Turn] = WeakValueDictionary()

    def look(self, community: CommunityId, channel: ChannelId) -> StaffRoom:
        """The channel as it is now. Raises UserError for one in which the bot cannot post."""
        room = self._rooms.look(community, channel)
        if room is None:
            raise UserError("nudge.no_channel")
        if any(power in NEEDED for power in room.missing):
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

    def withdrawing(self, person: PersonId) -> None:
        """They take it back, or erase everything: what is under way is not posted, unless it is out already."""
        if (turn := self._turns.get(person)) is not None:
            turn.is_wanted = False

    def unreachable(self, person: PersonId) -> None:
        """A direct message did not reach them, and that is kept: tell them in their channel, if they asked for it."""
        if person not in self._under_way:
            task = asyncio.create_task(self._tell(person), name="nudge")
            self._under_way[person] = task
            task.add_done_callback(lambda _: self._under_way.pop(person, None))

    async def settled(self) -> None:
        """Returns when nothing is under way."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def close(self) -> None:
        """End what is under way; what is noted counts as posted."""
        for task in self._under_way.values():
            task.cancel()
        await self.settled()

    async def _tell(self, person: PersonId) -> None:
        try:
            if await self._nudge(person):
                log.info("nudges.posted")
        except (DeliveryError, StorageError, TimeoutError) as error:
            log.warning("nudges.not_posted", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 (nobody waits for this task)
            log.error("nudges.failed", failure=without_words(error))  # noqa: TRY400

    async def _nudge(self, person: PersonId) -> bool:
        """Post the line if it is wanted and true still, and they are still there to read it."""
        turn = self._turns[person] = _Turn()
        nudge = await self.chosen(person)
        if nudge is None or not await self._is_there(nudge):
            return False
        noted = await self._noted(nudge)
        if noted is None:
            return False
        await self._pacer.turn(Lane.BACKGROUND)
        if turn.is_wanted:
            await self._within(self._rooms.post(nudge.channel, CannotReach(person, noted.language), nonce=noted.id))
            await self._posted(noted)
        return turn.is_wanted

    async def _is_there(self, nudge: Nudge) -> bool:
        """Whether the bot can post there, and they can read it."""
        try:
            self.look(nudge.community, nudge.channel)
        except UserError:
            log.info("nudges.no_place", community=nudge.community)
            return False
        await self._pacer.turn(Lane.BACKGROUND)
        return await self._within(self._rooms.can_read(nudge.community, nudge.channel, nudge.person))

    async def _noted(self, nudge: Nudge) -> _Noted | None:
        """Note that it is tried, unless it is not to be."""
        person, now = nudge.person, self._clock.now()
        async with self._store.write() as tx:
            await tx.consents.lock(person)  # of two processes, the second sees what the first noted
            if await tx.nudges.get(person) != nudge or not await _is_wanted(tx, person, now):
                return None
            agreed = [entry for entry in standing(await tx.consents.entries(person)) if entry.scope is Scope.NUDGE]
            noted = _Noted(delivery_id(self._new_id(), 1), agreed[-1].language)
            await tx.deliveries.tried(noted.id, Kind.NUDGE, person, at=now)
        return noted

    async def _posted(self, noted: _Noted) -> None:
        async with self._store.write() as tx:
            delivery = await tx.deliveries.get(noted.id)
            if delivery is not None:  # they may have erased it meanwhile
                await tx.deliveries.move(delivery, State.SENT, at=self._clock.now())

    async def _within(self, request: Awaitable[_T]) -> _T:
        async with asyncio.timeout(self._post_within):
            return await request


async def _is_wanted(tx: Transaction, person: PersonId, now: datetime) -> bool:
    """Whether they agreed, still cannot be reached, and were not told of this already."""
    if not (await tx.consents.holds(person, Scope.CHECKINS) and await tx.consents.holds(person, Scope.NUDGE)):
        return False
    member = await tx.members.get(person)
    plans = await tx.plans.of(person)
    if member is None or member.notice is not Notice.CLOSED_DM or await tx.absences.is_gone(person):
        return False
    if not any(plan.paused is Paused.CLOSED_DM for plan in plans):
        return False
    last = await tx.deliveries.newest(person, (State.SENT, State.GAVE_UP), of=(Kind.NUDGE,))
    if last is None:
        return True
    # Something must have arrived in between, or it is still the trouble that they were told of.
    arrived = await tx.deliveries.newest(person, PROVEN, of=_DMS)
    return now >= last + A_WEEK and arrived is not None and arrived > last


@dataclass(frozen=True, slots=True)
class _Noted:
    """A line that is about to be posted, in the language in which it was shown."""

    id: str
    language: str


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """What is under way for one person holds it."""

    is_wanted: bool = True
