"""Two addresses on this machine that say how the bot is: /livez and /readyz."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from supportbot.errors import ConfigError

HOST = "127.0.0.1"


@asynccontextmanager
async def served(port: int, *, is_ready: Callable[[], bool]) -> AsyncGenerator[None]:
    """Answer while the block runs; port 0 answers nowhere. /readyz is 503 until the bot is connected to Discord."""
    if port == 0:
        yield
        return

    async def livez(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        return web.Response(text="ready\n") if is_ready() else web.Response(status=503, text="not connected\n")

    app = web.Application()
    app.add_routes([web.get("/livez", livez), web.get("/readyz", readyz)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            raise ConfigError(
                f"SUPPORTBOT_HEALTH_PORT: {port} cannot be used ({error.strerror}); choose another port, or 0 for none."
            ) from None
        yield
    finally:
        await runner.cleanup()
