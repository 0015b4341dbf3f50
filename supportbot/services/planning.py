"""From a plan to its next row: the one place that writes occurrences ahead of their time."""

from __future__ import annotations

from datetime import datetime, timedelta

from supportbot.domain.cadence import MemberTimes, next_occurrences
from supportbot.domain.checkins import Plan
from supportbot.services.ports import NewId, Transaction

LOOK_AHEAD = 4


async def plan_next(tx: Transaction, plan: Plan, *, after: datetime, new_id: NewId, window: timedelta) -> None:
    """Write the plan's next occurrence after an instant, unless one is planned; those that are over are passed over."""
    if await tx.deliveries.next_due(plan.id, after=after) is not None:
        return
    member = await tx.members.get(plan.person)
    if member is None:
        return
    for occurrence in next_occurrences(plan.rule, MemberTimes(member.zone), after, LOOK_AHEAD):
        if await tx.deliveries.plan(plan, occurrence, occurrence_id=new_id(), window=window):
            return
