"""The nightly purge: what has had its time goes, in small steps, and nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.domain.retention import LEAP, Keep, Periods, begins_in_doubt, differ, is_due, is_trusted, next_night
from supportbot.services.graces import Graces
from supportbot.services.pacer import Pacer
from supportbot.services.ports import Clock, Store, Transaction, Wakeups
from supportbot.services.scrubbing import scrubbed

T = TypeVar("T")

log = structlog.stdlib.get_logger(__name__)

WAKE_UP = "retention"
BATCH = 200
"""How many rows go in one transaction: small, so that nobody's own write waits long."""

AGAIN = timedelta(hours=1)
"""When a night's work is tried again that was not done to its end, or that another process has in hand."""

REMEMBERED = (Scope.REGION, Scope.LANGUAGE)


class Retention:
    """Does a night's work once, also where several processes run, and at the next start when a night was missed.

    `forgot` is told, after it is true, whose remembered country or language went.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        wakeups: Wakeups,
        graces: Graces,
        periods: Periods,
        *,
        forgot: Callable[[PersonId, Scope], None],
        pacer: Pacer,
    ) -> None:
        self._store = store
        self._clock = clock
        self._wakeups = wakeups
        self._graces = graces
        self._periods = periods
        self._forgot = forgot
        self._pacer = pacer
        self._wanted = asyncio.Event()

    def look(self) -> None:
        """A night may have begun."""
        self._wanted.set()

    async def run(self) -> None:
        """Work every night until cancelled. Trouble is logged and tried again, never the end of it."""
        # Set back, the clock would have the next night wait for days; and set forward, it is told by its wake-up.
        self._clock.on_jump(self.look)
        self.look()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                again = await self.tonight()
            except Exception as error:  # noqa: BLE001
                log.error("retention.failed", error=type(error).__name__)  # noqa: TRY400
                again = self._clock.now() + AGAIN
            self._wakeups.wake_at(WAKE_UP, again, self.look)

    async def tonight(self) -> datetime:
        """Do this night's work, if it is still to do; says when to look again. Raises StorageError.

        Nothing goes in a night in which Discord has another time, nor in the one after a leap of the clock: if it was
        wrong, there is a day to notice.
        """
        if await self._is_due() and not await self._agrees_with_discord():
            return next_night(self._clock.now())
        if not await self._trusts_the_clock():
            return next_night(self._clock.now())
        if await self._is_due() and await self._claim():
            await self._work()
        now = self._clock.now()
        return now + AGAIN if await self._is_due() else next_night(now)

    async def _agrees_with_discord(self) -> bool:
        """Also when Discord's time is not known."""
        theirs, now = await self._graces.discords_time(), self._clock.now()
        if theirs is None or not differ(now, theirs):
            return True
        async with self._store.write() as tx:
            await tx.retention.skipped(now, f"Discord's clock said {theirs:%Y-%m-%d %H:%M} UTC")
        log.warning(
            "retention.clock_differs",
            days=(now - theirs).days,
            advice="nothing is purged; set the machine's clock right, then start the bot again",
        )
        return False

    async def _trusts_the_clock(self) -> bool:
        now = self._clock.now()
        async with self._store.write() as tx:
            trusted = await tx.retention.trusted_from()
            if begins_in_doubt(trusted, now):
                await tx.retention.trust_from(next_night(now))
                await tx.retention.skipped(now, f"the clock leapt by more than {LEAP.days} days")
                log.warning("retention.clock_leapt", advice="nothing is purged before the next night")
                return False
            if not is_trusted(trusted, now):
                return False
            await tx.retention.trust_from(now)
            return True

    async def _is_due(self) -> bool:
        async with self._store.read() as tx:
            return is_due(await tx.retention.last_done(), self._clock.now())

    async def _claim(self) -> bool:
        async with self._store.write() as tx:
            return await tx.retention.claim(self._clock.now())

    async def _work(self) -> None:
        """Every part, whatever became of the others; the night is done when each of them is."""
        now = self._clock.now()
        counts: dict[str, int] = {}
        for part, work in self._parts().items():
            try:
                counts[part] = await work(now)
            except Exception as error:  # noqa: BLE001 (one part does not stop the others)
                log.error("retention.part_failed", part=part, error=type(error).__name__)  # noqa: TRY400
            else:
                if counts[part]:
                    log.info("retention.part_done", part=part, count=counts[part])
        if any(counts.values()):
            await scrubbed(self._store)
        if len(counts) == len(self._parts()):
            async with self._store.write() as tx:
                await tx.retention.finished(now)
            log.info("retention.done")

    def _parts(self) -> dict[str, Callable[[datetime], Awaitable[int]]]:
        return {
            "deliveries": self._deliveries,
            "stopped_plans": self._stopped_plans,
            "remembered": self._remembered,
            "answers": self._answers,
            "consents": self._consents,
            "erasures": self._erasures,
            "audit": self._audit,
            "communities": self._graces.communities,
            "forgotten": self._graces.absent,
            "gone": self._graces.look,
            "inactive": self._graces.inactive,
        }

    async def _deliveries(self, now: datetime) -> int:
        before = self._periods.start(Keep.DELIVERIES, now)
        return await self._in_batches(lambda tx: tx.retention.purge_deliveries(before, limit=BATCH))

    async def _stopped_plans(self, now: datetime) -> int:
        before = self._periods.start(Keep.STOPPED_PLANS, now)

        async def one(tx: Transaction, found: tuple[str, PersonId]) -> None:
            plan_id, person = found
            if await tx.retention.forget_plan(plan_id, person):
                # It was the last: zone, DM channel and consent have nothing left to be for.
                await tx.expire(person, Scope.CHECKINS)

        return await self._one_by_one(lambda tx: tx.retention.stopped_plans(before, limit=BATCH), one)

    async def _remembered(self, now: datetime) -> int:
        before = self._periods.start(Keep.REMEMBERED, now)
        return sum([await self._remembered_of(scope, before) for scope in REMEMBERED])

    async def _remembered_of(self, scope: Scope, before: datetime) -> int:
        gone: list[PersonId] = []

        async def one(tx: Transaction, person: PersonId) -> None:
            if await tx.retention.is_still_remembered(person, scope, before):
                await tx.expire(person, scope)
                gone.append(person)

        rows = await self._one_by_one(lambda tx: tx.retention.remembered(scope, before, limit=BATCH), one)
        for person in gone:
            self._forgot(person, scope)
        return rows

    async def _answers(self, now: datetime) -> int:
        before = self._periods.start(Keep.ANSWERS, now)
        return await self._in_batches(lambda tx: tx.retention.purge_answers(before, limit=BATCH))

    async def _consents(self, now: datetime) -> int:
        before = self._periods.start(Keep.CONSENTS, now)
        return await self._in_batches(lambda tx: tx.retention.purge_consents(before, limit=BATCH))

    async def _erasures(self, now: datetime) -> int:
        return await self._store.forget_erasures(now)

    async def _audit(self, now: datetime) -> int:
        before = self._periods.start(Keep.AUDIT, now)
        async with self._store.read() as tx:
            communities = await tx.audit.to_purge(before)
        gone = 0
        for community in communities:
            async with self._store.write() as tx:
                gone += await tx.audit.purge_before(before, of=community)
            await self._pacer.turn()
        return gone

    async def _in_batches(self, some: Callable[[Transaction], Awaitable[int]]) -> int:
        """One short transaction after the other, until one finds less than it might have."""
        rows = 0
        while True:
            async with self._store.write() as tx:
                found = await some(tx)
            rows += found
            if found < BATCH:
                return rows
            await self._pacer.turn()

    async def _one_by_one(
        self,
        find: Callable[[Transaction], Awaitable[Sequence[T]]],
        forget: Callable[[Transaction, T], Awaitable[None]],
    ) -> int:
        """The same, with a transaction for each person: who holds several people's locks waits for others in a ring."""
        rows = 0
        while True:
            async with self._store.read() as tx:
                found = await find(tx)
            for each in found:
                async with self._store.write() as tx:
                    await forget(tx, each)
            rows += len(found)
            if len(found) < BATCH:
                return rows
            await self._pacer.turn()
