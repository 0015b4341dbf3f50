"""**As a picture** against the sandbox: the real drawing, sent as Discord takes it."""

from __future__ import annotations

import asyncio
import re
import struct
from pathlib import Path

import aiohttp
import pytest

from supportbot.app import App
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.support import pseudo
from tests.support.fakes import PNG
from tests.support.running import Json, Person, buttons

DESCRIPTION = 1024
BOTH = [("en-US", "As a picture", "A table:"), ("es-ES", "Como imagen", "Una tabla:")]


async def fetched(url: str) -> tuple[str, bytes]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.content_type, await response.read()


def the_file(result: Json) -> Json:
    (file,) = result["message"]["attachments"]
    return file


@pytest.mark.parametrize(("locale", "label", "begins"), BOTH)
@pytest.mark.parametrize("place", [None, "dm"])
async def test_a_picture_as_people_get_it(
    app: App, sandbox: Sandbox, locale: str, label: str, begins: str, place: str | None
) -> None:
    await sandbox.actor.edit_user(user="sam", locale=locale)
    sam = Person(sandbox)
    if place == "dm":
        await sandbox.actor.open_dm(user="sam")
    text = await sam.run("roles compare", place)
    result = await sam.press(text, label)
    assert result["message"]["ephemeral"]
    file = the_file(result)
    assert file["description"].startswith(begins)
    assert len(file["description"]) <= DESCRIPTION
    kind, png = await fetched(file["url"])
    assert kind == file["content_type"] == "image/png"
    assert png.startswith(PNG)
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height > width) == (1080, True)
    assert len(png) == file["size"]


async def test_a_language_that_is_files_alone(sandbox: Sandbox, start_bot: StartBot, tmp_path: Path) -> None:
    """Each text 40 % longer, an accent on each letter: nothing of English is left, and all that Discord limits fits."""
    pseudo.write(tmp_path / "content")
    async with start_bot(SUPPORTBOT_CONTENT_DIR=str(tmp_path / "content")):
        await sandbox.actor.edit_user(user="sam", locale=pseudo.LOCALE)
        sam = Person(sandbox)
        text = await sam.run("roles compare")
        (label,) = [each for each in buttons(text) if each.startswith(pseudo.accented("As a picture"))]
        file = the_file(await sam.press(text, label))
        assert not re.search("[A-Za-z]{2,}", file["description"])
        assert DESCRIPTION / 2 < len(file["description"]) <= DESCRIPTION
        assert (await fetched(file["url"]))[1].startswith(PNG)


async def test_under_a_shared_one_each_gets_it_in_their_own_language(app: App, sandbox: Sandbox) -> None:
    sam, mika = Person(sandbox), Person(sandbox, "mika")
    await sandbox.actor.edit_user(user="mika", locale="es-ES")
    text = await sam.run("roles compare")
    asked = (await sam.press(text, "Share here"))["message"]
    await sam.press(asked, "Share it")
    shared = await sandbox.actor.wait_for_message(
        user="mika", channel=mika.place, where=lambda each: bool(each["embeds"]) and "As a picture" in buttons(each)
    )
    results = await asyncio.gather(*(each.press(shared, "As a picture") for each in (sam, mika, sam)))
    assert all(result["message"]["ephemeral"] for result in results)
    first, theirs, second = map(the_file, results)
    assert [file["description"][:9] for file in (first, theirs)] == ["A table: ", "Una tabla"]
    (_, one), (_, other), (_, again) = [await fetched(file["url"]) for file in (first, theirs, second)]
    assert one == again != other
