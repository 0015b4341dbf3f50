"""The delivering side of check-ins: claim, send, settle, reconcile. Rows are the truth; a wake-up only says look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from supportbot.domain.checkins import Delivery, Invitation, Plan, PlanState, Reason, State, Timing
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.errors import (
    ChannelGone,
    DeliveryError,
    NotSent,
    OutcomeUnknown,
    SealingError,
    StorageError,
    Unreachable,
    UserError,
    without_words,
)
from supportbot.services.pacer import Pacer
from supportbot.services.planning import Planner
from supportbot.services.ports import Clock, DmChannel, Messenger, NewId, Store, Transaction, Wakeups

log = structlog.stdlib.get_logger(__name__)

WAKE_UP = "checkins"
BATCH = 50
"""Small, so that a member's own write never waits long for a claim."""
AT_ONCE = 16
SWEEP = timedelta(minutes=5)
FIRST_RETRY = timedelta(seconds=15)
LONGEST_RETRY = timedelta(minutes=10)
LOOK_BACK = timedelta(hours=1)
AFTER_TROUBLE = timedelta(seconds=5)
OTHERS_TURN = timedelta(seconds=1)
"""How long what is due is left to another process that has it in hand."""
_OPEN_OUTCOME = (State.SENDING, State.UNKNOWN)


