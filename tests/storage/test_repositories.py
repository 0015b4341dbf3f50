"""Every repository does on both databases what its port says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import CursorResult, Executable, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.checkins import FOLLOWS, OPEN_STATES, Delivery, Kind, Plan, PlanState, Reason, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, CommunityId, Member, MessageId, PersonId
from supportbot.errors import ConfigError, SealingError
from supportbot.services.ports import DmChannel
from supportbot.storage.deliveries import DeliveryRepository
from supportbot.storage.engine import Database
from supportbot.storage.grants import Grants
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, SqlTransaction, holds_sealed, new_id, refuse_other_keys
from supportbot.storage.tables import deliveries, occurrences
from tests.storage.rows import DUE, HERE, START, WINDOW, agreed, entry, on, plan_of, planned, whole_chain
from tests.support.databases import OpenDatabase

SAM, ALEX = PersonId(1_140_000_000_000_000_001), PersonId(1_140_000_000_000_000_002)
LATER = START + timedelta(milliseconds=1_234_567)


async def chain(store: SqlStore, *people: PersonId) -> list[Plan]:
    async with store.write() as tx:
        return [await whole_chain(tx, person) for person in people]


async def delivery(tx: SqlTransaction, delivery_id: str) -> Delivery:
    found = await tx.deliveries.get(delivery_id)
    assert found is not None
    return found


async def states(tx: SqlTransaction, person: PersonId = SAM) -> list[tuple[object, object, object]]:
    return [(row["local_date"], row["state"], row["reason"]) for row in await tx.deliveries.export(person)]


# --- members


async def test_a_member_is_kept_and_changed(store: SqlStore, opened_database: Database) -> None:
    assert not await holds_sealed(opened_database)
    async with store.write() as tx:
        await agreed(tx, SAM, ALEX)
        assert await tx.members.get(SAM) is None
        assert await tx.members.export(SAM) == []
        await tx.members.save(Member(SAM, "Asia/Tokyo", "de"), at=START)
        await tx.members.save(Member(ALEX, "UTC", "en"), at=START)
        await tx.members.save(Member(SAM, "Europe/Berlin", "en"), at=LATER)
    async with store.read() as tx:
        assert await tx.members.get(SAM) == Member(SAM, "Europe/Berlin", "en", sign_at=START)
        assert await tx.members.get(ALEX) == Member(ALEX, "UTC", "en", sign_at=START)
        assert [row["since"] for row in await tx.members.export(SAM)] == [START.isoformat()]
    assert await holds_sealed(opened_database)
    async with store.write() as tx:
        assert (await tx.members.erase(SAM), await tx.members.erase(SAM)) == (1, 0)
    async with store.read() as tx:
        assert (await tx.members.get(SAM), await tx.members.get(ALEX)) == (
            None,
            Member(ALEX, "UTC", "en", sign_at=START),
        )


async def test_another_key_does_not_open_a_zone(store: SqlStore, opened_database: Database) -> None:
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.members.save(Member(SAM, "Asia/Tokyo", "en"), at=START)
    other = SqlStore(opened_database, Sealer(KeyRing("test", {"test": b"x" * 32})))
    async with other.read() as tx:
        with pytest.raises(SealingError):
            await tx.members.get(SAM)


async def test_another_key_is_noticed_at_whatever_field_is_sealed(store: SqlStore, opened_database: Database) -> None:
    right, wrong = Sealer(KeyRing("test", {"test": b"k" * 32})), Sealer(KeyRing("test", {"test": b"x" * 32}))
    await refuse_other_keys(opened_database, wrong)
    for save, erase in (
        (lambda tx: tx.members.save(Member(SAM, "UTC", "en"), at=START), lambda tx: tx.members.erase(SAM)),
        (lambda tx: tx.member_regions.save(SAM, "JP", at=START), lambda tx: tx.member_regions.erase(SAM)),
    ):
        async with store.write() as tx:
            await agreed(tx, SAM)
            await save(tx)
        assert await holds_sealed(opened_database)
        await refuse_other_keys(opened_database, right)
        with pytest.raises(ConfigError, match="do not open what the database holds"):
            await refuse_other_keys(opened_database, wrong)
        async with store.write() as tx:
            await erase(tx)
        assert not await holds_sealed(opened_database)


# --- consents


async def test_the_last_entry_of_the_ledger_counts(store: SqlStore) -> None:
    given = [True, False, True, True, False]
    async with store.write() as tx:
        assert not await tx.consents.holds(SAM, Scope.CHECKINS)
        for each in given:
            # One instant for all: the ledger's own order decides, not the clock, which may be set back.
            await tx.consents.record(entry(SAM, given=each))
            await tx.consents.record(entry(ALEX, given=not each))
            assert await tx.consents.holds(SAM, Scope.CHECKINS) is each
            assert await tx.consents.holds(ALEX, Scope.CHECKINS) is not each
        await tx.consents.record(entry(SAM, at=START - timedelta(days=1)))
    async with store.read() as tx:
        assert await tx.consents.holds(SAM, Scope.CHECKINS)
        held = await tx.consents.export(SAM)
    assert [row["given"] for row in held] == [*given, True]
    assert held[0] == {
        "community": str(HERE),
        "scope": "checkins",
        "text_version": "1",
        "language": "en",
        "at": START.isoformat(),
        "how": "button",
        "given": True,
    }
    async with store.write() as tx:
        await tx.consents.record(replace(entry(SAM), community=None))
        assert (await tx.consents.export(SAM))[-1]["community"] is None
        assert await tx.consents.erase(SAM) == 7
        assert not await tx.consents.holds(SAM, Scope.CHECKINS)
        assert len(await tx.consents.export(ALEX)) == len(given)


async def test_the_communities_that_somebody_is_known_from_come_newest_first(store: SqlStore) -> None:
    one, two, three = (CommunityId(each) for each in (2**62, 5, 9))
    async with store.write() as tx:
        for community in (one, two, None, one, three, two):
            await tx.consents.record(replace(entry(SAM), community=community))
            await tx.consents.record(replace(entry(ALEX), community=three))
        for hours, community in enumerate((one, None, two, one, three)):
            plan = plan_of(SAM, community=community, at=START + timedelta(hours=hours))
            await tx.plans.add(plan)
            if community == three:
                await tx.plans.set_state(plan.id, PlanState.STOPPED, at=LATER)
        assert await tx.consents.communities(SAM) == [two, three, one]
        assert await tx.consents.communities(ALEX) == [three]
        assert await tx.plans.communities(SAM) == [three, one, two]
        assert await tx.plans.communities(ALEX) == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("first", [True, False])
async def test_of_a_yes_and_a_no_side_by_side_the_later_one_waits_and_counts(store: SqlStore, *, first: bool) -> None:
    async def beside() -> None:
        async with store.write() as other:
            await other.consents.record(entry(SAM, given=not first))

    async def of_somebody_else() -> None:
        async with store.write() as other:
            await other.consents.record(entry(ALEX))

    async with store.write() as one:
        await one.consents.record(entry(SAM, given=first))
        waiting = asyncio.create_task(beside())
        await asyncio.create_task(of_somebody_else())
        assert not waiting.done()
    await waiting
    async with store.read() as tx:
        assert await tx.consents.holds(SAM, Scope.CHECKINS) is not first


# --- DM channels and the program's own state


async def test_a_dm_channel_is_kept_and_changed(store: SqlStore) -> None:
    async with store.write() as tx:
        await agreed(tx, SAM, ALEX)
        assert await tx.dm_channels.get(SAM) is None
        assert await tx.dm_channels.export(SAM) == []
        await tx.dm_channels.save(DmChannel(SAM, ChannelId(5), None), at=START)
        assert await tx.dm_channels.get(SAM) == DmChannel(SAM, ChannelId(5), None)
        await tx.dm_channels.save(DmChannel(ALEX, ChannelId(6), MessageId(7)), at=START)
        await tx.dm_channels.save(DmChannel(SAM, ChannelId(2**62), MessageId(2**62 + 1)), at=LATER)
    async with store.read() as tx:
        assert await tx.dm_channels.get(SAM) == DmChannel(SAM, ChannelId(2**62), MessageId(2**62 + 1))
        assert await tx.dm_channels.export(SAM) == [
            {"channel": str(2**62), "last_message": str(2**62 + 1), "at": LATER.isoformat()}
        ]
    async with store.write() as tx:
        assert await tx.dm_channels.erase(SAM) == 1
        assert await tx.dm_channels.get(ALEX) == DmChannel(ALEX, ChannelId(6), MessageId(7))


async def test_the_programs_own_state(store: SqlStore) -> None:
    async with store.write() as tx:
        assert await tx.app_state.get("greeted") is None
        await tx.app_state.set("greeted", "no")
        await tx.app_state.set("greeted", "yes")
        await tx.app_state.set("other", "")
    async with store.read() as tx:
        assert (await tx.app_state.get("greeted"), await tx.app_state.get("other")) == ("yes", "")


# --- plans


async def test_plans_of_a_person_are_the_running_ones_oldest_first(store: SqlStore) -> None:
    young, old = plan_of(SAM, 20, 7, at=LATER), plan_of(SAM, community=None)
    gone, hers = plan_of(SAM), plan_of(ALEX)
    async with store.write() as tx:
        await agreed(tx, SAM, ALEX)
        for plan in (young, old, gone, hers):
            await tx.plans.add(plan)
        await tx.plans.set_state(old.id, PlanState.PAUSED, at=LATER)
        await tx.plans.set_state(gone.id, PlanState.STOPPED, at=LATER)
    async with store.read() as tx:
        in_order = replace(young, rule=replace(young.rule, slots=young.rule.slots[::-1]))
        assert await tx.plans.of(SAM) == [replace(old, state=PlanState.PAUSED), in_order], "slots by time of day"
        assert await tx.plans.of(PersonId(3)) == []
        assert await tx.plans.get(gone.id) == replace(gone, state=PlanState.STOPPED)
        assert await tx.plans.get("nowhere") is None
        held = await tx.plans.export(SAM)
        assert {row["plan"] for row in held} == {young.id, old.id, gone.id}, "stopped ones too"
        assert {row["state"] for row in held} == {"active", "paused", "stopped"}
        assert {row["community"] for row in held} == {str(HERE), None}
    async with store.write() as tx:
        assert await tx.plans.erase(SAM) == 3
        assert await tx.plans.export(SAM) == []
        assert await tx.plans.of(ALEX) == [hers]


# --- deliveries


async def test_an_occurrence_is_planned_once(store: SqlStore) -> None:
    plan = plan_of(SAM, 8, 20)
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.plans.add(plan)
        first = await planned(tx, plan)
        assert not await tx.deliveries.plan(plan, on(plan), occurrence_id=new_id(), window=WINDOW, at=START)
        await planned(tx, plan, slot=1)
        await planned(tx, plan, day=2)
        assert await tx.deliveries.get("nowhere") is None
        assert await delivery(tx, first) == Delivery(
            id=first,
            kind=Kind.CHECKIN,
            plan_id=plan.id,
            occurrence_id=first.removesuffix("-1"),
            person=SAM,
            state=State.PLANNED,
            due=DUE,
            wake_at=DUE,
            window_ends=DUE + WINDOW,
            attempt=0,
            started_at=None,
            channel=None,
            message=None,
            search_after=None,
            planned_for=DUE,
            local_date=date(2026, 1, 1),
        )


async def test_what_to_look_at_and_when(store: SqlStore) -> None:
    plan = plan_of(SAM, 8, 20)
    async with store.write() as tx:
        await agreed(tx, SAM)
        assert await tx.deliveries.next_wake() is None
        await tx.plans.add(plan)
        evening = await planned(tx, plan, slot=1)
        tomorrow = await planned(tx, plan, day=2)
        morning = await planned(tx, plan)
        assert await tx.deliveries.next_wake() == DUE
        assert await tx.deliveries.next_due(plan.id) == DUE
        assert await tx.deliveries.next_due("nowhere") is None

        async def ids(at: datetime, limit: int = 9) -> list[str]:
            found = [each.id for each in await tx.deliveries.to_look_at(at, limit=limit)]
            assert [each.id for each in await tx.deliveries.to_claim(at, limit=limit)] == found
            return found

        assert await ids(DUE - timedelta(milliseconds=1)) == []
        assert await ids(DUE) == [morning]
        assert await ids(DUE + timedelta(days=1)) == [morning, evening, tomorrow]
        assert await ids(DUE + timedelta(days=1), limit=2) == [morning, evening]
        await tx.deliveries.move(await delivery(tx, morning), State.CLAIMED, at=DUE, wake_at=DUE + WINDOW)
        assert [each.id for each in await tx.deliveries.to_look_at(DUE + WINDOW, limit=9)] == [morning]
        assert await tx.deliveries.to_claim(DUE + WINDOW, limit=9) == [], "only what is planned"
        assert await tx.deliveries.next_wake() == DUE + WINDOW
        assert await tx.deliveries.next_due(plan.id) == DUE, "nothing went out yet"
        await tx.deliveries.move(await delivery(tx, morning), State.CANCELLED, at=DUE, reason=Reason.STOPPED)
        assert await tx.deliveries.next_wake() == DUE + timedelta(hours=12), "what is over needs no look"
        assert await tx.deliveries.next_due(plan.id) == DUE + timedelta(hours=12)


async def test_a_move_keeps_what_it_was_told(store: SqlStore) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
        (planned_one,) = await tx.deliveries.to_look_at(DUE, limit=1)
        assert await tx.deliveries.move(planned_one, State.CLAIMED, at=DUE, wake_at=DUE + WINDOW)
        claimed = await delivery(tx, planned_one.id)
        assert claimed == replace(planned_one, state=State.CLAIMED, wake_at=DUE + WINDOW)
        assert await tx.deliveries.move(claimed, State.SENDING, at=LATER, wake_at=DUE, new_attempt=True)
        sending = await delivery(tx, planned_one.id)
        assert sending == replace(claimed, state=State.SENDING, wake_at=DUE, attempt=1, started_at=LATER)
        assert await tx.deliveries.move(
            sending, State.SENT, at=LATER, channel=ChannelId(5), message=MessageId(6), reason=Reason.LATE
        )
        sent = await delivery(tx, planned_one.id)
        assert sent == replace(sending, state=State.SENT, wake_at=None, channel=ChannelId(5), message=MessageId(6))
        (row,) = await tx.deliveries.export(SAM)
        assert (row["message"], row["attempts"], row["reason"], row["due"]) == ("6", 1, "late", DUE.isoformat())


async def test_a_stale_state_or_attempt_moves_nothing(store: SqlStore) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
        (first,) = await tx.deliveries.to_look_at(DUE, limit=1)
        assert await tx.deliveries.move(first, State.CLAIMED, at=DUE, wake_at=DUE)
        assert not await tx.deliveries.move(first, State.CLAIMED, at=DUE, wake_at=DUE)
        claimed = await delivery(tx, first.id)
        assert await tx.deliveries.move(claimed, State.SENDING, at=DUE, wake_at=DUE, new_attempt=True)
        assert await tx.deliveries.move(await delivery(tx, first.id), State.PLANNED, at=DUE, wake_at=DUE)
        again = await delivery(tx, first.id)
        assert (again.state, again.attempt) == (State.PLANNED, 1)
        assert not await tx.deliveries.move(first, State.CLAIMED, at=DUE, wake_at=DUE), "of an attempt before"
        assert await delivery(tx, first.id) == again
        gone = replace(again, id="nowhere")
        assert not await tx.deliveries.move(gone, State.CLAIMED, at=DUE, wake_at=DUE)


async def test_only_moves_that_make_sense(store: SqlStore) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
        (found,) = await tx.deliveries.to_look_at(DUE, limit=1)
        for state in State:
            given = replace(found, state=state)
            for wanted in State:
                fits = DUE if wanted in OPEN_STATES else None
                if wanted not in FOLLOWS[state]:
                    with pytest.raises(ValueError, match="does not follow"):
                        await tx.deliveries.move(given, wanted, at=DUE, wake_at=fits)
                else:
                    with pytest.raises(ValueError, match="do not fit"):
                        await tx.deliveries.move(given, wanted, at=DUE, wake_at=None if fits else DUE)


async def test_cancelling_ends_what_did_not_go_out(store: SqlStore) -> None:
    plan, other = plan_of(SAM), plan_of(SAM)
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.plans.add(plan)
        await tx.plans.add(other)
        ids = [await planned(tx, plan, day) for day in (1, 2, 3)]
        untouched = await planned(tx, other, 4)
        for each in ids[1:]:
            await tx.deliveries.move(await delivery(tx, each), State.CLAIMED, at=DUE, wake_at=DUE)
        await tx.deliveries.move(await delivery(tx, ids[2]), State.SENDING, at=DUE, wake_at=DUE, new_attempt=True)
        assert await tx.deliveries.cancel_planned(plan.id, reason=Reason.STOPPED, at=DUE) == 2
        assert await tx.deliveries.cancel_planned(plan.id, reason=Reason.STOPPED, at=DUE) == 0
        assert await states(tx) == [
            ("2026-01-01", "cancelled", "stopped"),
            ("2026-01-02", "cancelled", "stopped"),
            ("2026-01-03", "sending", None),
            ("2026-01-04", "planned", None),
        ]
        assert (await delivery(tx, ids[0])).wake_at is None
        assert (await delivery(tx, untouched)).wake_at is not None


async def test_dropping_forgets_only_what_was_never_tried(store: SqlStore) -> None:
    plan, other = plan_of(SAM), plan_of(SAM)
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.plans.add(plan)
        await tx.plans.add(other)
        untouched, tried = await planned(tx, plan, 1), await planned(tx, plan, 2)
        kept = await planned(tx, other, 3)
        await tx.deliveries.move(await delivery(tx, tried), State.CLAIMED, at=DUE, wake_at=DUE)
        await tx.deliveries.move(await delivery(tx, tried), State.SENDING, at=DUE, wake_at=DUE, new_attempt=True)
        await tx.deliveries.move(await delivery(tx, tried), State.PLANNED, at=DUE, wake_at=DUE)
        await tx.deliveries.drop_planned(plan.id)
        assert await tx.deliveries.get(untouched) is None
        assert [row[0] for row in await states(tx)] == ["2026-01-02", "2026-01-03"]
        assert (await delivery(tx, kept)).state is State.PLANNED
        await planned(tx, plan, 1)


async def test_erasing_deliveries_takes_this_persons_alone(store: SqlStore) -> None:
    await chain(store, SAM, ALEX)
    async with store.write() as tx:
        assert await tx.deliveries.erase(SAM) == 1
        assert await tx.deliveries.export(SAM) == []
        assert len(await tx.deliveries.export(ALEX)) == 1
        assert len(await tx.plans.export(SAM)) == 1


async def test_everything_goes_with_the_plans(store: SqlStore) -> None:
    await chain(store, SAM, ALEX)
    async with store.write() as tx:
        assert await tx.plans.erase(SAM) == 1
    async with store.read() as tx:
        assert await tx.deliveries.export(SAM) == []
        assert [each.person for each in await tx.deliveries.to_look_at(DUE, limit=9)] == [ALEX]


# --- side by side, as several processes on PostgreSQL


async def test_adding_the_same_side_by_side_is_one_row(open_database: OpenDatabase, store: SqlStore) -> None:
    other = SqlStore(await open_database(), Sealer(KeyRing("test", {"test": b"k" * 32})))
    plan = plan_of(SAM)
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.plans.add(plan)

    async def add(each: SqlStore, number: int) -> None:
        async with each.write() as tx:
            await agreed(tx, SAM)
            await tx.members.save(Member(SAM, "UTC", str(number)), at=START)
            await tx.dm_channels.save(DmChannel(SAM, ChannelId(5), MessageId(number)), at=START)
            await tx.app_state.set("key", str(number))
            await tx.deliveries.plan(plan, on(plan), occurrence_id=new_id(), window=WINDOW, at=START)

    await asyncio.gather(*(add(each, number) for number, each in enumerate([store, other] * 4)))
    async with store.read() as tx:
        assert len(await tx.members.export(SAM)) == len(await tx.deliveries.export(SAM)) == 1
        member, channel = await tx.members.get(SAM), await tx.dm_channels.get(SAM)
        assert member
        assert channel
        assert member.language == str(channel.last_message) == await tx.app_state.get("key")


# --- indexes


class Explaining:
    """A connection that asks the database how it would go about each statement, in place of running it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.answer = ""

    async def execute(self, statement: Executable) -> CursorResult[Any]:
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True})
        how = "EXPLAIN QUERY PLAN" if self.dialect.name == "sqlite" else "EXPLAIN"
        found = await self._connection.exec_driver_sql(f"{how} {compiled}")
        self.answer = "\n".join(str(row[-1]) for row in found)
        return await self._connection.execute(statement)


