"""How often one person may have what costs much, so that nobody holds the bot up for the others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from supportbot.domain.people import PersonId
from supportbot.services.ports import Clock

REMEMBERED = 10_000


class Costly(StrEnum):
    """What costs much. Crisis help, triage, answers to check-ins, stopping, withdrawing and erasing are never in it."""

    PICTURE = "picture"
    SEARCH = "search"
    SUGGESTIONS = "suggestions"
    EXPORT = "export"
    PREVIEW = "preview"
    DM = "dm"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at once, then one more each `within / times`, so never many more than `times` in such a while."""

    times: int
    within: timedelta

    @property
    def each(self) -> timedelta:
        """What one of them uses up."""
        return self.within / self.times


LIMITS: Mapping[Costly, Limit] = MappingProxyType(
    {
        # A picture costs a second of a small machine; there are fewer comparisons than this.
        Costly.PICTURE: Limit(20, timedelta(minutes=5)),
        # Nobody reads thirty answers in a minute.
        Costly.SEARCH: Limit(30, timedelta(minutes=1)),
        # Discord asks again with nearly every key; somebody who types fast presses a few a second.
        Costly.SUGGESTIONS: Limit(120, timedelta(minutes=1)),
        # Everything about a person is read, opened and packed; it hardly changes within minutes.
        Costly.EXPORT: Limit(6, timedelta(minutes=10)),
        # Each asks Discord who is in the community. Seeing, changing the line, and seeing again takes a few.
        Costly.PREVIEW: Limit(20, timedelta(minutes=10)),
        # Discord shuts out bots that send many direct messages, for everybody.
        Costly.DM: Limit(15, timedelta(minutes=10)),
    }
)


class Limits:
    """Counts in memory alone. Of each person and kind it holds one instant: when all that was used is free again.

    Who comes back after that, or after the newest ten thousand, counts as new.
    """

    def __init__(self, clock: Clock, limits: Mapping[Costly, Limit] = LIMITS, *, remember: int = REMEMBERED) -> None:
        self._clock = clock
        self._limits = limits
        self._remember = remember
        self._free: OrderedDict[tuple[PersonId, Costly], datetime] = OrderedDict()

    def take(self, person: PersonId, what: Costly) -> datetime | None:
        """Use one up: None if there was one left, else when there is one again, and nothing is used up."""
        now, limit = self._clock.now(), self._limits[what]
        self._forget_the_free(now)
        # A clock that was set back must not shut anybody out for longer than the limit's own while.
        free = min(max(self._free.get((person, what), now), now), now + limit.within)
        if (again := free + limit.each - limit.within) > now:
            return again
        self._free[person, what] = free + limit.each
        self._free.move_to_end((person, what))
        if len(self._free) > self._remember:
            self._free.popitem(last=False)
        return None

    def erased(self, person: PersonId) -> None:
        """Forget what somebody used up."""
        for what in Costly:
            self._free.pop((person, what), None)

    def _forget_the_free(self, now: datetime) -> None:
        while self._free and next(iter(self._free.values())) <= now:
            self._free.popitem(last=False)
