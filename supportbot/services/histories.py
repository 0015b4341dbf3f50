"""What somebody answered and asked to be kept: agreeing to it, and looking back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from weakref import WeakValueDictionary

import structlog

from supportbot.domain.checkins import Answer
from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope, begun
from supportbot.domain.history import History, Period, history, start_of
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.wallclock import wall_clock
from supportbot.errors import SealingError, UserError
from supportbot.services.ports import Clock, Store

log = structlog.stdlib.get_logger(__name__)

NOWHERE = "UTC"
"""Whose time counts for somebody whose time zone is not kept any more, or is none any more."""


@dataclass(slots=True, weakref_slot=True)
class _Turn:
    """What is under way for a person; says whether they had it erased meanwhile."""

    erasures: int = 0


@dataclass(frozen=True, slots=True)
class Looked:
    """The answers of a period, by the clocks of `zone`. `since` is the local day from which on answers are kept."""

    shown: History
    zone: str
    since: date


class Histories:
    """The member's own look back. Nobody else's, and nothing of it is held in memory."""

    def __init__(self, store: Store, clock: Clock, *, is_young: Callable[[PersonId], bool]) -> None:
        self._is_young = is_young
        self._store = store
        self._clock = clock
        self._turns: WeakValueDictionary[PersonId, _Turn] = WeakValueDictionary()

    async def look_back(self, person: PersonId, period: Period) -> Looked | None:
        """The answers in the period, by the person's own clock; None where they did not ask to have them kept.

        Raises StorageError, and UserError `history.sealed` where the key to an answer is not there.
        """
        now = self._clock.now()
        async with self._store.read() as tx:
            began = begun(await tx.consents.entries(person), Scope.HISTORY)
            if began is None:
                return None
            try:
                member = await tx.members.get(person)
                zone = _usable(member.zone if member is not None else NOWHERE, now)
                answers = await tx.answers.of(person, since=start_of(period, now, zone))
            except SealingError as error:
                log.error("answers.cannot_open", error=str(error))  # noqa: TRY400
                raise UserError("history.sealed") from None
        found = [(kept.at, kept.answer) for kept in answers]
        # Two years of answers take a while to count.
        shown = await asyncio.to_thread(_counted, period, found, now, zone)
        # What the ledger knows may be a later agreement, to a text that changed; what is here was kept before.
        since = min([began, *(at for at, _ in found[:1])])
        return Looked(shown, zone, wall_clock(since, zone).date())

    def is_for(self, person: PersonId) -> bool:
        """Not for somebody who just said elsewhere that they are under 18."""
        return not self._is_young(person)

    async def may_ask(self, person: PersonId) -> bool:
        """Whether it is for them, they answered no more than once, and the ledger knows of no yes and no withdrawal."""
        if not self.is_for(person):
            return False
        async with self._store.read() as tx:
            entries = await tx.consents.entries(person)
            answered = await tx.deliveries.answered_lately(person, limit=2)
        return answered < 2 and all(entry.scope is not Scope.HISTORY for entry in entries)

    async def keep(self, person: PersonId, community: CommunityId | None, text: ConsentText) -> None:
        """Record that they agreed; what they answer from now on is kept.

        Raises StorageError, and UserError: `history.young`, or `history.stale` when it was erased meanwhile.
        """
        if not self.is_for(person):
            raise UserError("history.young")
        turn = self._turns.setdefault(person, _Turn())
        erasures = turn.erasures
        async with self._store.write() as tx:
            if turn.erasures != erasures:
                raise UserError("history.stale")
            now = self._clock.now()
            agreed = ConsentEntry(
                person, community, Scope.HISTORY, text.version, text.language, now, How.BUTTON, given=True
            )
            await tx.consents.record(agreed)

    def erased(self, person: PersonId) -> None:
        """It is being taken back, or everything about this person erased: nothing that is under way may come after."""
        if (turn := self._turns.get(person)) is not None:
            turn.erasures += 1


def _usable(zone: str, now: datetime) -> str:
    with suppress(UserError):
        wall_clock(now, zone)
        return zone
    return NOWHERE


def _counted(period: Period, answers: Iterable[tuple[datetime, Answer]], now: datetime, zone: str) -> History:
    return history(period, answers, now=now.astimezone(UTC), zone=zone)
