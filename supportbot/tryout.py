"""The sandbox, the bot and the page together: everything can be tried without a Discord token."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from supportbot.config import Settings, load_settings
from supportbot.errors import ConfigError
from supportbot.sandbox import TOKEN
from supportbot.sandbox.server import Sandbox

GUILD_READY_TIMEOUT = "0.05"


@dataclass(frozen=True, slots=True)
class TryOut:
    """What somebody wants to try. Without `database` the bot's rows are gone at the end, also those of another bot."""

    port: int
    database: Path | None
    browser: bool
    with_bot: bool


async def try_out(wanted: TryOut, *, say: Callable[[str], None], configure_log: Callable[[Settings], None]) -> None:
    """Serve until cancelled. Raises ConfigError beside a real token, and when the port is taken."""
    own = load_settings()
    _refuse_beside_real_token(own)
    async with AsyncExitStack() as stack:
        sandbox = Sandbox(port=wanted.port)
        try:
            await stack.enter_async_context(sandbox)
        except OSError as error:
            raise ConfigError(f"--port {wanted.port} cannot be used ({error.strerror}); choose another one.") from None
        running: asyncio.Task[None] | None = None
        environment = bot_environment(sandbox, _database(wanted, stack))
        if wanted.with_bot:
            settings = load_settings({**_taken_over(own), **environment}, env_file=None)
            configure_log(settings)
            running = await _start_bot(settings, stack, sandbox)
        else:
            say("Run a bot against it with:\n" + "\n".join(f"  {k}={shlex.quote(v)}" for k, v in environment.items()))
        say(f"The sandbox is open at {sandbox.url}/ (Ctrl-C ends it)")
        if wanted.browser and _has_desktop():
            await asyncio.to_thread(webbrowser.open, f"{sandbox.url}/")
        await (running or asyncio.Event().wait())


def bot_environment(sandbox: Sandbox, database: Path | None = None) -> dict[str, str]:
    """The settings that point a bot at this sandbox: the two addresses, the clock, the token that opens nothing."""
    environment = {
        "SUPPORTBOT_TOKEN": TOKEN,
        "SUPPORTBOT_DISCORD_API_URL": sandbox.api_url,
        "SUPPORTBOT_DISCORD_GATEWAY_URL": sandbox.gateway_url,
        "SUPPORTBOT_CLOCK_URL": sandbox.clock_url,
        "SUPPORTBOT_GUILD_READY_TIMEOUT": GUILD_READY_TIMEOUT,
    }
    return environment if database is None else {**environment, "SUPPORTBOT_DATABASE_URL": str(database)}


def _taken_over(own: Settings) -> dict[str, str]:
    """What holds here too of the operator's own settings. Their keys, database and error reports are left alone."""
    content = {"SUPPORTBOT_CONTENT_DIR": str(own.content_dir)} if own.content_dir else {}
    return {"SUPPORTBOT_LOG_LEVEL": own.log_level, "SUPPORTBOT_LOG_FORMAT": own.log_format, **content}


def _refuse_beside_real_token(settings: Settings) -> None:
    if settings.token is not None and settings.token.get_secret_value() != TOKEN:
        raise ConfigError("SUPPORTBOT_TOKEN is set: the sandbox never starts beside a real token; unset it first.")


def _database(wanted: TryOut, stack: AsyncExitStack) -> Path:
    if wanted.database is not None:
        return wanted.database.absolute()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="supportbot-sandbox-"))
    return Path(folder) / "supportbot.db"


async def _start_bot(settings: Settings, stack: AsyncExitStack, sandbox: Sandbox) -> asyncio.Task[None]:
    from supportbot.app import opened  # noqa: PLC0415 (discord.py takes long to import; the server alone needs none)

    app = await stack.enter_async_context(opened(settings))
    running = asyncio.create_task(app.run(), name="bot")

    async def end() -> None:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    stack.push_async_callback(end)
    ready = asyncio.create_task(sandbox.actor.bot_ready())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        ready.cancel()
    return running


def _has_desktop() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
