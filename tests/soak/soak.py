"""Many runs, a few at a time, and their table."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.soak.plans import create
from tests.soak.points import ALL
from tests.soak.processes import launcher
from tests.soak.runs import Outcome, Scene, run
from tests.soak.weather import WEATHERS

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Soaked:
    """What all runs came to."""

    outcomes: tuple[Outcome, ...]

    @property
    def wrong(self) -> list[str]:
        """Every finding, with the seed that shows it."""
        return [f"seed {each.scene.seed}: {line}" for each in self.outcomes for line in each.wrong]

    @property
    def killed(self) -> Counter[str]:
        """How many processes were killed, by point."""
        return sum((each.killed for each in self.outcomes), Counter[str]())

    def total(self, name: str) -> int:
        """The sum of one figure."""
        return sum(getattr(each, name) for each in self.outcomes)

    def __str__(self) -> str:
        by_weather: dict[str, list[Outcome]] = defaultdict(list)
        for each in self.outcomes:
            by_weather[each.scene.weather.name].append(each)
        head = f"{'weather':46}{'runs':>6}{'killed':>8}{'due':>6}{'once':>6}{'excused':>9}{'lost':>6}{'doubled':>9}"
        names = [weather.name for weather in WEATHERS if weather.name in by_weather]
        lines = [head, *(_line(name, by_weather[name]) for name in names), _line("all", self.outcomes)]
        points = ", ".join(f"{name} {self.killed[name]}" for name in ALL if self.killed[name])
        return "\n".join([*lines, f"killed at: {points or 'nowhere'}"])


def _line(name: str, outcomes: Sequence[Outcome]) -> str:
    figures = [sum(getattr(each, figure) for each in outcomes) for figure in ("due", "once", "excused", "lost")]
    killed = sum(each.killed.total() for each in outcomes)
    due, once, excused, lost = figures
    doubled = sum(each.doubled for each in outcomes)
    return f"{name:46}{len(outcomes):6}{killed:8}{due:6}{once:6}{excused:9}{lost:6}{doubled:9}"


async def soak(
    scenes: Iterable[Scene],
    folder: Path,
    *,
    at_once: int = AT_ONCE,
    tell: Callable[[Outcome], None] = lambda _: None,
) -> Soaked:
    """Carry out all runs, and tell of each that is through. Logs and databases stay in `folder`."""
    template = folder / "template.db"
    await create(template)
    gate = asyncio.Semaphore(at_once)
    async with launcher() as bots:

        async def one(number: int, scene: Scene) -> Outcome:
            async with gate:
                outcome = await run(bots, scene, template, folder / f"run-{number}-{scene.seed}")
            tell(outcome)
            return outcome

        found = await asyncio.gather(*(one(number, scene) for number, scene in enumerate(scenes)))
    return Soaked(tuple(found))
