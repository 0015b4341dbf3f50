"""A sandbox for each test, a raw client, a small discord.py bot, and Discord's contract over all that was answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from supportbot.sandbox import TOKEN
from supportbot.sandbox.server import Sandbox
from tests.sandbox.small_bot import RunningBot, run_bot
from tests.support.contract import ContractObserver

Factory = Callable[..., Awaitable[Sandbox]]
AUTHORIZED = {"Authorization": f"Bot {TOKEN}"}
COMMANDS = [
    {"name": "ask", "description": "Asks", "options": [{"type": 3, "name": "what", "description": "What"}]},
    {"name": "Look", "type": 2},
    {"name": "Explain Words", "type": 3, "name_localizations": {"es-ES": "Explicar palabras"}},
]


@pytest.fixture
async def make_sandbox(contract: ContractObserver) -> AsyncIterator[Factory]:
    """Starts sandboxes; what they answer is held against the schema."""
    async with AsyncExitStack() as stack:

        async def make(**arguments: Any) -> Sandbox:
            # A slow machine is not what these tests are about; those of the deadline set their own.
            sandbox = await stack.enter_async_context(Sandbox(**{"answer_within": 10.0, **arguments}))
            sandbox.observers.append(contract.observe_answer)
            return sandbox

        yield make


@pytest.fixture
async def sandbox(make_sandbox: Factory) -> Sandbox:
    """A sandbox with the usual world and limits."""
    return await make_sandbox(answer_within=5.0)


class Rest:
    """A bare REST client."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.headers: dict[str, str] = {}

    async def __call__(self, method: str, path: str, body: Any = None, **kwargs: Any) -> tuple[int, Any]:
        """Status and JSON; the headers are kept in `headers`."""
        kwargs.setdefault("headers", AUTHORIZED)
        if body is not None:
            kwargs["json"] = body
        async with self.session.request(method, self.sandbox.api_url + path, **kwargs) as response:
            self.headers = dict(response.headers)
            if response.status != 204:
                assert response.headers["Content-Type"] == "application/json"
            return response.status, (await response.json() if response.status != 204 else None)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def rest(sandbox: Sandbox, session: aiohttp.ClientSession) -> Rest:
    return Rest(sandbox, session)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[RunningBot]:
    """A discord.py bot that is connected to `sandbox`."""
    async with run_bot(sandbox) as running:
        yield running


@pytest.fixture
def ids(sandbox: Sandbox) -> dict[str, int]:
    """Ids by name, for people, communities and channels."""
    world = sandbox.world
    found = {user.username: user.id for user in world.users.values()}
    for guild in world.guilds.values():
        found[guild.name] = guild.id
        found |= {channel.name: channel.id for channel in guild.channels.values()}
    return found


@pytest.fixture
async def dm(rest: Rest, ids: dict[str, int]) -> str:
    """Sam's direct messages."""
    status, channel = await rest("POST", "/users/@me/channels", {"recipient_id": ids["sam"]})
    assert status == 200
    return channel["id"]


class Listener:
    """Takes interactions over the gateway, so that their tokens can be used by hand."""

    def __init__(self, sandbox: Sandbox, rest: Rest, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.sandbox, self.rest, self.socket = sandbox, rest, socket

    async def interaction(self) -> dict[str, Any]:
        while (payload := await self.socket.receive_json(timeout=5))["t"] != "INTERACTION_CREATE":
            pass
        return payload["d"]

    async def answer(self, interaction: dict[str, Any], body: Any, query: str = "?with_response=1") -> tuple[int, Any]:
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback{query}"
        return await self.rest("POST", path, body, headers={})

    async def run(self) -> tuple[asyncio.Task[Any], dict[str, Any]]:
        """Sam runs /ask in #general; the task of the result, and the interaction."""
        asked = self.sandbox.actor.invoke(user="sam", channel="riverside-recovery/general", command="ask")
        task = asyncio.create_task(asked)
        return task, await self.interaction()

    async def press(self, message: str, custom_id: str) -> tuple[asyncio.Task[Any], dict[str, Any]]:
        """Sam presses a button; the task of the result, and the interaction."""
        task = asyncio.create_task(self.sandbox.actor.press(user="sam", message=message, custom_id=custom_id))
        return task, await self.interaction()

    def hook(self, interaction: dict[str, Any], rest: str = "") -> str:
        return f"/webhooks/{interaction['application_id']}/{interaction['token']}{rest}"


@pytest.fixture
async def listener(sandbox: Sandbox, rest: Rest, session: aiohttp.ClientSession) -> AsyncIterator[Listener]:
    application = sandbox.world.bot_id
    assert (await rest("PUT", f"/applications/{application}/commands", COMMANDS))[0] == 200
    async with session.ws_connect(sandbox.gateway_url) as socket:
        await socket.send_json({"op": 2, "d": {"token": TOKEN, "intents": 0}})
        await sandbox.actor.bot_ready()
        yield Listener(sandbox, rest, socket)
