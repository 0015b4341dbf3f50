"""The benchmark of the triage, small: it measures, and it can tell one result from another."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.bench_triage import FLOW, WrongPageError, check
from supportbot.app import App
from supportbot.sandbox.server import Sandbox
from tests.e2e.program import ROOT, environment
from tests.e2e.triage_walk import Walk
from tests.support.running import Person


@pytest.mark.long
@pytest.mark.timeout(180)  # two whole processes, on whatever machine
async def test_a_few_members() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "benchmarks/bench_triage.py",
        *("--members", "3", "--rounds", "1"),
        cwd=ROOT,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    lines = out.decode().splitlines()
    assert process.returncode == 0, out.decode()
    assert lines[0].startswith("3 members at once, 1 rounds")
    assert all("0 unanswered, 0 wrong" in line for line in lines[1:3])
    assert [line.split("  ")[0] for line in lines[-2:]] == ["echo: press", "triage: press"]


async def test_a_result_of_other_answers_is_noticed(app: App, sandbox: Sandbox) -> None:
    answers: dict[Any, Any] = {"safety": "no", "about": "self", "concern": "life", "willing": "yes"}
    walk = Walk(Person(sandbox), sandbox)
    await walk.start("dm")
    await walk.open()
    await walk.all(answers)
    right = FLOW.result(answers)
    check(walk.page, right)
    others: list[dict[str, Any]] = [
        {"outcome": "crisis", "also": ()},
        {"outcome": "both"},
        {"also": ()},
        {"also": (*right.also, "medical_first")},
        {"reasons": ("about=self", "willing=unsure")},
        {"notes": ("one_talk",)},
    ]
    for other in others:
        with pytest.raises(WrongPageError):
            check(walk.page, replace(right, **other))


async def test_a_crisis_result_is_known_by_its_own_entries(app: App, sandbox: Sandbox) -> None:
    answers = {"safety": "no", "about": "self", "concern": "substance", "withdrawal": "now", "under_18": "yes"}
    walk = Walk(Person(sandbox), sandbox)
    await walk.start("dm")
    await walk.open()
    await walk.press("triage.under_18")
    await walk.all(answers)
    right = FLOW.result(answers)
    assert (right.outcome, right.also) == ("crisis", ("youth_lines",))
    check(walk.page, right)
    for other in ((), ("medical_first",)):
        with pytest.raises(WrongPageError):
            check(walk.page, replace(right, also=other))
