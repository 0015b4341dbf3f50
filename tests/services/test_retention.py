"""The nightly purge: what goes and what stays, in which night, and who does it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from supportbot.domain.audit import Act, AuditPage, Change
from supportbot.domain.checkins import Answer, PlanState
from supportbot.domain.consent import ConsentEntry, ConsentText, How, Scope
from supportbot.domain.people import PersonId
from supportbot.domain.retention import Keep, next_night
from supportbot.errors import StorageBusy
from supportbot.services.retention import AGAIN, BATCH, WAKE_UP
from supportbot.storage.consents import ConsentRepository
from supportbot.storage.engine import Database
from supportbot.storage.retention import held_now
from tests.services.house import ALEX, SAM, House
from tests.services.nights import DAYS, HERE, SQLITE_FIRST, THERE, Nights
from tests.support.fakes import START

pytestmark = SQLITE_FIRST


async def remember(house: House, person: PersonId, scope: Scope) -> None:
    async with house.store.write() as tx:
        now = house.clock.now()
        await tx.consents.record(ConsentEntry(person, HERE, scope, "1", "en", now, How.BUTTON, given=True))
        if scope is Scope.REGION:
            await tx.member_regions.save(person, "JP", at=now)
        else:
            await tx.member_languages.save(person, "es", at=now)


async def test_settled_deliveries_go_after_their_period_and_the_plan_goes_on(house: House, nights: Nights) -> None:
    nights.where.members.add((HERE, SAM))
    await nights.agree(SAM, HERE)
    for hours in (20, 24, 24):
        await house.pass_to(hours)
    assert len(await house.states()) == 4
    house.clock.set(START + timedelta(days=2 + DAYS[Keep.DELIVERIES], hours=19))
    await nights.retention.tonight()
    left = await house.states()
    assert [state for state, _ in left] == ["sent", "planned"], "the one of the third day is just young enough"
    async with house.store.read() as tx:
        assert [plan.state for plan in await tx.plans.of(SAM)] == [PlanState.ACTIVE]
    await house.engine.deliver_due()
    assert (await house.states())[-1] == ("planned", None), "it still plans its next"


async def test_the_last_answer_of_a_plan_stays_as_long_as_the_plan(house: House, nights: Nights) -> None:
    nights.where.members.add((HERE, SAM))
    await nights.agree(SAM, HERE)
    for hours in (20, 24):
        await house.pass_to(hours)
        await house.arrivals.answer(house.last(), Answer(mood=3))
    await house.pass_to(24)
    await nights.pass_days(DAYS[Keep.DELIVERIES] + 2)
    assert [state for state, _ in await house.states()] == ["answered", "planned"]


async def test_stopped_plans_go_and_the_last_takes_everything_of_that_consent(house: House, nights: Nights) -> None:
    nights.where.members.add((HERE, SAM))
    first, second = await nights.agree(SAM, HERE, THERE)
    await remember(house, SAM, Scope.REGION)
    await house.checkins.stop(SAM, first)
    house.clock.advance(days=100)
    await remember(house, SAM, Scope.REGION)
    await house.checkins.stop(SAM, second)
    await nights.pass_days(DAYS[Keep.STOPPED_PLANS] - 99)
    assert (await nights.kinds())["plans"] == 1
    assert {"members", "dm_channels"} <= (await nights.kinds()).keys()
    await nights.pass_days(100)
    assert set(await nights.kinds()) == {"member_regions", "consents"}
    async with house.store.read() as tx:
        assert {entry.scope for entry in await tx.consents.entries(SAM)} == {Scope.REGION}


async def test_a_transaction_locks_one_person_alone(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that lock several people, each in its own order, may wait for each other for ever."""
    for person in (SAM, ALEX):
        await nights.agree(person, HERE)
        await house.checkins.stop_all(person)
        await remember(house, person, Scope.REGION)
    locked: dict[ConsentRepository, set[PersonId]] = {}
    lock = ConsentRepository.lock

    async def noted(consents: ConsentRepository, person: PersonId) -> None:
        locked.setdefault(consents, set()).add(person)
        await lock(consents, person)

    monkeypatch.setattr(ConsentRepository, "lock", noted)
    await nights.pass_days(DAYS[Keep.REMEMBERED] + 1)
    assert await nights.kinds() == await nights.kinds(ALEX) == {}
    assert {len(people) for people in locked.values()} == {1}


