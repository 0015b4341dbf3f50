"""What the engine looks at again before it sends, and what keeps it going."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import pytest

from supportbot.domain.checkins import Delivery, Note, Paused, PlanState, State
from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import ChannelId, Member, MessageId, Notice
from supportbot.domain.retention import Absence, Why
from supportbot.errors import StorageBusy
from supportbot.services.delivery import AFTER_TROUBLE, SWEEP, WAKE_UP
from supportbot.services.ports import Transaction
from supportbot.storage.deliveries import DeliveryRepository
from tests.services.house import ALEX, SAM, TIMING, House
from tests.storage.rows import agreed

Meanwhile = Callable[[Transaction, Delivery], Awaitable[object]]


def before_the_attempt(house: House, meanwhile: Callable[[], Awaitable[object]]) -> None:
    """Between the claim and the first attempt, which is when there may be a queue."""
    begin = house.engine._attempts._begin

    async def first(claimed: Delivery) -> object:
        house.engine._attempts._begin = begin
        await meanwhile()
        return await begin(claimed)

    house.engine._attempts._begin = first


def while_it_waits(house: House, meanwhile: Meanwhile) -> None:
    async def change() -> None:
        async with house.store.write() as tx:
            await agreed(tx, SAM)
            [claimed] = [
                delivery
                for delivery in await tx.deliveries.to_look_at(house.clock.now() + TIMING.lease, limit=10)
                if delivery.state is State.CLAIMED
            ]
            await meanwhile(tx, claimed)

    before_the_attempt(house, change)


def requests(house: House) -> list[str]:
    """What was asked of Discord since the first DM."""
    return [call for call, _ in house.messenger.calls][2:]


async def test_a_stop_after_the_claim(house: House) -> None:
    plan = await house.start()
    before_the_attempt(house, lambda: house.checkins.stop(SAM, plan))
    await house.pass_to(20.5)
    assert house.pacer.turns == 0
    assert requests(house) == []
    assert ("cancelled", "stopped") in await house.states()
    assert ("claimed", None) not in await house.states()


@pytest.mark.parametrize("state", [PlanState.STOPPED, PlanState.PAUSED])
async def test_a_plan_that_runs_no_more_is_looked_at_again(house: House, state: PlanState) -> None:
    await house.start()
    while_it_waits(house, lambda tx, d: tx.plans.set_state(d.plan_id, state, at=house.clock.now()))
    await house.pass_to(20.5)
    assert requests(house) == []
    assert (await house.states())[0] == ("cancelled", "stopped")


async def test_consent_is_looked_at_again(house: House) -> None:
    await house.start()
    no = ConsentEntry(SAM, None, Scope.CHECKINS, "1", "en", house.clock.now(), How.COMMAND, given=False)
    while_it_waits(house, lambda tx, d: tx.consents.record(no))
    await house.pass_to(20.5)
    assert requests(house) == []
    assert (await house.states())[0] == ("cancelled", "no_consent")


async def test_a_member_who_is_gone_gets_nothing(house: House) -> None:
    await house.start()
    while_it_waits(house, lambda tx, d: tx.members.erase(SAM))
    await house.pass_to(20.5)
    assert requests(house) == []
    assert (await house.states())[0] == ("cancelled", "stopped")


async def test_what_somebody_else_is_sending_is_not_sent_twice(house: House) -> None:
    await house.start()

    async def taken(tx: Transaction, claimed: Delivery) -> None:
        now = house.clock.now()
        assert await tx.deliveries.move(
            claimed, State.SENDING, at=now, wake_at=now + TIMING.lease, new_attempt=True, search_after=None
        )

    while_it_waits(house, taken)
    await house.pass_to(20.5)
    assert house.pacer.turns == 0
    assert requests(house) == []
    assert (await house.states())[0] == ("sending", None)


@pytest.mark.parametrize(("waited", "turns"), [(TIMING.grace, 1), (TIMING.grace + timedelta(milliseconds=1), 2)])
async def test_a_claim_that_would_end_during_the_request_is_made_anew(
    house: House, waited: timedelta, turns: int
) -> None:
    """Its lease is over before the request would be, and then it would be anybody's."""
    await house.start()
    before: list[list[str]] = []

    async def hook() -> None:
        before.append(requests(house))
        if house.pacer.turns == 1:
            house.clock.advance(seconds=waited.total_seconds())

    house.pacer.hook = hook
    await house.pass_to(20.5)
    assert before == [[]] * turns
    assert requests(house) == ["send"]
    assert len(house.invitations()) == 1
    async with house.store.read() as tx:
        [sent, _] = await tx.deliveries.export(SAM)
    assert (sent["state"], sent["attempts"]) == ("sent", 1), "no request was made of the other"


