"""What the program does once it is connected."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from supportbot import app as module
from supportbot.app import App


class Never:
    """Discord, and the delivery of check-ins: neither ends by itself."""

    async def run(self, *_: object) -> None:
        await asyncio.Event().wait()

    run_with = run


def app_with(prepare: Any) -> tuple[App, asyncio.Event]:
    bot: Any = Never()
    bot.set_up = asyncio.Event()
    bot.wait_until_ready = bot.run
    bot.services = SimpleNamespace(library=SimpleNamespace(prepare=prepare))
    token = SimpleNamespace(get_secret_value=lambda: "token")
    settings: Any = SimpleNamespace(require_token=lambda: token, discord_api_url="", discord_gateway_url="")
    return App(
        settings, bot, cast("Any", Never()), cast("Any", Never()), cast("Any", Never()), cast("Any", None)
    ), bot.set_up


@pytest.mark.parametrize("broken", [False, True])
async def test_what_is_searched_in_is_built_once_the_commands_are_there(
    monkeypatch: pytest.MonkeyPatch, *, broken: bool
) -> None:
    monkeypatch.setattr(module, "CONNECTING", 0)
    prepared = asyncio.Event()

    async def prepare() -> None:
        prepared.set()
        if broken:
            raise RuntimeError

    app, set_up = app_with(prepare)
    running = asyncio.create_task(app.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not prepared.is_set()
    set_up.set()
    await prepared.wait()
    await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
