"""The connection to Discord breaks, or is not there at first."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from yarl import URL

from supportbot import bot
from supportbot.app import App
from supportbot.bot import SupportBot
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.support.running import GENERAL, Person, running_bot, words


@pytest.mark.parametrize("action", ["drop", "reconnect", "close"])
async def test_what_happens_meanwhile_is_not_lost(app: App, sandbox: Sandbox, action: str) -> None:
    """Commands that were given while nobody listened arrive after the RESUME."""
    await app.bot.wait_until_ready()
    resumed = asyncio.Event()

    async def on_resumed() -> None:
        resumed.set()

    app.bot.add_listener(on_resumed)
    assert (await sandbox.actor.gateway(action=action))["closed"] == 1
    sam = Person(sandbox)
    answers = await asyncio.gather(
        *(sam.run(command) for command in ("about", "help", "roles compare", "checkin list"))
    )
    assert [bool(words(answer)) for answer in answers] == [True] * 4
    await resumed.wait()
    assert app.bot.is_ready()


async def test_an_invalid_session_starts_a_new_one(app: App, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(*_: object, **__: object) -> None:
        """discord.py waits five seconds here."""

    await app.bot.wait_until_ready()
    monkeypatch.setattr(app.bot, "before_identify_hook", at_once)
    ready = asyncio.Event()

    async def on_ready() -> None:
        ready.set()

    app.bot.add_listener(on_ready)
    await sandbox.actor.gateway(action="invalid_session", resumable=False)
    await ready.wait()
    assert words(await Person(sandbox).run("about"))


async def test_commands_are_synced_once(sandbox: Sandbox, start_bot: StartBot) -> None:
    def synced() -> int:
        return sum(exchange.method == "PUT" for exchange in sandbox.log.after(0, 10_000))

    async with start_bot():
        assert synced() == 1
    async with start_bot():
        assert synced() == 1, "nothing changed"


async def test_a_new_versions_commands_are_synced(
    sandbox: Sandbox, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def offered() -> set[str]:
        return {command["name"] for command in await sandbox.actor.commands(user="sam", channel="dm")}

    with monkeypatch.context() as older:
        older.setattr(bot, "COGS", tuple(name for name in bot.COGS if name != "cogs.roles"))
        async with start_bot():
            assert "roles" not in await offered()
    async with start_bot():
        assert "roles" in await offered()


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_new_description_is_synced(
    sandbox: Sandbox, start_bot: StartBot, tmp_path: Path, language: str
) -> None:
    folder = tmp_path / "content"
    (folder / "locales" / language).mkdir(parents=True)
    (folder / "locales" / language / "ours.po").write_text('msgid "command.about"\nmsgstr "As it was"\n')

    async def shown() -> str:
        offered = await sandbox.actor.commands(user="sam", channel="dm")
        about = next(command for command in offered if command["name"] == "about")
        return about["description"] if language == "en" else about["description_localizations"]["es-ES"]

    async with start_bot(SUPPORTBOT_CONTENT_DIR=str(folder)):
        assert await shown() == "As it was"
    async with start_bot():
        assert await shown() not in {"As it was", ""}


async def test_commands_that_somebody_else_changed_are_synced_again(sandbox: Sandbox, start_bot: StartBot) -> None:
    async with start_bot() as app:
        ours = {command.name for command in app.bot.tree.get_commands()}
        await app.bot.http.bulk_upsert_global_commands(app.bot.application_id or 0, [])
    async with start_bot():
        offered = await sandbox.actor.commands(user="olu", channel=GENERAL)
        assert {command["name"] for command in offered} == ours
        places = {command["name"]: command["contexts"] for command in offered}
        assert [places.pop(name) for name in ("setup", "audit", "prompts")] == [[0]] * 3
        assert all(contexts == [0, 1] for contexts in places.values())
        assert all(command["integration_types"] == [0] for command in offered)


async def test_a_first_connection_that_fails_is_tried_again(
    sandbox: Sandbox,
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    unused_tcp_port: int,
) -> None:
    """discord.py itself dies here: its retry reads a session that it does not have."""
    waited: list[float] = []

    async def wait(_: object, seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            DiscordWebSocket.DEFAULT_GATEWAY = URL(sandbox.gateway_url)

    class Backoff:
        def delay(self) -> float:
            return 0.0

    monkeypatch.setattr(SupportBot, "wait", wait)
    monkeypatch.setattr("discord.client.ExponentialBackoff", Backoff)
    async with running_bot(
        sandbox, database, SUPPORTBOT_DISCORD_GATEWAY_URL=f"ws://127.0.0.1:{unused_tcp_port}/gateway"
    ):
        assert words(await Person(sandbox).run("about"))
    assert waited == [1.0, 2.0, 4.0]
    assert "discord.gateway_unreachable" in caplog.text


async def test_a_discord_that_cannot_be_reached_is_tried_again(
    sandbox: Sandbox, database: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waited: list[float] = []

    async def wait(_: object, seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(SupportBot, "wait", wait)
    # More than one a try: the HTTP library repeats a GET once by itself.
    await sandbox.actor.add_fault(kind="dropped", route="GET /users/@me", times=4)
    await sandbox.actor.add_fault(kind="dropped", route=r"GET /applications/\d+/commands", times=2)
    async with running_bot(sandbox, database):
        assert words(await Person(sandbox).run("about"))
    assert waited[:3] == [1.0, 2.0, 4.0]
    assert "discord.unreachable" in caplog.text


async def test_commands_that_discord_does_not_take_stop_nothing(
    sandbox: Sandbox, start_bot: StartBot, caplog: pytest.LogCaptureFixture
) -> None:
    async with start_bot():
        pass
    async with start_bot() as app:
        await app.bot.http.bulk_upsert_global_commands(app.bot.application_id or 0, [])
    await sandbox.actor.add_fault(kind="status", status=429, route="PUT /applications", via=False, headers=False)
    async with start_bot() as app:
        assert app.bot.voice("en")("help.intro")
    assert "discord.commands_not_synced" in caplog.text
