"""The audit: whatever is done to its rows from outside is found, and nothing that is forgotten rightly is."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from supportbot.domain.audit import Act, AuditProof, Change
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.errors import SealingError
from supportbot.storage.audit import AuditRepository
from supportbot.storage.audit_chain import ChainKeys
from supportbot.storage.audit_keys import audit_under, resign
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.migrate import upgrade
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, holds_sealed
from supportbot.storage.tables import audit, audit_actors, audit_heads
from tests.storage.rows import HERE, line_of
from tests.support.fakes import START

THERE = CommunityId(78)
MIA, OLU = PersonId(1_140_123_456_789_012_345), PersonId(1_140_987_654_321_098_765)
OLD = KeyRing("old", {"old": b"o" * 32})
BOTH = KeyRing("new", {"new": b"n" * 32, "old": b"o" * 32})
NEW = KeyRing("new", {"new": b"n" * 32})
TO_DE = Change.of_region(None, "DE")
TABLES = {table.name: table for table in (audit, audit_actors, audit_heads)}
KEYS = {
    "audit": ("community_id", "number"),
    "audit_actors": ("community_id", "number"),
    "audit_heads": ("community_id",),
}


async def add(store: SqlStore, community: CommunityId = HERE, by: PersonId = MIA, *, days: float = 0) -> int:
    async with store.write() as tx:
        return await tx.audit.add(community, by, TO_DE, at=START + timedelta(days=days))


async def proof(database: Database, ring: KeyRing = BOTH) -> AuditProof:
    async with database.read() as connection:
        return await AuditRepository(connection, ChainKeys(Sealer(ring))).verify()


async def faults(database: Database, ring: KeyRing = BOTH) -> list[tuple[int, int]]:
    """Where something is wrong."""
    return [(fault.community, fault.number) for fault in (await proof(database, ring)).faults]


async def change(database: Database, *statements: Any) -> None:
    """As somebody does who has the database, and not the keys."""
    async with database.write() as connection:
        for each in statements:
            await connection.execute(each)


@pytest.fixture
def store(opened_database: Database) -> SqlStore:
    return SqlStore(opened_database, Sealer(OLD))


def of(table: Any, community: int, *numbers: int) -> Any:
    found = table.c.community_id == community
    return found & table.c.number.in_(numbers) if numbers else found


async def test_changes_come_back_newest_first_and_in_pages(store: SqlStore, opened_database: Database) -> None:
    line = line_of(MIA)
    changes = [
        Change.of_region(None, "DE"),
        Change.of_region("DE", None),
        Change.of_staff_channel(None, ChannelId(2**62)),
        Change.of_line(Act.LINE_ADDED, line),
        replace(Change.of_line(Act.LINE_APPROVED, line), service='"; 木 \ud83d'),
    ]
    async with store.read() as tx:
        empty = await tx.audit.newest(HERE, limit=3)
        assert (empty.entries, empty.is_whole) == ((), True)
    for hours, each in enumerate(changes):
        async with store.write() as tx:
            assert await tx.audit.add(HERE, MIA, each, at=START + timedelta(hours=hours)) == hours + 1
    await add(store, THERE)
    async with store.read() as tx:
        newest = await tx.audit.newest(HERE, limit=3)
        rest = await tx.audit.newest(HERE, up_to=2, limit=3)
        assert await tx.audit.verify() == (await proof(opened_database))
    assert [entry.change for entry in (*newest.entries, *rest.entries)] == changes[::-1]
    assert [entry.number for entry in (*newest.entries, *rest.entries)] == [5, 4, 3, 2, 1]
    assert {(entry.by, entry.intact, entry.community) for entry in newest.entries} == {(MIA, True, HERE)}
    assert rest.entries[-1].at == START
    assert [(page.newer, page.older, page.is_whole) for page in (newest, rest)] == [
        (False, True, True),
        (True, False, True),
    ]
    assert [(end.community, end.number, end.kept) for end in (await proof(opened_database)).ends] == [
        (HERE, 5, 5),
        (THERE, 1, 1),
    ]
    assert await faults(opened_database) == []


async def test_what_is_not_kept_is_not_listed(store: SqlStore, opened_database: Database) -> None:
    with suppress(ZeroDivisionError):
        async with store.write() as tx:
            await tx.audit.add(HERE, MIA, TO_DE, at=START)
            raise ZeroDivisionError
    assert await proof(opened_database) == AuditProof()


async def test_entries_that_are_written_side_by_side_are_one_chain(store: SqlStore, opened_database: Database) -> None:
    communities = [CommunityId(each) for each in (1, 2, 3)]
    await asyncio.gather(*(add(store, each) for each in communities * 3))
    found = await proof(opened_database)
    assert ([(end.number, end.kept) for end in found.ends], found.faults) == ([(3, 3)] * 3, ())


# --- found


@dataclass(frozen=True)
class Tampering:
    """One thing done to the rows; which row and which value is taken modulo what there is."""

    how: str
    table: str
    column: int
    row: int
    other: int
    value: object


VALUES = st.one_of(
    st.integers(-3, 12),
    st.integers(-(2**63), 2**63 - 1),
    st.text(max_size=3),
    st.sampled_from(["old", "new", "broken"]),
)
TAMPERINGS = st.builds(
    Tampering,
    st.sampled_from(["change", "copy", "swap", "cut", "cut after", "insert"]),
    st.sampled_from(list(TABLES)),
    *[st.integers(0, 40)] * 3,
    VALUES,
)


async def rows_of(connection: AsyncConnection) -> dict[str, list[Mapping[str, Any]]]:
    # As text, for SQLite keeps there what no instant is.
    return {
        name: [dict(row) for row in (await connection.execute(text(f"SELECT * FROM {name}"))).mappings()]  # noqa: S608
        for name in TABLES
    }


async def tamper(connection: AsyncConnection, done: Tampering) -> None:
    rows = (await rows_of(connection))[done.table]
    if not rows:
        return
    columns = list(rows[0])
    row, other = dict(rows[done.row % len(rows)]), rows[done.other % len(rows)]
    column = columns[done.column % len(columns)]
    async with connection.begin_nested():
        if done.how == "cut":
            await remove(connection, done.table, row)
        elif done.how == "cut after":
            for each in rows[done.row % len(rows) :]:
                await remove(connection, done.table, each)
        elif done.how == "swap":
            values = {key: value for key, value in other.items() if key not in KEYS[done.table]}
            mine = {key: row[key] for key in values}
            await write(connection, done.table, row, values)
            await write(connection, done.table, other, mine)
        else:
            value = other[column] if done.how == "copy" else done.value
            if done.how == "insert":
                columns_ = ", ".join(row)
                row[columns[done.other % 2]] = value
                names = ", ".join(f":{key}" for key in row)
                await connection.execute(text(f"INSERT INTO {done.table} ({columns_}) VALUES ({names})"), row)  # noqa: S608
            else:
                await write(connection, done.table, row, {column: value})


async def remove(connection: AsyncConnection, table: str, row: Mapping[str, Any]) -> None:
    where = " AND ".join(f"{key} = :{key}" for key in KEYS[table])
    await connection.execute(text(f"DELETE FROM {table} WHERE {where}"), {key: row[key] for key in KEYS[table]})  # noqa: S608


async def write(connection: AsyncConnection, table: str, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    where = " AND ".join(f"{key} = :was_{key}" for key in KEYS[table])
    changed = ", ".join(f"{key} = :{key}" for key in values)
    was = {f"was_{key}": row[key] for key in KEYS[table]}
    await connection.execute(text(f"UPDATE {table} SET {changed} WHERE {where}"), {**values, **was})  # noqa: S608


class Stand:
    """A database with two chains under two keys, and some of their beginning purged; each try is undone."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.runner = asyncio.Runner()
        self.database = self.runner.run(self._filled())
        self.tries = self.noticed = 0

    async def _filled(self) -> Database:
        database = await Database.open(f"sqlite:///{self.file}")
        for ring in (OLD, BOTH):
            store = SqlStore(database, Sealer(ring))
            for each in range(2):
                await add(store, by=(MIA, OLU)[each % 2], days=each)
                await add(store, THERE, days=each)
        async with store.write() as tx:
            assert await tx.audit.purge_before(START + timedelta(hours=1)) == 2
        return database

    def try_(self, done: Sequence[Tampering]) -> None:
        self.runner.run(self._try(done))

    async def _try(self, done: Sequence[Tampering]) -> None:
        with suppress(ZeroDivisionError):
            async with self.database.write() as connection:
                await connection.execute(text("PRAGMA defer_foreign_keys = ON"))  # they can switch them off
                before = await rows_of(connection)
                for each in done:
                    with suppress(IntegrityError):
                        await tamper(connection, each)
                after = await rows_of(connection)
                found = await AuditRepository(connection, ChainKeys(Sealer(BOTH))).verify()
                self._check(before, after, found)
                raise ZeroDivisionError

    def _check(self, before: Any, after: Any, found: AuditProof) -> None:
        # That a name is gone is what an erasure looks like, and is no fault.
        forgotten = {**before, "audit_actors": [row for row in before["audit_actors"] if row in after["audit_actors"]]}
        self.tries += 1
        self.noticed += bool(found.faults)
        # Nor is it that nothing at all is there; only a copy kept elsewhere can tell.
        is_found = forgotten != after and any(after.values())
        assert bool(found.faults) == is_found, found

    def close(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()


@pytest.fixture
def stand(sqlite_template: Path, tmp_path: Path) -> Iterator[Stand]:
    if not sqlite_template.exists():
        asyncio.run(upgrade(f"sqlite:///{sqlite_template}"))
    made = Stand(Path(shutil.copy(sqlite_template, tmp_path)))
    yield made
    made.close()


def one_by_one() -> Iterator[Tampering]:
    """Each field of each row with another value and with its neighbour's, each row cut, each two exchanged."""
    sizes = {"audit": (6, 8), "audit_actors": (6, 4), "audit_heads": (3, 7)}
    for table, (rows, columns) in sizes.items():
        for row in range(rows):
            yield Tampering("cut", table, 0, row, 0, None)
            yield from (Tampering("swap", table, 0, row, other, None) for other in range(row))
            for column in range(columns):
                yield Tampering("copy", table, column, row, row + 1, None)
                yield Tampering("change", table, column, row, 0, 987)


def test_every_single_thing_that_can_be_done_is_found(stand: Stand) -> None:
    for each in one_by_one():
        stand.try_([each])
    assert stand.tries > 200
    assert stand.noticed > 150, "of the others some are erasures, and some change nothing"


def _property(examples: int) -> Any:
    def test(stand: Stand, done: Sequence[Tampering]) -> None:
        before = stand.noticed
        stand.try_(done)
        event("noticed" if stand.noticed > before else "nothing to notice")

    relaxed = hypothesis_settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    return relaxed(given(done=st.lists(TAMPERINGS, min_size=1, max_size=4))(test))


test_whatever_is_done_to_the_rows_is_found = _property(25)
test_whatever_is_done_to_the_rows_is_found_in_many_tries = pytest.mark.long(pytest.mark.timeout(600)(_property(2000)))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statements", "where"),
    [
        ([update(audit).where(of(audit, HERE, 2)).values(detail="{}")], (HERE, 2)),
        ([update(audit).where(of(audit, HERE, 2)).values(at=START + timedelta(hours=1))], (HERE, 2)),
        ([delete(audit).where(of(audit, HERE, 2))], (HERE, 2)),
        ([delete(audit).where(of(audit, HERE, 3))], (HERE, 3)),
        ([delete(audit).where(of(audit, HERE))], (HERE, 1)),
        ([delete(audit_heads).where(of(audit_heads, HERE))], (0, 0)),
        ([delete(audit).where(of(audit, HERE)), delete(audit_heads).where(of(audit_heads, HERE))], (0, 0)),
        ([delete(audit_heads).where(of(audit_heads, 0))], (0, 0)),
        ([update(audit_heads).where(of(audit_heads, HERE)).values(number=2)], (HERE, 4)),
    ],
)
async def test_a_list_that_was_changed_goes_on_and_stays_found(
    store: SqlStore, opened_database: Database, statements: Sequence[Any], where: tuple[int, int]
) -> None:
    """The bot must not heal what it did not write: an entry after it may not make it look whole."""
    for _ in range(3):
        await add(store)
        await add(store, THERE)
    await change(opened_database, *statements)
    assert (await faults(opened_database))[0] == where
    before = await proof(opened_database)
    for community in (HERE, THERE, CommunityId(79)):
        await add(store, community, days=1)
    assert await faults(opened_database), before
    async with store.write() as tx:
        await tx.audit.purge_before(START + timedelta(hours=12))
    assert await faults(opened_database)
    assert await resign(opened_database, Sealer(BOTH))
    assert await faults(opened_database)


