"""Claim: a table as a picture costs about what matplotlib's own table of the same texts does. Limit: Discord's 3 s."""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import run

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.measure import percentiles
from supportbot import content
from supportbot.chat.knowledge import table as table_of
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.pictures import Table
from supportbot.render import tables

ROUNDS = 15
PROCESSES = 3
LIMIT = 3.0
"""Seconds that Discord waits for a first answer. The bot defers, so a slower picture would be late, not lost."""

HEIGHT = 2100
"""Pixels, about those of the picture that it is held against."""

MINE, BARE = "as the bot draws it", "matplotlib's table"
COLD = """
import asyncio, time
import supportbot.app
from supportbot.domain.pictures import Table, TableRow
from supportbot.render.painter import Painter
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
before, began = peak(), time.perf_counter()
asyncio.run(Painter().draw(Table("Who?", "Left", "Right", (TableRow("Focus", "One thing.", "Another."),) * 6, ())))
print(time.perf_counter() - began, before, peak())
"""


def classic() -> Table:
    """Interventionist and therapist, in English."""
    shipped = content.load()
    voice = Voice(Words(shipped.catalogues), "en", Mentions({}))
    return table_of(voice, shipped.comparison("interventionist", "therapist", ["en"]))


def bare(table: Table) -> None:
    """The same texts and size. It neither breaks lines nor lets rows grow with them, so nobody could read it."""
    figure = Figure(figsize=(tables.WIDTH / 72, HEIGHT / 72), dpi=72)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.axis("off")
    texts = [[row.left, row.right] for row in table.rows]
    axes.table(texts, rowLabels=[row.label for row in table.rows], colLabels=[table.left, table.right])
    axes.set_title(table.title)
    figure.text(0, 0, "\n".join(table.foot))
    figure.savefig(io.BytesIO(), format="png")


def in_turns(calls: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Every call in each round, so that a slow moment meets all of them; one uncounted round goes first."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if number:
                found[name].append(time.perf_counter() - began)
    return found


def cold() -> None:
    """The first picture of a process loads matplotlib."""
    command = [sys.executable, "-W", "ignore", "-c", COLD]
    lines = [run(command, check=True, capture_output=True, text=True).stdout for _ in range(PROCESSES)]
    rows = [tuple(map(float, line.split())) for line in lines]
    seconds, before, after = (statistics.median(column) for column in zip(*rows, strict=True))
    print(f"\nthe first picture of a process: {1000 * seconds:.0f} ms, {seconds / LIMIT:.2f} of {LIMIT:g} s")
    print(f"memory at its peak: {before:.0f} MB before, {after:.0f} MB after, x {after / before:.2f}")


def main() -> None:
    """Print the times and the memory."""
    table = classic()
    height = tables.laid_out(table).height
    print(f"the classic pair: {tables.WIDTH} x {height} pixels, {len(tables.png(table)) / 1024:.0f} KB")
    found = in_turns({MINE: lambda: tables.png(table), BARE: lambda: bare(table)})
    percentiles("a table as PNG, matplotlib loaded", found, against=BARE, limit=LIMIT)
    cold()


if __name__ == "__main__":
    main()
