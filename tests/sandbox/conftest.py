"""A sandbox for each test, a raw client, a small discord.py bot, and Discord's contract over all that was answered."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from supportbot.sandbox import TOKEN
from supportbot.sandbox.log import Exchange
from supportbot.sandbox.server import Sandbox
from tests.sandbox.small_bot import RunningBot, run_bot
from tests.support.contract import Contract, contract_folder, load_contract

Factory = Callable[..., Awaitable[Sandbox]]
AUTHORIZED = {"Authorization": f"Bot {TOKEN}"}


@pytest.fixture(scope="session")
def checker() -> Contract | None:
    """Discord's schema, where the environment names it."""
    folder = contract_folder()
    return load_contract(folder) if folder else None


def for_the_schema(answer: Any) -> Any:
    """The schema says that the codes within `errors` are numbers; Discord's documentation and Discord send words."""
    answer = copy.deepcopy(answer)

    def number(node: Any) -> None:
        for key, value in node.items():
            if key == "_errors":
                for row in value:
                    assert isinstance(row.pop("code"), str)
                    row["code"] = 0
            else:
                number(value)

    if isinstance(answer, dict) and "errors" in answer:
        number(answer["errors"])
    return answer


@pytest.fixture
async def make_sandbox(checker: Contract | None) -> AsyncIterator[Factory]:
    """Starts sandboxes; what they answered is held against the schema when the test is over."""
    seen: list[Exchange] = []
    async with AsyncExitStack() as stack:

        async def make(**arguments: Any) -> Sandbox:
            # A slow machine is not what these tests are about; those of the deadline set their own.
            sandbox = await stack.enter_async_context(Sandbox(**{"answer_within": 10.0, **arguments}))
            sandbox.observers.append(lambda row: seen.append(replace(row, answer=copy.deepcopy(row.answer))))
            return sandbox

        yield make
    if checker is not None:
        known = [row for row in seen if row.status and checker.route(row.method, row.path)[1]]
        found = {
            f"{row.method} {row.path} {row.status}": faults
            for row in known
            if (faults := checker.response(row.method, row.path, row.status, for_the_schema(row.answer)))
        }
        assert not found


@pytest.fixture
async def sandbox(make_sandbox: Factory) -> Sandbox:
    """A sandbox with the usual world and limits."""
    return await make_sandbox(answer_within=2.0)


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
