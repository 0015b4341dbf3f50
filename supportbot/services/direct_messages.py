"""What people ask to be done in their DM: bring a file there, delete what the bot wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import structlog

from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.errors import ChannelGone, DeliveryError, OpeningTooFast, TooLarge, Unreachable, UserError
from supportbot.services.opening import OpeningDms
from supportbot.services.pacer import Pacer
from supportbot.services.ports import ExportFile, Messenger

log = structlog.stdlib.get_logger(__name__)

PER_SECOND = 4.0
"""Requests a second, for everybody together: below the five that Discord was seen to take (discord-api-docs, issue
8330), and with the check-ins' own pace below the fifty of the whole bot."""

WITHIN = timedelta(minutes=13)
"""The answer can be edited for fifteen minutes, and the last edit must still get through."""

TOLD_EVERY = 25
REFUSED_IN_A_ROW = 10
"""Refusals after which no other answer is to be expected; many of them would have Discord block the bot."""

CLOSING = 3.0
"""Seconds that sweeps may take to say that they end, when the program does."""


class End(StrEnum):
    """How far a sweep came."""

    DONE = "done"
    STOPPED = "stopped"
    NO_DM = "no_dm"
    UNDER_WAY = "under_way"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Swept:
    """How many messages were deleted, how many could not be, and why it ended.

    DONE: the history was read to its end. STOPPED: time was up, Discord refused to go on, or the program ends; a new
    sweep goes on. NO_DM: there is none to open. UNDER_WAY: it has not ended. ANOTHER: nothing was done, since a sweep
    of this person's DM is under way.
    """

    deleted: int
    failed: int
    end: End


Told = Callable[[Swept], Awaitable[None]]


class DirectMessages:
    """Brings files, and deletes the bot's own messages, each person's in one sweep at a time. Keeps nothing."""

    def __init__(self, messenger: Messenger, opening: OpeningDms, pacer: Pacer, *, within: timedelta = WITHIN) -> None:
        self._messenger = messenger
        self._opening = opening
        self._pacer = pacer
        self._within = within
        self._running: dict[PersonId, _Sweep] = {}

    async def bring(self, person: PersonId, text: str, file: ExportFile) -> None:
        """Send a file by DM, which Discord keeps. Raises UserError when that cannot be."""
        try:
            channel = await self._opening.open_as_asked(person)
            await self._messenger.send_file(channel, text, file)
        except TooLarge:
            raise UserError("mydata.dm.too_large") from None
        except Unreachable:
            raise UserError("mydata.dm.closed") from None
        except OpeningTooFast:
            raise UserError("mydata.dm.held") from None
        except DeliveryError as error:
            log.info("dm.file_not_sent", error=type(error).__name__)
            raise UserError("mydata.dm.failed") from None

    async def sweep(self, person: PersonId, told: Told) -> None:
        """Delete what can be deleted; `told` hears now and then how far it is, and last of all how it ended."""
        if person in self._running:
            await told(Swept(0, 0, End.ANOTHER))
            return
        sweep = self._running[person] = _Sweep(self._messenger, self._opening, self._pacer, told)
        try:
            swept = await sweep.run(person, self._within)
            log.info("dm.swept", outcome=swept.end, deleted=swept.deleted, failed=swept.failed)
            await told(swept)
        finally:
            del self._running[person]
            sweep.over.set()

    async def close(self) -> None:
        """End all that are under way, and let them say so."""
        running = list(self._running.values())
        for sweep in running:
            sweep.stop()
        if running:
            await asyncio.wait([asyncio.create_task(each.over.wait()) for each in running], timeout=CLOSING)


class _Sweep:
    def __init__(self, messenger: Messenger, opening: OpeningDms, pacer: Pacer, told: Told) -> None:
        self._messenger = messenger
        self._opening = opening
        self._pacer = pacer
        self._told = told
        self._limit: asyncio.Timeout | None = None
        self._in_a_row = 0
        self.deleted = self.failed = 0
        self.over = asyncio.Event()

    async def run(self, person: PersonId, within: timedelta) -> Swept:
        try:
            async with asyncio.timeout(within.total_seconds()) as self._limit:
                end = await self._all_of(person)
        except TimeoutError:
            end = End.STOPPED
        self._limit = None
        return Swept(self.deleted, self.failed, end)

    def stop(self) -> None:
        """End at once, as if time were up."""
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def _all_of(self, person: PersonId) -> End:
        await self._pacer.turn()
        try:
            channel = await self._opening.open_as_asked(person)
        except DeliveryError as error:
            log.info("dm.not_opened", error=type(error).__name__)
            return End.NO_DM if isinstance(error, Unreachable) else End.STOPPED
        before: MessageId | None = None
        try:
            while True:
                await self._pacer.turn()
                page = await self._messenger.page_back(channel, before=before)
                if not await self._page(channel, page.own):
                    return End.STOPPED
                if page.oldest is None:
                    return End.DONE
                before = page.oldest
        except ChannelGone:
            return End.NO_DM
        except DeliveryError as error:
            log.warning("dm.not_read", error=type(error).__name__)
            return End.STOPPED

    async def _page(self, channel: ChannelId, messages: tuple[MessageId, ...]) -> bool:
        """Delete these; false when it is of no use to go on."""
        for message in messages:
            await self._pacer.turn()
            try:
                gone = await self._messenger.delete(channel, message)
            except ChannelGone:
                raise
            except DeliveryError as error:
                log.info("dm.not_deleted", error=type(error).__name__, reason=str(error))
                self.failed += 1
                self._in_a_row += 1
                if self._in_a_row == REFUSED_IN_A_ROW:
                    return False
                continue
            self._in_a_row = 0
            if gone:
                self.deleted += 1
                if self.deleted % TOLD_EVERY == 0:
                    await self._told(Swept(self.deleted, self.failed, End.UNDER_WAY))
        return True
