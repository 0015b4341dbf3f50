"""Time passes for the bot as it would in life, however fast the clock is moved."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from supportbot.app import App
from supportbot.sandbox.server import Sandbox
from tests.e2e.looking import rows
from tests.support.running import Person
from tests.support.wordings import LINES

ZONE = ZoneInfo("Europe/Berlin")
MORNING = datetime(2030, 6, 3, 9, 30, tzinfo=ZONE)


async def to_the_morning(sandbox: Sandbox, app: App) -> None:
    """Set the clock, and wait until the bot has it."""
    jumped = asyncio.Event()
    app.clock.on_jump(jumped.set)
    await sandbox.actor.move_clock(to=MORNING)
    await jumped.wait()


async def invitations(person: Person) -> list[datetime]:
    """When this person was invited, in local time."""
    stamps = [m["timestamp"] for m in await person.dms() if m["content"] in LINES]
    return [datetime.fromisoformat(stamp).astimezone(ZONE) for stamp in stamps]


@pytest.mark.parametrize("days", [1, 3])
async def test_everything_that_is_due_on_the_way_comes_once(
    sandbox: Sandbox, app: App, database: Path, days: int
) -> None:
    await to_the_morning(sandbox, app)
    sam, mika = Person(sandbox, "sam"), Person(sandbox, "mika")
    await sam.start_checkin(at="11:00")
    await mika.start_checkin(at="16:00")
    async with (
        aiohttp.ClientSession() as session,
        session.post(sandbox.clock_url, json={"advance": days * 86_400, "through_alarms": True}) as answer,
    ):
        assert datetime.fromisoformat((await answer.json())["now"]) >= MORNING.astimezone(UTC) + timedelta(days=days)
    for person, hour in ((sam, 11), (mika, 16)):
        came = await invitations(person)
        assert [at.date() for at in came] == [MORNING.date() + timedelta(days=day) for day in range(days)]
        assert all(time(hour) <= at.time() < time(hour, 1) for at in came)
    assert rows(database, "SELECT state, count(*) FROM deliveries GROUP BY state ORDER BY state") == [
        ("planned", 2),
        ("sent", 2 * days),
    ]


async def test_a_jump_over_them_is_a_downtime(sandbox: Sandbox, app: App, database: Path) -> None:
    await to_the_morning(sandbox, app)
    sam = Person(sandbox)
    await sam.start_checkin(at="11:00")
    await sandbox.actor.move_clock(advance=86_400)
    await sandbox.actor.until(
        lambda: rows(database, "SELECT 1 FROM deliveries WHERE state = 'not_sent' AND reason = 'late'")
    )
    assert await invitations(sam) == []


async def test_a_second_try_on_the_way_is_not_jumped_over(sandbox: Sandbox, app: App, database: Path) -> None:
    """What became of the first request is not known: it is looked up, and sent again, minutes later by that clock."""
    await to_the_morning(sandbox, app)
    sam = Person(sandbox)
    await sam.start_checkin(at="11:00")
    await sandbox.actor.add_fault(kind="dropped", route="POST /channels/")
    await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
    (came,) = await invitations(sam)
    assert time(11) < came.time() < time(13)
    assert rows(database, "SELECT state, attempt FROM deliveries ORDER BY window_ends") == [("sent", 2), ("planned", 0)]
