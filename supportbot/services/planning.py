"""From a plan to its next row: the one place that writes occurrences ahead of their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportbot.domain.cadence import Occurrence, next_occurrences
from supportbot.domain.checkins import Plan, delivery_id
from supportbot.services.ports import Clock, NewId, Transaction

LOOK_AHEAD = 6
FORGOTTEN = timedelta(days=7)
"""After a longer time without the bot, only this much of it is written down as not sent."""
_JUST_BEFORE = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Planner:
    """Writes occurrences. `window` is how late one may still be sent."""

    clock: Clock
    new_id: NewId
    window: timedelta

    async def plan_next(self, tx: Transaction, plan: Plan, *, after: datetime) -> bool:
        """Write the plan's next occurrence after an instant, unless one is planned; what is over is passed over.

        Others that are due at the same instant go out with it. Says whether one was written.
        Raises UserError `zone.unknown`, SealingError.
        """
        if await tx.deliveries.has_next(plan.id, after=after):
            return False
        member = await tx.members.get(plan.person)
        if member is None:
            return False
        after = max(after, self.clock.now() - self.window - FORGOTTEN)
        if plan.paused_until is not None:
            after = max(after, plan.paused_until - _JUST_BEFORE)
        while found := next_occurrences(plan.rule, member.times, after, LOOK_AHEAD):
            if await self._write_first(tx, plan, found):
                return True
            after = found[-1].due
        return False

    async def _write_first(self, tx: Transaction, plan: Plan, found: list[Occurrence]) -> bool:
        """Write the first that is not there yet, and those that go out with it; whether there was one."""
        first: tuple[str, datetime] | None = None
        for occurrence in found:
            if first is not None and occurrence.due != first[1]:
                break
            occurrence_id = self.new_id()
            is_new = await tx.deliveries.plan(
                plan,
                occurrence,
                occurrence_id=occurrence_id,
                window=self.window,
                at=self.clock.now(),
                merged_into=None if first is None else first[0],
            )
            if is_new and first is None:
                first = (delivery_id(occurrence_id, 1), occurrence.due)
        return first is not None
