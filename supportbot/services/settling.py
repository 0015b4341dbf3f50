"""What follows from a message that is known to have reached its member; how plans rest, run again and end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from supportbot.domain.checkins import Delivery, Kind, Paused, Plan, PlanState, Reason
from supportbot.domain.consent import Scope
from supportbot.domain.people import Notice, PersonId
from supportbot.services.planning import Planner
from supportbot.services.ports import Transaction

REASONS = {
    Paused.MEMBER: Reason.STOPPED,
    Paused.CLOSED_DM: Reason.CLOSED_DM,
    Paused.SILENCE: Reason.SILENCE,
    Paused.ZONE_GONE: Reason.ZONE_GONE,
}
"""Why what was planned of a paused plan does not go out."""


async def arrived(tx: Transaction, delivery: Delivery, *, at: datetime) -> None:
    """Call it in the transaction that moves a delivery to `sent`, and only if it was moved."""
    if not await tx.consents.holds(delivery.person, Scope.CHECKINS):
        return
    if delivery.kind is Kind.FAREWELL:
        return
    if delivery.says_so:
        await tx.members.owe_word(delivery.person, False)
    if delivery.kind is Kind.SILENCE:
        await pause_all(tx, delivery.person, Paused.SILENCE, at=at)
    elif delivery.plan_id:
        await tx.plans.turned(delivery.plan_id)


async def shut(tx: Transaction, person: PersonId, *, at: datetime) -> None:
    """Their DMs are closed: everything rests, and they are told at their next command. Without a consent there is
    nothing to rest.
    """
    if await tx.consents.holds(person, Scope.CHECKINS):
        await pause_all(tx, person, Paused.CLOSED_DM, at=at)
        await tx.members.note(person, Notice.CLOSED_DM)


async def pause_all(tx: Transaction, person: PersonId, why: Paused, *, at: datetime) -> list[Plan]:
    """Pause every plan that runs; nothing that is planned of them goes out. Says which they were."""
    running = [plan for plan in await tx.plans.of(person) if plan.state is PlanState.ACTIVE]
    for plan in running:
        await pause(tx, plan, why, at=at)
    return running


async def pause(tx: Transaction, plan: Plan, why: Paused, *, at: datetime) -> None:
    """Pause one plan; nothing that is planned of it goes out, also no repeat that was asked for."""
    await tx.plans.set_state(plan.id, PlanState.PAUSED, at=at, paused=why)
    # Forgotten rather than cancelled, so that they can be planned anew when the plan goes on.
    await tx.deliveries.drop_planned(plan.id)
    await tx.deliveries.cancel_planned(plan.id, reason=REASONS[why], at=at)


async def run(tx: Transaction, planner: Planner, plan: Plan, *, at: datetime, until: datetime | None = None) -> Plan:
    """Let a plan run, from `at` on or, if it is to rest before, from `until` on; what is not sent yet is computed anew.

    Raises UserError `zone.unknown`, SealingError.
    """
    await tx.plans.set_state(plan.id, PlanState.ACTIVE, at=at, until=until)
    runs = replace(plan, state=PlanState.ACTIVE, paused=None, paused_until=until)
    await tx.deliveries.drop_planned(plan.id)
    await planner.plan_next(tx, runs, after=at)
    return runs


async def stop(tx: Transaction, plan: Plan, *, at: datetime, why: Reason = Reason.STOPPED) -> None:
    """Stop one plan for good; nothing that is planned of it goes out."""
    await tx.plans.set_state(plan.id, PlanState.STOPPED, at=at)
    await tx.deliveries.cancel_planned(plan.id, reason=why, at=at)
