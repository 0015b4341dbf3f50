"""When a check-in comes again that somebody puts off."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum

from supportbot.domain.cadence import MemberTimes, deferred_to
from supportbot.domain.wallclock import resolve, wall_clock

EVENING = time(20, 0)
SOON = timedelta(hours=1)
AT_LEAST = timedelta(hours=2)


class Later(StrEnum):
    """How much later. The values stand in custom_ids."""

    QUARTER = "15"
    HOUR = "60"
    TONIGHT = "tonight"


def again_at(later: Later, now: datetime, times: MemberTimes) -> datetime:
    """The instant (UTC) at which it comes again; never in quiet hours, but at their end.

    Tonight is 20:00 on the member's clock; where that is less than an hour away or over, two hours from now.
    Raises UserError `zone.unknown`.
    """
    due = {Later.QUARTER: now + timedelta(minutes=15), Later.HOUR: now + timedelta(hours=1)}.get(later)
    if due is None:
        evening = resolve(wall_clock(now, times.zone).date(), EVENING, times.zone)
        due = now + AT_LEAST if evening is None or evening - now < SOON else evening
    return deferred_to(due, times) or due
