"""Fixtures for the whole suite: a sandbox whose every exchange is checked, and the real bot against it."""

from __future__ import annotations

import compileall
import gc
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from supportbot.app import App
from supportbot.log import configure
from supportbot.sandbox.log import Exchange
from supportbot.sandbox.server import Sandbox
from supportbot.storage.migrate import upgrade
from tests.support.contract import ContractObserver
from tests.support.running import running_bot
from tests.support.shipped import ShippedOnce

pytest_plugins = ["tests.support.plugin", "tests.support.databases"]


@pytest.fixture(autouse=True, scope="session")
def _logs() -> None:
    """Logs as the program writes them: without locals, without tokens."""
    configure("INFO", "text")


SHIPPED_ONCE = pytest.StashKey[pytest.MonkeyPatch]()


def pytest_configure(config: pytest.Config) -> None:
    """Not for every module, nor every bot that a test starts, is the same read and built anew."""
    config.stash[SHIPPED_ONCE] = pytest.MonkeyPatch()
    ShippedOnce(config.stash[SHIPPED_ONCE])
    # Each bot loads them again: from what is compiled, also where Python is told to keep nothing that it compiles.
    compileall.compile_dir(config.rootpath / "cogs", quiet=2)


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[SHIPPED_ONCE].undo()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All that is collected lives to the end, so the garbage collector need not look through it again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pings(row: Exchange) -> bool:
    """Whether a message goes out that may mention somebody: what may be mentioned must be said, and be nobody."""
    if row.method != "POST" or not isinstance(row.body, dict):
        return False
    body = row.body.get("data", row.body) if row.path.endswith("/callback") else row.body
    says = isinstance(body, dict) and (body.get("content") or body.get("embeds"))
    return bool(says) and body.get("allowed_mentions") != {"parse": []}


StartBot = Callable[..., AbstractAsyncContextManager[App]]


@pytest.fixture
async def sandbox(contract: ContractObserver) -> AsyncIterator[Sandbox]:
    """A loopback Discord on a free port."""
    async with Sandbox(port=0) as server:
        server.observers.append(contract.observe)
        pinging: list[str] = []
        server.observers.append(lambda row: pinging.append(f"{row.method} {row.path[:40]}") if pings(row) else None)
        yield server
        assert not pinging, f"these name nobody whom they may mention: {pinging}"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the bot of this test keeps its rows."""
    return tmp_path / "supportbot.db"


@pytest.fixture
def start_bot(sandbox: Sandbox, database: Path) -> StartBot:
    """Start the real bot: `async with start_bot() as app`. Settings are given by their variables' names."""

    def start(**environment: str) -> AbstractAsyncContextManager[App]:
        return running_bot(sandbox, database, **environment)

    return start


@pytest.fixture
async def app(start_bot: StartBot, database: Path, sqlite_template: Path) -> AsyncGenerator[App]:
    """The real bot, connected. Its database has the tables already: making them takes longer than many a test."""
    if not sqlite_template.exists():
        await upgrade(f"sqlite:///{sqlite_template}")
    shutil.copy(sqlite_template, database)
    async with start_bot() as running:
        yield running