async def test_each_request_waits_for_its_turn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in ("20:30", "20:31"):
        await house.start(at=at)
    await house.start(ALEX)
    order: list[str] = []
    send = house.messenger.send

    async def turn() -> None:
        order.append("turn")

    async def sending(channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        order.append("send")
        return await send(channel, note, nonce=nonce)

    house.pacer.hook = turn
    monkeypatch.setattr(house.messenger, "send", sending)
    await house.pass_to(20.6)
    assert sorted(order) == ["send"] * 3 + ["turn"] * 3
    assert all(order[:n].count("turn") >= order[:n].count("send") for n in range(len(order) + 1))


async def test_a_zone_that_is_no_more_holds_nobody_else_up(house: House) -> None:
    await house.start(SAM)
    await house.start(ALEX)
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        await tx.members.save(Member(SAM, "Atlantis/Gone", "en"), at=house.clock.now())
    await house.pass_to(20.5)
    assert (len(house.invitations(SAM)), len(house.invitations(ALEX))) == (0, 1)
    assert (await house.states())[0] == ("cancelled", "zone_gone")
    [view] = await house.checkins.plans(SAM)
    assert (view.plan.state, view.plan.paused) == (PlanState.PAUSED, Paused.ZONE_GONE)
    async with house.store.read() as tx:
        assert await tx.members.noticed() == {SAM: Notice.ZONE_GONE}, "they are told at their next command"


# --- `run`


class Running:
    """The engine at work; `armed` waits for the end of its next pass."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self._armed: asyncio.Queue[datetime | None] = asyncio.Queue()
        wake_at = house.wakeups.wake_at

        def and_tell(name: str, instant: datetime | None, callback: Callable[[], None]) -> None:
            wake_at(name, instant, callback)
            self._armed.put_nowait(instant)

        monkeypatch.setattr(house.wakeups, "wake_at", and_tell)
        self.task = asyncio.create_task(house.engine.run())

    async def armed(self) -> datetime | None:
        """For when the pass armed its wake-up."""
        assert self._armed.empty(), "only one pass was asked for"
        async with asyncio.timeout(30):
            return await self._armed.get()


@pytest.fixture
async def running(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Running]:
    await house.start()
    started = Running(house, monkeypatch)
    assert await started.armed() == house.clock.now() + timedelta(hours=20.5)
    yield started
    assert not started.task.done(), "nothing ends it"
    started.task.cancel()
    await asyncio.gather(started.task, return_exceptions=True)


@pytest.mark.parametrize("name", [WAKE_UP, f"{WAKE_UP}-sweep"])
async def test_a_wake_up_and_the_sweep_both_look(house: House, running: Running, name: str) -> None:
    assert house.wakeups.repeated == {f"{WAKE_UP}-sweep": SWEEP}
    house.clock.advance(hours=20.5)
    house.wakeups.fire(name)
    assert await running.armed() == house.clock.now() + timedelta(hours=24)
    assert len(house.invitations()) == 1


@pytest.mark.parametrize("error", [StorageBusy("locked"), RuntimeError("a bug")], ids=["storage", "bug"])
async def test_after_trouble_it_looks_again_soon(
    house: House, running: Running, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fails() -> None:
        raise error

    house.clock.advance(hours=20.5)
    with monkeypatch.context() as patched:
        patched.setattr(house.engine, "deliver_due", fails)
        house.engine.look()
        assert await running.armed() == house.clock.now() + AFTER_TROUBLE
    assert not house.invitations()
    house.wakeups.fire(WAKE_UP)
    await running.armed()
    assert len(house.invitations()) == 1


async def test_a_claim_that_ended_in_the_queue_is_made_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may have taken it since."""
    await house.start()
    claims: list[datetime] = []
    claim = DeliveryRepository.claim

    async def counted(of: DeliveryRepository, planned: Sequence[Delivery], *, at: datetime, until: datetime) -> None:
        claims.extend(at for _ in planned)
        await claim(of, planned, at=at, until=until)

    async def waited() -> None:
        house.clock.advance(seconds=TIMING.lease.total_seconds())

    monkeypatch.setattr(DeliveryRepository, "claim", counted)
    before_the_attempt(house, waited)
    await house.pass_to(20.5)
    assert claims == [house.clock.now() - TIMING.lease, house.clock.now()]
    assert len(house.invitations()) == 1


async def test_who_is_found_to_be_gone_after_the_claim_gets_nothing(house: House) -> None:
    await house.start()
    while_it_waits(house, lambda tx, d: tx.absences.add(Absence(SAM, Why.NO_SHARED, house.clock.now())))
    await house.pass_to(20.5)
    assert requests(house) == []
    assert (await house.states())[0] == ("cancelled", "away")
