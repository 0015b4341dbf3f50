"""The real bot in this process, and people who use it through the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from discord.gateway import DiscordWebSocket
from discord.http import Route

from supportbot.app import App, opened
from supportbot.config import load_settings
from supportbot.sandbox.server import Sandbox
from supportbot.services.limits import Costly, Limit
from supportbot.tryout import bot_environment

Json = dict[str, Any]
GENERAL = "Riverside Recovery/general"


@asynccontextmanager
async def running_bot(sandbox: Sandbox, database: Path, **environment: str) -> AsyncGenerator[App]:
    """Connected when the block starts; logged out, and its database closed, when it ends."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    settings = load_settings({**bot_environment(sandbox, database), **environment}, env_file=None)
    try:
        async with opened(settings) as app:
            running = asyncio.create_task(app.run())
            ready = asyncio.create_task(sandbox.actor.bot_ready())
            try:
                await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
                if running.done():
                    await running
                yield app
            finally:
                running.cancel()
                ready.cancel()
                await asyncio.gather(running, ready, return_exceptions=True)
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


class Person:
    """Somebody who uses the bot. What they do is checked as Discord's client would."""

    def __init__(self, sandbox: Sandbox, name: str = "sam", place: str = GENERAL) -> None:
        self._actor = sandbox.actor
        self._sandbox = sandbox
        self.name = name
        self.place = place

    async def run(self, command: str, place: str | None = None, **options: object) -> Json:
        """Run a command; returns the message it was answered with."""
        result = await self._actor.invoke(
            user=self.name, channel=place or self.place, command=command, options=options, wait="final"
        )
        assert "message" in result, result
        return result["message"]

    async def press(self, message: Json, label: str, *, as_if_visible: bool = False) -> Json:
        """Press the button with this label; returns the Result."""
        return await self._actor.press(
            user=self.name,
            message=message["id"],
            custom_id=custom_id(message, label),
            wait="final",
            as_if_visible=as_if_visible,
        )

    async def start_checkin(self, at: str = "20:30", zone: str = "Europe/Berlin", place: str | None = None) -> Json:
        """Go through consent; returns what the bot says at the end."""
        draft = await self.run("checkin start", place, when=at, zone=zone)
        result = await self.press(draft, "I agree, start")
        return result["message"]

    async def says(self, text: str) -> None:
        """Type a DM."""
        await self._actor.open_dm(user=self.name)
        await self._actor.send_message(user=self.name, channel="dm", content=text)

    async def dms(self) -> list[Json]:
        """Everything in the DM with the bot, oldest first."""
        return await self._actor.messages(user=self.name, channel="dm")

    async def next_dm(self, after: Json | None = None, where: Callable[[Json], bool] | None = None) -> Json:
        """The next DM of the bot after one."""
        return await self._actor.wait_for_message(
            user=self.name,
            channel="dm",
            after=None if after is None else after["id"],
            where=lambda message: message["author"]["username"] == "supportbot" and (where is None or where(message)),
        )

    async def checkin(self) -> Json:
        """Move the clock to the next due check-in, and wait for its message."""
        last = (await self.dms())[-1]
        await to_next_alarm(self._sandbox)
        return await self.next_dm(after=last)


async def alarm(sandbox: Sandbox) -> str:
    """When the bot next wants to wake, in the future; waits until it has said so."""

    def told() -> str | None:
        at = sandbox.clock.alarms.get("checkins")
        return at.isoformat() if at is not None and at > sandbox.clock.now() else None

    return await sandbox.actor.until(told)


async def to_next_alarm(sandbox: Sandbox) -> None:
    """Move the clock to when the bot next wants to wake."""
    await alarm(sandbox)
    await sandbox.actor.move_clock(to_alarm="checkins")


def buttons(message: Json) -> dict[str, Json]:
    """The message's buttons by label."""
    every = (each for row in message["components"] for each in row["components"])
    return {each["label"]: each for each in every if "label" in each}


def custom_id(message: Json, label: str) -> str:
    """The custom_id of the button with this label."""
    found = buttons(message)
    assert label in found, f"no button {label!r} among {list(found)}"
    return found[label]["custom_id"]


def words(message: Json) -> str:
    """Everything a message says, in one text."""
    parts = [message["content"]]
    for embed in message["embeds"]:
        parts += [embed.get("title", ""), embed.get("description", "")]
        parts += [f"{field['name']}\n{field['value']}" for field in embed.get("fields", [])]
    return "\n".join(part for part in parts if part)


def without_limits(app: App) -> None:
    """Somebody who looks at everything there is may have more in a minute than people."""
    app.bot.services.limits._limits = {each: Limit(1_000_000, timedelta(seconds=1)) for each in Costly}