async def test_moderators_see_that_something_was_changed(store: SqlStore, opened_database: Database) -> None:
    for _ in range(4):
        await add(store)
    await change(
        opened_database,
        update(audit).where(of(audit, HERE, 2)).values(detail="[", act="?"),
        update(audit).where(of(audit, HERE, 3)).values(at=START + timedelta(days=1)),
    )
    async with store.read() as tx:
        page = await tx.audit.newest(HERE, limit=9)
    assert [(entry.number, entry.intact) for entry in page.entries] == [(4, True), (3, False), (2, False), (1, True)]
    assert page.entries[2].change is None
    assert not page.is_whole
    await change(opened_database, delete(audit).where(of(audit, HERE, 2, 3, 4)))
    async with store.read() as tx:
        page = await tx.audit.newest(HERE, limit=9)
    assert ([entry.intact for entry in page.entries], page.is_whole) == ([True], False)
    await change(opened_database, delete(audit).where(of(audit, HERE)))
    async with store.read() as tx:
        assert not (await tx.audit.newest(HERE, limit=9)).is_whole


async def test_without_the_key_nobody_can_make_an_entry(store: SqlStore, opened_database: Database) -> None:
    await add(store)
    forger = KeyRing("old", {"old": b"x" * 32})
    assert await faults(opened_database, forger) == [(0, 0), (HERE, 1)]
    await add(SqlStore(opened_database, Sealer(forger)))
    assert (HERE, 2) in await faults(opened_database, OLD)
    stranger = SqlStore(opened_database, Sealer(NEW))
    with pytest.raises(SealingError):
        await add(stranger)
    with pytest.raises(SealingError):
        await add(stranger, THERE)


