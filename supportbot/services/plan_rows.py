"""A member's plans inside a transaction: find one that is theirs, and plan anew what is not sent yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from supportbot.domain.cadence import MemberTimes, Occurrence, next_occurrences
from supportbot.domain.checkins import Plan, PlanState
from supportbot.domain.people import PersonId
from supportbot.errors import UserError
from supportbot.services.planning import Planner
from supportbot.services.ports import Transaction

_FURTHEST = timedelta(days=2)
"""No occurrence of an earlier local date than this before an instant is due after it, in any zone."""


async def own_plan(tx: Transaction, person: PersonId, plan_id: str) -> Plan:
    """This member's plan, if it is not stopped. Raises UserError."""
    plan = await tx.plans.get(plan_id)
    if plan is None or plan.person != person or plan.state is PlanState.STOPPED:
        raise UserError("checkin.no_such_plan")
    return plan


async def replan(tx: Transaction, planner: Planner, plan: Plan, now: datetime) -> None:
    """Compute anew what is not sent yet. What was sent for a date and slot is not sent again."""
    await tx.deliveries.drop_planned(plan.id)
    if plan.state is PlanState.ACTIVE:
        await planner.plan_next(tx, plan, after=now)


async def replan_all(tx: Transaction, planner: Planner, person: PersonId, now: datetime) -> None:
    """The same for all of a member's plans, as when their times changed."""
    for plan in await tx.plans.of(person):
        await replan(tx, planner, plan, now)


async def still_to_come(
    tx: Transaction, plan: Plan, times: MemberTimes, after: datetime, count: int
) -> tuple[Occurrence, ...]:
    """What of a plan comes after an instant under these times, without what was sent or skipped for its date and slot.

    Raises UserError `zone.unknown`.
    """
    done = await tx.plans.done_with(plan.id, (after - _FURTHEST).date())
    found = next_occurrences(plan.rule, times, after, count + len(done))
    return tuple(each for each in found if (each.local_date, each.slot) not in done)[:count]
