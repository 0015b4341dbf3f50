"""What the benchmarks share: whole processes timed in turns, and a table."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence


def timed(command: Sequence[str]) -> float:
    """Seconds that a process takes; it must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def in_turns(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[float]]:
    """Every command in each round, so that a slow moment meets all of them; one uncounted round goes first."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            seconds = timed(command)
            if number:
                found[name].append(seconds)
    return found


def table(title: str, rows: Mapping[str, Sequence[float]], *, against: str) -> None:
    """Print minimum, median and maximum in milliseconds, and the ratio of medians to one row."""
    base = statistics.median(rows[against])
    width = max(map(len, rows))
    sys.stdout.write(f"\n{title}\n{'':{width}}     min  median     max   x {against}\n")
    for name, seconds in rows.items():
        low, middle, high = (1000 * f(seconds) for f in (min, statistics.median, max))
        sys.stdout.write(f"{name:{width}} {low:7.0f} {middle:7.0f} {high:7.0f}   {middle / 1000 / base:.2f}\n")


def percentiles(title: str, rows: Mapping[str, Sequence[float]], *, against: str, limit: float) -> None:
    """Print p50, p99 and maximum in milliseconds, each percentile's ratio to one row, and p99 beside a limit."""
    base = _percentiles(rows[against])
    width = max(map(len, rows))
    sys.stdout.write(f"\n{title}\n{'':{width}}     p50     p99     max   p50, p99 x {against}   p99 of {limit:g} s\n")
    for name, seconds in rows.items():
        found = _percentiles(seconds)
        middle, high = (each / other for each, other in zip(found, base, strict=True))
        shown = "".join(f" {1000 * each:7.0f}" for each in (*found, max(seconds)))
        sys.stdout.write(f"{name:{width}}{shown}   {middle:.2f}, {high:.2f}   {found[1] / limit:.3f}\n")


def at(seconds: Sequence[float], percent: int) -> float:
    """The percentile that so many percent are below."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    return at(seconds, 50), at(seconds, 99)
