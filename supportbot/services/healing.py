"""Plans that run and of which nothing is to come: planned anew, whatever became of what was planned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from supportbot.domain.checkins import PlanState
from supportbot.domain.consent import Scope
from supportbot.errors import SealingError, UserError
from supportbot.services.planning import Planner
from supportbot.services.ports import Store

log = structlog.stdlib.get_logger(__name__)

PAGE = 50
"""Small enough that a member's own write never waits long for it."""


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
