"""From a plan to its next row: the one place that writes occurrences ahead of their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportbot.domain.cadence import MemberTimes, next_occurrences
from supportbot.domain.checkins import Plan
from supportbot.services.ports import Clock, NewId, Transaction

LOOK_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Planner:
    """Writes occurrences. `window` is how late one may still be sent."""

    clock: Clock
    new_id: NewId
    window: timedelta

    async def plan_next(self, tx: Transaction, plan: Plan, *, after: datetime) -> None:
        """Write the plan's next occurrence after an instant, unless one is planned; what is over is passed over."""
        if await tx.deliveries.next_due(plan.id, after=after) is not None:
            return
        member = await tx.members.get(plan.person)
        if member is None:
            return
        for occurrence in next_occurrences(plan.rule, MemberTimes(member.zone), after, LOOK_AHEAD):
            if await tx.deliveries.plan(
                plan, occurrence, occurrence_id=self.new_id(), window=self.window, at=self.clock.now()
            ):
                return
