"""The schema itself says what is about people; erasing somebody leaves nothing of it, and nothing else is touched.

A new table fails here until it is erased with its person, or said to hold nothing about people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, Connection, MetaData, Table, func, or_, select

from supportbot import content
from supportbot.domain.erasures import KEPT
from supportbot.domain.people import PersonId
from supportbot.exchange.mydata import pack
from supportbot.services.mydata import MyData
from supportbot.storage.engine import Database
from supportbot.storage.store import SqlStore
from tests.storage.rows import HERE, line_of, whole_chain
from tests.support.fakes import START, FakeClock

# As long as Discord's own, so that their bytes mean nothing else in a file.
SAM, ALEX = PersonId(1_140_123_456_789_012_345), PersonId(1_140_987_654_321_098_765)
NOT_ABOUT_PEOPLE = {
    *("alembic_version", "app_state", "communities", "community_helplines", "helpline_checks"),
    *("audit", "audit_heads"),  # what was changed; by whom stands in audit_actors alone
    *("departures", "community_prompts", "leases"),
    *("community_roles", "resources", "resource_versions", "resource_imports"),
    *("resource_suggestions", "resource_feedback", "resource_links"),
}
NOT_ABOUT_ANYBODY_WHO_CAN_BE_TOLD = {"erasures"}


def reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def about(table: Table, person: PersonId) -> ColumnElement[bool] | None:
    """Which rows are about this person: by `person_id`, or because they hang on one that is. None if none can be."""
    ways = [table.c.person_id == person] if "person_id" in table.c else []
    for key in table.foreign_keys:
        inner = about(key.column.table, person)
        if inner is not None and key.column.table is not table:
            ways.append(key.parent.in_(select(key.column).where(inner)))
    return or_(*ways) if ways else None


async def counts(database: Database, person: PersonId) -> dict[str, int]:
    """How many rows about this person each table has that can have any."""
    async with database.read() as connection:
        schema = await connection.run_sync(reflected)
        which = {name: about(table, person) for name, table in schema.tables.items()}
        return {
            name: (
                await connection.execute(select(func.count()).select_from(schema.tables[name]).where(rows))
            ).scalar_one()
            for name, rows in which.items()
            if rows is not None
        }


async def every_row(database: Database) -> Mapping[str, set[tuple[object, ...]]]:
    """But for the audit, which stays without the name."""
    async with database.read() as connection:
        schema = await connection.run_sync(reflected)
        return {
            name: {tuple(row) for row in await connection.execute(select(table))}
            for name, table in schema.tables.items()
            if name not in {"audit", "audit_heads"}
        }


@pytest.fixture
def mydata(store: SqlStore) -> MyData:
    return MyData(store, FakeClock(), pack=pack, erased=lambda _: None)


async def test_every_table_is_about_people_or_said_not_to_be(opened_database: Database) -> None:
    async with opened_database.read() as connection:
        tables = set((await connection.run_sync(reflected)).tables)
    assert set(await counts(opened_database, SAM)) == tables - NOT_ABOUT_PEOPLE - NOT_ABOUT_ANYBODY_WHO_CAN_BE_TOLD


async def test_erasing_leaves_no_row_of_theirs_and_every_row_of_others(
    opened_database: Database, store: SqlStore, mydata: MyData
) -> None:
    async with store.write() as tx:
        await whole_chain(tx, ALEX)
        await tx.app_state.set("kept", "yes")
    hers = await every_row(opened_database)
    async with store.write() as tx:
        await whole_chain(tx, SAM)
    for person in (SAM, ALEX):
        held = await counts(opened_database, person)
        assert all(held.values()), f"whole_chain() fills no row of {[name for name, rows in held.items() if not rows]}"
    erased = await mydata.delete(SAM)
    assert erased.total
    assert not any((await counts(opened_database, SAM)).values())
    left = await every_row(opened_database)
    assert len(left["erasures"]) == 1
    assert {**left, "erasures": set()} == hers


def test_the_guide_names_the_command_and_no_statements() -> None:
    guide = (Path(__file__).parents[2] / "docs/hosting.md").read_text(encoding="utf-8")
    told = guide.partition("## When somebody asks you to erase them")[2]
    assert "supportbot mydata delete --person" in told
    assert "DELETE FROM" not in told


async def test_every_holder_shows_what_it_erases(store: SqlStore, mydata: MyData) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
    held = await mydata.held(SAM)
    assert all(held.values())
    assert (await mydata.delete(SAM)).rows == held


async def test_erasing_moderators_leaves_the_line_that_two_of_them_stood_for(
    opened_database: Database, store: SqlStore, mydata: MyData
) -> None:
    async with store.write() as tx:
        line = line_of(SAM)
        await tx.own_helplines.add(line)
        assert await tx.own_helplines.approve(line.id, ALEX, START)
    for person in (SAM, ALEX):
        assert (await mydata.delete(person)).rows["helpline_signatures"] == 1
        assert not any((await counts(opened_database, person)).values())
    async with store.read() as tx:
        assert await tx.own_helplines.approved(HERE) == [replace(line, added_by=None, approved_at=START)]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_erasing_leaves_no_byte_of_theirs_in_any_file(
    opened_database: Database, store: SqlStore, mydata: MyData, tmp_path: Path
) -> None:
    async with store.write() as tx:
        await whole_chain(tx, ALEX)
        plan = await whole_chain(tx, SAM, zone="Asia/Kathmandu")
    async with opened_database.read() as connection:
        tables = (await connection.run_sync(reflected)).tables
        members, regions = tables["members"], tables["member_regions"]
        zone = (await connection.execute(select(members.c.zone).where(members.c.person_id == SAM))).scalar_one()
        region = (await connection.execute(select(regions.c.region).where(regions.c.person_id == SAM))).scalar_one()
    theirs = {
        "id": SAM.to_bytes(8, "big"),  # as SQLite keeps a number of this size
        "id as text": str(SAM).encode(),
        "zone": zone,
        "region": region,
        "plan": plan.id.encode(),
    }
    hers = ALEX.to_bytes(8, "big")

    def found() -> set[str]:
        contents = [file.read_bytes() for file in tmp_path.iterdir()]
        assert any(hers in content for content in contents)
        return {name for name, value in theirs.items() if any(value in content for content in contents)}

    assert {file.name for file in tmp_path.iterdir()} == {"bot.db", "bot.db-wal", "bot.db-shm"}
    assert found() == {"id", "zone", "region", "plan"}, "or this test looks for the wrong thing"
    await opened_database.checkpoint()
    assert found() == {"id", "zone", "region", "plan"}
    await mydata.delete(SAM)
    assert found() == set()


async def test_every_kind_and_every_field_of_it_has_words_in_the_export(store: SqlStore) -> None:
    """A new kind needs its texts in data/locales/*/export.po."""
    async with store.write() as tx:
        await whole_chain(tx, SAM)
    async with store.read() as tx:
        held = {holder.kind: await holder.export(SAM) for holder in tx.holders()}
    texts = content.load().catalogues["en"]
    held["erasures"] = [{"since": None, "until": None}]
    needed = {f"export.kind.{kind}{part}" for kind in held for part in ("", ".body")}
    needed |= {f"export.field.{field}" for rows in held.values() for row in rows for field in row}
    assert {each for each in needed if texts.gettext(each) == each} == set()


EXPORTED_AS = {
    "absences": {"why": "why", "since": "since"},
    "audit_actors": {"community_id": "community", "number": "number"},
    "answers": {"plan_id": "plan", "occurrence_id": "occurrence", "at": "at", "answer": "answer"},
    "consents": {
        **{name: name for name in ("scope", "text_version", "language", "at", "how", "given")},
        "community_id": "community",
    },
    "deliveries": {
        "id": "delivery",
        "state": "state",
        "wake_at": "next_look",
        "window_ends": "too_late_after",
        "attempt": "attempts",
        "started_at": "last_attempt",
        "channel_id": "channel",
        "message_id": "message",
        "search_after": "message_before",
        "reason": "reason",
        "changed_at": "changed",
        "kind": "kind",
        "due": "due",
        "turn": "turn",
        "merged_into": "goes_with",
    },
    "dm_channels": {"channel_id": "channel", "last_message_id": "last_message", "at": "since"},
    "helpline_signatures": {"helpline_id": "helpline", "act": "act", "at": "at"},
    "member_languages": {"language": "language", "at": "since"},
    "member_regions": {"region": "region", "at": "since"},
    "members": {
        "zone": "zone",
        "quiet": "quiet_hours",
        "vacation": "vacation",
        "language": "language",
        "created_at": "since",
        "notice": "to_be_told",
        "catch_up": "to_be_told_of_gaps",
        "sign_at": "last_sign",
    },
    "nudges": {"community_id": "community", "channel_id": "channel", "at": "since"},
    "occurrences": {"plan_id": "plan", "local_date": "local_date", "due": "first_due"},
    "plan_slots": {"id": "slot", "at": "at", "retired_at": "retired"},
    "plans": {
        "id": "plan",
        "community_id": "community",
        "cadence": "cadence",
        "state": "state",
        "created_at": "since",
        "changed_at": "changed",
        "weekdays": "weekdays",
        "every": "every_days",
        "starts_on": "starts_on",
        "month_day": "day_of_month",
        "ends_on": "ends_on",
        "asks": "asks",
        "words": "words",
        "discreet": "discreet",
        "paused": "paused_for",
        "paused_until": "rests_until",
        "turn": "sent",
    },
}
SAID_TO_BE_LEFT_OUT = {
    *(("audit_actors", "salt"), ("consents", "id"), ("consents", "entry"), ("deliveries", "occurrence_id")),
    *(("member_regions", "id"), ("members", "id"), ("occurrences", "id"), ("occurrences", "slot_id")),
    *(("plan_slots", "plan_id"), ("answers", "id")),
}
"""`export.beyond.body` says so; the ID itself stands on top of the file."""


async def test_every_column_about_somebody_is_in_their_file_or_said_to_be_left_out(
    opened_database: Database, store: SqlStore
) -> None:
    async with opened_database.read() as connection:
        schema = await connection.run_sync(reflected)
    columns = {
        (name, column.name)
        for name, table in schema.tables.items()
        if about(table, SAM) is not None
        for column in table.columns
        if column.name != "person_id"
    }
    assert columns == {(name, each) for name, row in EXPORTED_AS.items() for each in row} | SAID_TO_BE_LEFT_OUT
    async with store.write() as tx:
        await whole_chain(tx, SAM)
    async with store.read() as tx:
        held = [row for holder in tx.holders() for row in await holder.export(SAM)]
    slots = [slot for row in held for slot in row.get("slots", ())]  # type: ignore[union-attr]
    keys = {key for row in (*held, *slots) for key in row}  # type: ignore[union-attr]
    assert {key for row in EXPORTED_AS.values() for key in row.values()} <= keys
    beyond = content.load().catalogues["en"].gettext("export.beyond.body")
    assert "numbers that only order the rows or join them" in beyond


async def test_what_an_erasure_leaves_is_told_to_whom_it_is_about(store: SqlStore, mydata: MyData) -> None:
    assert await mydata.scrambled(SAM) is None
    await mydata.delete(SAM)
    since, until = await mydata.scrambled(SAM) or (None, None)
    assert (since, until) == (START, START + KEPT)
    assert await mydata.scrambled(ALEX) is None
