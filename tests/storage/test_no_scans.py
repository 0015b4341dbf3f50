"""What happens for each check-in and each command looks into indexes: with a million plans nobody waits for a scan."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportbot.domain.checkins import Reason, State
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.migrate import upgrade
from supportbot.storage.one_hop import OneHopConnection
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, SqlTransaction
from tests.storage.rows import DUE, START, WINDOW, whole_chain

SAM = PersonId(1_140_000_000_000_000_001)
LARGE = ("deliveries", "occurrences", "plans", "plan_slots", "members", "consents", "dm_channels", "answers")


async def an_hour_of(tx: SqlTransaction) -> None:
    """What the engine and the member do with one plan, from its claim to its end."""
    plan = await whole_chain(tx, SAM)
    await tx.deliveries.next_wake()
    await tx.deliveries.to_look_at(DUE, limit=10)
    (due,) = await tx.deliveries.to_claim(DUE, limit=10)
    await tx.plans.states([plan.id])
    await tx.consents.holding([SAM], Scope.CHECKINS)
    await tx.absences.gone([SAM])
    await tx.members.resting([SAM])
    await tx.deliveries.claim([due], at=DUE, until=DUE + WINDOW)
    await tx.deliveries.unanswered(SAM, START)
    await tx.deliveries.next_due(plan.id)
    await tx.deliveries.answered_lately(SAM, limit=2)
    await tx.deliveries.next_planned(plan.id)
    await tx.deliveries.due_with(plan.id, DUE)
    claimed = await tx.deliveries.get(due.id)
    assert claimed is not None
    later = DUE + timedelta(minutes=1)
    await tx.deliveries.move(claimed, State.SENDING, at=DUE, wake_at=later, new_attempt=True)
    await tx.plans.turned(plan.id)
    await tx.members.owe_word(SAM, False)
    await tx.dm_channels.get(SAM)
    await tx.deliveries.lately(SAM, limit=3)
    await tx.deliveries.repeat(claimed, due=later, window=WINDOW, at=DUE)
    await tx.deliveries.drop_planned(plan.id)
    await tx.deliveries.cancel_planned(plan.id, reason=Reason.STOPPED, at=DUE)
    await tx.erase(SAM, at=DUE)


def scans(file: Path, statements: dict[str, Any]) -> Iterable[str]:
    database = sqlite3.connect(file)
    try:
        for sql, parameters in statements.items():
            for *_, step in database.execute(f"EXPLAIN QUERY PLAN {sql}", parameters):
                if step.startswith("SCAN") and step.split()[1] in LARGE:
                    yield f"{step}: {sql}"
    finally:
        database.close()


async def test_no_large_table_is_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, statements = tmp_path / "a.db", dict[str, Any]()
    await upgrade(f"sqlite:///{file}")
    database = await Database.open(f"sqlite:///{file}")
    original = OneHopConnection._run

    def noted(self: OneHopConnection, sql: str, parameters: Any, *, many: bool) -> Any:
        if not many:
            statements[sql] = parameters
        return original(self, sql, parameters, many=many)

    monkeypatch.setattr(OneHopConnection, "_run", noted)
    async with SqlStore(database, Sealer(KeyRing("test", {"test": b"k" * 32}))).write() as tx:
        await an_hour_of(tx)
    await database.close()
    assert len(statements) > 30
    assert list(scans(file, statements)) == []