# --- forgotten


async def test_erasing_a_moderator_takes_the_name_and_leaves_the_list_whole(
    store: SqlStore, opened_database: Database
) -> None:
    await add(store, by=MIA)
    await add(store, THERE, by=MIA)
    await add(store, by=OLU)
    async with store.write() as tx:
        assert await tx.audit.export(MIA) == [
            {"community": str(each), "number": 1, "at": START.isoformat(), "act": "region", "after": "DE"}
            for each in (HERE, THERE)
        ]
        assert (await tx.audit.erase(MIA), await tx.audit.erase(MIA)) == (2, 0)
        assert await tx.audit.export(MIA) == []
        assert [entry.by for entry in (await tx.audit.newest(HERE, limit=9)).entries] == [OLU, None]
    assert await faults(opened_database) == []
    async with opened_database.read() as connection:
        assert str(MIA) not in str(await rows_of(connection))


async def test_old_entries_go_and_the_rest_is_still_whole(store: SqlStore, opened_database: Database) -> None:
    for days in (0, 3, 1, 5):  # somebody set the clock back
        await add(store, days=days)
    await add(store, THERE)

    async def purged(days: float) -> tuple[int, list[int]]:
        async with store.write() as tx:
            gone = await tx.audit.purge_before(START + timedelta(days=days))
            page = await tx.audit.newest(HERE, limit=9)
            assert page.is_whole
            return gone, [entry.number for entry in page.entries]

    assert await purged(0) == (0, [4, 3, 2, 1])
    assert await purged(2) == (2, [4, 3, 2]), "the third is older than the second, and waits for it"
    assert await faults(opened_database) == []
    assert await purged(4) == (2, [4])
    assert await purged(9) == (1, [])
    assert await faults(opened_database) == []
    assert await add(store, days=9) == 5
    assert await add(store, THERE, days=9) == 2
    assert await faults(opened_database) == []
    async with opened_database.read() as connection:
        assert len((await rows_of(connection))["audit_actors"]) == 2