@pytest.mark.parametrize("scope", [Scope.REGION, Scope.LANGUAGE])
async def test_what_was_remembered_goes_with_its_consent_long_after_it_was_chosen(
    house: House, nights: Nights, scope: Scope
) -> None:
    await remember(house, SAM, scope)
    await nights.pass_days(DAYS[Keep.REMEMBERED] - 1)
    assert (await nights.kinds())["consents"] == 1, "an old consent counts as long as something rests on it"
    await remember(house, ALEX, scope)
    await nights.pass_days(2)
    assert await nights.kinds() == {}
    assert nights.forgot == [(SAM, scope)]
    assert len(await nights.kinds(ALEX)) == 2


async def test_consents_that_do_not_count_any_more_go(house: House, nights: Nights) -> None:
    handover = ConsentText(Scope.HANDOVER, "1", "en", "…")

    def entry(scope: Scope, *, given: bool) -> ConsentEntry:
        return ConsentEntry(SAM, HERE, scope, handover.version, "en", house.clock.now(), How.BUTTON, given=given)

    async with house.store.write() as tx:
        await tx.consents.record(entry(Scope.HANDOVER, given=True))
        await tx.consents.record(entry(Scope.LANGUAGE, given=True))
        await tx.consents.record(entry(Scope.LANGUAGE, given=False))
    await remember(house, SAM, Scope.REGION)
    await nights.pass_days(300)
    await remember(house, SAM, Scope.REGION)
    async with house.store.write() as tx:
        await tx.consents.record(entry(Scope.HANDOVER, given=True))
    await nights.pass_days(DAYS[Keep.CONSENTS] - 301)
    assert (await nights.kinds())["consents"] == 6
    await nights.pass_days(2)
    async with house.store.read() as tx:
        left = [entry.scope for entry in await tx.consents.entries(SAM)]
    assert sorted(left) == [Scope.HANDOVER, Scope.REGION], "of what counts, only the last; of what was withdrawn, none"


async def test_hashes_of_erasures_go_at_their_end(house: House, nights: Nights) -> None:
    async with house.store.write() as tx:
        await tx.erase(SAM, at=house.clock.now())
    await nights.pass_days(364)
    async with house.database.read() as connection:
        assert len((await connection.exec_driver_sql("SELECT id FROM erasures")).all()) == 1
    await nights.pass_days(1)
    async with house.database.read() as connection:
        assert (await connection.exec_driver_sql("SELECT id FROM erasures")).all() == []


