"""The order of languages with the real bot: what a member chose, their Discord's, the community's, English."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.support.running import GENERAL, Person, buttons, words

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]

SPANISH, ENGLISH = "Ayuda ahora mismo", "Help right now"


async def speak(sandbox: Sandbox, theirs: str, communitys: str) -> None:
    """Sam's Discord, and all communities, are set to these locales."""
    await sandbox.actor.edit_user(user="sam", locale=theirs)
    for community in sandbox.actor._state.world.guilds.values():
        community.preferred_locale = communitys


async def choose(sandbox: Sandbox, value: str, place: str = GENERAL) -> Json:
    """Choose on the page; what it becomes."""
    page = await Person(sandbox).run("language", place)
    (select,) = [each for row in page["components"] for each in row["components"] if each["type"] == 3]
    result = await sandbox.actor.press(
        user="sam", message=page["id"], custom_id=select["custom_id"], values=[value], wait="final"
    )
    return result["message"]


async def test_each_step_of_the_order(sandbox: Sandbox, start_bot: StartBot) -> None:
    sam = Person(sandbox)
    async with start_bot():
        for theirs, communitys, spoken, why in (
            ("de", "fr", ENGLISH, "I speak **English** with you. I do not speak the language of your Discord yet."),
            ("de", "es-ES", SPANISH, "No hablo el idioma de tu Discord, así que hablo el de este servidor."),
            ("en-GB", "es-ES", ENGLISH, "I speak **English** with you. Your Discord is set to it."),
            ("es-419", "en-US", SPANISH, "Te hablo en **español**. Es el idioma de tu Discord."),
        ):
            await speak(sandbox, theirs, communitys)
            assert spoken in words(await sam.run("crisis")), (theirs, communitys)
            assert why in words(await sam.run("language"))
        assert "Elige otro idioma" in words(await sam.run("language", "dm"))
        chosen = await choose(sandbox, "en")
        assert "I speak **English** with you. You chose it." in words(chosen)
        for place in (GENERAL, "dm"):
            assert ENGLISH in words(await sam.run("crisis", place))
        back = await choose(sandbox, "discord", "dm")
        assert "Te hablo en **español**. Es el idioma de tu Discord." in words(back)


async def test_a_page_is_shown_whole_in_the_language_that_was_chosen(sandbox: Sandbox, start_bot: StartBot) -> None:
    sam = Person(sandbox)
    async with start_bot():
        before = await sam.run("roles when")
        await choose(sandbox, "es")
        after = await sam.run("roles when")
        assert before["embeds"][0]["title"] != after["embeds"][0]["title"]
        assert "Fuentes" in buttons(after)
        found = await sandbox.actor.autocomplete(
            user="sam", channel="dm", command="roles about", focused="role", value="terap"
        )
        assert any("terap" in choice["name"].lower() for choice in found["choices"])


async def test_who_reads_another_language_than_their_discords_finds_their_country(
    sandbox: Sandbox, start_bot: StartBot
) -> None:
    await speak(sandbox, "en-US", "en-US")
    async with start_bot():
        await choose(sandbox, "es")
        given = await sandbox.actor.autocomplete(
            user="sam", channel="dm", command="crisis", focused="country", value=""
        )
        names = [each["name"] for each in given["choices"]]
        assert names[0] == "Estados Unidos"
        assert "México" in names


async def test_a_choice_is_gone_after_a_restart_and_what_was_agreed_to_is_not(
    sandbox: Sandbox, start_bot: StartBot, database: Path
) -> None:
    sam = Person(sandbox)
    async with start_bot():
        await choose(sandbox, "es")
        assert SPANISH in words(await sam.run("crisis"))
    assert rows(database, "SELECT count(*) FROM member_languages") == [(0,)]
    async with start_bot():
        assert ENGLISH in words(await sam.run("crisis"))
        page = await choose(sandbox, "es")
        asked = (await sam.press(page, "Recordarlo"))["message"]
    async with start_bot():
        # The offer outlives the restart; the choice does not, so it speaks English until it is accepted.
        done = (await sam.press(asked, "Acepto, recuérdalo"))["message"]
        assert "Ahora recuerdo tu idioma: **español**" in words(done)
    assert rows(database, "SELECT language FROM member_languages") == [("es",)]
    async with start_bot():
        assert SPANISH in words(await sam.run("crisis", "dm"))
        await sam.says("i want to die")
        assert SPANISH in words(await sam.next_dm())
        page = await sam.run("language")
        assert "Me pediste que lo recordara." in words(page)
        forgotten = (await sam.press(page, "Olvidarlo"))["message"]
        assert "I speak **English** with you." in words(forgotten)
    assert rows(database, "SELECT count(*) FROM member_languages") == [(0,)]
    assert rows(database, "SELECT scope, given FROM consents ORDER BY entry") == [("language", 1), ("language", 0)]
    async with start_bot():
        assert ENGLISH in words(await sam.run("crisis"))
