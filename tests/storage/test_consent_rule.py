"""Storage refuses whatever rests on a consent, unless the transaction named its scope and the ledger holds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from supportbot.domain.checkins import Answer, Delivery, KeptAnswer, Kind, Nudge, State, delivery_id
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, CommunityId, Member, MessageId, PersonId
from supportbot.errors import ConsentMissing
from supportbot.services.ports import DmChannel, Transaction
from supportbot.storage.engine import Database
from supportbot.storage.store import SqlStore
from tests.storage.rows import DUE, START, WINDOW, agreed, entry, line_of, on, plan_of, whole_chain
from tests.support.consent_rule import broken

SAM, ALEX = PersonId(1_140_000_000_000_000_001), PersonId(1_140_000_000_000_000_002)
PLAN = plan_of(SAM)
Write = Callable[[Transaction], Awaitable[object]]


DELIVERY = Delivery(
    id=delivery_id("1" * 16, 1),
    kind=Kind.CHECKIN,
    plan_id=PLAN.id,
    occurrence_id="1" * 16,
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


async def _goes_out(tx: Transaction) -> None:
    assert await tx.deliveries.get(DELIVERY.id) in {None, DELIVERY}
    await tx.deliveries.move(DELIVERY, State.CLAIMED, at=START, wake_at=DUE)


WRITES: dict[str, tuple[str, Scope, Write]] = {
    "members.save": ("members", Scope.CHECKINS, lambda tx: tx.members.save(Member(SAM, "UTC", "en"), at=START)),
    "plans.add": ("plans", Scope.CHECKINS, lambda tx: tx.plans.add(plan_of(SAM))),
    "deliveries.plan": (
        "deliveries",
        Scope.CHECKINS,
        lambda tx: tx.deliveries.plan(PLAN, on(PLAN, 2), occurrence_id="0" * 16, window=DUE - START, at=START),
    ),
    "deliveries.move": ("deliveries", Scope.CHECKINS, _goes_out),
    "deliveries.tried": (
        "deliveries",
        Scope.CHECKINS,
        lambda tx: tx.deliveries.tried(delivery_id("2" * 16, 1), Kind.NUDGE, SAM, at=START),
    ),
    "answers.save": (
        "answers",
        Scope.HISTORY,
        lambda tx: tx.answers.save(KeptAnswer(SAM, PLAN.id, "1" * 16, START, Answer(mood=3))),
    ),
    "nudges.save": (
        "nudges",
        Scope.NUDGE,
        lambda tx: tx.nudges.save(Nudge(SAM, CommunityId(1), ChannelId(2)), at=START),
    ),
    "dm_channels.save": (
        "dm_channels",
        Scope.CHECKINS,
        lambda tx: tx.dm_channels.save(DmChannel(SAM, ChannelId(1), MessageId(2)), at=START),
    ),
    "member_regions.save": (
        "member_regions",
        Scope.REGION,
        lambda tx: tx.member_regions.save(SAM, "JP", at=START),
    ),
    "member_languages.save": (
        "member_languages",
        Scope.LANGUAGE,
        lambda tx: tx.member_languages.save(SAM, "es", at=START),
    ),
}
"""Every write about a person: the kind of row, the scope that it needs, and the write."""


@pytest.fixture
async def prepared(store: SqlStore) -> SqlStore:
    """There is a plan with a delivery that the writes can go on with, and everything was agreed to."""
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.plans.add(PLAN)
        await tx.deliveries.plan(PLAN, on(PLAN), occurrence_id=DELIVERY.occurrence_id, window=WINDOW, at=START)
    return store


async def test_every_kind_that_rests_on_a_consent_is_tried(store: SqlStore) -> None:
    async with store.read() as tx:
        resting = {holder.kind: holder.basis for holder in tx.holders() if isinstance(holder.basis, Scope)}
    # That somebody is gone is no wish of theirs; it goes with the consent that it would end.
    assert {kind: scope for kind, scope, _ in WRITES.values()} | {"absences": Scope.CHECKINS} == resting


@pytest.mark.parametrize("write", WRITES)
async def test_without_the_scope_nothing_is_written(prepared: SqlStore, write: str) -> None:
    _, scope, attempt = WRITES[write]
    others = [each for each in Scope if each is not scope]
    async with prepared.read() as tx:
        before = {holder.kind: await holder.export(SAM) for holder in tx.holders()}

    async def refused(tx: Transaction) -> None:
        with pytest.raises(ConsentMissing, match=f"^no consent for {scope}$"):
            await attempt(tx)

    async with prepared.write() as tx:
        await refused(tx)  # agreed to, but this transaction did not ask
        for other in others:
            await tx.consents.rely_on(SAM, other)
        await refused(tx)
        await agreed(tx, ALEX)
        await refused(tx)
    async with prepared.read() as tx:
        assert {holder.kind: await holder.export(SAM) for holder in tx.holders()} == before


@pytest.mark.parametrize("write", WRITES)
async def test_with_the_scope_it_is_and_after_a_withdrawal_no_more(prepared: SqlStore, write: str) -> None:
    _, scope, attempt = WRITES[write]
    async with prepared.write() as tx:
        assert await tx.consents.holds(SAM, scope)
        assert await tx.consents.withdraw(SAM, scope, at=START) == 1
        with pytest.raises(ConsentMissing):
            await attempt(tx)
        with pytest.raises(ConsentMissing):
            await tx.consents.rely_on(SAM, scope)
        await tx.consents.record(entry(SAM, scope=scope))
        await attempt(tx)
    async with prepared.write() as tx:
        await tx.consents.rely_on(SAM, scope)
        await tx.erase(SAM, at=START)
        with pytest.raises(ConsentMissing):
            await attempt(tx)


async def test_what_a_moderator_did_needs_no_consent_and_goes_by_itself(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.own_helplines.add(line_of(SAM))
        await tx.erase(SAM, Scope.CHECKINS, at=START)
        assert await tx.own_helplines.export(SAM)


async def test_what_rests_on_one_scope_goes_alone(store: SqlStore) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
        await whole_chain(tx, ALEX)
    async with store.write() as tx:
        before = {holder.kind: len(await holder.export(SAM)) for holder in tx.holders()}
        gone = await tx.erase(SAM, Scope.CHECKINS, at=START)
        after = {holder.kind: len(await holder.export(SAM)) for holder in tx.holders()}
        assert all(gone.values())
        assert set(gone) == {"deliveries", "plans", "members", "dm_channels", "absences"}
        assert {kind: before[kind] - after[kind] for kind in before} == dict.fromkeys(before, 0) | gone
        assert all([await holder.export(ALEX) for holder in tx.holders()])


async def test_the_checker_of_the_rule_finds_what_breaks_it(opened_database: Database, store: SqlStore) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
        await whole_chain(tx, ALEX)
    assert await broken(opened_database, store) == []
    async with store.write() as tx:
        await tx.consents.withdraw(SAM, Scope.CHECKINS, at=START)
    tables = {"members", "plans", "plan_slots", "occurrences", "deliveries", "dm_channels", "absences"}
    assert set(await broken(opened_database, store)) == {f"{table}: {SAM}" for table in tables}
