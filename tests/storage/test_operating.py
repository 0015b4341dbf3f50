"""What the operator is told of check-ins, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

from supportbot.domain.cadence import Cadence, Occurrence, Rule
from supportbot.domain.checkins import Kind, Paused, PlanState, Reason, State, delivery_id
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.exchange import checkins as exchange
from supportbot.services.delivering_turn import LEASE
from supportbot.storage import operating
from supportbot.storage.engine import Database
from supportbot.storage.store import SqlStore, new_id
from tests.storage.rows import WINDOW, agreed, plan_of
from tests.support.fakes import START

NOON = START + timedelta(hours=12)


async def put(store: SqlStore, person: int, due: datetime | None, **moved: object) -> str:
    """A plan with one delivery that is due then, moved on if anything is given; its id."""
    plan = plan_of(PersonId(person))
    async with store.write() as tx:
        await agreed(tx, plan.person)
        await tx.plans.add(plan)
        if due is None:
            return plan.id
        occurrence, occurrence_id = Occurrence(date(2026, 1, 1), plan.rule.slots[0].id, due), new_id()
        await tx.deliveries.plan(plan, occurrence, occurrence_id=occurrence_id, window=WINDOW, at=START)
        delivery = await tx.deliveries.get(delivery_id(occurrence_id, 1))
        assert delivery is not None
        if moved:
            began = moved.pop("began", None)
            if began is not None:
                for state, wake in ((State.CLAIMED, NOON), (State.SENDING, NOON)):
                    await tx.deliveries.move(
                        delivery, state, at=began, wake_at=wake, new_attempt=state is State.SENDING
                    )
                    delivery = await tx.deliveries.get(delivery.id)
                    assert delivery is not None
            assert await tx.deliveries.move(delivery, at=NOON, **moved)
    return plan.id


async def test_what_is_due(opened_database: Database, store: SqlStore) -> None:
    clump, pair = NOON + timedelta(hours=5), NOON + timedelta(hours=1, minutes=30)
    in_a_minute = [clump + timedelta(seconds=seconds) for seconds in (0, 20, 59.999)]
    after_it = clump + timedelta(minutes=1)
    for person, due in enumerate(
        [
            NOON,
            NOON - timedelta(minutes=1),
            NOON + timedelta(minutes=30),
            *[pair] * 2,
            *in_a_minute,
            after_it,
            NOON + timedelta(days=2),
        ],
        1,
    ):
        await put(store, person, due)
    async with store.write() as tx:
        await tx.leases.take(LEASE, "me", now=NOON, until=NOON + timedelta(seconds=15))
    found = await operating.due(opened_database, NOON, LEASE)
    empty = await operating.due(opened_database, NOON + timedelta(days=9), LEASE)
    assert (found.now, found.next_hour, found.next_day, found.later) == (2, 1, 7, 1)
    assert found.next == NOON - timedelta(minutes=1)
    assert found.busiest == (clump, 3)
    assert found.delivered_until == NOON + timedelta(seconds=15)
    assert (empty.now, empty.busiest, empty.delivered_until) == (10, None, None)
    text = exchange.due_as_text(found)
    assert "busiest minute   2026-01-01 17:00 UTC: 3" in text
    assert "no process says that it does" in exchange.due_as_text(empty)
    assert json.loads(exchange.as_json(found))["busiest_minute"]["count"] == 3


async def test_what_is_stuck(opened_database: Database, store: SqlStore) -> None:
    nothing = await operating.stuck(opened_database, NOON)
    assert not nothing.is_any
    assert exchange.stuck_as_text(nothing) == "Nothing is stuck."
    await put(store, 1, NOON - timedelta(minutes=4))
    await put(store, 2, NOON - timedelta(minutes=6))
    await put(store, 3, NOON - timedelta(hours=1), state=State.CLAIMED, wake_at=NOON - timedelta(minutes=50))
    await put(store, 4, NOON, began=NOON, state=State.UNKNOWN, wake_at=NOON)
    await put(store, 5, None)
    ended = await put(store, 6, None)
    stopped = await put(store, 7, None)
    async with store.write() as tx:
        await agreed(tx, PersonId(6))
        plan = await tx.plans.get(ended)
        assert plan is not None
        rule = Rule(Cadence.DAILY, plan.rule.slots, until=date(2025, 12, 30))
        await tx.plans.change(replace(plan, rule=rule), at=NOON)
        await tx.plans.set_state(stopped, PlanState.STOPPED, at=NOON)
    found = await operating.stuck(opened_database, NOON)
    assert found.overdue == {"planned": 1, "claimed": 1}
    assert found.oldest == NOON - timedelta(minutes=50)
    assert (found.unknown, found.retried, found.without_next) == (1, 0, 1)
    assert found.is_any
    assert json.loads(exchange.as_json(found))["plans_without_next"] == 1


async def test_what_became_of_them(opened_database: Database, store: SqlStore) -> None:
    due = NOON - timedelta(hours=3)
    for person, late in enumerate((0.5, 1, 9, 700), 1):
        await put(store, person, due, began=due + timedelta(seconds=late), state=State.SENT)
    await put(store, 5, due, state=State.NOT_SENT, reason=Reason.LATE)
    paused = await put(store, 6, NOON - timedelta(days=20), state=State.NOT_SENT, reason=Reason.LATE)
    async with store.write() as tx:
        await tx.plans.set_state(paused, PlanState.PAUSED, at=NOON, paused=Paused.SILENCE)
        await tx.consents.rely_on(PersonId(6), Scope.CHECKINS)
        await tx.deliveries.tried(delivery_id(new_id(), 1), Kind.NUDGE, PersonId(6), at=NOON)  # no check-in
    found = await operating.stats(opened_database, NOON - timedelta(days=7))
    assert found.outcomes == {("sent", None): 4, ("not_sent", "late"): 1}
    assert found.late == (2, 1, 0, 0, 1)
    assert found.plans == {("active", None): 5, ("paused", "silence"): 1}
    text = exchange.stats_as_text(found)
    assert "not_sent late" in text
    assert "paused silence" in text
    assert {row["count"] for row in json.loads(exchange.as_json(found))["plans"]} == {5, 1}
