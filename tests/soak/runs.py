"""One run: plans, weather, kills, restarts until everything is settled; then the count."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from supportbot.sandbox.log import Exchange
from supportbot.sandbox.server import Sandbox
from supportbot.tryout import bot_environment
from tests.soak import plans
from tests.soak.looking import came_to, settled
from tests.soak.plans import DATA_KEYS, DUE, Person, Row, rows
from tests.soak.points import ALL, AT_RANDOM, FAIR, INSIDE, STORED
from tests.soak.processes import BotProcess, Launcher
from tests.soak.weather import GRACE, WEATHERS, T, Weather

LONGEST = 60.0
"""Seconds in which a run must be settled."""
PEOPLE = 6
MOST_KILLS = 3
SETTINGS = {
    "SUPPORTBOT_SEND_TIMEOUT": str(T),
    "SUPPORTBOT_SEND_GRACE": str(GRACE),
    "SUPPORTBOT_DATA_KEYS": DATA_KEYS,
    "SUPPORTBOT_LOG_LEVEL": "INFO",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to happen. `points` are where it is killed, one after the other; `ahead` is the host's clock's error."""

    seed: int
    weather: Weather
    points: tuple[tuple[str, int], ...]
    planted: str | None = None
    ahead: float = 0.0


@dataclass(slots=True)
class Outcome:
    """What a run came to. `wrong` is empty when every check-in came once, or did not and the weather excuses it."""

    scene: Scene
    due: int = 0
    once: int = 0
    excused: int = 0
    lost: int = 0
    doubled: int = 0
    killed: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list[str])


def scene_of(seed: int, *, planted: str | None = None) -> Scene:
    """The run of this seed: weathers come in turn, the rest by chance."""
    chance = Random(seed)  # noqa: S311
    kills = chance.choice((1, 1, 2, MOST_KILLS))
    weather = WEATHERS[seed % len(WEATHERS)]
    # In fair weather nothing is in doubt, so nothing is looked up, before the first death.
    first = ALL if weather.doubtful else FAIR
    points = tuple((chance.choice(ALL if life else first), chance.choice((1, 1, 2, 3))) for life in range(kills))
    # Right, some minutes wrong, or as wrong as a host can be that has another zone.
    ahead = chance.choice((0.0, 0.0, 0.0, 300.0, -300.0, 7200.0, -7200.0))
    return Scene(seed, weather, points, planted, ahead)


async def run(launcher: Launcher, scene: Scene, template: Path, folder: Path) -> Outcome:
    """Carry it out. `template` is an empty database; everything of the run is in `folder`."""
    started = asyncio.get_running_loop().time()
    folder.mkdir()
    database = folder / "bot.db"
    shutil.copy(template, database)
    outcome = Outcome(scene)
    async with Sandbox(port=0) as sandbox:
        await sandbox.actor.move_clock(to=DUE - timedelta(seconds=scene.ahead))
        chance = Random(scene.seed)  # noqa: S311
        people = await plans.write(
            sandbox, database, chance, people=PEOPLE, window=timedelta(seconds=scene.weather.window)
        )
        for fault in scene.weather.faults(chance):
            await sandbox.actor.add_fault(**fault)
        lives = _Lives(launcher, sandbox, database, scene, chance, outcome)
        try:
            async with asyncio.timeout(LONGEST):
                await lives.live()
        except TimeoutError:
            outcome.wrong.append("not settled in time")
        finally:
            await lives.end()
        await _count(sandbox, people, rows(database), outcome)
    outcome.seconds = asyncio.get_running_loop().time() - started
    return outcome


class _Lives:
    """The bot's lives, one after the other."""

    def __init__(
        self, launcher: Launcher, sandbox: Sandbox, database: Path, scene: Scene, chance: Random, outcome: Outcome
    ) -> None:
        self._launcher = launcher
        self._sandbox = sandbox
        self._database = database
        self._scene = scene
        self._chance = chance
        self._outcome = outcome
        window = str(scene.weather.window)
        self._settings = {**bot_environment(sandbox, database), **SETTINGS, "SUPPORTBOT_LATENESS_WINDOW": window}
        self._bot: BotProcess | None = None
        self._on_request: Callable[[Exchange], None] = lambda _: None
        sandbox.observers.append(self._observe)

    def _observe(self, exchange: Exchange) -> None:
        self._on_request(exchange)

    async def live(self) -> None:
        """Until everything is settled, whether or not each point was reached."""
        for point in (*self._scene.points, None):
            bot = self._bot = await self._launcher.start(
                self._settings,
                self._database.with_suffix(".log"),
                die_at=point if point is not None and point[0] in INSIDE else None,
                planted=self._scene.planted,
                ahead=self._scene.ahead,
            )
            killing = asyncio.create_task(self._kill_at(bot, point))
            try:
                if await self._settled(bot):
                    return
            finally:
                killing.cancel()
                await asyncio.gather(killing, return_exceptions=True)
            if bot.status != 9:
                self._outcome.wrong.append(f"the bot ended by itself ({bot.status}): see {self._database.name}'s log")
                return
            self._outcome.killed[point[0] if point else "?"] += 1

    async def end(self) -> None:
        """Nothing of it is left."""
        if self._bot is not None:
            self._bot.kill()
            await self._bot.ended.wait()

    async def _kill_at(self, bot: BotProcess, point: tuple[str, int] | None) -> None:
        if point is None or point[0] in INSIDE:
            self._on_request = lambda _: None
            return
        name, count = point
        first = asyncio.Event()
        stored = 0

        def on_request(exchange: Exchange) -> None:
            nonlocal stored
            if exchange.method == "POST" and exchange.path.startswith(("/channels/", "/users/@me/channels")):
                first.set()
            if exchange.method == "POST" and exchange.path.endswith("/messages"):
                stored += 1
                if name == STORED and stored == count:
                    bot.kill()  # now, before the answer goes out

        self._on_request = on_request
        if name == AT_RANDOM:
            with suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await first.wait()
            await asyncio.sleep(self._chance.uniform(0, 0.8))
            bot.kill()

    async def _settled(self, bot: BotProcess) -> bool:
        """Once nothing is left to do, or false once the bot is dead."""
        return await settled(self._sandbox, self._database, ended=bot.ended, ahead=self._scene.ahead)


async def _count(sandbox: Sandbox, people: Sequence[Person], found: list[Row], outcome: Outcome) -> None:
    messages = await came_to(sandbox, *(person.name for person in people))
    outcome.due = len(found)
    for row in found:
        came = messages[row.id]
        if came > 1:
            outcome.doubled += 1
            outcome.wrong.append(f"doubled: {row.id} came {came} times, and is {row.state}")
        elif row.wake_at is not None:
            outcome.wrong.append(f"still open: {row.id} is {row.state}, and came {came} times")
        elif row.state == "sent" and came:
            outcome.once += 1
        elif row.state in outcome.scene.weather.excuses and row.reason and (not came or row.state == "gave_up"):
            outcome.excused += 1
        else:
            outcome.lost += 1
            outcome.wrong.append(f"lost: {row.id} is {row.state} ({row.reason}), and came {came} times")
    if not found:
        outcome.wrong.append("nothing was due")
