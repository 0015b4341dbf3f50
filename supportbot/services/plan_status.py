"""How a member's check-ins are doing: what comes, what came, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from supportbot.domain.cadence import MemberTimes
from supportbot.domain.checkins import PROVEN, Delivery, Kind, Settled, State
from supportbot.domain.people import MessageId, Notice, PersonId
from supportbot.errors import UserError
from supportbot.services.arrivals import At
from supportbot.services.checkins import CheckIns, PlanView
from supportbot.services.ports import Clock, Store

LATELY = timedelta(days=7)
WAITS_FOR = timedelta(days=1)
"""How long after it came a check-in can be put off by a command."""
MOST = 50
WENT_WRONG = (State.NOT_SENT, State.GAVE_UP, State.UNREACHABLE)
"""What is ours to answer for, or closed DMs. Never called missed."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a member sees of their check-ins. `last` is when one reached them, aware and in UTC; `troubles` are those of
    the last days, the newest first.
    """

    times: MemberTimes
    plans: tuple[PlanView, ...]
    last: datetime | None
    troubles: tuple[Settled, ...]
    notice: Notice | None


class PlanStatus:
    """Reads only."""

    def __init__(self, store: Store, clock: Clock, checkins: CheckIns) -> None:
        self._store = store
        self._clock = clock
        self._checkins = checkins

    async def waiting(self, person: PersonId) -> At:
        """The check-in that arrived last and waits for an answer still. Raises UserError if none does."""
        async with self._store.read() as tx:
            settled = await tx.deliveries.lately(person, limit=MOST)
        since = self._clock.now() - WAITS_FOR
        answered = {each.delivery.occurrence_id for each in settled if each.delivery.state is State.ANSWERED}
        for each in settled:
            delivery = each.delivery
            if delivery.occurrence_id in answered or delivery.due < since:
                continue
            if delivery.state is State.SENT and delivery.kind is Kind.CHECKIN:
                return At(person, delivery.id, delivery.message or MessageId(0))
        raise UserError("checkin.snooze.none")

    async def of(self, person: PersonId) -> Status:
        """The member's. Raises UserError for somebody without check-ins."""
        plans = await self._checkins.plans(person)
        async with self._store.read() as tx:
            member = await tx.members.get(person)
            settled = await tx.deliveries.lately(person, limit=MOST)
        if member is None or not plans:
            raise UserError("checkin.list.none")
        since = self._clock.now() - LATELY
        last = max((_went_out(each.delivery) for each in settled if each.delivery.state in PROVEN), default=None)
        troubles = (each for each in settled if each.delivery.state in WENT_WRONG and each.delivery.due >= since)
        return Status(member.times, tuple(plans), last, tuple(troubles), member.notice)


def _went_out(delivery: Delivery) -> datetime:
    """When the attempt began that brought it; for one that a press proved before any was noted, when it was due."""
    return delivery.started_at or delivery.due