class DeliveryEngine:
    """Brings every due check-in to its member once.

    `run` lives as long as the bot; `look` asks it to look at the table again; everything it knows is in the table.
    `gone` is told who, says Discord, shares no community with the bot any more.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        messenger: Messenger,
        wakeups: Wakeups,
        *,
        new_id: NewId,
        timing: Timing,
        pacer: Pacer,
        gone: Callable[[PersonId], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._wakeups = wakeups
        self._planner = Planner(clock, new_id, timing.lateness)
        self._timing = timing
        self._pacer = pacer
        self._gone = gone
        self._wanted = asyncio.Event()

    def look(self) -> None:
        """Something may be due, or the next due instant may have changed."""
        self._wanted.set()

    async def run(self) -> None:
        """Deliver until cancelled. Trouble is logged and tried again, never the end of it."""
        self._wakeups.every(f"{WAKE_UP}-sweep", SWEEP, self.look)
        self.look()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.deliver_due()
                await self._arm()
            except StorageError as error:
                log.warning("checkins.storage_trouble", error=str(error))
                self._wakeups.wake_at(WAKE_UP, self._clock.now() + AFTER_TROUBLE, self.look)
            except Exception as error:  # noqa: BLE001
                log.error("checkins.pass_failed", failure=without_words(error))  # noqa: TRY400
                self._wakeups.wake_at(WAKE_UP, self._clock.now() + AFTER_TROUBLE, self.look)

    async def deliver_due(self) -> None:
        """Work on everything whose time has come, until nothing is left that can be done now.

        What another process is just claiming is left to it. One delivery's trouble does not touch the others; the
        first trouble is raised when its batch is through.
        """
        while batch := await self._waiting():
            planned = [d for d in batch if d.state is State.PLANNED]
            troubles = await self._each([d for d in batch if d.state is State.CLAIMED], self._release)
            troubles += await self._each([d for d in batch if d.state in _OPEN_OUTCOME], self._reconcile)
            found, claimed = await self._claim() if planned else (0, [])
            troubles += await self._each(claimed, self._send)
            if troubles:
                raise troubles[0]
            if not found and planned == batch:
                return

    async def _arm(self) -> None:
        async with self._store.read() as tx:
            wake = await tx.deliveries.next_wake()
        now = self._clock.now()
        if wake is not None and wake <= now:
            wake = now + OTHERS_TURN
        self._wakeups.wake_at(WAKE_UP, wake, self.look)

    async def _waiting(self) -> list[Delivery]:
        async with self._store.read() as tx:
            return await tx.deliveries.to_look_at(self._clock.now(), limit=BATCH)

    async def _each(self, deliveries: Sequence[Delivery], work: _Work) -> list[Exception]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(delivery: Delivery) -> Exception | None:
            async with gate:
                try:
                    await work(delivery)
                except Exception as error:  # noqa: BLE001 (raised by the caller, when the others are through)
                    return error
            return None

        troubles = [error for error in await asyncio.gather(*map(one, deliveries)) if error is not None]
        for error in troubles:
            log.warning("checkins.trouble", kind=type(error).__name__)
        return troubles

    async def _release(self, delivery: Delivery) -> None:
        # Claimed and never `sending`: nothing went out, whoever claimed it.
        async with self._store.write() as tx:
            now = self._clock.now()
            await tx.deliveries.move(delivery, State.PLANNED, at=now, wake_at=now)

    async def _claim(self) -> tuple[int, list[Delivery]]:
        """How many there were to decide about, and those that are now ours to send."""
        async with self._store.write() as tx:
            planned = await tx.deliveries.to_claim(self._clock.now(), limit=BATCH)
            ids = [delivery.id for delivery in planned if await self._claim_one(tx, delivery)]
            return len(planned), [claimed for each in ids if (claimed := await tx.deliveries.get(each)) is not None]

    async def _claim_one(self, tx: Transaction, delivery: Delivery) -> bool:
        now = self._clock.now()
        plan = await self._wanted_by(tx, delivery)
        if plan is None:
            return False
        try:
            await self._planner.plan_next(tx, plan, after=delivery.due)
        except (SealingError, UserError) as error:
            # One member's row that cannot be opened, or a zone that is no more, holds nobody else up; theirs waits.
            log.error("checkins.cannot_plan", delivery=delivery.id, error=str(error))  # noqa: TRY400
            await tx.deliveries.move(delivery, State.PLANNED, at=now, wake_at=now + LONGEST_RETRY)
            return False
        if await self._is_away(tx, delivery):
            return False
        if now > delivery.window_ends:
            await tx.deliveries.move(delivery, State.NOT_SENT, at=now, reason=Reason.LATE)
            return False
        return await tx.deliveries.move(delivery, State.CLAIMED, at=now, wake_at=now + self._timing.lease)

    async def _wanted_by(self, tx: Transaction, delivery: Delivery) -> Plan | None:
        """The plan that still wants this delivery; where there is none, or no consent, the delivery is cancelled."""
        plan = await tx.plans.get(delivery.plan_id)
        reason = Reason.NO_CONSENT
        if plan is None or plan.state is not PlanState.ACTIVE:
            reason = Reason.STOPPED
        elif await tx.consents.holds(delivery.person, Scope.CHECKINS):
            return plan
        await tx.deliveries.move(delivery, State.CANCELLED, at=self._clock.now(), reason=reason)
        return None

    async def _is_away(self, tx: Transaction, delivery: Delivery) -> bool:
        """Nothing is sent to somebody who is gone; when they are seen again, the next one is."""
        if not await tx.absences.is_gone(delivery.person):
            return False
        await tx.deliveries.move(delivery, State.CANCELLED, at=self._clock.now(), reason=Reason.AWAY)
        return True

    async def _send(self, claimed: Delivery) -> None:
        await self._pacer.turn()
        attempt = await self._begin(claimed)
        if attempt is None:
            return
        try:
            async with asyncio.timeout(self._timing.send.total_seconds()):
                channel = attempt.channel or await self._messenger.open_dm(claimed.person)
                note = Invitation(claimed.id, attempt.language)
                message = await self._messenger.send(channel, note, nonce=claimed.id)
        except Unreachable as error:
            await self._unreachable(attempt.delivery, error)
        except ChannelGone:
            await self._open_anew(attempt.delivery, State.PLANNED)
        except NotSent as error:
            await self._retry(attempt.delivery, error)
        except (OutcomeUnknown, TimeoutError) as error:
            await self._unknown(attempt.delivery, error)
        else:
            await self._sent(attempt.delivery, channel, message)

    async def _begin(self, claimed: Delivery) -> _Attempt | None:
        """Commit the attempt before anything goes out, unless it is no longer wanted or the lease is nearly over."""
        async with self._store.write() as tx:
            now = self._clock.now()
            if await self._wanted_by(tx, claimed) is None or await self._is_away(tx, claimed):
                return None
            if claimed.wake_at is None or now + self._timing.send > claimed.wake_at:
                await tx.deliveries.move(claimed, State.PLANNED, at=now, wake_at=now)
                return None
            member, dm = await tx.members.get(claimed.person), await tx.dm_channels.get(claimed.person)
            if member is None:
                await tx.deliveries.move(claimed, State.CANCELLED, at=now, reason=Reason.STOPPED)
                return None
            moved = await tx.deliveries.move(
                claimed,
                State.SENDING,
                at=now,
                wake_at=now + self._timing.lease,
                new_attempt=True,
                # Of the first attempt: a later look-up must still find what that one left.
                search_after=dm.last_message if dm and claimed.attempt == 0 else None,
            )
            sending = await tx.deliveries.get(claimed.id)
            if not moved or sending is None:
                return None
            return _Attempt(sending, member.language, dm.channel if dm else None)

    async def _sent(self, sending: Delivery, channel: ChannelId, message: MessageId) -> None:
        async with self._store.write() as tx:
            now = self._clock.now()
            # Not moved: the member opened it before us, or erased everything, and then nothing may be kept anew.
            if await tx.deliveries.move(sending, State.SENT, at=now, channel=channel, message=message):
                await tx.consents.rely_on(sending.person, Scope.CHECKINS)
                await tx.dm_channels.save(DmChannel(sending.person, channel, message), at=now)
        log.info("checkins.sent", delivery=sending.id)

    async def _unreachable(self, sending: Delivery, error: Unreachable) -> None:
        """No second try, and no other plan of this member meets the same refusal."""
        async with self._store.write() as tx:
            now = self._clock.now()
            await tx.deliveries.move(sending, State.UNREACHABLE, at=now, reason=Reason.CLOSED_DM)
            for plan in await tx.plans.of(sending.person):
                await tx.plans.set_state(plan.id, PlanState.PAUSED, at=now)
                # Forgotten rather than cancelled, so that they can be planned anew when the plan goes on.
                await tx.deliveries.drop_planned(plan.id)
                await tx.deliveries.cancel_planned(plan.id, reason=Reason.CLOSED_DM, at=now)
            if error.gone and await tx.consents.holds(sending.person, Scope.CHECKINS):
                await tx.absences.add(Absence(sending.person, Why.NO_SHARED, now))
                self._gone(sending.person)
        log.info("checkins.unreachable", delivery=sending.id, reason=error.reason)

    async def _retry(self, sending: Delivery, error: NotSent) -> None:
        """Certainly not sent: try again, later each time, until the lateness window ends it."""
        pause = min(FIRST_RETRY * 2 ** (sending.attempt - 1), LONGEST_RETRY)
        pause = max(pause, timedelta(seconds=error.retry_after))
        async with self._store.write() as tx:
            now = self._clock.now()
            await tx.deliveries.move(sending, State.PLANNED, at=now, wake_at=now + pause)
        log.warning("checkins.not_sent_yet", delivery=sending.id, reason=error.reason, attempt=sending.attempt)

    async def _open_anew(self, delivery: Delivery, state: State) -> None:
        """Forget the channel, so that the next try opens another."""
        async with self._store.write() as tx:
            now = self._clock.now()
            await tx.dm_channels.erase(delivery.person)
            await tx.deliveries.move(delivery, state, at=now, wake_at=now)
        log.info("checkins.channel_gone", delivery=delivery.id)

    async def _unknown(self, sending: Delivery, error: OutcomeUnknown | TimeoutError) -> None:
        async with self._store.write() as tx:
            await tx.deliveries.move(sending, State.UNKNOWN, at=self._clock.now(), wake_at=sending.wake_at)
        log.warning("checkins.outcome_unknown", delivery=sending.id, reason=str(error) or "time-out")

    async def _reconcile(self, delivery: Delivery) -> None:
        """The attempt's window is over: what does the DM's history say?"""
        async with self._store.write() as tx:
            if delivery.state is State.SENDING:
                now = self._clock.now()
                await tx.deliveries.move(delivery, State.UNKNOWN, at=now, wake_at=now)
            unknown = await tx.deliveries.get(delivery.id)
            dm = await tx.dm_channels.get(delivery.person)
        if unknown is None or unknown.state is not State.UNKNOWN:
            return
        try:
            await self._pacer.turn()
            async with asyncio.timeout(self._timing.send.total_seconds()):
                channel = dm.channel if dm else await self._messenger.open_dm(delivery.person)
                since = (delivery.started_at or delivery.due) - LOOK_BACK
                message = await self._messenger.find(channel, delivery.id, after=delivery.search_after, since=since)
        except ChannelGone:
            await self._open_anew(unknown, State.UNKNOWN)
        except (DeliveryError, TimeoutError) as error:
            await self._still_unknown(unknown, error)
        else:
            await self._decided(unknown, channel, message)

    async def _still_unknown(self, unknown: Delivery, error: DeliveryError | TimeoutError) -> None:
        async with self._store.write() as tx:
            now = self._clock.now()
            if now > unknown.window_ends:
                await tx.deliveries.move(unknown, State.GAVE_UP, at=now, reason=Reason.UNDECIDED)
            else:
                await tx.deliveries.move(unknown, State.UNKNOWN, at=now, wake_at=now + FIRST_RETRY)
        log.warning("checkins.still_unknown", delivery=unknown.id, reason=str(error) or "time-out")

    async def _decided(self, unknown: Delivery, channel: ChannelId, message: MessageId | None) -> None:
        if message is not None:
            await self._sent(unknown, channel, message)
            return
        async with self._store.write() as tx:
            now = self._clock.now()
            await tx.deliveries.move(unknown, State.PLANNED, at=now, wake_at=now)
        log.info("checkins.was_not_sent", delivery=unknown.id)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A committed attempt, and what is needed to carry it out."""

    delivery: Delivery
    language: str
    channel: ChannelId | None


_Work = Callable[[Delivery], Awaitable[None]]
