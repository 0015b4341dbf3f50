"""Addresses on this machine that say how the bot is: /livez and /readyz, and /metrics if counts are wanted."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

from aiohttp import web

from supportbot.errors import ConfigError
from supportbot.services.counts import AnonymousCounts

HOST = "127.0.0.1"
CLOCK_IS_WRONG = "check-ins wait: this machine's clock is not the time that Discord says; set it right\n"


@asynccontextmanager
async def served(
    port: int,
    *,
    is_ready: Callable[[], bool],
    is_clock_wrong: Callable[[], bool] = lambda: False,
    counts: AnonymousCounts | None = None,
) -> AsyncGenerator[None]:
    """Answer while the block runs; port 0 answers nowhere. /readyz is 503 until the bot is connected to Discord,
    and says so while check-ins wait because the machine's clock is wrong; people are still answered.

    /metrics is there only with counts, and holds nothing else.
    """
    if port == 0:
        yield
        return

    async def livez(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        if not is_ready():
            return web.Response(status=503, text="not connected\n")
        return web.Response(text="ready\n" + (CLOCK_IS_WRONG if is_clock_wrong() else ""))

    app = web.Application()
    app.add_routes([web.get("/livez", livez), web.get("/readyz", readyz)])
    if counts is not None:
        app.add_routes([web.get("/metrics", _metrics(counts))])
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


def _metrics(counts: AnonymousCounts) -> Callable[[web.Request], Awaitable[web.Response]]:
    # Imported here: most who run the bot never turn the counts on.
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415

    class Collector:
        """What is shown, in Prometheus's words."""

        def collect(self) -> Iterator[CounterMetricFamily]:
            started, finished = counts.shown()
            opened = CounterMetricFamily("supportbot_triage_started", "Flows opened since the start, in steps of five")
            if started is not None:
                opened.add_metric([], started)
            yield opened
            ended = CounterMetricFamily(
                "supportbot_triage_finished", "Flows that came to a result, in steps of five", labels=["outcome"]
            )
            for outcome, count in finished.items():
                ended.add_metric([outcome], count)
            yield ended

    registry = CollectorRegistry()
    registry.register(Collector())

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return metrics
