"""What can go wrong, at opening the DM and at sending: which way each check-in goes, and what its member has then."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.soak import plans
from tests.soak.looking import came_to, settled, until
from tests.soak.plans import DATA_KEYS, DUE, Book, book
from tests.soak.plans import Person as Somebody
from tests.support.running import Person, words

T, GRACE = 1.5, 4.0
SETTINGS = {
    "SUPPORTBOT_SEND_TIMEOUT": str(T),
    "SUPPORTBOT_SEND_GRACE": str(GRACE),
    "SUPPORTBOT_DATA_KEYS": DATA_KEYS,
}
pytestmark = pytest.mark.long
WINDOW = timedelta(hours=2)
SEND, OPEN = "send", "open"
ROUTES = {SEND: r"POST /channels/\d+/messages", OPEN: "POST /users/@me/channels"}

TRIED = "claimed sending"
AT_ONCE = f"{TRIED} sent"
REFUSED = f"{TRIED} unreachable"
AGAIN = f"{TRIED} planned {TRIED} sent"
LOOKED_UP = f"{TRIED} unknown sent"
LOOKED_UP_AND_SENT = f"{TRIED} unknown planned {TRIED} sent"


@dataclass(frozen=True, slots=True)
class Cell:
    """What goes wrong once, and where; the states that the delivery goes through; how many messages there are then.

    `asked` is how often each route was called for this person: to open, to send, to look.
    """

    where: str
    way: str
    asked: tuple[int, int, int]
    fault: dict[str, Any] = field(default_factory=dict[str, Any])
    came: int = 1

    @property
    def name(self) -> str:
        return "-".join(str(each) for each in (self.where, *self.fault.values())).replace("_", "-").lower()


CELLS = (
    Cell(SEND, AT_ONCE, (0, 1, 0)),
    Cell(OPEN, AT_ONCE, (1, 1, 0)),
    # Refused for good: no second try, and nothing is deleted.
    Cell(SEND, REFUSED, (0, 1, 0), {"kind": "closed_dms"}, came=0),
    Cell(OPEN, REFUSED, (1, 1, 0), {"kind": "closed_dms"}, came=0),
    Cell(SEND, REFUSED, (0, 1, 0), {"kind": "no_mutual_guild"}, came=0),
    Cell(OPEN, REFUSED, (1, 1, 0), {"kind": "no_mutual_guild"}, came=0),
    # Certainly not sent: once more, later.
    Cell(SEND, AGAIN, (0, 2, 0), {"kind": "status", "status": 429, "retry_after": 40}),
    Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "status", "status": 429, "retry_after": 40}),
    Cell(SEND, AGAIN, (0, 2, 0), {"kind": "status", "status": 429, "headers": False, "via": False}),
    Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "status", "status": 429, "headers": False, "via": False}),
    # Opening a DM sends nothing, however it ends.
    *(Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "status", "status": status}) for status in (500, 502, 503)),
    Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "stored_then_status", "status": 504}),
    Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "dropped"}),
    Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "stored_then_dropped"}),
    Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "slow", "seconds": T + 0.2}),
    Cell(OPEN, AGAIN, (2, 1, 0), {"kind": "late", "seconds": T + 0.2}),
    # It may have been sent: the history says.
    *(Cell(SEND, LOOKED_UP_AND_SENT, (0, 2, 1), {"kind": "status", "status": status}) for status in (500, 503)),
    Cell(SEND, LOOKED_UP_AND_SENT, (0, 2, 1), {"kind": "dropped"}),
    *(Cell(SEND, LOOKED_UP, (0, 1, 1), {"kind": "stored_then_status", "status": status}) for status in (502, 504)),
    Cell(SEND, LOOKED_UP, (0, 1, 1), {"kind": "stored_then_dropped"}),
    Cell(SEND, LOOKED_UP, (0, 1, 1), {"kind": "slow", "seconds": T + 0.2}),
)


def keep_track(database: Path) -> None:
    """Note each state that a delivery comes to."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE way (number INTEGER PRIMARY KEY, delivery TEXT, state TEXT)")
        connection.execute(
            "CREATE TRIGGER noting AFTER UPDATE OF state ON deliveries WHEN old.state <> new.state "
            "BEGIN INSERT INTO way (delivery, state) VALUES (new.id, new.state); END"
        )


def way_of(database: Path, person: int) -> tuple[str, str]:
    """The id of this person's delivery on the day of `DUE`, and the states it came to."""
    [delivery] = [row.id for row in plans.rows(database) if row.person == person]
    ways = rows(database, "SELECT delivery, state FROM way ORDER BY number")
    way = " ".join(str(state) for of, state in ways if of == delivery)
    return delivery, way.replace("claimed planned ", "")  # on a slow machine a claim is over before its turn comes


async def people_in(sandbox: Sandbox, writing: Book) -> dict[str, Somebody]:
    """One person a cell."""
    return {
        cell.name: await writing.person(f"person{number}", knows=cell.where == SEND)
        for number, cell in enumerate(CELLS)
    }


def asked(sandbox: Sandbox, person: Somebody, channel: int) -> tuple[int, int, int]:
    """How often it was asked to open this person's DM, to send there, and to read there."""
    log = sandbox.log.after(0, 100_000)
    to_open = [each for each in log if each.path == "/users/@me/channels" and str(person.id) in str(each.body)]
    there = [each.method for each in log if each.path == f"/channels/{channel}/messages"]
    return len(to_open), there.count("POST"), there.count("GET")


