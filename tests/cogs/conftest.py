"""A house for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from supportbot import content as content_files
from supportbot.content import Content
from supportbot.storage.migrate import upgrade
from tests.cogs.house import House, open_house, settings_for


@pytest.fixture(scope="session")
def content() -> Content:
    """What the bot ships with."""
    return content_files.load()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database, to be copied: migrations take longer than most of the tests."""
    path = tmp_path_factory.mktemp("template") / "supportbot.db"
    asyncio.run(upgrade(settings_for(path).database_url))
    return path


@pytest.fixture
async def house(content: Content, template: Path, tmp_path: Path) -> AsyncIterator[House]:
    """The real bot on SimCord. Whatever goes wrong inside it without `house.expect` fails the test."""
    async with open_house(content, template, tmp_path) as opened:
        yield opened