async def test_an_entry_of_a_list_that_was_forgotten_fits_no_later_one(
    store: SqlStore, opened_database: Database
) -> None:
    for _ in range(3):
        await add(store)
    async with opened_database.read() as connection:
        (old,) = (await connection.execute(audit.select().where(of(audit, HERE, 2)))).mappings()
    async with store.write() as tx:
        await tx.audit.erase_community(HERE)
        for _ in range(3):
            await tx.audit.add(HERE, OLU, Change.of_region("DE", None), at=START)
    await change(
        opened_database,
        delete(audit_actors),
        update(audit).where(of(audit, HERE, 2)).values({key: old[key] for key in old if key not in KEYS["audit"]}),
    )
    assert await faults(opened_database) == [(HERE, 2)]


async def test_nobody_else_can_be_named_for_an_entry(store: SqlStore, opened_database: Database) -> None:
    for _ in range(3):
        await add(store)
    await change(opened_database, update(audit_actors).where(of(audit_actors, HERE, 2)).values(person_id=OLU))
    assert await faults(opened_database) == [(HERE, 2)]
    async with store.read() as tx:
        assert [entry.intact for entry in (await tx.audit.newest(HERE, limit=9)).entries] == [True, False, True]


async def test_evidence_is_not_purged_but_the_names_are(store: SqlStore, opened_database: Database) -> None:
    for days in (0, 1, 9):
        await add(store, days=days)
    await change(opened_database, update(audit).where(of(audit, HERE, 1)).values(detail="{}"))
    async with store.write() as tx:
        assert await tx.audit.purge_before(START + timedelta(days=5)) == 0
        page = await tx.audit.newest(HERE, limit=9)
    assert [(entry.number, entry.by) for entry in page.entries] == [(3, MIA), (2, None), (1, None)]
    assert await faults(opened_database) == [(HERE, 1)]


