"""What the nightly purge asks of the tables, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supportbot.domain.checkins import PlanState, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.retention import Absence, Why
from supportbot.errors import ConsentMissing
from supportbot.storage.retention import HELD, LEASE
from supportbot.storage.store import SqlStore
from tests.storage.rows import HERE, whole_chain
from tests.support.fakes import START

SAM, ALEX = PersonId(1 << 22), PersonId(2 << 22)
LATER = START + timedelta(days=400)
MOST = 100


async def test_every_question_of_a_night(store: SqlStore) -> None:
    async with store.write() as tx:
        plan = await whole_chain(tx, SAM)
        await whole_chain(tx, ALEX)
        await tx.absences.end(SAM)
        for delivery in await tx.deliveries.to_look_at(LATER, limit=MOST):
            await tx.deliveries.move(delivery, State.NOT_SENT, at=START)
    async with store.read() as tx:
        found = tx.retention
        assert await found.holders_of_plans() == 2
        assert await found.to_look_for(0, 1, limit=MOST) == [SAM, ALEX]
        assert await found.to_look_for(1, 2, limit=MOST) == [SAM]
        assert await found.to_look_for(0, 2, limit=MOST) == [ALEX]
        assert await found.inactive(START, limit=MOST) == [SAM], "whoever is in a grace already is in that one"
        assert await found.inactive(START - LEASE, limit=MOST) == []
        assert not await found.gave_sign(SAM, START)
        assert await found.gave_sign(SAM, START - LEASE)
        assert not await found.left_lately(SAM, START)
        assert await found.remembered(Scope.REGION, LATER, limit=MOST) == [SAM, ALEX]
        assert await found.remembered(Scope.LANGUAGE, START, limit=MOST) == []
        assert await found.stopped_plans(LATER, limit=MOST) == []
    async with store.write() as tx:
        assert await tx.retention.purge_deliveries(START, limit=MOST) == 0
        assert await tx.retention.purge_deliveries(LATER, limit=1) == 1
        assert await tx.retention.purge_deliveries(LATER, limit=MOST) == 1
        assert await tx.retention.purge_answers(START, limit=MOST) == 0
        assert await tx.retention.purge_answers(LATER, limit=1) == 1
        assert await tx.retention.purge_answers(LATER, limit=MOST) == 1
        assert await tx.retention.is_still_remembered(SAM, Scope.REGION, LATER)
        assert not await tx.retention.is_still_remembered(SAM, Scope.REGION, START)
        assert await tx.retention.purge_consents(LATER, limit=MOST) == 4, "of hand-over and history nothing is left"
        await tx.plans.set_state(plan.id, PlanState.STOPPED, at=START)
        assert await tx.retention.stopped_plans(LATER, limit=MOST) == [(plan.id, SAM)]
        assert await tx.retention.forget_plan(plan.id, SAM)
        assert await tx.expire(SAM, Scope.CHECKINS)
    async with store.read() as tx:
        held = {holder.kind for holder in tx.holders() if await holder.export(SAM)}
        others = {"member_regions", "member_languages", "nudges"}
        assert held == {"consents", "helpline_signatures", "moderating"} | others


async def test_what_the_program_does_to_a_plan_is_no_sign_of_life(store: SqlStore) -> None:
    """A grace pauses plans and takes them up again; only the person stops one."""
    async with store.write() as tx:
        plan = await whole_chain(tx, SAM)
        await tx.absences.end(SAM)
        for state in (PlanState.PAUSED, PlanState.ACTIVE):
            await tx.plans.set_state(plan.id, state, at=LATER)
            assert not await tx.retention.gave_sign(SAM, START)
            assert await tx.retention.inactive(START, limit=MOST) == [SAM]
        await tx.plans.set_state(plan.id, PlanState.STOPPED, at=LATER)
        assert await tx.retention.gave_sign(SAM, START)


async def test_a_consent_counts_as_long_as_anything_rests_on_it(store: SqlStore) -> None:
    """Whatever a later repository holds under a scope must be among the tables that are looked at here."""
    assert set(HELD) == set(Scope)
    for scope in Scope:
        async with store.write() as tx:
            kept = [holder.kind for holder in tx.resting_on(scope)]
        assert bool(kept) == bool(HELD[scope])
        tables = {table.name for table in HELD[scope]}
        assert set(kept) - tables <= {"deliveries"}, "deliveries hang on plans"


async def test_a_night_is_claimed_once(store: SqlStore) -> None:
    async def claim(hours: float) -> bool:
        async with store.write() as tx:
            return await tx.retention.claim(START + timedelta(hours=hours))

    assert [await claim(hours) for hours in (0, 0.5, 1, 1.5, 2.1)] == [True, False, True, False, True]
    assert await claim(-5), "a claim from what is now the future keeps nobody waiting"
    async with store.write() as tx:
        await tx.retention.finished(START)
    assert not await claim(2.9)
    assert await claim(3)


async def test_no_grace_without_the_consent(store: SqlStore) -> None:
    async with store.write() as tx:
        with pytest.raises(ConsentMissing):
            await tx.absences.add(Absence(SAM, Why.INACTIVE, START))


async def test_departures(store: SqlStore) -> None:
    other = CommunityId(HERE + 1)
    async with store.write() as tx:
        await whole_chain(tx, SAM)
        await tx.departures.begin(other, at=START)
        assert await tx.departures.all() == {}, "there is nothing of it here"
        await tx.departures.begin(HERE, at=START)
        await tx.departures.note([other], at=LATER)
        assert await tx.departures.all() == {HERE: START}
        await tx.departures.note([HERE, other], at=LATER)
        assert await tx.departures.all() == {}
        await tx.departures.note([], at=LATER)
        assert await tx.departures.erase(HERE) == 2
        assert await tx.departures.all() == {}
        assert await tx.own_helplines.of(HERE) == []
