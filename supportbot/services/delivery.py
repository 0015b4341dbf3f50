"""The delivering side of check-ins: claim, send, settle, reconcile. Rows are the truth; a wake-up only says look.

What is carried is the errands' own business. A process that is frozen between its last look at the lease and the
socket, for longer than the lease and Discord's memory of a nonce, could send twice: Discord has no fence against that.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog

from supportbot.domain.checkins import Delivery, Kind, Reason, State, Timing
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.errors import (
    ChannelGone,
    DeliveryError,
    NotSent,
    OutcomeUnknown,
    StorageError,
    Unreachable,
    without_words,
)
from supportbot.services.clock_guard import ClockGuard, ClockInDoubt
from supportbot.services.delivering_turn import DeliveringTurn
from supportbot.services.errands import Drop, Errands, Letter, Verdict, Wait
from supportbot.services.opening import OpeningDms
from supportbot.services.pacer import PER_SECOND, Lane, Pacer
from supportbot.services.ports import Clock, DmChannel, Messenger, NewId, Store, Transaction, Wakeups

log = structlog.stdlib.get_logger(__name__)

WAKE_UP = "checkins"
BATCH = 250
"""Small enough that a member's own write never waits long for a claim."""
LATE = 50
"""How many late ones are settled in one transaction: each writes the one that comes after it."""
LOW = 64
"""So many claimed ones are always waiting for their turn, as long as there are any."""
AT_ONCE = 48
SWEEP = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=10)
LOOK_BACK = timedelta(hours=26)
"""How far back a DM is read in which no message of ours is known: with a wrong zone a host is up to 14 hours ahead."""
AFTER_TROUBLE = timedelta(seconds=5)
IN_DOUBT = timedelta(seconds=15)
"""How long until Discord is asked again for the time, while the clock cannot be believed."""
BETWEEN_LOOKS = 0.03
"""Seconds: far less than anybody notices of a check-in."""
OTHERS_TURN = timedelta(seconds=1)
"""How long what is due is left to another process that has it in hand."""
_T = TypeVar("_T")
_NO_OUTCOME = (State.CLAIMED, State.SENDING, State.UNKNOWN)