async def fill(database: Database, plan: Plan, *, over: int, still_open: int) -> None:
    """Years of deliveries that are over, and a few that are not."""
    days = range(over + still_open)
    async with database.write() as connection:
        await connection.execute(
            insert(occurrences),
            [
                {"id": f"{day}", "plan_id": plan.id, "slot_id": plan.rule.slots[0].id}
                | {"local_date": f"{START.date() + timedelta(days=day)}"}
                | {"due": START + timedelta(days=day)}
                for day in days
            ],
        )
        await connection.execute(
            insert(deliveries),
            [
                {"id": f"{day}-1", "occurrence_id": f"{day}", "attempt": 0, "changed_at": START, "window_ends": START}
                | {"state": "sent" if day < over else "planned", "kind": "checkin", "person_id": SAM}
                | {"due": START + timedelta(days=day)}
                | {"wake_at": None if day < over else START + timedelta(days=day)}
                for day in days
            ],
        )
    async with database.write() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def test_what_the_engine_asks_again_and_again_uses_the_index(opened_database: Database, store: SqlStore) -> None:
    plan = plan_of(SAM)
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.plans.add(plan)
    await fill(opened_database, plan, over=3000, still_open=30)
    now = START + timedelta(days=3020)
    async with opened_database.write() as connection:
        explaining = Explaining(connection)
        repository = DeliveryRepository(cast("AsyncConnection", explaining), Grants())
        for ask, found in (
            (lambda: repository.to_look_at(now, limit=200), 21),
            (lambda: repository.to_claim(now, limit=200), 21),
            (repository.next_wake, None),
        ):
            answer = await ask()
            assert found is None or len(answer) == found
            assert "ix_deliveries_wake_at" in explaining.answer, explaining.answer
