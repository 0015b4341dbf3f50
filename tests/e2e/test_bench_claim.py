"""The benchmarks of claiming and of a clump, small: they measure, and they can tell a goal that is missed."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.bench_clump import alone
from benchmarks.filling import Filling, filled
from benchmarks.loop import watched
from supportbot.config import load_settings
from supportbot.domain.people import PersonId
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from tests.e2e.program import ROOT, environment

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


async def output(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=environment(), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode in {0, 1}, out.decode()  # how fast it is says nothing on a machine that is busy
    return out.decode()


@pytest.mark.long
@pytest.mark.timeout(400)  # a dozen whole bots, on whatever machine
async def test_a_few_claims() -> None:
    few = ("--plans", "400", "--due", "300", "--few", "20", "--starts", "1", "--seconds", "4")
    out = await output("benchmarks/bench_claim.py", *few)
    lines = out.splitlines()
    names = [line[:25].strip() for line in lines[2:6]]
    assert names == ["supportbot", "supportbot", "delete-then-send timers", "APScheduler job each"], out
    assert lines[3].split()[1:3] == ["400", "300"]
    assert "connected after" in out
    assert "memory: idle without plans" in out
    assert "nothing was sent" not in out


@pytest.mark.long
@pytest.mark.timeout(240)  # four whole bots, and the time that a clump takes
async def test_a_small_clump() -> None:
    out = await output("benchmarks/bench_clump.py", "--clump", "100", "--lone", "5", "--crowd", "20")
    assert "5 check-ins due 200 ms apart" in out
    assert "20 plans stopped" in out
    assert "got no answer" not in out
    assert "429s" not in out


@pytest.mark.long
@pytest.mark.timeout(60)
async def test_a_lone_check_in_that_does_not_come_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.bench_clump.APART", timedelta(seconds=-3600 * 3))  # the lateness window is over
    assert any("lone check-ins went out" in miss for miss in await alone(tmp_path, 5))


async def test_filled_members_are_as_the_bot_makes_them(tmp_path: Path) -> None:
    settings = load_settings({"SUPPORTBOT_DATABASE_URL": str(tmp_path / "a.db")}, env_file=None)
    filling = Filling(30, 10, AT, timedelta(seconds=1))
    await filled(settings, filling)
    ring, _ = KeyRing.load(data_keys=None, key_file=settings.key_file)
    database = await Database.open(settings.database_url)
    async with SqlStore(database, Sealer(ring)).read() as tx:
        due = await tx.deliveries.to_look_at(AT + timedelta(minutes=30), limit=50)
        later = await tx.deliveries.to_look_at(AT + timedelta(days=2), limit=50)
        assert {each.person: each.due for each in due} == filling.instants()
        assert len(later) == 30
        for each in due:
            member, plan = await tx.members.get(PersonId(each.person)), await tx.plans.get(each.plan_id)
            assert member is not None
            assert member.zone == "UTC"
            assert plan is not None
            assert plan.rule.slots[0].at == each.due.time().replace(second=0)
            assert await tx.dm_channels.get(each.person) is not None
    await database.close()


async def test_a_loop_that_stands_still_is_noticed() -> None:
    def spin(seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            pass

    async with watched() as stall:
        await asyncio.sleep(0)
        spin(0.05)
        await asyncio.sleep(0.01)
    assert stall.longest > 0.03
