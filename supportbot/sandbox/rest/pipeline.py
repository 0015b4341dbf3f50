"""What every REST request goes through: faults, authorization, rate limits, the route, the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from supportbot.sandbox import TOKEN
from supportbot.sandbox.clock import iso
from supportbot.sandbox.compose import as_object
from supportbot.sandbox.faults import ON_REQUEST, Fault
from supportbot.sandbox.log import Exchange
from supportbot.sandbox.posting import Refused
from supportbot.sandbox.ratelimits import Verdict
from supportbot.sandbox.refusals import METHOD_NOT_ALLOWED, NOT_FOUND, UNAUTHORIZED, ApiError
from supportbot.sandbox.rest import account, callbacks, channel_messages, commands, places, webhooks
from supportbot.sandbox.rest.bodies import read_body
from supportbot.sandbox.rest.calls import Answer, Call, Route, Routes
from supportbot.sandbox.state import State

PREFIX = "/api/v10"
VIA = {"Via": "1.1 sandbox"}
_REASONS = {429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}
_MAJOR = ("channel", "guild", "webhook", "token")


class Rest:
    """Serves `/api/v10`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._routes = Routes()
        for area in (account, places, channel_messages, commands, callbacks, webhooks):
            area.add_routes(self._routes)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request as Discord would, or as a fault says."""
        number = self._state.log.number()
        call = Call(request.method, request.path.removeprefix(PREFIX), dict(request.query), None)
        try:
            body, files = await read_body(request, self._state.options)
        except Refused as refused:
            return self._send(number, call, _refusal(refused), VIA)
        call = Call(call.method, call.path, call.query, body, files)
        fault = self._state.faults.take(ON_REQUEST, f"{call.method} {call.path}", self._about(call))
        if fault is not None:
            return await self._with_fault(number, request, call, fault)
        answer, headers = self._carry_out(request, call)
        return self._send(number, call, answer, headers)

    async def _with_fault(self, number: int, request: web.Request, call: Call, fault: Fault) -> web.StreamResponse:
        if fault.kind == "dropped":
            return self._cut(number, request, call)
        if fault.kind == "status":
            answer, headers = _faulty(fault)
            return self._send(number, call, answer, headers)
        if fault.kind == "late":
            await self._linger(fault.number("seconds", 0))
        answer, headers = self._carry_out(request, call)
        if fault.kind == "stored_then_dropped":
            return self._cut(number, request, call)
        if fault.kind == "stored_then_status":
            answer, headers = _faulty(fault)
        elif fault.kind == "slow":
            await self._linger(fault.number("seconds", 0))
        return self._send(number, call, answer, headers)

    async def _linger(self, seconds: float) -> None:
        """Wait, but not beyond the sandbox's end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._state.stopping.wait()

    def _carry_out(self, request: web.Request, call: Call) -> tuple[Answer, Mapping[str, str]]:
        found = self._routes.match(call.method, call.path)
        if isinstance(found, bool):
            return _as_answer(METHOD_NOT_ALLOWED if found else NOT_FOUND), VIA
        route, params = found
        if not route.token_only and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _as_answer(UNAUTHORIZED), VIA
        verdict = self._judge(route, params)
        headers = VIA | verdict.headers
        if verdict.retry_after is not None:
            return limited(verdict.retry_after, everywhere=verdict.everywhere), headers | _wait(verdict.retry_after)
        try:
            call = Call(call.method, call.path, call.query, call.body, call.files, params)
            return route.handler(self._state, call), headers
        except Refused as refused:
            return _refusal(refused), headers

    def _judge(self, route: Route, params: dict[str, str]) -> Verdict:
        if route.template.startswith("/interactions/"):
            return Verdict({})
        major = "/".join(params[name] for name in _MAJOR if name in params)
        return self._state.limiter.judge(route.key, major, exempt=route.token_only)

    def _about(self, call: Call) -> int | None:
        """The person whom a request concerns, for faults that are meant for one."""
        parts = call.path.strip("/").split("/")
        world = self._state.world
        if parts[0] == "channels" and len(parts) > 1 and parts[1].isdigit():
            channel = world.channel(int(parts[1]))
            return channel.recipient if channel else None
        if parts[0] in {"interactions", "webhooks"} and len(parts) > 2:
            interaction = self._state.interactions.with_token(parts[2])
            return interaction.user_id if interaction else None
        named = str(
            as_object(call.body).get("recipient_id") or (parts[-1] if "users" in parts or "members" in parts else "")
        )
        return int(named) if named.isascii() and named.isdigit() else None

    def _send(self, number: int, call: Call, answer: Answer, headers: Mapping[str, str]) -> web.Response:
        refused = as_object(answer.body).get("code") if answer.status >= 400 else None
        self._log(number, call, answer.status, answer.body, refused)
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        text = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
        return web.Response(
            status=answer.status, headers={**headers, "Content-Type": "application/json"}, body=text.encode()
        )

    def _cut(self, number: int, request: web.Request, call: Call) -> web.Response:
        self._log(number, call, 0, None, None)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _log(self, number: int, call: Call, status: int, answer: Any, refused: int | None) -> None:
        # A copy: stored messages are edited later, the log must keep what was said.
        kept = None if answer is None else json.loads(json.dumps(answer))
        names = tuple(upload.filename for upload in call.files)
        now = iso(self._state.clock.now())
        row = Exchange(number, now, call.method, call.path, call.query, call.body, names, status, kept, refused)
        self._state.finished(row)


def _as_answer(error: ApiError) -> Answer:
    return Answer(error.status, error.body())


def _refusal(refused: Refused) -> Answer:
    return _as_answer(refused.error)


def limited(retry_after: float, *, everywhere: bool, code: int = 0) -> Answer:
    """A 429."""
    seconds = round(retry_after, 3)
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere, "code": code}
    return Answer(429, body)


def _wait(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, round(seconds + 0.499)))}


def _faulty(fault: Fault) -> tuple[Answer, dict[str, str]]:
    """A refusal that a fault asked for. Without `via` it looks as if it came from in front of Discord."""
    status = int(fault.wanted["status"])
    headers = dict(VIA) if fault.wanted.get("via", True) else {}
    code = int(fault.wanted.get("code", 0))
    if status != 429:
        return Answer(
            status, {"code": code, "message": f"{status}: {_REASONS.get(status, 'Service Unavailable')}"}
        ), headers
    seconds, scope = fault.number("retry_after", 1.0), str(fault.wanted.get("scope", "user"))
    if fault.wanted.get("headers", True):
        headers |= _wait(seconds) | {"X-RateLimit-Scope": scope}
        headers |= {"X-RateLimit-Global": "true"} if scope == "global" else {}
    return limited(seconds, everywhere=scope == "global", code=code), headers
