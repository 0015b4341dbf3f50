"""The two addresses for whoever watches the bot."""

from __future__ import annotations

import socket

import aiohttp
import pytest

from supportbot import health
from supportbot.errors import ConfigError
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot


async def asked(port: int, path: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        await answer.read()
        return answer.status


async def test_ready_only_when_it_is(unused_tcp_port: int) -> None:
    ready = [False]
    async with health.served(unused_tcp_port, is_ready=lambda: ready[0]):
        assert (await asked(unused_tcp_port, "/livez"), await asked(unused_tcp_port, "/readyz")) == (200, 503)
        ready[0] = True
        assert (await asked(unused_tcp_port, "/livez"), await asked(unused_tcp_port, "/readyz")) == (200, 200)
        ready[0] = False
        assert await asked(unused_tcp_port, "/readyz") == 503
    with pytest.raises(aiohttp.ClientConnectorError):
        await asked(unused_tcp_port, "/livez")


async def test_a_wrong_clock_is_said(unused_tcp_port: int) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}/readyz"
    async with (
        health.served(unused_tcp_port, is_ready=lambda: True, is_clock_wrong=lambda: True),
        aiohttp.ClientSession() as session,
        session.get(address) as answer,
    ):
        assert answer.status == 200, "people are still answered"
        assert await answer.text() == "ready\n" + health.CLOCK_IS_WRONG


async def test_nobody_else_can_ask(unused_tcp_port: int) -> None:
    """It listens at one address of this machine; another one, loopback too, is refused."""
    assert health.HOST == "127.0.0.1"
    async with health.served(unused_tcp_port, is_ready=lambda: True):
        assert await asked(unused_tcp_port, "/livez") == 200
        with socket.socket() as other:
            other.settimeout(5)
            assert other.connect_ex(("127.0.0.2", unused_tcp_port)) != 0


async def test_a_port_that_is_taken_is_a_wrong_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"SUPPORTBOT_HEALTH_PORT: {port} cannot be used .*; choose another"):
            async with health.served(port, is_ready=lambda: True):
                """It does not come to this."""


async def test_no_port_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.web, "TCPSite", None)
    async with health.served(0, is_ready=lambda: True):
        """Nothing listens."""


async def test_the_bot_is_ready_once_connected(sandbox: Sandbox, start_bot: StartBot, unused_tcp_port: int) -> None:
    async with start_bot(SUPPORTBOT_HEALTH_PORT=str(unused_tcp_port)) as app:
        await app.bot.wait_until_ready()
        assert await asked(unused_tcp_port, "/readyz") == 200
        assert sandbox.connected
