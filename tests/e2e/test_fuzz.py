"""Malformed interactions against the running bot: each is answered, nothing is told, nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.imports import FOLDER, imports
from tests.fuzz.runs import fuzz

SEED = 20_260
LONG_SEED = 5


async def test_a_few_hundred_malformed_interactions(tmp_path: Path) -> None:
    outcome = await fuzz(tmp_path, count=400, seed=SEED)
    assert outcome.wrong == [], str(outcome)
    assert outcome.sent == 400 > outcome.whole > 0, "each button, form and command is among them"
    assert outcome.answered + outcome.beyond_answering == outcome.sent
    assert outcome.longest_wait < 3


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_ten_thousand_malformed_interactions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = await fuzz(tmp_path, count=10_000, seed=LONG_SEED)
    with capsys.disabled():
        print(f"\n{outcome}")  # noqa: T201
    assert outcome.wrong == [], str(outcome)
    assert outcome.answered + outcome.beyond_answering == outcome.sent == 10_000


@pytest.mark.parametrize(
    "count", [25, pytest.param(800, marks=[pytest.mark.long, pytest.mark.timeout(200)])], ids=["some", "many"]
)
def test_malformed_files_of_a_host(tmp_path: Path, count: int) -> None:
    found = imports(tmp_path, count=count, seed=SEED)
    assert found.wrong == [], str(found)
    assert found.refused.total() > count / 4
    assert found.tried.total() >= count
    for kind in found.tried.keys() - {FOLDER, "ledger"}:  # a line of the ledger that cannot be read is passed over
        assert 0 < found.refused[kind] <= found.tried[kind], str(found)