async def test_a_community_that_is_gone_leaves_nothing(store: SqlStore, opened_database: Database) -> None:
    await add(store)
    await add(store)
    await add(store, THERE)
    async with store.write() as tx:
        assert await tx.audit.erase_community(HERE) == 2
        assert await tx.audit.erase_community(CommunityId(79)) == 0
    found = await proof(opened_database)
    assert ([end.community for end in found.ends], found.faults) == ([THERE], ())
    async with opened_database.read() as connection:
        left = await rows_of(connection)
    assert {row["community_id"] for rows in left.values() for row in rows} == {THERE, 0}
    assert await add(store) == 1
    assert await faults(opened_database) == []


async def test_an_operator_who_looked_into_it_lets_a_list_begin_anew(
    store: SqlStore, opened_database: Database
) -> None:
    await add(store)
    await add(store, THERE)
    await change(
        opened_database, delete(audit).where(of(audit, HERE)), delete(audit_heads).where(of(audit_heads, HERE))
    )
    assert await faults(opened_database) == [(0, 0)]
    stranger = SqlStore(opened_database, Sealer(NEW))
    async with stranger.write() as tx:
        assert await tx.audit.erase_community(THERE) == 1, "also without the key"
    assert await faults(opened_database) == [(0, 0)]
    async with store.write() as tx:
        assert await tx.audit.erase_community(HERE, accept=True) == 0
    assert await faults(opened_database) == []
    assert await add(store) == 1
    assert await faults(opened_database) == []


# --- keys


async def test_entries_are_written_while_the_key_changes(opened_database: Database) -> None:
    store, both = (SqlStore(opened_database, Sealer(KeyRing(active, BOTH.keys))) for active in ("old", "new"))
    await asyncio.gather(*(add(each, by=OLU) for each in (store, both) * 4), resign(opened_database, Sealer(BOTH)))
    await resign(opened_database, Sealer(BOTH))
    found = await proof(opened_database, NEW)
    assert ([(end.number, end.kept) for end in found.ends], found.faults) == ([(8, 8)], ())


async def test_another_key_takes_the_place_of_the_old_one(store: SqlStore, opened_database: Database) -> None:
    for _ in range(3):
        await add(store)
    await add(store, THERE)
    async with store.write() as tx:
        await tx.audit.erase(MIA)
        await tx.audit.purge_before(START + timedelta(days=1))
    both = SqlStore(opened_database, Sealer(BOTH))
    await add(both, by=OLU)
    await add(both, CommunityId(79))
    assert await holds_sealed(opened_database), "a new key would be the wrong one"
    assert await faults(opened_database, BOTH) == []
    async with opened_database.read() as connection:
        assert set(await audit_under(connection)) == {"old", "new"}

    for _ in range(2):
        assert await resign(opened_database, Sealer(BOTH)) == []
        assert await faults(opened_database, NEW) == []
        async with opened_database.read() as connection:
            assert set(await audit_under(connection)) == {"new"}
    await add(SqlStore(opened_database, Sealer(NEW)))
    assert await faults(opened_database, NEW) == []


async def test_what_was_changed_is_not_signed_anew(store: SqlStore, opened_database: Database) -> None:
    await add(store)
    await add(store, THERE)
    await change(opened_database, update(audit).where(of(audit, HERE)).values(detail="{}"))
    assert [(fault.community, fault.number) for fault in await resign(opened_database, Sealer(BOTH))] == [(HERE, 1)]
    async with opened_database.read() as connection:
        assert await audit_under(connection) == {"old": 2, "new": 3}
    assert await faults(opened_database, BOTH) == [(HERE, 1)]
