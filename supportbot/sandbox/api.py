"""The actor API over HTTP: JSON under /sandbox/api, one line a call, and the event streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from supportbot.sandbox.actor import Actor
from supportbot.sandbox.compose import as_object
from supportbot.sandbox.events import Subscription
from supportbot.sandbox.model import Json
from supportbot.sandbox.places import ActorError

PREFIX = "/sandbox/api"
_PING_SECONDS = 15.0
_TYPES: dict[str, type | tuple[type, ...]] = {
    "options": dict,
    "values": (dict, list),
    "guilds": list,
    "roles": list,
    "permissions": list,
    "allow": list,
    "deny": list,
    "dms_open": bool,
    "as_if_visible": bool,
    "through_alarms": bool,
    "resumable": bool,
    "advance": (int, float),
    "code": int,
    "command_type": int,
    "value": (str, int, float),
}
_ANYTHING = frozenset({"route", "times", "after", "status", "retry_after", "scope", "via", "headers", "seconds"})


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of the API: the actor's method, and the names it takes (documented name to argument where they differ)."""

    method: str
    path: str
    act: Callable[..., Awaitable[Any]]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict[str, str])


class Api:
    """Serves `/sandbox/api`."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def add_routes(self, app: web.Application) -> None:
        """All calls."""
        for operation in _operations(self._actor):
            app.router.add_route(operation.method, PREFIX + operation.path, _handler(operation))
        app.router.add_get(f"{PREFIX}/commands", self._commands)
        app.router.add_get(f"{PREFIX}/channels/{{channel:.+}}/messages", self._messages)
        app.router.add_get(f"{PREFIX}/requests", self._requests)
        app.router.add_get(f"{PREFIX}/events", self._events)
        app.router.add_get(f"{PREFIX}/clock/stream", self._clock_stream)
        app.router.add_route("*", f"{PREFIX}/{{rest:.*}}", _unknown)

    async def _commands(self, request: web.Request) -> web.StreamResponse:
        user, channel = _asked(request, "user"), _asked(request, "channel")
        return reply(await self._actor.commands(user=user, channel=channel))

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        limit = _number(request, "limit", 50)
        channel = request.match_info["channel"]
        return reply(await self._actor.messages(user=_asked(request, "user"), channel=channel, limit=limit))

    async def _requests(self, request: web.Request) -> web.StreamResponse:
        return reply(
            await self._actor.requests(after=_number(request, "after", 0), limit=_number(request, "limit", 100))
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await _stream(request, self._actor.subscribe(_asked(request, "user")))

    async def _clock_stream(self, request: web.Request) -> web.StreamResponse:
        first = json.dumps(await self._actor.clock())
        return await _stream(request, self._actor.subscribe(), only="clock", first=f"data: {first}\n\n")


def _operations(actor: Actor) -> list[Operation]:
    command = ("user", "channel", "command")
    return [
        Operation("GET", "/state", actor.state),
        Operation(
            "POST", "/users", actor.add_user, ("username",), ("global_name", "locale", "guilds", "roles", "dms_open")
        ),
        Operation("PATCH", "/users/{user}", actor.edit_user, (), ("locale", "dms_open", "leave", "join")),
        Operation(
            "POST", "/invoke", actor.invoke, command, ("options", "target", "type", "wait"), {"type": "command_type"}
        ),
        Operation("POST", "/autocomplete", actor.autocomplete, (*command, "focused", "value"), ("options",)),
        Operation("POST", "/press", actor.press, ("user", "message", "custom_id"), ("values", "as_if_visible", "wait")),
        Operation("POST", "/submit", actor.submit, ("user", "modal", "values"), ("wait",)),
        Operation("PUT", "/command-permissions", actor.set_command_permissions, ("guild", "permissions"), ("command",)),
        Operation(
            "PUT",
            "/channel-permissions",
            actor.set_channel_permissions,
            ("channel",),
            ("role", "user", "allow", "deny"),
        ),
        Operation("DELETE", "/channels/{channel:.+}", actor.delete_channel),
        Operation("POST", "/dm", actor.open_dm, ("user",)),
        Operation("POST", "/message", actor.send_message, ("user", "channel", "content")),
        Operation("GET", "/clock", actor.clock),
        Operation("POST", "/clock", actor.move_clock, (), ("advance", "to", "to_alarm", "through_alarms")),
        Operation("PUT", "/clock/alarms/{name}", actor.set_alarm, ("at",)),
        Operation("GET", "/faults", actor.faults),
        Operation("POST", "/faults", actor.add_fault, ("kind",), ("user", *sorted(_ANYTHING))),
        Operation("DELETE", "/faults", actor.clear_faults),
        Operation("DELETE", "/faults/{fault}", actor.clear_faults),
        Operation("POST", "/gateway", actor.gateway, ("action",), ("code", "resumable")),
    ]


def _handler(operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = await _body(request) if operation.method in {"POST", "PATCH", "PUT"} else {}
        return reply(await operation.act(**_arguments(operation, body), **request.match_info))

    return handle


def _arguments(operation: Operation, body: Json) -> Json:
    arguments: Json = {}
    for name in operation.needs:
        if name not in body:
            msg = f"{name!r} is missing."
            raise ActorError(msg)
    for name, value in body.items():
        if name not in operation.needs and name not in operation.takes:
            msg = f"{name[:100]!r} is not known here."
            raise ActorError(msg)
        argument = operation.renamed.get(name, name)
        _check(argument, name, value)
        arguments[argument] = value
    return {name: value for name, value in arguments.items() if value is not None or name == "at"}


def _check(argument: str, name: str, value: Any) -> None:
    wanted = _TYPES.get(argument, str)
    if value is None or argument in _ANYTHING:
        return
    surprise = isinstance(value, bool) and wanted is not bool
    if surprise or not isinstance(value, wanted):
        msg = f"{name!r} is of the wrong type."
        raise ActorError(msg)


async def _body(request: web.Request) -> Json:
    if request.content_type != "application/json":
        msg = "Send JSON with the content type application/json."
        raise ActorError(msg)
    try:
        body = json.loads(await request.text())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        msg = "The body is not a JSON object."
        raise ActorError(msg)
    return as_object(body)


def _asked(request: web.Request, name: str) -> str:
    if name not in request.query:
        msg = f"{name!r} is missing."
        raise ActorError(msg)
    return request.query[name]


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        msg = f"{name!r} is a whole number."
        raise ActorError(msg)
    return int(text)


def reply(body: Any, status: int = 200) -> web.Response:
    """JSON, never cached."""
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", "Cache-Control": "no-store"},
    )


async def _unknown(_request: web.Request) -> web.StreamResponse:
    return reply({"error": "There is no such call."}, 404)


async def _stream(
    request: web.Request, subscription: Subscription, *, only: str | None = None, first: str = ": hello\n\n"
) -> web.StreamResponse:
    """Server-sent events until the client leaves or the sandbox stops."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    async with subscription:
        await response.prepare(request)
        try:
            await response.write(first.encode())
            while True:
                await response.write((await _next(subscription, only)).encode())
        except (StopAsyncIteration, ConnectionError):
            return response


async def _next(subscription: Subscription, only: str | None) -> str:
    try:
        async with asyncio.timeout(_PING_SECONDS):
            while (event := await anext(subscription)).type != only and only is not None:
                pass
    except TimeoutError:
        return ": still here\n\n"
    name = "" if only else f"event: {event.type}\n"
    return f"{name}data: {json.dumps(event.data, ensure_ascii=False)}\n\n"
