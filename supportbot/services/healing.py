"""Plans that run and of which nothing is to come, or not soon enough: planned anew, whatever became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from supportbot.domain.checkins import PlanState
from supportbot.domain.consent import Scope
from supportbot.domain.recomputing import Pending, too_far
from supportbot.errors import SealingError, UserError
from supportbot.services.plan_rows import replan
from supportbot.services.planning import Planner
from supportbot.services.ports import Store, Transaction

log = structlog.stdlib.get_logger(__name__)

PAGE = 50
"""Small enough that a member's own write never waits long for it."""
READ = 250


async def heal(store: Store, planner: Planner, *, changed: Callable[[], None]) -> int:
    """Plan the next one of every active plan that has none; says how many there were. Raises StorageError.

    A plan whose row or zone cannot be read is left as it is.
    """
    healed, place = 0, ""
    while True:
        # A day more: it is still yesterday somewhere.
        today = (planner.clock.now() - timedelta(days=1)).date()
        async with store.read() as tx:
            page = await tx.plans.without_next(place, limit=PAGE, today=today)
        if not page:
            break
        place = page[-1]
        async with store.write() as tx:
            for plan_id in page:
                plan = await tx.plans.get(plan_id)
                if plan is None or plan.state is not PlanState.ACTIVE:
                    continue
                if not await tx.consents.holds(plan.person, Scope.CHECKINS):
                    continue
                try:
                    healed += await planner.plan_next(tx, plan, after=planner.clock.now())
                except (SealingError, UserError) as error:
                    log.warning("checkins.not_healed", plan=plan.id, error=type(error).__name__)
    if healed:
        log.warning("checkins.healed", count=healed)
        changed()
    return healed


async def bring_nearer(store: Store, planner: Planner, *, changed: Callable[[], None]) -> int:
    """Plan anew what a clock that was ahead planned too far ahead; says how many plans that were. Raises StorageError.

    What was sent, skipped or is on its way stays as it is. Only for a clock that is right.
    """
    nearer, place = 0, None
    while True:
        async with store.read() as tx:
            page = await tx.recomputing.page(place, limit=READ)
        if page.ended is None:
            break
        place = page.ended
        far = await asyncio.to_thread(too_far, page.pending, planner.clock.now())
        for first in range(0, len(far), PAGE):
            async with store.write() as tx:
                for each in far[first : first + PAGE]:
                    nearer += await _nearer(tx, planner, each)
    if nearer:
        log.warning("checkins.brought_nearer", count=nearer)
        changed()
    return nearer


async def _nearer(tx: Transaction, planner: Planner, pending: Pending) -> bool:
    plan = await tx.plans.get(pending.plan)
    if plan is None or plan.state is not PlanState.ACTIVE or not await tx.consents.holds(plan.person, Scope.CHECKINS):
        return False
    now = planner.clock.now()
    if await tx.deliveries.next_due(plan.id) != pending.due:
        return False  # changed meanwhile, or put off
    try:
        await replan(tx, planner, plan, now)
    except (SealingError, UserError) as error:
        log.warning("checkins.not_healed", plan=plan.id, error=type(error).__name__)
        return False
    return await tx.deliveries.next_due(plan.id) != pending.due
