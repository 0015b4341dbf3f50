"""Who leaves is noticed, written to no more, and forgotten when the grace is over: real bot, real client, real file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supportbot.app import App
from supportbot.chat.staff_notes import staff_renderer
from supportbot.chat.staff_rooms import DiscordStaffRooms
from supportbot.chat.whereabouts import DiscordWhereabouts
from supportbot.checkup import check_up
from supportbot.sandbox.server import Sandbox
from tests.e2e.looking import rows
from tests.support.running import Person, to_next_alarm, words

RIVERSIDE, OWLS = "Riverside Recovery", "Night Owls"
MORNING = datetime(2030, 6, 3, 7, 30, tzinfo=UTC)
NIGHT = datetime(2030, 6, 4, 3, tzinfo=UTC)


async def night_begins(sandbox: Sandbox) -> datetime:
    """When the next night's work is to begin, once this one's is done."""

    def told() -> datetime | None:
        at = sandbox.clock.alarms.get("retention")
        return at if at is not None and at > sandbox.clock.now() else None

    return await sandbox.actor.until(told)


async def ids(sandbox: Sandbox, *names: str) -> list[int]:
    by_name = {user["username"]: int(user["id"]) for user in (await sandbox.actor.state())["users"]}
    return [by_name[name] for name in names]


async def soon(look: Callable[[], bool]) -> None:
    """What the bot does by itself makes no exchange that the sandbox could be asked for."""
    for _ in range(500):
        if look():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come")


@pytest.mark.long
async def test_who_left_is_forgotten_in_time(app: App, sandbox: Sandbox, database: Path) -> None:
    sam, alex, mika, olu = (Person(sandbox, name) for name in ("sam", "alex", "mika", "olu"))
    await sandbox.actor.move_clock(to=MORNING)
    await sandbox.actor.until(lambda: sandbox.clock.alarms.get("retention") == NIGHT)
    await sam.start_checkin(at="18:00")
    await mika.start_checkin(at="11:00")
    await alex.start_checkin(at="18:00")
    await alex.start_checkin(at="19:00", place=f"{OWLS}/lobby")
    await olu.run("setup region", f"{OWLS}/lobby", country="FI")
    for name, place in (("sam", RIVERSIDE), ("mika", RIVERSIDE), ("alex", OWLS)):
        await sandbox.actor.edit_user(user=name, leave=place)

    # Discord itself says it, when something is sent.
    await to_next_alarm(sandbox)
    await sandbox.actor.until(lambda: rows(database, "SELECT 1 FROM absences"))
    me, them = await ids(sandbox, "sam", "mika")
    assert rows(database, "SELECT person_id, why FROM absences") == [(them, "no_shared")]

    # The others are looked for at night.
    await sandbox.actor.move_clock(to_alarm="retention")
    assert (await night_begins(sandbox)).day == 5
    assert sorted(rows(database, "SELECT person_id, why FROM absences")) == sorted(
        [(me, "not_there"), (them, "no_shared")]
    )
    await sandbox.actor.move_clock(to_alarm="retention")  # once more: one look alone ends nothing for good
    assert (await night_begins(sandbox)).day == 6
    listed = await alex.run("checkin list")
    assert "ended because you left the server" in listed["content"]
    assert "18:00" in words(listed)
    assert "19:00" not in words(listed)

    # Back in time: a press is enough.
    await sandbox.actor.edit_user(user="mika", join=RIVERSIDE)
    await mika.run("checkin list")
    await soon(lambda: len(rows(database, "SELECT 1 FROM absences")) == 1)

    await sandbox.actor.edit_user(user="supportbot", leave=OWLS)
    await soon(lambda: bool(rows(database, "SELECT 1 FROM departures")))
    before = len(await sam.dms())
    for _ in range(16):
        await sandbox.actor.move_clock(advance=2 * 86_400)
        await night_begins(sandbox)
    assert rows(database, "SELECT 1 FROM absences UNION SELECT 2 FROM departures") == []
    for table in ("members", "plans", "consents", "dm_channels"):
        assert rows(database, f"SELECT 1 FROM {table} WHERE person_id = {me}") == []  # noqa: S608
        assert rows(database, f"SELECT 1 FROM {table} WHERE person_id = {them}")  # noqa: S608
    assert len(await sam.dms()) == before, "nothing was sent to somebody who is gone"
    assert rows(database, "SELECT region FROM communities") == []
    assert len(rows(database, "SELECT 1 FROM erasures")) == 1
    ledger = app.settings.ledger_file.read_text(encoding="utf-8")
    assert ledger.count('"hash"') == 1
    assert str(me) not in ledger
    (found,) = [finding for finding in await check_up(app.settings) if finding.what == "retention"]
    assert found.good
    assert "last purge" in found.says


async def test_discords_time_is_asked_for(app: App, sandbox: Sandbox) -> None:
    where = DiscordWhereabouts(app.bot, DiscordStaffRooms(app.bot, staff_renderer(app.bot.voice)))
    await sandbox.actor.move_clock(to=MORNING)
    told = await where.time()
    assert told is not None
    assert abs(told - sandbox.clock.now()) < timedelta(minutes=1)