class DeliveryEngine:
    """Brings everything that is due to its person once.

    `run` lives as long as the bot; `look` asks it to look at the table again; everything it knows is in the table.
    `gone` is told who, says Discord, shares no community with the bot any more; `unreachable`, once it is noted, whom
    something did not reach.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        messenger: Messenger,
        wakeups: Wakeups,
        errands: Mapping[Kind, Errands],
        *,
        opening: OpeningDms,
        new_id: NewId,
        timing: Timing,
        pacer: Pacer,
        guard: ClockGuard,
        gone: Callable[[PersonId], None] = lambda _: None,
        unreachable: Callable[[PersonId], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._opening = opening
        self._wakeups = wakeups
        self._errands = errands
        self._timing = timing
        self._pacer = pacer
        self._guard = guard
        self._gone = gone
        self._told_unreachable = unreachable
        self._wanted = asyncio.Event()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._in_hand: Counter[str] = Counter()
        self._beginnings: WeakValueDictionary[PersonId, asyncio.Lock] = WeakValueDictionary()
        self._turn = DeliveringTurn(store, new_id(), timing.lease)

    def look(self) -> None:
        """Something may be due, or the next due instant may have changed."""
        self._wanted.set()

    async def run(self) -> None:
        """Deliver until cancelled. Trouble is logged and tried again, never the end of it."""
        self._wakeups.every(f"{WAKE_UP}-sweep", SWEEP, self.look)
        # Set right, a clock that was ahead would have the next look wait until it is there again.
        self._clock.on_jump(self.look)
        self.look()
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                await self._pass()
                # Many members who change something at once are one reason to look, not many.
                await asyncio.sleep(BETWEEN_LOOKS)
        finally:
            await self._turn.give_back()

    async def deliver_due(self) -> None:
        """Work on everything whose time has come, until nothing is left that can be done now.

        What another process is just claiming is left to it. One delivery's trouble does not touch the others; the
        first trouble is raised when what was begun is through. Raises ClockInDoubt before anything is begun.
        """
        await self._guard.check()
        working: set[asyncio.Task[None]] = set()
        troubles: list[BaseException] = []
        try:
            try:
                while not troubles and (await self._begun_work(working) or working):
                    done, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED) if working else ((), ())
                    troubles += _troubles(working, done)
            except Exception as error:  # noqa: BLE001 (raised below, when what is on its way has arrived)
                troubles.append(error)
            if working:
                await asyncio.wait(working)
                troubles += _troubles(working, working.copy())
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
        if troubles:
            raise troubles[0]

    async def _pass(self) -> None:
        try:
            await self.deliver_due()
            await self._arm()
        except ClockInDoubt:
            self._wakeups.wake_at(WAKE_UP, self._clock.now() + IN_DOUBT, self.look)
        except StorageError as error:
            log.warning("checkins.storage_trouble", error=str(error))
            self._wakeups.wake_at(WAKE_UP, self._clock.now() + AFTER_TROUBLE, self.look)
        except Exception as error:  # noqa: BLE001
            log.error("checkins.pass_failed", failure=without_words(error))  # noqa: TRY400
            self._wakeups.wake_at(WAKE_UP, self._clock.now() + AFTER_TROUBLE, self.look)

    async def _arm(self) -> None:
        now = self._clock.now()
        async with self._store.read() as tx:
            wake = await tx.deliveries.next_wake()
            held = await self._turn.others_until(tx) if wake is not None and wake <= now else None
        if wake is not None and wake <= now:
            wake = now + OTHERS_TURN
            if held is not None:
                # Another process delivers: look again when its lease is over, which it may hold longer by then.
                wake = max(held, wake)
        self._wakeups.wake_at(WAKE_UP, wake, self.look)

    # --- what is to be done

    async def _begun_work(self, working: set[asyncio.Task[None]]) -> bool:
        """Begin what can be begun now; whether there was anything to decide about."""
        if len(working) > LOW:
            return True
        async with self._store.read() as tx:
            waiting = await tx.deliveries.to_look_at(
                self._guard.now(), limit=BATCH, states=(*_NO_OUTCOME, State.PLANNED)
            )
        if not waiting:
            return False
        claimed, found = await self._claim()
        if found is None:
            waiting = []
        stale = [each for each in waiting if each.state in _NO_OUTCOME and each.id not in self._in_hand]
        # What was just claimed is ours, even where an attempt before it has not quite ended.
        begun = [(self._send, each) for each in claimed]
        begun += [(self._release if each.state is State.CLAIMED else self._reconcile, each) for each in stale]
        for work, delivery in begun:
            working.add(asyncio.create_task(self._carry(work, delivery), name="deliver-one"))
        return bool(found or begun)

    async def _carry(self, work: _Work, delivery: Delivery) -> None:
        self._in_hand[delivery.id] += 1
        try:
            async with self._gate:
                await self._guard.check()
                await work(delivery)
        except ClockInDoubt:
            raise
        except Exception as error:
            log.warning("checkins.trouble", kind=type(error).__name__)
            raise
        finally:
            self._in_hand[delivery.id] -= 1
            if not self._in_hand[delivery.id]:
                del self._in_hand[delivery.id]

    async def _release(self, delivery: Delivery) -> None:
        # Claimed and never `sending`: nothing went out, whoever claimed it.
        async with self._store.write() as tx:
            now = self._guard.now()
            await tx.deliveries.move(delivery, State.PLANNED, at=now, wake_at=now)

    async def _claim(self) -> tuple[list[Delivery], bool | None]:
        """Those that are now ours to send, and whether there were any to decide about; None if another delivers."""
        # No more than can go out while the claim holds.
        limit = max(8, min(BATCH, int(self._timing.grace.total_seconds() * PER_SECOND / 2)))
        async with self._store.write() as tx:
            now = self._guard.now()
            if not await self._turn.is_ours(tx, now):
                return [], None
            due = await tx.deliveries.to_claim(now, limit=limit)
            late = [delivery for delivery in due if now > delivery.window_ends]
            timely = [delivery for delivery in due if now <= delivery.window_ends]
            verdicts = await self._verdicts(tx, timely, now)
            for delivery in late[:LATE]:
                why = Reason.REFUSED if delivery.attempt else Reason.LATE
                await self._drop(tx, delivery, Drop(why, State.NOT_SENT), now)
            for delivery in [each for each in timely if each.id in verdicts][:LATE]:
                await self._decide(tx, delivery, verdicts[delivery.id], now)
            ours = [delivery for delivery in timely if delivery.id not in verdicts]
            until = now + self._timing.lease
            if ours:
                await tx.deliveries.claim(ours, at=now, until=until)
        return [replace(each, state=State.CLAIMED, wake_at=until) for each in ours], bool(due)

    async def _verdicts(self, tx: Transaction, due: list[Delivery], now: datetime) -> Mapping[str, Verdict]:
        found: dict[str, Verdict] = {}
        for kind in {delivery.kind for delivery in due}:
            found |= await self._errands[kind].look(tx, [each for each in due if each.kind is kind], now)
        return found

    async def _decide(self, tx: Transaction, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        if isinstance(verdict, Drop):
            await self._drop(tx, delivery, verdict, now)
        elif isinstance(verdict, Wait):
            await tx.deliveries.move(delivery, State.PLANNED, at=now, wake_at=verdict.until)
        else:
            window = delivery.window_ends - delivery.due  # each kind has its own
            await tx.deliveries.put_off(delivery, verdict.due, window=window, at=now)

    async def _drop(self, tx: Transaction, delivery: Delivery, drop: Drop, now: datetime) -> None:
        if await tx.deliveries.move(delivery, drop.state, at=now, reason=drop.reason):
            await self._errands[delivery.kind].ended(tx, delivery, drop.state, now)

    # --- one attempt

    async def _send(self, claimed: Delivery) -> None:
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
                await self._decide(tx, claimed, letter, now)
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

    async def _reconcile(self, delivery: Delivery) -> None:
        """The attempt's window is over: what does the DM's history say?"""
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


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A committed attempt, and what is needed to carry it out."""

    delivery: Delivery
    letter: Letter
    channel: ChannelId | None


class _TooLate(Exception):
    """The turn came when too little of the lease was left."""


_Work = Callable[[Delivery], Awaitable[None]]


def _troubles(working: set[asyncio.Task[None]], done: Iterable[asyncio.Task[None]]) -> list[BaseException]:
    """Take what is done out of the work; what went wrong in it."""
    working.difference_update(done)
    return [error for task in done if not task.cancelled() and (error := task.exception()) is not None]
