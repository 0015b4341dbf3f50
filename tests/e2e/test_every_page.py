"""Every page of every entry, in every language and in one that nobody speaks, as a person comes to see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from supportbot import content
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.crawl import shown
from tests.e2e.test_every_screen import check
from tests.support.pseudo import LANGUAGE, LOCALE, write
from tests.support.running import GENERAL, Json, Person, without_limits

LOCALES = {"en": "en-US", "es": "es-ES", LANGUAGE: LOCALE}
NEXT = "k:{}:{}"


@pytest.fixture
async def person(
    request: pytest.FixtureRequest, sandbox: Sandbox, start_bot: StartBot, tmp_path: Path
) -> AsyncIterator[Person]:
    """Somebody who speaks the language."""
    write(tmp_path / "content")
    guild = GENERAL.split("/", maxsplit=1)[0]
    await sandbox.actor.add_user(username="ellen", locale=LOCALES[request.param], guilds=[guild], roles=[])
    async with AsyncExitStack() as stack:
        without_limits(await stack.enter_async_context(start_bot(SUPPORTBOT_CONTENT_DIR=str(tmp_path / "content"))))
        yield Person(sandbox, "ellen", GENERAL)


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.parametrize("person", LOCALES, indirect=True)
async def test_every_page(person: Person, sandbox: Sandbox, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    language = request.node.callspec.params["person"]
    knowledge = content.load(tmp_path / "content").knowledge
    for id_ in knowledge.ids:
        entry = knowledge.entry(id_, [language])
        message = await person.run("glossary", term=id_)
        for number in range(len(entry.pages)):
            if number:
                press = sandbox.actor.press
                made = await press(
                    user=person.name, message=message["id"], custom_id=NEXT.format(id_, number), wait="final"
                )
                message = made["message"]
            assert message["embeds"][0]["title"] == entry.title, id_
            look(message, language, f"{id_} page {number + 1}")


def look(message: Json, language: str, where: str) -> None:
    """In the person's language, whole, and with nothing left to fill in."""
    for text in shown(message):
        if language == LANGUAGE:
            check(text, where)
        assert "{" not in text, where
    assert message["flags"] & 64, where
