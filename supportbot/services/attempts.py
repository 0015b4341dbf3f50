"""One delivery at a time: its attempt, what became of it, and what Discord's memory says of one in doubt.

A process that is frozen between its last look at the lease and the socket, for longer than the lease and Discord's
memory of a nonce, could send twice: Discord has no fence against that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog

from supportbot.domain.checkins import Delivery, Kind, Reason, State, Timing
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.errors import ChannelGone, DeliveryError, NotSent, OutcomeUnknown, Unreachable
from supportbot.services.clock_guard import ClockGuard
from supportbot.services.errands import Drop, Errands, Letter, Verdict, Wait
from supportbot.services.opening import OpeningDms
from supportbot.services.pacer import Lane, Pacer
from supportbot.services.ports import Clock, DmChannel, Messenger, Store, Transaction

log = structlog.stdlib.get_logger(__name__)

FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=10)
LOOK_BACK = timedelta(hours=26)
"""How far back a DM is read in which no message of ours is known: with a wrong zone a host is up to 14 hours ahead."""
_T = TypeVar("_T")


class Attempts:
    """Carries claimed deliveries to an end, each on its own; every step is committed before the next.

    `gone` is told who, says Discord, shares no community with the bot any more; `unreachable`, once it is noted, whom
    something did not reach.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        messenger: Messenger,
        errands: Mapping[Kind, Errands],
        *,
        opening: OpeningDms,
        timing: Timing,
        pacer: Pacer,
        guard: ClockGuard,
        gone: Callable[[PersonId], None],
        unreachable: Callable[[PersonId], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._opening = opening
        self._errands = errands
        self._timing = timing
        self._pacer = pacer
        self._guard = guard
        self._gone = gone
        self._told_unreachable = unreachable
        self._beginnings: WeakValueDictionary[PersonId, asyncio.Lock] = WeakValueDictionary()

    async def release(self, delivery: Delivery) -> None:
        """Plan what was claimed and not begun again."""
        # Claimed and never `sending`: nothing went out, whoever claimed it.
        async with self._store.write() as tx:
            now = self._guard.now()
            await tx.deliveries.move(delivery, State.PLANNED, at=now, wake_at=now)

    async def send(self, claimed: Delivery) -> None:
        """Make one attempt and settle it."""
        # Of two that go to one person, the second is begun knowing the first: what is to be said once is said once.
        async with self._beginnings.setdefault(claimed.person, asyncio.Lock()):
            attempt = await self._begin(claimed)
        if attempt is None:
            return
        sending = attempt.delivery
        try:
            channel = attempt.channel or await self._open(sending)
            message = await self._request(
                sending, lambda: self._messenger.send(channel, attempt.letter.note, nonce=sending.id)
            )
        except _TooLate:
            await self._not_begun(sending)
        except Unreachable as error:
            await self._unreachable(sending, error)
        except ChannelGone:
            await self._open_anew(sending, State.PLANNED)
        except NotSent as error:
            await self._retry(sending, error)
        except (OutcomeUnknown, TimeoutError) as error:
            await self._unknown(sending, error)
        else:
            await self._sent(sending, channel, message)

    async def _open(self, sending: Delivery) -> ChannelId:
        try:
            return await self._request(sending, lambda: self._opening.open(sending.person))
        except (OutcomeUnknown, TimeoutError) as error:
            # A DM that was opened is no message: nothing went out.
            raise NotSent(str(error) or "time-out") from None

    async def _request(self, sending: Delivery, call: Callable[[], Awaitable[_T]]) -> _T:
        """Wait for a turn, look at the lease a last time, and make one request within its bound."""
        await self._pacer.turn(Lane.CHECKINS)
        if sending.wake_at is None or self._guard.now() + self._timing.send > sending.wake_at:
            raise _TooLate
        async with asyncio.timeout(self._timing.send.total_seconds()):
            return await call()

    async def _begin(self, claimed: Delivery) -> _Attempt | None:
        """Commit the attempt before anything goes out, unless it is no longer wanted or the lease is nearly over."""
        async with self._store.write() as tx:
            now = self._guard.now()
            if claimed.wake_at is None or now + self._timing.send > claimed.wake_at:
                await tx.deliveries.move(claimed, State.PLANNED, at=now, wake_at=now)
                return None
            letter = await self._errands[claimed.kind].begin(tx, claimed, now)
            if not isinstance(letter, Letter):
                await self.decide(tx, claimed, letter, now)
                return None
            dm = await tx.dm_channels.get(claimed.person)
            if dm is None and (until := self._opening.held_until) is not None:
                await tx.deliveries.move(claimed, State.PLANNED, at=now, wake_at=until)
                return None
            sending = replace(
                claimed,
                state=State.SENDING,
                kind=letter.kind,
                says_so=letter.says_so,
                attempt=claimed.attempt + 1,
                started_at=now,
                wake_at=now + self._timing.lease,
            )
            moved = await tx.deliveries.move(
                claimed,
                State.SENDING,
                at=now,
                wake_at=sending.wake_at,
                new_attempt=True,
                kind=letter.kind,
                turn=letter.turn,
                reason=Reason.CATCH_UP if letter.says_so else None,
                # Of the first attempt: a later look-up must still find what that one left.
                search_after=dm.last_message if dm and claimed.attempt == 0 else None,
            )
            return _Attempt(sending, letter, dm.channel if dm else None) if moved else None

    async def _not_begun(self, sending: Delivery) -> None:
        """The attempt was committed and no request was made: its turn came too late."""
        async with self._store.write() as tx:
            now = self._guard.now()
            await tx.deliveries.move(sending, State.PLANNED, at=now, wake_at=now, not_begun=True)

    async def _sent(self, sending: Delivery, channel: ChannelId, message: MessageId) -> None:
        async with self._store.write() as tx:
            now = self._clock.now()
            # Not moved: the member opened it before us, or erased everything, and then nothing may be kept anew.
            if await tx.deliveries.move(sending, State.SENT, at=now, channel=channel, message=message):
                await tx.consents.rely_on(sending.person, Scope.CHECKINS)
                await tx.dm_channels.save(DmChannel(sending.person, channel, message), at=now)
                await self._errands[sending.kind].ended(tx, sending, State.SENT, now)
        log.info("checkins.sent", delivery=sending.id)

    async def _unreachable(self, sending: Delivery, error: Unreachable) -> None:
        """No second try, and nothing else for this person meets the same refusal."""
        async with self._store.write() as tx:
            now = self._clock.now()
            if is_new := await tx.deliveries.move(sending, State.UNREACHABLE, at=now, reason=Reason.CLOSED_DM):
                await self._errands[sending.kind].ended(tx, sending, State.UNREACHABLE, now)
            if error.gone and await tx.consents.holds(sending.person, Scope.CHECKINS):
                await tx.absences.add(Absence(sending.person, Why.NO_SHARED, now))
                self._gone(sending.person)
        if is_new:
            self._told_unreachable(sending.person)
        log.info("checkins.unreachable", delivery=sending.id, reason=error.reason)

    async def _retry(self, sending: Delivery, error: NotSent) -> None:
        """Certainly not sent: try again, later each time, until the lateness window ends it."""
        pause = min(FIRST_RETRY * 2 ** (sending.attempt - 1), LONGEST_RETRY)
        pause = max(pause, timedelta(seconds=error.retry_after))
        await self._guard.check()
        now = self._guard.now()
        async with self._store.write() as tx:
            await tx.deliveries.move(sending, State.PLANNED, at=now, wake_at=now + pause)
        log.warning("checkins.not_sent_yet", delivery=sending.id, reason=error.reason, attempt=sending.attempt)

    async def _open_anew(self, delivery: Delivery, state: State) -> None:
        """Forget the channel, so that the next try opens another."""
        async with self._store.write() as tx:
            now = self._guard.now()
            await tx.dm_channels.erase(delivery.person)
            await tx.deliveries.move(delivery, state, at=now, wake_at=now)
        log.info("checkins.channel_gone", delivery=delivery.id)

    async def _unknown(self, sending: Delivery, error: OutcomeUnknown | TimeoutError) -> None:
        async with self._store.write() as tx:
            await tx.deliveries.move(sending, State.UNKNOWN, at=self._clock.now(), wake_at=sending.wake_at)
        log.warning("checkins.outcome_unknown", delivery=sending.id, reason=str(error) or "time-out")

    # --- what may have been sent

    async def reconcile(self, delivery: Delivery) -> None:
        """Decide about one whose attempt's window is over, by what the DM's history says."""
        async with self._store.write() as tx:
            now = self._guard.now()
            # While this look-up lasts nobody begins another; one that was begun meanwhile has moved the row on.
            until = now + self._timing.lease
            if not await tx.deliveries.move(delivery, State.UNKNOWN, at=now, wake_at=until):
                return
            dm = await tx.dm_channels.get(delivery.person)
        unknown = replace(delivery, state=State.UNKNOWN, wake_at=until)
        try:
            channel = dm.channel if dm else await self._look_up(lambda: self._opening.open(delivery.person))
            since = (delivery.started_at or delivery.due) - LOOK_BACK
            message = await self._look_up(
                lambda: self._messenger.find(channel, delivery.id, after=delivery.search_after, since=since)
            )
        except ChannelGone:
            await self._open_anew(unknown, State.UNKNOWN)
        except (DeliveryError, TimeoutError) as error:
            await self._still_unknown(unknown, error)
        else:
            await self._decided(unknown, channel, message)

    async def _look_up(self, call: Callable[[], Awaitable[_T]]) -> _T:
        await self._pacer.turn(Lane.CHECKINS)
        async with asyncio.timeout(self._timing.send.total_seconds()):
            return await call()

    async def _still_unknown(self, unknown: Delivery, error: DeliveryError | TimeoutError) -> None:
        async with self._store.write() as tx:
            now = self._guard.now()
            if now > unknown.window_ends:
                if await tx.deliveries.move(unknown, State.GAVE_UP, at=now, reason=Reason.UNDECIDED):
                    await self._errands[unknown.kind].ended(tx, unknown, State.GAVE_UP, now)
            else:
                asked = timedelta(seconds=error.retry_after if isinstance(error, NotSent) else 0)
                await tx.deliveries.move(unknown, State.UNKNOWN, at=now, wake_at=now + max(FIRST_RETRY, asked))
        log.warning("checkins.still_unknown", delivery=unknown.id, reason=str(error) or "time-out")

    async def _decided(self, unknown: Delivery, channel: ChannelId, message: MessageId | None) -> None:
        if message is not None:
            await self._sent(unknown, channel, message)
            return
        async with self._store.write() as tx:
            now = self._guard.now()
            await tx.deliveries.move(unknown, State.PLANNED, at=now, wake_at=now)
        log.info("checkins.was_not_sent", delivery=unknown.id)

    # --- what is not sent

    async def decide(self, tx: Transaction, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        """Do to it, in this transaction, what its errands say in the place of sending it."""
        if isinstance(verdict, Drop):
            await self.drop(tx, delivery, verdict, now)
        elif isinstance(verdict, Wait):
            await tx.deliveries.move(delivery, State.PLANNED, at=now, wake_at=verdict.until)
        else:
            window = delivery.window_ends - delivery.due  # each kind has its own
            await tx.deliveries.put_off(delivery, verdict.due, window=window, at=now)

    async def drop(self, tx: Transaction, delivery: Delivery, drop: Drop, now: datetime) -> None:
        """End it in this transaction without sending it."""
        if await tx.deliveries.move(delivery, drop.state, at=now, reason=drop.reason):
            await self._errands[delivery.kind].ended(tx, delivery, drop.state, now)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A committed attempt, and what is needed to carry it out."""

    delivery: Delivery
    letter: Letter
    channel: ChannelId | None


class _TooLate(Exception):
    """The turn came when too little of the lease was left."""