@pytest.mark.timeout(120)
async def test_each_cell(sandbox: Sandbox, start_bot: StartBot, database: Path) -> None:
    await sandbox.actor.move_clock(to=DUE - timedelta(minutes=1))
    async with start_bot(**SETTINGS) as app, book(sandbox, database, window=WINDOW) as writing:
        keep_track(database)
        people = await people_in(sandbox, writing)
        for cell in CELLS:
            person = people[cell.name]
            await writing.plan(person, DUE)
            if cell.fault:
                # Whom we cannot reach takes no message; all else goes wrong at one route.
                lasts = {"times": 0} if cell.way == REFUSED else {"route": ROUTES[cell.where]}
                await sandbox.actor.add_fault(user=person.name, **cell.fault, **lasts)
        await sandbox.actor.move_clock(to=DUE)
        app.engine.look()
        assert await settled(sandbox, database)
        # What is refused for good is refused the next day too, when nobody asks any more.
        await sandbox.actor.move_clock(advance=86_400, through_alarms=True)
        wrong: list[str] = []
        for cell in CELLS:
            person = people[cell.name]
            delivery, way = way_of(database, person.id)
            channel = int((await sandbox.actor.open_dm(user=person.name))["channel"])
            tries = asked(sandbox, person, channel)
            if cell.came:  # the next day's came too
                tries = (tries[0], tries[1] - 1, tries[2])
            found = way, (await came_to(sandbox, person.name))[delivery], tries
            if found != (cell.way, cell.came, cell.asked):
                wrong.append(f"{cell.name}: {found}, not {(cell.way, cell.came, cell.asked)}")
        assert wrong == [], "\n".join(wrong)
        gone = {row[0] for row in rows(database, "SELECT person_id FROM absences")}
        assert gone == {people[cell.name].id for cell in CELLS if cell.fault.get("kind") == "no_mutual_guild"}
        refused = [cell for cell in CELLS if cell.way == REFUSED]
        assert len([each for each in sandbox.log.after(0, 100_000) if each.status in {401, 403}]) == len(refused)
        for cell in refused:
            told = words(await Person(sandbox, people[cell.name].name).run("checkin list"))
            assert "Paused, since my DMs do not reach you" in told


async def test_opening_too_fast_stops_opening_and_nothing_else(
    sandbox: Sandbox, start_bot: StartBot, database: Path
) -> None:
    await sandbox.actor.move_clock(to=DUE - timedelta(minutes=1))
    async with start_bot(**SETTINGS) as app, book(sandbox, database, window=WINDOW) as writing:
        new = [await writing.person(f"new{number}", knows=False) for number in range(3)]
        known = [await writing.person(f"known{number}", knows=True) for number in range(3)]
        await sandbox.actor.add_fault(kind="dms_too_fast", times=0)
        for minute in range(3):
            await writing.plan(new[minute], DUE + timedelta(minutes=minute))
            await writing.plan(known[minute], DUE + timedelta(minutes=minute))
        for minute in range(3):
            await sandbox.actor.move_clock(to=DUE + timedelta(minutes=minute))
            app.engine.look()
            await Person(sandbox, known[minute].name).next_dm()
            await until(lambda: not rows(database, "SELECT 1 FROM deliveries WHERE state IN ('claimed', 'sending')"))
        openings = [row for row in sandbox.log.after(0, 10_000) if row.path == "/users/@me/channels"]
        assert [row.status for row in openings] == [403], "asked once, and then no more"
        await sandbox.actor.clear_faults()
        assert await settled(sandbox, database)
        for person in new:
            assert len(await sandbox.actor.messages(user=person.name, channel="dm")) == 1


@pytest.mark.parametrize("where", [SEND, OPEN])
async def test_a_limit_for_everybody_is_kept_by_everybody(
    sandbox: Sandbox, start_bot: StartBot, database: Path, where: str
) -> None:
    await sandbox.actor.move_clock(to=DUE - timedelta(minutes=1))
    async with start_bot(**SETTINGS) as app, book(sandbox, database, window=WINDOW) as writing:
        people = [await writing.person(f"person{number}", knows=where == SEND) for number in range(5)]
        for person in people:
            await writing.plan(person, DUE)
        met: list[float] = []
        clock = asyncio.get_running_loop().time
        sandbox.observers.append(
            lambda row: (
                met.append(clock())
                if row.path == "/users/@me/channels" or (row.method == "POST" and row.path.endswith("/messages"))
                else None
            )
        )
        await sandbox.actor.add_fault(kind="status", status=429, retry_after=1, scope="global", route=ROUTES[where])
        await sandbox.actor.move_clock(to=DUE)
        app.engine.look()
        assert await settled(sandbox, database)
        assert len([row for row in sandbox.log.after(0, 10_000) if row.status == 429]) == 1
        for person in people:
            assert len(await sandbox.actor.messages(user=person.name, channel="dm")) == 1
        pause = max(later - sooner for sooner, later in itertools.pairwise(met))
        assert pause > 0.9, "what was under way may still arrive; after it nobody asks for a second"


@pytest.mark.parametrize("action", ["drop", "close", "reconnect", "invalid_session"])
async def test_the_gateway_is_lost(sandbox: Sandbox, start_bot: StartBot, database: Path, action: str) -> None:
    """Check-ins need no gateway: what is due meanwhile comes in time."""
    await sandbox.actor.move_clock(to=DUE - timedelta(minutes=1))
    async with start_bot(**SETTINGS) as app, book(sandbox, database, window=WINDOW) as writing:
        keep_track(database)
        people = [await writing.person(f"person{number}", knows=bool(number)) for number in range(2)]
        for person in people:
            await writing.plan(person, DUE)
        app.engine.look()
        await sandbox.actor.gateway(action=action)
        await sandbox.actor.move_clock(to=DUE)
        assert await settled(sandbox, database)
        for person in people:
            delivery, way = way_of(database, person.id)
            assert way == AT_ONCE
            assert (await came_to(sandbox, person.name))[delivery] == 1
