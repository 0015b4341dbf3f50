"""Discord's REST as far as a bot that writes DMs needs it, fast and counting: for benchmarks of delivery.

A process of its own, so that its work is not the bot's. Limits are those of the sandbox, judged on arrival; a message
is stored then, and answered after the server's time. Everybody is one DM channel, and is to get one message.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import aiohttp
from aiohttp import web

from supportbot.sandbox.ratelimits import Limits, RateLimiter, Verdict

PREFIX = "/api/v10"
BOT = 1000
EPOCH_MS = 1420070400000
"""The beginning of Discord's ids."""
CREATE_DM = "POST /users/@me/channels"
CREATE_MESSAGE = "POST /channels/{channel}/messages"
HISTORY = "GET /channels/{channel}/messages"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conditions:
    """How this Discord behaves. Times in seconds; `errors` and `dropped` are shares of the messages sent.

    A request reaches the limits after up to `jitter`, and is answered `server_time` later. With `stop_after` messages
    everything is refused once for `stop_for`, as after a global 429. An error is stored half of the time; what is
    dropped is always stored. A nonce is known for `nonce_memory`.
    """

    sliding: bool = False
    server_time: float = 0.1
    jitter: float = 0.05
    stop_after: int = 0
    stop_for: float = 2.0
    errors: float = 0.0
    dropped: float = 0.0
    nonce_memory: float = 120.0


@dataclass(slots=True)
class Counts:
    """What happened. `times` are those of the messages, by the machine's time of day; `stopped_at` that of the stop."""

    requests: dict[str, int] = field(default_factory=dict[str, int])
    global_429: int = 0
    route_429: int = 0
    global_429_after_stop: int = 0
    reached: int = 0
    doubled: int = 0
    remembered: int = 0
    stopped_at: float = 0.0
    times: list[float] = field(default_factory=list[float])


