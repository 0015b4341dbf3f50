"""Faults on demand, rate limits, and how discord.py lives with them."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import pytest

from supportbot.sandbox.places import ActorError
from supportbot.sandbox.ratelimits import Limits, Rate, RateLimiter
from supportbot.sandbox.server import Sandbox
from tests.sandbox.conftest import Factory, Rest
from tests.sandbox.small_bot import RunningBot, run_bot

ME = "GET /users/@me$"


@pytest.fixture
async def dm(rest: Rest, sandbox: Sandbox) -> str:
    return (await sandbox.actor.open_dm(user="sam"))["channel"]


async def count(sandbox: Sandbox) -> int:
    return len(await sandbox.actor.messages(user="sam", channel="dm"))


# --- one by one


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_status(rest: Rest, sandbox: Sandbox, dm: str, status: int) -> None:
    await sandbox.actor.add_fault(kind="status", status=status, route="POST /channels/", code=7)
    answer = await rest("POST", f"/channels/{dm}/messages", {"content": "x"})
    assert (answer[0], answer[1]["code"]) == (status, 7)
    assert await count(sandbox) == 0, "nothing was done"
    assert "Via" in rest.headers
    assert (await rest("POST", f"/channels/{dm}/messages", {"content": "x"}))[0] == 200


async def test_kinds_of_429(rest: Rest, sandbox: Sandbox) -> None:
    add = sandbox.actor.add_fault
    await add(kind="status", status=429, retry_after=0.25, scope="global", route=ME)
    _, body = await rest("GET", "/users/@me")
    assert (body["retry_after"], body["global"]) == (0.25, True)
    assert rest.headers["X-RateLimit-Scope"] == "global"
    assert rest.headers["X-RateLimit-Global"] == "true"
    assert rest.headers["Retry-After"] == "1"
    await add(kind="status", status=429, via=False, headers=False, scope="shared")
    assert (await rest("GET", "/users/@me"))[1]["global"] is False
    assert not {"Via", "Retry-After", "X-RateLimit-Scope"} & set(rest.headers)


async def test_carried_out_but_not_answered(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    path = f"/channels/{dm}/messages"
    await sandbox.actor.add_fault(kind="stored_then_dropped", user="sam")
    with pytest.raises(aiohttp.ClientError):
        await rest("POST", path, {"content": "x"})
    assert await count(sandbox) == 1
    assert (sandbox.log[-1].status, sandbox.log[-1].answer) == (0, None)
    await sandbox.actor.add_fault(kind="stored_then_status", status=502)
    assert (await rest("POST", path, {"content": "x"}))[0] == 502
    assert await count(sandbox) == 2
    await sandbox.actor.add_fault(kind="dropped")
    with pytest.raises(aiohttp.ClientError):
        await rest("POST", path, {"content": "x"})
    assert await count(sandbox) == 2


async def test_a_slow_answer(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    await sandbox.actor.add_fault(kind="slow", seconds=30, route="POST")
    task = asyncio.create_task(rest("POST", f"/channels/{dm}/messages", {"content": "x"}))
    await sandbox.actor.wait_for_message(user="sam", channel="dm")
    assert not task.done(), "it is carried out at once, only the answer waits"
    assert not len(sandbox.log)
    task.cancel()
    await asyncio.wait([task])


async def test_a_request_that_arrives_late(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    await sandbox.actor.add_fault(kind="late", seconds=0.3, route="POST")
    path = f"/channels/{dm}/messages"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await rest("POST", path, {"content": "x"})
    assert await count(sandbox) == 0
    await sandbox.actor.wait_for_message(user="sam", channel="dm")
    assert await count(sandbox) == 1


async def test_times_and_after(rest: Rest, sandbox: Sandbox) -> None:
    await sandbox.actor.add_fault(kind="status", status=500, route=ME, times=2, after=1)
    assert [(await rest("GET", "/users/@me"))[0] for _ in range(4)] == [200, 500, 500, 200]
    fault = await sandbox.actor.add_fault(kind="status", status=503, times=0)
    assert {(await rest("GET", "/users/@me"))[0] for _ in range(4)} == {503}
    assert [row["id"] for row in await sandbox.actor.faults()] == [fault["id"]]
    await sandbox.actor.clear_faults(fault=fault["id"])
    assert (await rest("GET", "/users/@me"))[0] == 200


async def test_faults_of_one_person(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    path = f"/channels/{dm}/messages"
    await sandbox.actor.add_fault(kind="closed_dms", user="alex", times=0)
    await sandbox.actor.add_fault(kind="closed_dms", user="sam")
    await sandbox.actor.add_fault(kind="no_mutual_guild", user="sam")
    codes = [(await rest("POST", path, {"content": "x"}))[1].get("code") for _ in range(3)]
    assert codes == [50007, 50278, None]


async def test_opening_dms_too_fast(rest: Rest, sandbox: Sandbox) -> None:
    await sandbox.actor.add_fault(kind="dms_too_fast")
    sam = (await sandbox.actor.state())["users"][0]["id"]
    answers = [await rest("POST", "/users/@me/channels", {"recipient_id": sam}) for _ in range(2)]
    assert [answer[0] for answer in answers] == [403, 200]
    assert answers[0][1]["code"] == 40003


async def test_a_lagging_history(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    path = f"/channels/{dm}/messages"
    message = (await rest("POST", path, {"content": "x"}))[1]
    await sandbox.actor.add_fault(kind="history_lag", seconds=60)
    assert (await rest("GET", path))[1] == []
    assert (await rest("GET", f"{path}/{message['id']}"))[0] == 200
    await sandbox.actor.clear_faults()
    assert (await rest("GET", path))[1][0]["id"] == message["id"]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "flood"},
        {"kind": "status"},
        {"kind": "status", "status": 418},
        {"kind": "slow"},
        {"kind": "late"},
        {"kind": "closed_dms"},
        {"kind": "dropped", "times": -1},
        {"kind": "dropped", "route": "("},
        {"kind": "dropped", "rout": "x"},
        {"kind": "status", "status": 429, "scope": "all"},
        {"kind": "slow", "seconds": "1"},
    ],
)
async def test_faults_that_make_no_sense(sandbox: Sandbox, fault: dict[str, Any]) -> None:
    with pytest.raises(ActorError):
        await sandbox.actor.add_fault(**fault)
    assert await sandbox.actor.faults() == []


# --- with discord.py


async def test_discord_py_waits_for_a_429_and_gives_up_without_via(sandbox: Sandbox, bot: RunningBot) -> None:
    await sandbox.actor.add_fault(kind="status", status=429, retry_after=0.01, route=ME)
    me = discord.http.Route("GET", "/users/@me")
    assert (await bot.http.request(me))["username"] == "supportbot"
    await sandbox.actor.add_fault(kind="status", status=429, retry_after=0.01, route=ME, via=False)
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.request(me)
    assert refused.value.status == 429


# --- limits


async def test_headers_and_a_full_bucket(make_sandbox: Factory, session: aiohttp.ClientSession) -> None:
    limits = Limits(routes={"POST /channels/{channel}/messages": Rate(2, 60.0)}, default=None)
    sandbox = await make_sandbox(limits=limits)
    rest = Rest(sandbox, session)
    sam, alex = [(await sandbox.actor.open_dm(user=user))["channel"] for user in ("sam", "alex")]
    remaining: list[str] = []
    for _ in range(2):
        assert (await rest("POST", f"/channels/{sam}/messages", {"content": "x"}))[0] == 200
        remaining.append(rest.headers["X-RateLimit-Remaining"])
    assert remaining == ["1", "0"]
    bucket = rest.headers["X-RateLimit-Bucket"]
    status, body = await rest("POST", f"/channels/{sam}/messages", {"content": "x"})
    assert (status, body["global"], rest.headers["X-RateLimit-Scope"]) == (429, False, "user")
    assert 50 < body["retry_after"] <= 60
    assert rest.headers["X-RateLimit-Limit"] == "2"
    assert float(rest.headers["X-RateLimit-Reset-After"]) <= 60
    assert int(rest.headers["Retry-After"]) >= body["retry_after"]
    assert (await rest("POST", f"/channels/{alex}/messages", {"content": "x"}))[0] == 200, "another channel"
    assert rest.headers["X-RateLimit-Bucket"] == bucket
    await rest("GET", "/users/@me")
    assert "X-RateLimit-Bucket" not in rest.headers


async def test_50_a_second_but_not_for_interactions(make_sandbox: Factory) -> None:
    limits = Limits(everything=Rate(20, 60.0), default=None, routes={})
    sandbox = await make_sandbox(limits=limits)
    async with run_bot(sandbox) as bot, aiohttp.ClientSession() as session:
        rest = Rest(sandbox, session)
        statuses = [(await rest("GET", "/users/@me"))[0] for _ in range(25)]
        assert statuses.count(429) >= 5
        assert rest.headers["X-RateLimit-Scope"] == "global"
        result = await sandbox.actor.invoke(user="sam", channel="dm", command="slow", wait="final")
        assert result["message"]["content"] == "edited"
        assert bot.is_ready()


async def test_too_many_new_dms(make_sandbox: Factory, session: aiohttp.ClientSession) -> None:
    sandbox = await make_sandbox(limits=Limits(new_dms=Rate(2, 600.0)))
    rest = Rest(sandbox, session)
    ids = [user["id"] for user in (await sandbox.actor.state())["users"]]
    answers = [await rest("POST", "/users/@me/channels", {"recipient_id": user}) for user in ids[:3]]
    assert [answer[0] for answer in answers] == [200, 200, 403]
    assert answers[2][1]["code"] == 40003
    assert (await rest("POST", "/users/@me/channels", {"recipient_id": ids[0]}))[0] == 200, "open already"


@pytest.mark.parametrize(("sliding", "admitted"), [(False, 8), (True, 5)])
def test_windows(sliding: bool, admitted: int) -> None:
    """Calls late in one second and early in the next: a fixed window lets all pass, a sliding one does not."""
    moments = [0.0, 0.9, 0.91, 0.92, 1.05, 1.06, 1.07, 1.08]
    clock = iter(moments)
    limiter = RateLimiter(Limits(Rate(4, 1.0), sliding=sliding, default=None, routes={}), lambda: next(clock), float)
    verdicts = [limiter.judge("a", "", exempt=False) for _ in moments]
    assert sum(verdict.retry_after is None for verdict in verdicts) == admitted
