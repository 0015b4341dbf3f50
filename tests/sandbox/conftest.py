"""A sandbox for each test, a raw client, a small discord.py bot, and Discord's contract over all that was answered."""

from __future__ import annotations

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