class StandIn:
    """The server."""

    def __init__(self, conditions: Conditions) -> None:
        self._is = conditions
        self._limits = RateLimiter(Limits(sliding=conditions.sliding), time.monotonic, time.time)
        # The same shares strike in each run.
        self._chance = random.Random(1)  # noqa: S311
        self._counts = Counts()
        self._messages: dict[int, list[Json]] = {}
        self._nonces: dict[tuple[int, str], tuple[float, Json]] = {}
        self._commands: list[Json] = []
        self._stopped_until = 0.0
        self._made = 0

    def app(self) -> web.Application:
        """Every route."""
        app = web.Application()
        app.router.add_get("/counts", self._tell)
        for method, path, handler in (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/{application}/commands", self._all_commands),
            ("PUT", "/applications/{application}/commands", self._set_commands),
            ("POST", "/users/@me/channels", self._open_dm),
            ("GET", "/channels/{channel}/messages", self._history),
            ("POST", "/channels/{channel}/messages", self._create),
        ):
            app.router.add_route(method, PREFIX + path, handler)
        return app

    async def _tell(self, _: web.Request) -> web.Response:
        return _json(asdict(self._counts))

    async def _me(self, _: web.Request) -> web.Response:
        return _json(_user(BOT))

    async def _application(self, _: web.Request) -> web.Response:
        about = {"id": str(BOT), "name": "bot", "icon": None, "description": "", "verify_key": "", "owner": _user(2)}
        return _json({**about, "bot_public": True, "bot_require_code_grant": False, "flags": 0})

    async def _all_commands(self, _: web.Request) -> web.Response:
        return _json(self._commands)

    async def _set_commands(self, request: web.Request) -> web.Response:
        given, added = await request.json(), {"application_id": str(BOT), "version": "1"}
        self._commands = [
            {"description": "", **each, **added, "id": str(2000 + number)} for number, each in enumerate(given)
        ]
        return _json(self._commands)

    async def _open_dm(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        verdict = await self._arrive(CREATE_DM, "")
        if verdict.retry_after is not None:
            return _refused(verdict)
        await asyncio.sleep(self._is.server_time)
        person = int(wanted["recipient_id"])
        channel = {"id": str(channel_of(person)), "type": 1, "recipients": [_user(person)], "last_message_id": None}
        return _json(channel, headers=_headers(verdict))

    async def _history(self, request: web.Request) -> web.Response:
        verdict = await self._arrive(HISTORY, request.match_info["channel"])
        if verdict.retry_after is not None:
            return _refused(verdict)
        await asyncio.sleep(self._is.server_time)
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 50))
        there = self._messages.get(int(request.match_info["channel"]), [])
        found = [each for each in there if int(each["id"]) > after][:limit]
        return _json(found[::-1], headers=_headers(verdict))

    async def _create(self, request: web.Request) -> web.Response:
        body, channel = await request.json(), request.match_info["channel"]
        verdict = await self._arrive(CREATE_MESSAGE, channel)
        if verdict.retry_after is not None:
            return _refused(verdict)
        fate = self._chance.random()
        if fate < self._is.errors / 2:
            return web.Response(status=500, headers=_headers(verdict))
        message = self._stored(int(channel), body)
        if fate < self._is.errors:
            return web.Response(status=500, headers=_headers(verdict))
        await asyncio.sleep(self._is.server_time)
        if fate < self._is.errors + self._is.dropped and request.transport is not None:
            request.transport.abort()
        return _json(message, headers=_headers(verdict))

    async def _arrive(self, route: str, major: str) -> Verdict:
        await asyncio.sleep(self._chance.uniform(0, self._is.jitter))
        self._counts.requests[route] = self._counts.requests.get(route, 0) + 1
        now = time.time()
        if self._is.stop_after and len(self._counts.times) >= self._is.stop_after and not self._stopped_until:
            self._counts.stopped_at, self._stopped_until = now, now + self._is.stop_for
        if now < self._stopped_until:
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            verdict = Verdict(headers, self._stopped_until - now, everywhere=True)
        else:
            verdict = self._limits.judge(route, major, exempt=False)
        if verdict.everywhere:
            self._counts.global_429 += 1
            self._counts.global_429_after_stop += bool(self._stopped_until)
        elif verdict.retry_after is not None:
            self._counts.route_429 += 1
        return verdict

    def _stored(self, channel: int, body: Json) -> Json:
        now = time.time()
        key = (channel, str(body.get("nonce")))
        known = self._nonces.get(key)
        if body.get("enforce_nonce") and known is not None and now - known[0] < self._is.nonce_memory:
            self._counts.remembered += 1
            return known[1]
        message = self._message(channel, body, now)
        there = self._messages.setdefault(channel, [])
        self._counts.doubled += bool(there)
        self._counts.reached += not there
        self._counts.times.append(now)
        there.append(message)
        self._nonces[key] = (now, message)
        return message

    def _message(self, channel: int, body: Json, now: float) -> Json:
        self._made += 1
        return {
            "id": str((int(now * 1000) - EPOCH_MS << 22) + self._made % 4096),
            "channel_id": str(channel),
            "author": {**_user(BOT), "bot": True},
            "content": body.get("content") or "",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(now)),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": body.get("components", []),
            "pinned": False,
            "type": 0,
            "flags": 0,
            "nonce": body.get("nonce"),
        }


def channel_of(person: int) -> int:
    """The DM channel with this person."""
    return person + 10_000_000


def _json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """discord.py reads a body only under this very content type, with nothing after it."""
    own = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=own)


def _user(number: int) -> Json:
    return {"id": str(number), "username": f"u{number}", "discriminator": "0", "avatar": None, "global_name": None}


def _headers(verdict: Verdict) -> dict[str, str]:
    return {"Via": "1.1 stand-in", **verdict.headers}


def _refused(verdict: Verdict) -> web.Response:
    wait = verdict.retry_after or 0.0
    body = {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": verdict.everywhere}
    return _json(body, status=429, headers={**_headers(verdict), "Retry-After": f"{wait:.3f}"})


@dataclass(frozen=True, slots=True)
class Running:
    """A stand-in that runs. `api` has no slash at its end."""

    url: str

    @property
    def api(self) -> str:
        """Where the REST is."""
        return self.url + PREFIX

    async def counts(self) -> Counts:
        """What happened until now."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/counts") as answer:
            told = await answer.json()
        return Counts(**told)


@asynccontextmanager
async def stand_in(conditions: Conditions) -> AsyncGenerator[Running]:
    """Start one, and end it with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, json.dumps(asdict(conditions)), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield Running((await process.stdout.readline()).decode().strip())
    finally:
        process.terminate()
        await process.wait()


async def serve(conditions: Conditions) -> None:
    """Until terminated; the first line says where."""
    runner = web.AppRunner(StandIn(conditions).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Conditions(**json.loads(sys.argv[1]))))
