"""The benchmark of delivery, small: it measures every design, and it can tell a goal that is missed."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

import aiohttp
import pytest

from benchmarks.bench_delivery import Row, seconds_back
from benchmarks.stand_in import CREATE_MESSAGE, Conditions, Counts, Running, channel_of, stand_in
from tests.e2e.program import ROOT, environment

EVEN = [100.0 + number / 47 for number in range(600)]


@pytest.mark.long
@pytest.mark.timeout(180)  # a stand-in and a client for each design, on whatever machine
async def test_a_few_check_ins() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "benchmarks/bench_delivery.py",
        *("--wanted", "30", "--windows", "sliding"),
        cwd=ROOT,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    lines = out.decode().splitlines()
    assert lines[1] == "30 check-ins due at once, sliding window of 50 a second", out.decode()
    names = [line[:32].strip() for line in lines[3:11]]
    assert names[0] == "gather of sends"
    assert names[-1] == "supportbot"
    wanted, _, _, refused, lost, doubled, requests, *_ = lines[10].split()[1:]
    assert (wanted, refused, lost, doubled, requests) == ("30", "0", "0", "0", "1.00")
    assert "0 lost, 0 doubled" in out.decode()


async def post(there: Running, person: int, nonce: str) -> int:
    """The status of an attempt to write to somebody; 0 when the connection was cut."""
    body = {"content": "hello", "nonce": nonce, "enforce_nonce": True}
    url = f"{there.api}/channels/{channel_of(person)}/messages"
    try:
        async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
            return answer.status
    except aiohttp.ServerDisconnectedError:
        return 0


@pytest.mark.long
async def test_the_stand_in_limits_remembers_and_counts() -> None:
    async with stand_in(Conditions(sliding=True, server_time=0.01, jitter=0.01)) as there:
        answers = await asyncio.gather(*(post(there, person, "a") for person in range(60)))
        again = [await post(there, 70, "b") if await asyncio.sleep(1) is None else 0, await post(there, 70, "b")]
        doubled = await post(there, 70, "c")
        counts = await there.counts()
    assert sorted(answers) == [200] * 50 + [429] * 10
    assert again == [200, 200]
    assert doubled == 200
    assert counts.requests == {CREATE_MESSAGE: 63}
    assert (counts.global_429, counts.reached, counts.doubled, counts.remembered) == (10, 51, 1, 1)


@pytest.mark.long
async def test_the_stand_in_stops_once_and_drops_what_it_stored() -> None:
    async with stand_in(Conditions(server_time=0, jitter=0, stop_after=2, stop_for=0.2)) as there:
        answers = [await post(there, person, "a") for person in range(4)]
        await asyncio.sleep(0.25)
        answers.append(await post(there, 5, "a"))
        stopped = await there.counts()
    async with stand_in(Conditions(server_time=0, jitter=0, dropped=1.0)) as there:
        assert await post(there, 1, "a") == 0
        dropped = await there.counts()
    assert answers == [200, 200, 429, 429, 200]
    assert stopped.global_429_after_stop == 2
    assert dropped.reached == 1


def test_a_goal_that_is_missed_is_noticed() -> None:
    good = Counts(requests={CREATE_MESSAGE: 600}, reached=600, times=EVEN)
    row = Row("ours", 600, good, late=600 / 46.5)
    assert row.misses() == []
    worse = {
        "a 429": replace(good, global_429=1),
        "lost or doubled": replace(good, reached=599, requests={CREATE_MESSAGE: 599}),
        "more than one request each": replace(good, requests={CREATE_MESSAGE: 601}),
        "40.0 a second": replace(good, times=[100 + number / 40 for number in range(600)]),
    }
    for miss, counts in worse.items():
        (found,) = replace(row, counts=counts).misses()
        assert miss in found
    (late,) = replace(row, late=15.0).misses()
    assert "15.0 s late" in late


def test_how_long_it_took_to_be_back_at_pace() -> None:
    stopped_at = EVEN[200]
    after = [stopped_at + 2 + 1.5 + number / 47 for number in range(200)]
    slow = [stopped_at + 2 + number / 10 for number in range(10)]
    counts = Counts(stopped_at=stopped_at, times=[*EVEN[:200], *slow, *after])
    assert 0.4 < seconds_back(counts, 2.0) <= 1.5
    assert seconds_back(replace(counts, times=EVEN[:200]), 2.0) == float("inf")
