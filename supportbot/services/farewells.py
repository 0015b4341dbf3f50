"""The one word before everything about somebody who gave no sign for long is erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta

import structlog

from supportbot.domain import cadence
from supportbot.domain.cadence import Cadence, MemberTimes, Rule, Slot
from supportbot.domain.checkins import Delivery, Farewell, Kind, Paused, Reason, State, delivery_id
from supportbot.domain.consent import Scope
from supportbot.domain.people import Member, PersonId
from supportbot.domain.retention import Absence, Keep, Periods, Why
from supportbot.errors import SealingError, UserError
from supportbot.services.errands import Drop, Letter, PutOff, Verdict
from supportbot.services.ports import NewId, Transaction
from supportbot.services.settling import shut

log = structlog.stdlib.get_logger(__name__)

AT = Rule(Cadence.DAILY, (Slot("farewell", time(12)),))
"""Noon, where they are: the grace itself begins at night."""
WINDOW = timedelta(days=5)
"""How late it may still come: shorter than the shortest grace."""


class FarewellErrands:
    """Plans that word as a grace begins, and is what the engine carries of it. `noted` hears of whom to tell that DMs
    are closed.
    """

    def __init__(self, periods: Periods, *, new_id: NewId, noted: Callable[[PersonId], None] = lambda _: None) -> None:
        self._periods = periods
        self._new_id = new_id
        self._noted = noted

    async def plan(self, tx: Transaction, absence: Absence) -> None:
        """Plan it, unless nothing would reach them. Call it with the consent to check-ins relied on."""
        if await _is_shut(tx, absence.person):
            return
        try:
            member = await tx.members.get(absence.person)
            due = absence.since if member is None else _noon(member.times, absence.since)
        except SealingError as error:
            log.error("farewells.cannot_open", error=str(error))  # noqa: TRY400
            due = absence.since
        await tx.deliveries.add(
            delivery_id(self._new_id(), 1), Kind.FAREWELL, absence.person, due=due, window=WINDOW, at=absence.since
        )

    async def look(self, tx: Transaction, due: Sequence[Delivery], now: datetime) -> Mapping[str, Verdict]:
        """See Errands."""
        del now
        holding = await tx.consents.holding({each.person for each in due}, Scope.CHECKINS)
        return {each.id: Drop(Reason.NO_CONSENT) for each in due if each.person not in holding}

    async def begin(self, tx: Transaction, delivery: Delivery, now: datetime) -> Letter | Verdict:
        """See Errands."""
        if not await tx.consents.holds(delivery.person, Scope.CHECKINS):
            return Drop(Reason.NO_CONSENT)
        absence = await tx.absences.get(delivery.person)
        if absence is None:
            return Drop(Reason.ANSWERED)
        if absence.why is not Why.INACTIVE:
            return Drop(Reason.AWAY)
        if await _is_shut(tx, delivery.person):
            return Drop(Reason.CLOSED_DM)
        member = await _member(tx, delivery)
        if member is not None and (later := _deferred(member, now)) is not None:
            return PutOff(later)
        until = absence.since + timedelta(days=self._periods.days[Keep.GRACE])
        return Letter(Farewell(delivery.id, member.language if member else "en", until), Kind.FAREWELL)

    async def ended(self, tx: Transaction, delivery: Delivery, state: State, now: datetime) -> None:
        """See Errands."""
        if state is State.UNREACHABLE:
            await shut(tx, delivery.person, at=now)
            self._noted(delivery.person)


async def _is_shut(tx: Transaction, person: PersonId) -> bool:
    """Whether a DM was refused, and none was proven to arrive since."""
    return any(plan.paused is Paused.CLOSED_DM for plan in await tx.plans.of(person))


async def _member(tx: Transaction, delivery: Delivery) -> Member | None:
    """None where the row cannot be opened: this is worth more than quiet hours and the language."""
    try:
        return await tx.members.get(delivery.person)
    except SealingError as error:
        log.error("farewells.cannot_open", delivery=delivery.id, error=str(error))  # noqa: TRY400
        return None


def _noon(times: MemberTimes, after: datetime) -> datetime:
    try:
        return cadence.next_occurrences(AT, MemberTimes(times.zone), after, 1)[0].due
    except UserError:
        return after  # a zone that is no more


def _deferred(member: Member, now: datetime) -> datetime | None:
    try:
        return cadence.deferred_to(now, member.times)
    except UserError:
        return None
