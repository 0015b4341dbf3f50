"""Single stories of a process that dies, and of two that run at once: what comes, comes once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from supportbot.domain.people import PersonId
from supportbot.domain.snoozing import Later
from supportbot.sandbox.server import Sandbox
from supportbot.services.planning import Planner
from supportbot.storage.store import new_id
from supportbot.tryout import bot_environment
from tests.e2e.looking import rows
from tests.soak import plans
from tests.soak.looking import came_to, settled, until
from tests.soak.plans import DATA_KEYS, DUE, book
from tests.soak.processes import BotProcess, Launcher, launcher
from tests.soak.weather import SEND
from tests.support.running import Person

pytestmark = [pytest.mark.long, pytest.mark.timeout(120)]
WINDOW = timedelta(hours=2)
T, GRACE = 3.0, 0.5
LEEWAY = timedelta(minutes=1)
OPEN = "Open"


class Bots:
    """Bots on one database and one Discord."""

    def __init__(self, processes: Launcher, sandbox: Sandbox, database: Path, send: float, grace: float) -> None:
        self._processes = processes
        self._settings = {
            **bot_environment(sandbox, database),
            "SUPPORTBOT_SEND_TIMEOUT": str(send),
            "SUPPORTBOT_SEND_GRACE": str(grace),
            "SUPPORTBOT_DATA_KEYS": DATA_KEYS,
        }
        self._database = database
        self._logs: dict[int, Path] = {}

    async def start(self) -> BotProcess:
        """One more."""
        log = self._database.with_name(f"{len(self._logs)}.log")
        bot = await self._processes.start(self._settings, log)
        self._logs[bot.pid] = log
        return bot

    async def kill(self, bot: BotProcess) -> None:
        """kill -9, and wait until it is gone."""
        bot.kill()
        await bot.ended.wait()

    def logged(self, bot: BotProcess, words: str) -> int:
        """In how many lines of its log these words are."""
        log = self._logs[bot.pid]
        return sum(words in line for line in log.read_text().splitlines()) if log.exists() else 0

    async def until_logged(self, bot: BotProcess, words: str) -> None:
        """Wait for them."""
        await until(lambda: self.logged(bot, words))


@asynccontextmanager
async def bots_on(sandbox: Sandbox, database: Path, *, send: float = T, grace: float = GRACE) -> AsyncGenerator[Bots]:
    async with launcher() as processes:
        yield Bots(processes, sandbox, database, send, grace)


@asynccontextmanager
async def sam_has_plans(sandbox: Sandbox, database: Path, *minutes: int) -> AsyncGenerator[plans.Book]:
    """Plans that are due these minutes after `DUE`; the database is there before any bot is."""
    await plans.create(database)
    await sandbox.actor.move_clock(to=DUE - timedelta(minutes=1))
    async with book(sandbox, database, window=WINDOW) as writing:
        person = await writing.person("person", knows=True)
        await writing.plan(person, *(DUE + timedelta(minutes=each) for each in minutes))
        yield writing


def states(database: Path) -> list[tuple[str, int]]:
    """State and attempts of each delivery of the day, in the order in which they were due."""
    found = rows(
        database,
        "SELECT d.state, d.attempt FROM deliveries d JOIN occurrences o ON d.occurrence_id = o.id "
        "WHERE o.local_date = '2030-06-03' ORDER BY d.due, d.id",
    )
    return [(str(state), int(str(attempt))) for state, attempt in found]


async def invitations(sandbox: Sandbox, database: Path) -> list[int]:
    """How often each of the day's deliveries came, in the order in which they were due."""
    came = await came_to(sandbox, "person")
    found = rows(
        database,
        "SELECT d.id FROM deliveries d JOIN occurrences o ON d.occurrence_id = o.id "
        "WHERE o.local_date = '2030-06-03' ORDER BY d.due, d.id",
    )
    return [came[str(delivery)] for (delivery,) in found]


@pytest.mark.parametrize("killed", [True, False])
async def test_a_press_comes_before_the_answer(sandbox: Sandbox, database: Path, killed: bool) -> None:
    """The member is quicker than Discord's answer to us: the press settles it, whatever becomes of the answer."""
    async with sam_has_plans(sandbox, database, 0), bots_on(sandbox, database) as bots:
        await sandbox.actor.add_fault(kind="slow", seconds=T * 0.7, route=SEND)
        await sandbox.actor.add_fault(kind="nonce_memory", seconds=0)
        bot = await bots.start()
        await sandbox.actor.bot_ready()
        await sandbox.actor.move_clock(to=DUE)
        sam = Person(sandbox, "person")
        invitation = await sam.next_dm()
        assert states(database) == [("sending", 1)]
        question = (await sam.press(invitation, OPEN))["message"]
        assert states(database) == [("sent", 1)], "while the answer is still held back"
        if killed:
            await bots.kill(bot)
            bot = await bots.start()
            await sandbox.actor.until(lambda: sandbox.connected)
        assert (await sam.press(question, "4 good"))["message"]["content"]
        await sandbox.actor.move_clock(advance=600, through_alarms=True)
        assert states(database) == [("answered", 1)]
        sends = [row for row in sandbox.log.after(0, 10_000) if row.method == "POST" and row.path.endswith("/messages")]
        assert len(sends) <= 1
        assert len([message for message in await sam.dms() if not message["ephemeral"]]) == 1


