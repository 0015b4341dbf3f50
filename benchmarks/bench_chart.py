"""Claim: a chart of a year's answers takes under 250 ms, the first of a process under 1.5 s, and holds the bot up for
neither. Peer: matplotlib's own plot of the same answers.
"""

from __future__ import annotations

import io
import random
import statistics
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import run

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import matplotlib.dates as mdates
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.bench_pictures import in_turns
from benchmarks.measure import percentiles
from supportbot.domain.checkins import Answer
from supportbot.domain.history import History, Period, Scale, history, runs, ticks
from supportbot.domain.pictures import Chart, Curve, Shape, Tick
from supportbot.render import charts

WARM, COLD, STALL = 0.25, 1.5, 20.0
"""Seconds for a chart, seconds for the first of a process, milliseconds that the event loop may stand still."""

PROCESSES = 3
NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
MINE, BARE = "as the bot draws it", "matplotlib's plot"
ALONE = """
import asyncio, sys, time
import supportbot.app
from supportbot.domain.pictures import Chart, Curve, Mark, Shape, Tick
from supportbot.render.painter import Painter
def now_in_use():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
async def main():
    marks = tuple(Mark(day + 0.5, 1 + day % 5, 1, 5) for day in range(30))
    chart = Chart("Yours", 30, (Curve("Mood", 1, 5, Shape.ROUND, (marks,)),) * 2, (Tick(3.5, "3 Nov"),), ())
    painter, stalls, done = Painter(), [0.0], False
    async def watch():
        while not done:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - began - 0.001)
    watching = asyncio.create_task(watch())
    await asyncio.sleep(1)
    idle = max(stalls)
    stalls.clear()
    loaded = "matplotlib" in sys.modules
    before, began = now_in_use(), time.perf_counter()
    await painter.draw(chart)
    first, stall = time.perf_counter() - began, max(stalls)
    stalls.clear()
    for _ in range(10):
        await painter.draw(chart)
    done = True
    await watching
    print(first, 1000 * idle, 1000 * stall, 1000 * max(stalls), before, now_in_use(), loaded)
asyncio.run(main())
"""


def year() -> History:
    """Answers of a year with gaps, three of four days."""
    chance = random.Random(6)  # noqa: S311 (the same answers each time)
    days = [day for day in range(364, -1, -1) if chance.random() < 0.75]
    answers = [
        (NOW - timedelta(days=day), Answer(mood=chance.randint(1, 5), craving=chance.randint(0, 4))) for day in days
    ]
    return history(Period.YEAR, answers, now=NOW, zone="Europe/Madrid")


def drawn(shown: History) -> Chart:
    """As `/checkin history` does it."""
    curves = (
        Curve("Mood: 1 very low … 5 very good", 1, 5, Shape.ROUND, runs(shown, Scale.MOOD)),
        Curve("Craving: 0 none … 4 very strong", 0, 4, Shape.SQUARE, runs(shown, Scale.CRAVING)),
    )
    named = tuple(Tick((day - shown.first).days, f"{day:%b %Y}") for day in ticks(shown))
    return Chart("Your answers", shown.days, curves, named, ("One mark a week.",))


def bare(shown: History) -> None:
    """The same answers in two fields of the same size, one mark a day, joined over every gap."""
    figure = Figure(figsize=(1080 / 72, 1000 / 72), dpi=72)
    FigureCanvasAgg(figure)
    fields = figure.subplots(2, 1, sharex=True)
    for axes, scale in zip(fields, Scale, strict=True):
        points = [(each.at, each.value(scale)) for each in shown.moments]
        axes.plot(*zip(*points, strict=True), marker="o")
        axes.set_title(scale.value)
        axes.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
    figure.savefig(io.BytesIO(), format="png")


def alone() -> None:
    """In a process of its own: what the first one costs, and how long the loop stands still."""
    command = [sys.executable, "-W", "ignore", "-c", ALONE]
    lines = [run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(PROCESSES)]
    assert all(line[-1] == "False" for line in lines), "matplotlib is loaded before anybody asks for a chart"
    columns = list(zip(*(map(float, line[:-1]) for line in lines), strict=True))
    first, idle, loading, warm, before, after = (statistics.median(column) for column in columns)
    print(f"\nthe first chart of a process: {1000 * first:.0f} ms, {first / COLD:.2f} of {COLD:g} s")
    print(
        f"the loop stood still for at most {loading:.0f} ms while matplotlib was loaded, {loading / STALL:.2f} of the"
    )
    print(f"limit of {STALL:g} ms, and for {warm:.0f} ms while ten more were drawn, {warm / STALL:.2f} of it")
    print(f"(with nothing to do, the same machine made it stand still for {idle:.0f} ms in a second)")
    print(f"memory: {before:.0f} MB without matplotlib while nobody asked, {after:.0f} MB after eleven charts")


def main() -> None:
    """Print the times, the stall and the memory."""
    shown = year()
    chart = drawn(shown)
    print(f"a year, {len(shown.moments)} answers: {len(charts.png(chart)) / 1024:.0f} KB")
    found = in_turns({MINE: lambda: charts.png(drawn(shown)), BARE: lambda: bare(shown)})
    percentiles("a year's answers as PNG, matplotlib loaded", found, against=BARE, limit=WARM)
    alone()


if __name__ == "__main__":
    main()
