"""When governments move clocks: after new time zone data, what is planned is computed anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from supportbot.domain.checkins import Paused, Plan, PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.people import Notice, PersonId
from supportbot.domain.recomputing import Judged, Move, Pending, judged
from supportbot.domain.wallclock import forget_zones
from supportbot.errors import SealingError, UserError, without_words
from supportbot.services.clock_guard import ClockInDoubt
from supportbot.services.healing import bring_nearer, heal
from supportbot.services.planning import Planner
from supportbot.services.ports import Store, Transaction, Wakeups
from supportbot.services.ports.recomputing import ZoneFingerprint
from supportbot.services.settling import pause

log = structlog.stdlib.get_logger(__name__)

KEY = "zone_data"
WAKE_UP = "zone-data"
OFTEN = timedelta(hours=6)
PAGE = 250
"""Small enough that the event loop never waits long for it."""
HELD = 20_000
"""So many moves are kept until they are written, a few megabytes: those that come behind where we are are met again."""
WRITTEN = 500
"""Small enough that a member's own write never waits long for it."""
ONE_BY_ONE = 20
"""So many plans that cannot simply be moved are written in one transaction."""
AGAIN = timedelta(minutes=1)


class ZoneData:
    """Looks at the time zone data at the start and every few hours; what is planned follows it.

    Which data the plans were computed with is noted when all of them are: who is stopped in the middle goes through
    them again, and changes only what still differs. `changed` is called when something is due at another instant,
    `noted` with whom to tell that their zone is no more; `check_clock` raises ClockInDoubt.
    """

    def __init__(
        self,
        store: Store,
        planner: Planner,
        wakeups: Wakeups,
        fingerprint: ZoneFingerprint,
        *,
        changed: Callable[[], None] = lambda: None,
        noted: Callable[[PersonId], None] = lambda _: None,
        check_clock: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._store = store
        self._planner = planner
        self._wakeups = wakeups
        self._fingerprint = fingerprint
        self._changed = changed
        self._noted = noted
        self._check_clock = check_clock or _believed
        self._read: str | None = None
        self._wanted = asyncio.Event()
        self._too_far = True

    def set_back(self) -> None:
        """The clock was ahead, and is right now: what was planned meanwhile may be too far ahead."""
        self._too_far = True
        self.look()

    def look(self) -> None:
        """There may be new data."""
        self._wanted.set()

    async def run(self) -> None:
        """Look until cancelled. Trouble is logged and tried again, never the end of it."""
        self._wakeups.every(WAKE_UP, OFTEN, self.look)
        self.look()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.check()
                if await self._is_clock_right():
                    await self._heal()
            except Exception as error:  # noqa: BLE001
                log.error("zones.not_recomputed", failure=without_words(error))  # noqa: TRY400
                self._wakeups.wake_at(f"{WAKE_UP}-again", self._planner.clock.now() + AGAIN, self.look)

    async def _is_clock_right(self) -> bool:
        """Who plans by a wrong clock makes it worse. It calls `set_back` when it is right again."""
        try:
            await self._check_clock()
        except ClockInDoubt:
            self._wakeups.wake_at(f"{WAKE_UP}-again", self._planner.clock.now() + AGAIN, self.look)
            return False
        return True

    async def _heal(self) -> None:
        await heal(self._store, self._planner, changed=self._changed)
        if self._too_far:
            # What is set while this goes on is looked at again.
            self._too_far = False
            try:
                await bring_nearer(self._store, self._planner, changed=self._changed)
            except Exception:
                self._too_far = True
                raise

    async def check(self) -> bool:
        """Compute anew what is planned if the data is not that with which it was; says whether. Raises StorageError."""
        found = await self._fingerprint()
        if self._read not in {None, found}:
            forget_zones()
        self._read = found
        async with self._store.read() as tx:
            if await tx.app_state.get(KEY) == found:
                return False
        began = time.monotonic()
        moved = await self._recompute()
        async with self._store.write() as tx:
            await tx.app_state.set(KEY, found)
        log.info("zones.recomputed", count=moved, seconds=round(time.monotonic() - began, 1))
        return True

    async def _recompute(self) -> int:
        changed, place, moves = 0, None, list[Move]()
        while True:
            async with self._store.read() as tx:
                page = await tx.recomputing.page(place, limit=PAGE)
            if page.ended is None:
                break
            place = page.ended
            found = await asyncio.to_thread(judged, page.pending)
            together, anew = await self._with_others(found)
            await self._one_by_one([*anew, *found.anew], self._plan_anew)
            await self._one_by_one(found.gone, self._zone_is_gone)
            changed += len(together) + len(anew) + len(found.anew) + len(found.gone)
            moves += together
            if len(moves) >= HELD:
                await self._move(moves)
                moves = []
        await self._move(moves)
        return changed

    async def _move(self, moves: Sequence[Move]) -> None:
        # In the order in which they lie in the file: what is close together is written together.
        ordered = await asyncio.to_thread(sorted, moves, key=lambda each: each.delivery)
        for first in range(0, len(ordered), WRITTEN):
            async with self._store.write() as tx:
                now = self._planner.clock.now()
                await tx.recomputing.move(ordered[first : first + WRITTEN], window=self._planner.window, at=now)
        if ordered:
            self._changed()

    async def _with_others(self, found: Judged) -> tuple[list[Move], list[Pending]]:
        """The moves, with what goes out with them; and of those whose company parts, what has to be planned anew."""
        if not found.leads:
            return found.moves, []
        async with self._store.read() as tx:
            going_with = await tx.recomputing.going_with(found.leads.values())
        together = {each.delivery: each for each in found.moves}
        parted: list[Pending] = []
        for delivery, others in going_with.items():
            follow = [each for each in judged(others).moves if each.due == together[delivery].due]
            if len(follow) == len(others):
                together |= {each.delivery: each for each in follow}
            else:
                del together[delivery]
                parted.append(found.leads[delivery])
        return list(together.values()), parted

    async def _one_by_one(
        self, pending: Sequence[Pending], work: Callable[[Transaction, Plan], Awaitable[None]]
    ) -> None:
        plans = list(dict.fromkeys((each.plan, each.person) for each in pending))
        for first in range(0, len(plans), ONE_BY_ONE):
            async with self._store.write() as tx:
                for plan_id, person in plans[first : first + ONE_BY_ONE]:
                    plan = await tx.plans.get(plan_id)
                    is_running = plan is not None and plan.state is PlanState.ACTIVE
                    if plan is not None and is_running and await tx.consents.holds(person, Scope.CHECKINS):
                        await work(tx, plan)
        if plans:
            self._changed()

    async def _plan_anew(self, tx: Transaction, plan: Plan) -> None:
        await tx.deliveries.drop_planned(plan.id)
        try:
            await self._planner.plan_next(tx, plan, after=self._planner.clock.now())
        except UserError:
            await self._zone_is_gone(tx, plan)
        except SealingError as error:
            log.error("zones.cannot_open", error=str(error))  # noqa: TRY400

    async def _zone_is_gone(self, tx: Transaction, plan: Plan) -> None:
        await pause(tx, plan, Paused.ZONE_GONE, at=self._planner.clock.now())
        await tx.members.note(plan.person, Notice.ZONE_GONE)
        self._noted(plan.person)


async def _believed() -> None:
    """For a clock that nobody doubts."""
