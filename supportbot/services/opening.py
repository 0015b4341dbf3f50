"""Opening DMs: for everybody in one place, since Discord forbids it to the whole bot when it was too fast."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from supportbot.domain.people import ChannelId, PersonId
from supportbot.errors import OpeningTooFast
from supportbot.services.ports import Clock, Messenger

log = structlog.stdlib.get_logger(__name__)


class OpeningDms:
    """Opens DMs. Once Discord lets the bot open no more, it is not asked again for as long as that holds."""

    def __init__(self, messenger: Messenger, clock: Clock) -> None:
        self._messenger = messenger
        self._clock = clock
        self._held: tuple[datetime, datetime] | None = None
        self._tried: set[PersonId] = set()

    @property
    def held_until(self) -> datetime | None:
        """Until when no DM is opened (UTC); None while they are."""
        # A clock that was put back must not make it hold for longer than Discord asked for.
        if self._held is not None and not self._held[0] <= self._clock.now() < self._held[1]:
            self._held = None
            self._tried.clear()
        return None if self._held is None else self._held[1]

    async def open(self, person: PersonId) -> ChannelId:
        """The person's DM channel. Raises as Messenger does; OpeningTooFast without a request while none is opened."""
        self._refuse_while_held()
        return await self._open(person)

    async def open_as_asked(self, person: PersonId) -> ChannelId:
        """The same for somebody who is there and asks for it: also while no other is opened, but then only once.

        Theirs may be open already, and then Discord gives it.
        """
        if self.held_until is not None:
            if person in self._tried:
                self._refuse_while_held()
            self._tried.add(person)
        return await self._open(person)

    def _refuse_while_held(self) -> None:
        until = self.held_until
        if until is not None:
            raise OpeningTooFast("held", retry_after=(until - self._clock.now()).total_seconds())

    async def _open(self, person: PersonId) -> ChannelId:
        try:
            return await self._messenger.open_dm(person)
        except OpeningTooFast as error:
            if self.held_until is None:
                now = self._clock.now()
                self._held = now, now + timedelta(seconds=error.retry_after)
                log.warning("dm.opening_too_fast", seconds=error.retry_after)
            raise
