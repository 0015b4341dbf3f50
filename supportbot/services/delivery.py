"""The delivering side of check-ins: what is due is claimed and its attempts begun. A wake-up only says look.

Rows are the truth; what is carried is the errands' own business.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from supportbot.domain.checkins import Delivery, Kind, Reason, State, Timing
from supportbot.domain.people import PersonId
from supportbot.errors import (
    StorageError,
    without_words,
)
from supportbot.services.attempts import Attempts
from supportbot.services.clock_guard import ClockGuard, ClockInDoubt
from supportbot.services.delivering_turn import DeliveringTurn
from supportbot.services.errands import Drop, Errands, Verdict
from supportbot.services.opening import OpeningDms
from supportbot.services.pacer import PER_SECOND, Pacer
from supportbot.services.ports import Clock, Messenger, NewId, Store, Transaction, Wakeups

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
AFTER_TROUBLE = timedelta(seconds=5)
IN_DOUBT = timedelta(seconds=15)
"""How long until Discord is asked again for the time, while the clock cannot be believed."""
BETWEEN_LOOKS = 0.03
"""Seconds: far less than anybody notices of a check-in."""
OTHERS_TURN = timedelta(seconds=1)
"""How long what is due is left to another process that has it in hand."""
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
        self._wakeups = wakeups
        self._errands = errands
        self._timing = timing
        self._guard = guard
        self._attempts = Attempts(
            store,
            clock,
            messenger,
            errands,
            opening=opening,
            timing=timing,
            pacer=pacer,
            guard=guard,
            gone=gone,
            unreachable=unreachable,
        )
        self._wanted = asyncio.Event()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._in_hand: Counter[str] = Counter()
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
        begun = [(self._attempts.send, each) for each in claimed]
        begun += [
            (self._attempts.release if each.state is State.CLAIMED else self._attempts.reconcile, each)
            for each in stale
        ]
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
                await self._attempts.drop(tx, delivery, Drop(why, State.NOT_SENT), now)
            for delivery in [each for each in timely if each.id in verdicts][:LATE]:
                await self._attempts.decide(tx, delivery, verdicts[delivery.id], now)
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


_Work = Callable[[Delivery], Awaitable[None]]


def _troubles(working: set[asyncio.Task[None]], done: Iterable[asyncio.Task[None]]) -> list[BaseException]:
    """Take what is done out of the work; what went wrong in it."""
    working.difference_update(done)
    return [error for task in done if not task.cancelled() and (error := task.exception()) is not None]
