"""Bots that are killed at any moment: every check-in comes once, or ends with a reason. The long suite runs sixty."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.points import ALL
from tests.soak.runs import Scene, scene_of
from tests.soak.soak import soak
from tests.soak.weather import WEATHERS

SEED = 2_000
RUNS = 4 * len(WEATHERS)


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_neither_lost_nor_doubled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = await soak([scene_of(SEED + number) for number in range(RUNS)], tmp_path)
    with capsys.disabled():
        print(f"\nseeds {SEED} to {SEED + RUNS - 1}\n{found}")  # noqa: T201
    assert found.wrong == []
    assert (found.total("lost"), found.total("doubled")) == (0, 0)
    assert RUNS >= 60
    assert found.killed.total() >= RUNS
    assert set(found.killed) == set(ALL), "each point is among them"


def weather(start: str) -> int:
    """A seed of the weather whose name begins so."""
    return next(number for number, each in enumerate(WEATHERS) if each.name.startswith(start))


# A mistake, the weather that shows it, where it is killed, and what is found.
PLANTED = [
    ("sent first", "calm", "request.before", "lost"),
    ("no look", "stored, then 5xx or cut; no nonce", "request.stored", "doubled"),
    ("no nonce", "stored, then 5xx or cut; history lags long", "request.stored", "doubled"),
]


@pytest.mark.long
@pytest.mark.timeout(200)
async def test_an_engine_that_does_it_wrong_is_found(tmp_path: Path) -> None:
    scenes = [
        Scene(number, WEATHERS[weather(start)], ((point, 1),), mistake)
        for number, (mistake, start, point, _) in enumerate(PLANTED)
    ]
    right = [Scene(each.seed, each.weather, each.points) for each in scenes]
    found = await soak([*scenes, *right], tmp_path)
    for (mistake, _, _, figure), outcome in zip(PLANTED, found.outcomes, strict=False):
        assert getattr(outcome, figure) > 0, f"{mistake} was not found"
    assert [each.wrong for each in found.outcomes[len(scenes) :]] == [[]] * len(right), "and it is the mistake's doing"
