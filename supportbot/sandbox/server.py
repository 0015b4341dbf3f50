"""The sandbox as a server on this machine: Discord's REST and gateway, the actor API and the page on one port."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import format_datetime
from importlib.resources import files
from types import TracebackType

from aiohttp import web

from supportbot.sandbox.actor import Actor
from supportbot.sandbox.api import PREFIX as API_PREFIX
from supportbot.sandbox.api import Api, reply
from supportbot.sandbox.clock import Clock
from supportbot.sandbox.gateway import Gateway
from supportbot.sandbox.log import Exchange, ExchangeLog
from supportbot.sandbox.model import World
from supportbot.sandbox.places import ActorError
from supportbot.sandbox.ratelimits import Limits
from supportbot.sandbox.rest.pipeline import PREFIX as REST_PREFIX
from supportbot.sandbox.rest.pipeline import Rest
from supportbot.sandbox.state import Options, State
from supportbot.sandbox.uploads import KINDS
from supportbot.sandbox.world import default_world

HOST = "127.0.0.1"
SAFE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DOWNLOAD = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sandbox:
    """A Discord on this machine. Use it with `async with`; port 0 takes any free one.

    `answer_within` (three seconds unless given) and `limits` are what tests change most; `options` holds all numbers.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        world: World | None = None,
        answer_within: float | None = None,
        limits: Limits | None = None,
        options: Options | None = None,
    ) -> None:
        chosen = options or Options()
        if answer_within is not None:
            chosen = replace(chosen, answer_within=answer_within)
        if limits is not None:
            chosen = replace(chosen, limits=limits)
        self._state = State(world or default_world(), chosen)
        self._gateway = Gateway(self._state)
        self._rest = Rest(self._state)
        self._port = port
        self._runner: web.AppRunner | None = None
        self.actor = Actor(self._state)

    @property
    def url(self) -> str:
        """The page's address, without a trailing slash."""
        return self._state.url

    @property
    def api_url(self) -> str:
        """Discord's REST."""
        return self._state.api_url

    @property
    def gateway_url(self) -> str:
        """Discord's gateway."""
        return self._state.gateway_url

    @property
    def clock_url(self) -> str:
        """The clock, for a bot that runs as its own process."""
        return self._state.clock_url

    @property
    def clock(self) -> Clock:
        """The sandbox's clock."""
        return self._state.clock

    @property
    def world(self) -> World:
        """Who and what is there."""
        return self._state.world

    @property
    def connected(self) -> bool:
        """Whether a bot holds a gateway connection."""
        return self._state.sessions.connected

    @property
    def log(self) -> ExchangeLog:
        """Every REST exchange."""
        return self._state.log

    @property
    def observers(self) -> list[Callable[[Exchange], None]]:
        """Called with every finished REST exchange; what they raise breaks the bot's request, so collect instead."""
        return self._state.observers

    async def start(self) -> None:
        """Bind to 127.0.0.1. Raises OSError when the port is taken."""
        app = web.Application(middlewares=[self._guard], client_max_size=self._state.options.request_size)
        Api(self.actor).add_routes(app)
        app.router.add_get("/gateway", self._gateway.serve)
        app.router.add_get("/gateway/", self._gateway.serve)
        app.router.add_route("*", REST_PREFIX + "/{path:.*}", self._rest.serve)
        app.router.add_get("/attachments/{channel}/{attachment}/{name}", self._attachment)
        app.router.add_get("/{path:.*}", _page)
        app.on_response_prepare.append(self._date)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        self._state.url = self._state.uploads.base_url = f"http://{HOST}:{self._port}"

    async def stop(self) -> None:
        """End every connection and free the port."""
        self._state.stopping.set()
        self._state.pulse.beat()
        self._state.hub.close()
        self._gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Only this machine's own addresses, and no other site's pages: the fixed token is no secret."""
        hosts = {f"{HOST}:{self._port}", f"localhost:{self._port}"}
        origin = request.headers.get("Origin")
        if request.host not in hosts or (origin is not None and origin not in {f"http://{host}" for host in hosts}):
            return reply({"error": "The sandbox answers only to its own address."}, 403)
        if not request.path.startswith(API_PREFIX):
            return await handler(request)
        try:
            return await handler(request)
        except ActorError as error:
            code = {} if error.refusal is None else {"code": error.refusal.code}
            return reply({"error": str(error), **code}, error.status)

    async def _date(self, _: web.Request, response: web.StreamResponse) -> None:
        """Discord's time is the sandbox's."""
        response.headers["Date"] = format_datetime(self.clock.now(), usegmt=True)

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        text, key = request.match_info["attachment"], request.query.get("hm", "")
        stored = self._state.uploads.get(int(text), key) if text.isascii() and text.isdigit() else None
        if stored is None:
            raise web.HTTPNotFound
        known = stored.content_type.split(";")[0].strip().lower()
        kind = known if known in KINDS else "application/octet-stream"
        headers = {**_DOWNLOAD, "Content-Type": kind}
        if not kind.startswith("image/"):
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=stored.data, headers=headers)


async def _page(request: web.Request) -> web.StreamResponse:
    """A file of the page's folder; nothing outside it has a name here."""
    here = files("supportbot.sandbox").joinpath("page")
    parts = [part for part in request.match_info["path"].split("/") if part] or ["index.html"]
    for part in parts:
        if part.startswith(".") or "\\" in part or not here.is_dir():
            raise web.HTTPNotFound
        here = here.joinpath(part)
    if not here.is_file():
        raise web.HTTPNotFound
    kind = mimetypes.guess_type(parts[-1])[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") or kind.endswith("javascript") else ""
    return web.Response(
        body=here.read_bytes(), headers={**SAFE, "Content-Type": kind + charset, "Cache-Control": "no-store"}
    )
