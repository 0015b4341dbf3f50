"""The scenarios' stage over the sandbox, with a discord.py client that really connects to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from supportbot.sandbox import TOKEN
from supportbot.sandbox.log import Exchange
from supportbot.sandbox.messages import LOADING
from supportbot.sandbox.places import ActorError
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.state import Options
from supportbot.sandbox.world import read_world
from tests.parity.probe import Probe
from tests.parity.stage import ANN, DM, GENERAL, CannotBeDone, Kind, Outcome, Shown

WORLD = """
bot = "probe"
users = [
    { username = "ann" }, { username = "bea" }, { username = "dora", locale = "de" }, { username = "mia" },
    { username = "olu" },
]

[[guilds]]
name = "Riverside"
owner = "olu"
members = ["ann", "bea", "dora", "mia", "olu"]
bot_permissions = ["VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "READ_MESSAGE_HISTORY"]
roles = [{ name = "Moderators", permissions = ["MANAGE_GUILD"], members = ["mia"] }]
channels = [
    { name = "general" },
    { name = "quiet", deny = { probe = ["SEND_MESSAGES"] } },
    { name = "hidden", deny = { probe = ["VIEW_CHANNEL"] } },
]
"""
HANDLING = ("CommandTree-invoker", "discord-ui-", "discord.py: on_")
"""How discord.py names the tasks in which a bot's handlers run."""


class SandboxStage:
    """Acts through the sandbox's actor and waits for the tasks that the client made of it."""

    kind: Kind = "sandbox"

    def __init__(self, sandbox: Sandbox, bot: Probe) -> None:
        self._sandbox = sandbox
        self._actor = sandbox.actor
        self.bot = bot

    def person(self, who: str) -> int:
        return next(user.id for user in self._sandbox.world.users.values() if user.username == who)

    def place(self, where: str) -> int:
        channels = next(iter(self._sandbox.world.guilds.values())).channels.values()
        return next(channel.id for channel in channels if channel.name == where)

    async def offered(self, who: str, where: str = GENERAL) -> set[str]:
        rows = await self._actor.commands(user=who, channel=_at(where))
        return {row["name"] for row in rows if row["type"] == 1}

    async def slash(self, who: str, command: str, where: str = GENERAL, **options: Any) -> Outcome:
        with _client_rules():
            result = await self._actor.invoke(user=who, channel=_at(where), command=command, options=options)
        return await self._outcome(who, where, result)

    async def use_menu(self, who: str, message: Shown, command: str) -> Outcome:
        with _client_rules():
            result = await self._actor.invoke(
                user=who, channel=_at(GENERAL), command=command, target=str(message.id), command_type=3
            )
        return await self._outcome(who, GENERAL, result)

    async def suggest(
        self, who: str, command: str, option: str, typed: str, **filled: Any
    ) -> Sequence[tuple[str, str | int]]:
        with _client_rules():
            result = await self._actor.autocomplete(
                user=who, channel=_at(GENERAL), command=command, focused=option, value=typed, options=filled
            )
        await self.settle()
        return [(choice["name"], choice["value"]) for choice in result["choices"]]

    async def press(self, who: str, message: Shown, custom_id: str) -> Outcome:
        return await self.choose(who, message, custom_id)

    async def choose(self, who: str, message: Shown, custom_id: str, *values: str) -> Outcome:
        with _client_rules():
            result = await self._actor.press(
                user=who, message=str(message.id), custom_id=custom_id, values=list(values) or None
            )
        return await self._outcome(who, await self._where(who, message), result)

    async def submit(self, who: str, opened: Outcome, **values: str) -> Outcome:
        with _client_rules():
            result = await self._actor.submit(user=who, modal=opened.raw["modal"]["id"], values=values)
        return await self._outcome(who, GENERAL, result)

    async def write(self, who: str, content: str, where: str = DM) -> None:
        with _client_rules():
            await self._actor.send_message(user=who, channel=_at(where), content=content)
        # The gateway keeps the order: when this is answered, the bot has had the message, or will never have it.
        await self.suggest(ANN, "suggest", "word", "", kind=0)

    async def seen(self, who: str, where: str = GENERAL) -> list[Shown]:
        return [_shown(row) for row in await self._actor.messages(user=who, channel=_at(where))]

    async def close_dms(self, who: str) -> None:
        await self._actor.edit_user(user=who, dms_open=False)

    async def leave(self, who: str) -> None:
        await self._actor.edit_user(user=who, leave="Riverside")

    async def settle(self) -> None:
        while busy := [task for task in asyncio.all_tasks() if self._is_handler(task)]:
            holding = asyncio.create_task(self.bot.holding.wait())
            await asyncio.wait([holding, *busy], return_when=asyncio.FIRST_COMPLETED)
            holding.cancel()
            self.bot.holding.clear()

    def _is_handler(self, task: asyncio.Task[Any]) -> bool:
        return task.get_name().startswith(HANDLING) and not self.bot.is_held(task)

    async def pass_deadline(self) -> None:
        """The sandbox has waited for it before it said "failed"."""

    async def pass_time(self, seconds: float) -> None:
        await self._actor.move_clock(advance=seconds)

    async def _outcome(self, who: str, where: str, result: dict[str, Any]) -> Outcome:
        await self.settle()
        shown = {row.id: row for row in await self.seen(who, where)}
        message = shown.get(int(result["message"]["id"])) if "message" in result else None
        return Outcome(result["outcome"] != "failed", message, result.get("modal"), result)

    async def _where(self, who: str, message: Shown) -> str:
        return DM if any(row.id == message.id for row in await self.seen(who, DM)) else GENERAL


def _at(where: str) -> str:
    return DM if where == DM else f"Riverside/{where}"


@contextmanager
def _client_rules() -> Iterator[None]:
    try:
        yield
    except ActorError as error:
        raise CannotBeDone(str(error)) from error


def _shown(row: dict[str, Any]) -> Shown:
    return Shown(
        int(row["id"]),
        row["author"].get("bot", False),
        row["content"],
        row["ephemeral"],
        bool(row["flags"] & LOADING),
        row["edited_timestamp"] is not None,
        tuple(child["custom_id"] for line in row["components"] for child in line["components"]),
        tuple(file["filename"] for file in row["attachments"]),
        tuple(file.get("description") for file in row["attachments"]),
    )


@asynccontextmanager
async def sandbox_stage(
    observe: Callable[[Exchange], None], answer_within: float | None = None
) -> AsyncGenerator[SandboxStage]:
    """A sandbox on a free port with the probe connected."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    options = Options() if answer_within is None else Options(answer_within=answer_within)
    async with Sandbox(port=0, world=read_world(WORLD), options=options) as sandbox:
        sandbox.observers.append(observe)
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = sandbox.api_url, URL(sandbox.gateway_url)
        bot = Probe()
        running = asyncio.create_task(bot.start(TOKEN))
        try:
            ready = asyncio.create_task(sandbox.actor.bot_ready())
            await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
            assert ready.done(), running.exception()
            yield SandboxStage(sandbox, bot)
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
