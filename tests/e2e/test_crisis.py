"""Crisis help with the real bot: in a server and a DM, across a restart, and with the database out of reach."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.support.running import Person, buttons, words

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]


def select_of(message: Json) -> Json:
    """The message's select."""
    (found,) = [each for row in message["components"] for each in row["components"] if each["type"] == 3]
    return found


async def choose(sandbox: Sandbox, message: Json, value: str) -> Json:
    """Choose in the message's select; returns the Result."""
    return await sandbox.actor.press(
        user="sam", message=message["id"], custom_id=select_of(message)["custom_id"], values=[value], wait="final"
    )


@pytest.mark.parametrize("place", ["Riverside Recovery/general", "dm"])
async def test_it_is_for_one_person_alone(sandbox: Sandbox, start_bot: StartBot, database: Path, place: str) -> None:
    async with start_bot():
        page = await Person(sandbox).run("crisis", place, country="NL")
        assert page["flags"] & 64, "ephemeral"
        assert "call 112** (Netherlands)" in words(page)
        assert "Call **113** (Netherlands)" in words(page)
        assert rows(database, "SELECT count(*) FROM consents") == [(0,)]


async def test_a_page_and_its_form_outlive_a_restart(sandbox: Sandbox, start_bot: StartBot) -> None:
    sam = Person(sandbox)
    async with start_bot():
        page = await sam.run("crisis")
        form = await choose(sandbox, page, "other")
    async with start_bot():
        sent = await sandbox.actor.submit(
            user="sam", modal=form["modal"]["id"], values={"country": "Norge"}, wait="final"
        )
        shown = sent["message"]
        assert shown["id"] == page["id"]
        assert "(Norway)" in words(shown)
        need = await sam.press(shown, "Thinking of ending my life")
        assert "116 123" in words(need["message"])


async def test_suggestions_are_in_the_persons_language(sandbox: Sandbox, start_bot: StartBot) -> None:
    await sandbox.actor.edit_user(user="sam", locale="de")
    async with start_bot():
        given = await sandbox.actor.autocomplete(
            user="sam", channel="dm", command="crisis", focused="country", value="österr"
        )
        assert given["choices"] == [{"name": "Österreich", "value": "AT"}]


async def test_a_remembered_country_is_sealed_and_holds_across_a_restart(
    sandbox: Sandbox, start_bot: StartBot, database: Path
) -> None:
    sam = Person(sandbox)
    async with start_bot():
        page = await sam.run("crisis", country="Finland")
        asked = (await sam.press(page, "Remember this country"))["message"]
        await sam.press(asked, "I agree, remember it")
    ((sealed,),) = rows(database, "SELECT region FROM member_regions")
    assert b"FI" not in bytes(sealed)  # type: ignore[arg-type]
    async with start_bot():
        page = await sam.run("crisis", "dm")
        assert "(Finland)" in words(page)
        forgotten = (await sam.press(page, "Forget it"))["message"]
        assert "(Finland)" not in words(forgotten)
        assert "Forget it" not in buttons(forgotten)
    assert rows(database, "SELECT region FROM member_regions") == []


async def test_it_comes_in_time_when_the_database_is_of_no_use(
    sandbox: Sandbox, start_bot: StartBot, database: Path
) -> None:
    """Every table is gone; the sandbox, as Discord, takes an answer for three seconds only."""
    sam = Person(sandbox)
    async with start_bot():
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("ALTER TABLE consents RENAME TO elsewhere")
        page = await sam.run("crisis")
        assert "call your local emergency number" in words(page)
        shown = (await choose(sandbox, page, "US"))["message"]
        assert "call 911** (United States)" in words(shown)
        last = (await sam.press(shown, "Somebody is hurting me"))["message"]
        assert "1-800-799-7233" in words(last)
        await sam.says("i want to die")
        typed = await sam.next_dm()
        assert "call your local emergency number" in words(typed)
