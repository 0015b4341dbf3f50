"""Sealing anew: every field, none twice, never over somebody's change, and again after whatever stopped it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, time
from typing import Any, cast

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.cadence import QuietHours, Vacation
from supportbot.domain.checkins import Answer, KeptAnswer
from supportbot.domain.people import Member, PersonId
from supportbot.errors import StorageBusy
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.resealing import Tally, reseal, settled, tally, verify
from supportbot.storage.sealed import SEALED, ZONE
from supportbot.storage.sealing import Sealer, key_of
from supportbot.storage.store import SqlStore, new_id
from supportbot.storage.tables import members
from tests.storage.rows import agreed, plan_of
from tests.support.databases import OpenDatabase
from tests.support.fakes import START

OLD, NEW = b"o" * 32, b"n" * 32
BEFORE = Sealer(KeyRing("old", {"old": OLD}))
AFTER = Sealer(KeyRing("new", {"new": NEW, "old": OLD}))
QUIET, AWAY = QuietHours(time(22), time(7)), Vacation(date(2026, 2, 1), date(2026, 2, 8))
PEOPLE = [PersonId(each) for each in range(1, 8)]


async def save(database: Database, sealer: Sealer, *people: PersonId, zone: str = "Asia/Tokyo") -> None:
    async with SqlStore(database, sealer).write() as tx:
        await agreed(tx, *people)
        for person in people:
            await tx.members.save(Member(person, f"{zone} {person}", "en", QUIET, AWAY), at=START)
            await tx.member_regions.save(person, "JP", at=START)
            await tx.plans.add(replace(plan_of(person), words="to the sea"))
            await tx.answers.save(KeptAnswer(person, "plan", new_id(), START, Answer(mood=3)))


async def zone_of(database: Database, person: PersonId, sealer: Sealer = AFTER) -> str | None:
    async with SqlStore(database, sealer).read() as tx:
        member = await tx.members.get(person)
        return member.zone if member else None


async def counted(database: Database) -> Tally:
    async with database.read() as connection:
        return await tally(connection, ["new", "old"])


async def change_zone(database: Database, person: PersonId, **values: object) -> None:
    async with database.write() as connection:
        await connection.execute(update(members).where(members.c.person_id == person).values(values))


@pytest.mark.parametrize("batch", [1, 3, 7, 500])
async def test_every_field_of_every_kind(opened_database: Database, batch: int) -> None:
    await save(opened_database, BEFORE, *PEOPLE)
    fields = len(SEALED) * len(PEOPLE)
    assert await counted(opened_database) == Tally({"new": 0, "old": fields}, 0)
    heard: list[int] = []
    assert await reseal(opened_database, AFTER, batch=batch, said=heard.append) == []
    assert (sum(heard), max(heard)) == (fields, min(batch, len(PEOPLE)))
    assert await counted(opened_database) == Tally({"new": fields, "old": 0}, 0)
    verified = await verify(opened_database, Sealer(KeyRing("new", {"new": NEW})), batch=batch)
    assert (verified.opened, verified.faults) == ({"new": fields}, [])
    for person in PEOPLE:
        assert await zone_of(opened_database, person) == f"Asia/Tokyo {person}"


async def test_what_is_sealed_with_the_active_key_is_not_touched(opened_database: Database) -> None:
    await save(opened_database, AFTER, *PEOPLE)
    async with opened_database.read() as connection:
        before = (await connection.execute(select(members.c.zone))).all()
    heard: list[int] = []
    await reseal(opened_database, AFTER, said=heard.append)
    async with opened_database.read() as connection:
        assert (await connection.execute(select(members.c.zone))).all() == before
    assert heard == []


class Meddled:
    """A database beside which something happens before each thing that is written."""

    def __init__(self, database: Database, meddle: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._meddle = meddle
        self.backend = database.backend
        self.read = database.read

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        await self._meddle()
        async with self._database.write() as connection:
            yield connection


async def test_a_change_or_erasure_between_reading_and_writing_stays(opened_database: Database) -> None:
    changed, erased, *others = PEOPLE
    await save(opened_database, BEFORE, *PEOPLE)
    rounds, first = 0, 2 if opened_database.backend == "sqlite" else 1  # SQLite's very first is before the reading

    async def meddle() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == first:
            await save(opened_database, BEFORE, changed, zone="Europe/Berlin")
            async with SqlStore(opened_database, BEFORE).write() as tx:
                await tx.members.erase(erased)

    meddled = cast("Database", Meddled(opened_database, meddle))
    assert await reseal(meddled, AFTER) == []
    assert rounds > first
    assert await zone_of(opened_database, changed) == f"Europe/Berlin {changed}"
    assert await zone_of(opened_database, erased) is None
    for person in others:
        assert await zone_of(opened_database, person) == f"Asia/Tokyo {person}"
    await reseal(opened_database, AFTER)
    assert (await counted(opened_database)).not_under("new") == 0
    assert await zone_of(opened_database, changed) == f"Europe/Berlin {changed}"


class Stopped(Exception):
    """As a process is that is killed after a commit."""


@pytest.mark.parametrize("batches", [1, 3, 8])
async def test_stopped_and_gone_on_with(opened_database: Database, batches: int) -> None:
    await save(opened_database, BEFORE, *PEOPLE)
    heard: list[int] = []

    def said(fields: int) -> None:
        heard.append(fields)
        if len(heard) == batches:
            raise Stopped

    with pytest.raises(Stopped):
        await reseal(opened_database, AFTER, batch=1, said=said)
    assert (await counted(opened_database)).under["new"] == batches
    await reseal(opened_database, AFTER, batch=1, said=heard.append)
    assert len(heard) == len(SEALED) * len(PEOPLE), "what was done is not done again"
    assert (await verify(opened_database, AFTER)).opened == {"new": len(SEALED) * len(PEOPLE)}


async def test_those_who_write_meanwhile_are_never_overwritten(
    opened_database: Database, open_database: OpenDatabase
) -> None:
    await save(opened_database, BEFORE, *PEOPLE)
    other = await open_database()

    async def write() -> None:
        for turn in range(5):
            for person in PEOPLE:
                sealer = AFTER if (turn + person) % 2 else BEFORE
                await save(other, sealer, person, zone=f"turn {turn}")
                assert await zone_of(other, person) == f"turn {turn} {person}"

    writing = asyncio.create_task(write())
    while not writing.done():
        await reseal(opened_database, AFTER, batch=2)
    await writing
    await reseal(opened_database, AFTER, batch=2)
    assert (await counted(opened_database)).not_under("new") == 0
    for person in PEOPLE:
        assert await zone_of(opened_database, person) == f"turn 4 {person}"


async def test_it_waits_for_whoever_is_writing_with_an_older_key(
    opened_database: Database, open_database: OpenDatabase
) -> None:
    hurried = await open_database(busy_timeout=0.05, write_wait=0.05)
    async with SqlStore(opened_database, BEFORE).write() as tx:
        await agreed(tx, PEOPLE[0])
        await tx.members.save(Member(PEOPLE[0], "UTC", "en"), at=START)
        # Nothing is committed yet: to say "all done" here would be wrong a moment later.
        with pytest.raises(StorageBusy):
            await settled(hurried, wait=0)
    await reseal(hurried, AFTER)
    assert (await counted(opened_database)).not_under("new") == 0


async def test_a_moment_in_which_the_database_is_locked_is_waited_for(opened_database: Database) -> None:
    await save(opened_database, BEFORE, *PEOPLE)
    rounds = 0

    async def meddle() -> None:
        nonlocal rounds
        rounds += 1
        if 1 < rounds < 9:
            raise StorageBusy("locked")

    assert await reseal(cast("Database", Meddled(opened_database, meddle)), AFTER) == []
    assert (await counted(opened_database)).not_under("new") == 0


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_row_that_somebody_holds_is_done_later_and_nobody_waits_for_it(
    opened_database: Database, open_database: OpenDatabase
) -> None:
    await save(opened_database, BEFORE, *PEOPLE)
    other, holding, heard, told = await open_database(), AsyncExitStack(), list[int](), asyncio.Event()

    async def meddle() -> None:
        if not heard:
            tx = await holding.enter_async_context(SqlStore(other, BEFORE).write())
            await agreed(tx, PEOPLE[0])
            await tx.members.save(Member(PEOPLE[0], "held", "en"), at=START)

    def said(fields: int) -> None:
        heard.append(fields)
        told.set()

    async def let_go() -> None:
        await told.wait()
        await holding.aclose()

    hurried = await open_database(busy_timeout=0.05, write_wait=0.05)
    async with asyncio.TaskGroup() as group:
        group.create_task(let_go())
        group.create_task(reseal(cast("Database", Meddled(hurried, meddle)), AFTER, said=said))
    assert heard[0] == len(PEOPLE) - 1
    assert (await counted(opened_database)).not_under("new") == 0
    assert await zone_of(opened_database, PEOPLE[0]) == "held"


async def test_fields_that_do_not_open_are_named_and_the_others_done(opened_database: Database) -> None:
    damaged, strange, moved, *others = PEOPLE
    await save(opened_database, BEFORE, *others, damaged, strange, moved)
    whole = BEFORE.seal("what somebody wrote", column=ZONE.name, row="elsewhere")
    await change_zone(opened_database, damaged, zone=b"\x01")
    await change_zone(opened_database, strange, zone=Sealer(KeyRing("x", {"x": NEW})).seal("y", column="z", row="1"))
    await change_zone(opened_database, moved, zone=whole)
    faults = await reseal(opened_database, AFTER, batch=2)
    verified = await verify(opened_database, AFTER, batch=2)
    assert sorted(faults) == sorted(verified.faults)
    assert all(fault.startswith("members.zone") for fault in faults)
    for why in ("not a sealed field", "a key that is not in the key ring", "was sealed for another place"):
        assert any(why in fault for fault in faults), why
    assert "somebody" not in str(faults)
    found = await counted(opened_database)
    assert found == Tally({"new": len(SEALED) * len(PEOPLE) - 3, "old": 1}, 2)
    assert verified.opened == {"new": found.under["new"]}


async def test_a_key_whose_id_begins_like_another_is_another(opened_database: Database) -> None:
    short = Sealer(KeyRing("k", {"k": OLD}))
    longer = Sealer(KeyRing("k1", {"k1": NEW, "k": OLD}))
    await save(opened_database, short, *PEOPLE[:3])
    await save(opened_database, longer, *PEOPLE[3:])
    async with opened_database.read() as connection:
        assert (await tally(connection, ["k", "k1"])).under == {"k": 3 * len(SEALED), "k1": 4 * len(SEALED)}
        blobs: list[Any] = [row.zone for row in await connection.execute(select(members.c.zone))]
    assert sorted(map(key_of, blobs)) == ["k"] * 3 + ["k1"] * 4