async def test_a_night_is_worked_once_and_the_next_begins_by_itself(house: House, nights: Nights) -> None:
    house.clock.set(datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert await nights.retention.tonight() == datetime(2026, 1, 6, 3, tzinfo=UTC)
    async with house.store.read() as tx:
        assert await tx.retention.last_done() == house.clock.now()
    house.clock.advance(hours=3)
    await nights.retention.tonight()
    async with house.store.read() as tx:
        assert await tx.retention.last_done() == house.clock.now() - timedelta(hours=3), "not again in that night"
    house.clock.advance(days=-3)
    await nights.retention.tonight()
    async with house.store.read() as tx:
        assert await tx.retention.last_done() == house.clock.now(), "set back, the clock makes no night wait"


async def test_two_processes_share_a_night(house: House, nights: Nights) -> None:
    async with house.store.write() as tx:
        assert await tx.retention.claim(house.clock.now())
    assert await nights.retention.tonight() == house.clock.now() + AGAIN, "another one has it in hand"
    async with house.store.read() as tx:
        assert await tx.retention.last_done() is None
    house.clock.advance(hours=1)
    await nights.retention.tonight()
    async with house.store.read() as tx:
        assert await tx.retention.last_done() == house.clock.now(), "that one died"


async def test_one_failing_part_does_not_stop_the_others(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    await nights.agree(SAM, HERE)
    await house.checkins.stop_all(SAM)
    house.clock.advance(days=DAYS[Keep.STOPPED_PLANS] + 1)

    async def busy(*_: object, **__: object) -> int:
        raise StorageBusy("the test locked it")

    with monkeypatch.context() as patch:
        patch.setattr("supportbot.storage.retention.RetentionRepository.purge_deliveries", busy)
        assert await nights.retention.tonight() == house.clock.now() + AGAIN
        assert await nights.kinds() == {}
        async with house.store.read() as tx:
            assert await tx.retention.last_done() is None, "the night is not done"
    await nights.pass_days(AGAIN / timedelta(days=1))
    async with house.store.read() as tx:
        assert await tx.retention.last_done() == house.clock.now()


async def test_much_goes_in_many_short_transactions(house: House, nights: Nights) -> None:
    async with house.store.write() as tx:
        for person in range(1000, 1000 + BATCH + 5):
            entry = ConsentEntry(PersonId(person), HERE, Scope.HANDOVER, "1", "en", START, How.BUTTON, given=True)
            await tx.consents.record(entry)
    writes = 0
    write = house.store.write

    def counted():
        nonlocal writes
        writes += 1
        return write()

    house.store.write = counted  # pyright: ignore[reportAttributeAccessIssue]
    await nights.pass_days(DAYS[Keep.CONSENTS] + 1)
    assert await nights.kinds(PersonId(1000)) == {}
    assert await nights.kinds(PersonId(1000 + BATCH + 4)) == {}
    assert nights.pacer.turns == 1
    assert writes > 2


async def test_it_runs_by_its_wake_up_and_survives_trouble(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    armed = asyncio.Event()
    wake_at = nights.wakeups.wake_at

    def told(name: str, instant: datetime | None, callback: Callable[[], None]) -> None:
        wake_at(name, instant, callback)
        armed.set()

    nights.wakeups.wake_at = told

    async def until(instant: datetime) -> None:
        async with asyncio.timeout(5):
            while nights.wakeups.armed.get(WAKE_UP) != instant:
                await armed.wait()
                armed.clear()

    async def busy(*_: object, **__: object) -> bool:
        raise StorageBusy("the test locked it")

    house.clock.set(datetime(2026, 1, 5, 12, tzinfo=UTC))
    task = asyncio.create_task(nights.retention.run())
    try:
        await until(datetime(2026, 1, 6, 3, tzinfo=UTC))
        with monkeypatch.context() as patch:
            patch.setattr("supportbot.storage.retention.RetentionRepository.claim", busy)
            house.clock.set(datetime(2026, 1, 6, 3, tzinfo=UTC))
            await until(datetime(2026, 1, 6, 4, tzinfo=UTC))
        nights.wakeups.fire(WAKE_UP)
        await until(datetime(2026, 1, 7, 3, tzinfo=UTC))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_clock_that_leapt_erases_nobody_before_the_next_night(
    house: House, nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    await nights.agree(SAM, HERE)
    await house.checkins.stop_all(SAM)
    await nights.retention.tonight()
    right = house.clock.now()
    house.clock.advance(days=3000)
    for start in (nights, nights.again(), nights.again()):
        assert await start.retention.tonight() == next_night(house.clock.now())
    assert "retention.clock_leapt" in caplog.text
    assert (await nights.kinds())["plans"] == 1
    house.clock.set(right + timedelta(days=1))
    await nights.retention.tonight()
    assert (await nights.kinds())["plans"] == 1, "put right, it goes on as if nothing had been"
    async with house.store.read() as tx:
        assert await tx.retention.last_done() == house.clock.now()
    house.clock.advance(days=3000)
    await nights.retention.tonight()
    house.clock.set(next_night(house.clock.now()))
    await nights.again().retention.tonight()
    assert await nights.kinds() == {}, "a clock that stays is believed"


async def test_the_audit_goes_one_community_after_the_other(house: House, nights: Nights) -> None:
    for community in (HERE, THERE):
        async with house.store.write() as tx:
            await tx.audit.add(community, SAM, Change(Act.REGION, after="DE"), at=house.clock.now())
    before = nights.pacer.turns
    await nights.pass_days(DAYS[Keep.AUDIT] + 1)
    assert nights.pacer.turns - before == 2, "others may write in between"
    async with house.store.read() as tx:
        assert [await tx.audit.newest(each, limit=9) for each in (HERE, THERE)] == [AuditPage(())] * 2
        assert (await tx.audit.verify()).faults == ()


async def test_a_clock_that_discord_contradicts_purges_nothing(
    house: House, nights: Nights, opened_database: Database
) -> None:
    await remember(house, SAM, Scope.LANGUAGE)
    async with house.store.write() as tx:
        await tx.erase(ALEX, at=house.clock.now())
    nights.where.clock = house.clock.now()
    await nights.pass_days(0)
    for days in (4 * 365, 1, 1, 30):
        await nights.pass_days(days)
    assert "member_languages" in await nights.kinds()
    async with house.store.read() as tx:
        assert len(await tx.erasures.all()) == 1
    async with opened_database.read() as connection:
        assert str((await held_now(connection)).skipped).endswith("because Discord's clock said 2026-01-01 00:00 UTC")
    nights.where.clock = house.clock.now()
    await nights.pass_days(0)
    assert await nights.kinds() == {}
