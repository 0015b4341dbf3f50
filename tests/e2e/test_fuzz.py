"""Malformed interactions against the running bot: each is answered, nothing is told, nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.runs import fuzz

SEED = 20_260
LONG_SEED = 5


async def test_a_few_hundred_malformed_interactions(tmp_path: Path) -> None:
    outcome = await fuzz(tmp_path, count=400, seed=SEED)
    assert outcome.wrong == [], str(outcome)
    assert outcome.sent == 400
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