async def test_two_processes_by_mistake(sandbox: Sandbox, database: Path) -> None:
    """The second says that it does not deliver, and does not, until the first is gone and its turn is over."""
    async with sam_has_plans(sandbox, database, 0) as writing, bots_on(sandbox, database, send=12, grace=3) as bots:
        first = await bots.start()
        await bots.until_logged(first, "discord.ready")
        await sandbox.actor.move_clock(to=DUE)
        await bots.until_logged(first, "checkins.sent")
        await sandbox.actor.until(lambda: sandbox.clock.alarms.get("checkins", DUE) > DUE)
        first.freeze()  # else it may look once more, and deliver what the second is to find
        person = PersonId(next(user.id for user in sandbox.world.users.values() if user.username == "person"))
        await writing.plan_of(person, DUE - timedelta(minutes=30))  # due already
        await writing.plan_of(person, DUE + timedelta(minutes=10))
        second = await bots.start()
        await bots.until_logged(second, "checkins.another_delivers")
        assert bots.logged(second, "this one does not. Run only one") == 1, "a sentence says so"
        assert [state for state, _ in states(database)] == ["planned", "sent", "planned"]
        await bots.kill(first)
        [(turn_ends,)] = rows(database, "SELECT until FROM leases")
        # The second one's: that of the first is for its plan of tomorrow.
        soon = DUE + timedelta(minutes=1)
        await sandbox.actor.until(lambda: DUE < sandbox.clock.alarms.get("checkins", DUE) < soon)
        await sandbox.actor.move_clock(to_alarm="checkins")
        await bots.until_logged(second, "checkins.sent")
        taken_over = max(
            int(str(at)) for (at,) in rows(database, "SELECT started_at FROM deliveries") if at is not None
        )
        assert int(str(taken_over)) >= int(str(turn_ends)), "not before the turn of the first was over"
        await sandbox.actor.move_clock(to=DUE + timedelta(minutes=10))
        await until(lambda: states(database) == [("sent", 1)] * 3)
        assert await invitations(sandbox, database) == [1, 1, 1]
        assert bots.logged(first, "checkins.sent") == 1


async def test_put_off_and_then_killed(sandbox: Sandbox, database: Path) -> None:
    """A repeat that a member asked for outlives the process, twice, and comes once."""
    async with sam_has_plans(sandbox, database, 0), bots_on(sandbox, database) as bots:
        bot = await bots.start()
        await sandbox.actor.bot_ready()
        await sandbox.actor.move_clock(to=DUE)
        assert await settled(sandbox, database)
        [row] = plans.rows(database)
        sam = Person(sandbox, "person")
        page = (await sam.press(await sam.next_dm(), OPEN))["message"]
        for pressed in (f"ci:later:{row.id}", f"ci:snooze:{row.id}:{Later.QUARTER}"):
            told = await sandbox.actor.press(user=sam.name, message=page["id"], custom_id=pressed, wait="final")
            page = told["message"]
        await bots.kill(bot)
        bot = await bots.start()
        again = DUE + timedelta(minutes=15)
        await sandbox.actor.until(lambda: again <= sandbox.clock.alarms.get("checkins", DUE) < again + LEEWAY)
        await sandbox.actor.add_fault(kind="stored_then_dropped", route=SEND)
        await sandbox.actor.move_clock(to=again + LEEWAY)
        await until(lambda: states(database)[1][0] == "unknown")
        await bots.kill(bot)
        await bots.start()
        assert await settled(sandbox, database)
        assert [state for state, _ in states(database)] == ["sent", "sent"]
        assert await invitations(sandbox, database) == [0, 1], "what was put off has no buttons any more"
        assert len([message for message in await sam.dms() if not message["ephemeral"]]) == 2


async def test_times_are_changed_after_the_first_was_sent(sandbox: Sandbox, database: Path) -> None:
    """What was sent for a day and a time is not sent again, however it is moved; the next comes at its new time."""
    async with sam_has_plans(sandbox, database) as writing, bots_on(sandbox, database) as bots:
        person = PersonId(next(user.id for user in sandbox.world.users.values() if user.username == "person"))
        early, later, soon = DUE, DUE + timedelta(hours=2), DUE + timedelta(hours=1)
        await writing.plan_of(person, early, later)
        bot = await bots.start()
        await sandbox.actor.bot_ready()
        await sandbox.actor.move_clock(to=DUE)
        await until(lambda: [state for state, _ in states(database)] == ["sent", "planned"])
        await bots.kill(bot)
        now = sandbox.clock.now()
        async with writing.store.write() as tx:
            await writing.agreed(tx, person)
            [plan] = await tx.plans.of(person)
            moved = {early.time(): (DUE + timedelta(minutes=30)).time(), later.time(): soon.time()}
            slots = tuple(replace(slot, at=moved[slot.at]) for slot in plan.rule.slots)
            changed = replace(plan, rule=replace(plan.rule, slots=slots))
            await tx.plans.change(changed, at=now)
            await tx.deliveries.drop_planned(plan.id)
            await Planner(sandbox.clock, new_id, WINDOW).plan_next(tx, changed, after=now)
        await bots.start()
        await sandbox.actor.until(lambda: sandbox.clock.alarms.get("checkins") == soon)
        await sandbox.actor.move_clock(to=soon)
        await until(lambda: [state for state, _ in states(database)] == ["sent", "sent"])
        await sandbox.actor.move_clock(advance=2 * 3600, through_alarms=True)
        assert await invitations(sandbox, database) == [1, 1]
        stamps = [message["timestamp"][11:16] for message in await Person(sandbox, "person").dms()]
        assert stamps == ["09:30", "10:30"]
