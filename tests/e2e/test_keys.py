"""A key is exchanged under a running bot; and the benchmark of that, small, on both databases."""

from __future__ import annotations

import asyncio
import re
import sys

import pytest

from supportbot import keycare
from supportbot.app import App
from supportbot.sandbox.server import Sandbox
from tests.e2e.program import ROOT, environment
from tests.support.running import Person, words


async def test_a_key_is_exchanged_under_the_running_bot(app: App, sandbox: Sandbox) -> None:
    sam, alex = Person(sandbox), Person(sandbox, "alex")
    await sam.start_checkin(zone="Asia/Tokyo")
    old = (await keycare.listed(app.settings)).active

    new = await keycare.add(app.settings)
    await alex.start_checkin(zone="America/New_York")
    assert (await keycare.listed(app.settings)).tally.under == {new: 1, old: 1}
    rotated = await keycare.rotate(app.settings, said=lambda *_: None)
    assert rotated.listed.tally.under == {new: 2, old: 0}
    assert await keycare.retire(app.settings, old) == 0

    assert "(Asia/Tokyo)" in words(await sam.run("checkin list"))
    assert "(America/New_York)" in words(await alex.run("checkin list"))
    await sam.start_checkin(at="08:15", zone="Europe/Berlin")
    proof = await keycare.verify(app.settings)
    assert (proof.holds, proof.found.opened) == (True, {new: 2})


@pytest.mark.long
@pytest.mark.timeout(600)  # some thirty whole processes, on whatever machine
async def test_killed_ten_times_with_a_writer_beside_it(empty_database_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "benchmarks/bench_keys.py",
        *("--people", "5000", "--kills", "10", "--url", empty_database_url),
        cwd=ROOT,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    said = out.decode()
    assert process.returncode == 0, said
    assert "rotation killed 10 times" in said
    assert "10000 fields open" in said
    assert re.search(r"written beside it \d+ times, 0 lost; writer ended with 0", said), said
    retired = re.search(r"retired (\d+) of (\d+) older keys", said)
    assert retired
    assert retired[1] == retired[2] != "0"
