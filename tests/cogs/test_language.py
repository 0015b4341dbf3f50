"""`/language`: which language is spoken with somebody, and why; choosing, keeping and forgetting it."""

from __future__ import annotations

import discord
import pytest

from supportbot.chat.components import row_of
from supportbot.chat.host import AnyItem
from supportbot.chat.languages import AgreeLanguage, RememberLanguage
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from tests.cogs.house import PRESS, Answer, House, buttons

REMEMBER, FORGET = "Remember it", "Forget it"
RECORDAR, ACEPTO, OLVIDAR = "Recordarlo", "Acepto, recuérdalo", "Olvidarlo"


def offered(message: discord.Message) -> dict[str, tuple[str, bool]]:
    """The options of the select: value -> label, and whether it is the one that counts."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    (select,) = [each for row in rows for each in row.children if isinstance(each, discord.SelectMenu)]
    return {each.value: (each.label, each.default) for each in select.options}


async def choose(house: House, value: str) -> Answer:
    page = await house.run(house.ann, "language")
    return await house.choose(house.ann, page.message, value)


async def keep(house: House) -> None:
    """Ann has Spanish remembered."""
    page = await choose(house, "es")
    asked = await house.press(house.ann, page.message, RECORDAR)
    await house.press(house.ann, asked.message, ACEPTO)


@pytest.mark.parametrize("dm", [False, True])
async def test_it_says_which_and_why_and_keeps_nothing(house: House, dm: bool) -> None:
    page = await house.run(house.ann, "language", dm=dm)
    assert page.ephemeral
    assert "I speak **English** with you. Your Discord is set to it." in page.text
    assert offered(page.message) == {
        "en": ("English", False),
        "es": ("Español", False),
        "discord": ("As Discord says", True),
    }
    assert buttons(page.message).keys() == {"Crisis help"}
    assert await house.rows() == {}


async def test_a_choice_counts_at_once_and_everywhere(house: House) -> None:
    page = await choose(house, "es")
    assert "Te hablo en **español**. Lo elegiste tú." in page.text
    assert "solo en memoria" in page.text
    assert offered(page.message)["es"] == ("Español", True)
    for dm in (False, True):
        assert "Hola, soy supportbot" in (await house.run(house.ann, "about", dm=dm)).text
        assert "Ayuda ahora mismo" in (await house.run(house.ann, "crisis", dm=dm)).text
        assert "Te hablo en" in (await house.run(house.ann, "language", dm=dm)).text
    assert "I am supportbot" in (await house.run(house.bea, "about")).text
    suggested = await house.ann.autocomplete(house.general, "crisis", "country", "alem")
    assert suggested == [{"name": "Alemania", "value": "DE"}]
    await house.ann.send_dm("i want to die")
    assert "Ayuda ahora mismo" in str(house.dms(house.ann)[-1].embeds[0].title)
    await house.ann.send_dm("my cat is called Mortimer")
    assert "nadie lee esto" in house.dms(house.ann)[-1].content
    assert await house.rows() == {}


async def test_the_choice_comes_before_the_language_of_check_ins_which_keep_theirs(house: House) -> None:
    await house.start_checkin(house.ann)
    await choose(house, "es")
    await house.ann.send_dm("i want to die")
    assert "Ayuda ahora mismo" in str(house.dms(house.ann)[-1].embeds[0].title)
    await house.deliver_next()
    assert "Open" in buttons(house.dms(house.ann)[-1]), "as it was started"


async def test_a_check_in_is_started_in_the_language_that_was_chosen(house: House) -> None:
    await choose(house, "es")
    draft = await house.run(house.ann, "checkin start", when="20:30", zone="Europe/Berlin")
    await house.press(house.ann, draft.message, "Acepto, empezar")
    async with house.store.read() as tx:
        member = await tx.members.get(PersonId(house.ann.id))
    assert member is not None
    assert member.language == "es"


async def test_a_choice_can_be_taken_back(house: House) -> None:
    page = await choose(house, "es")
    back = await house.choose(house.ann, page.message, "discord")
    assert back.message.id == page.message.id
    assert "I speak **English** with you. Your Discord is set to it." in back.text
    assert "I am supportbot" in (await house.run(house.ann, "about")).text
    assert await house.rows() == {}


async def test_it_is_kept_only_after_agreeing_and_forgotten_on_request(house: House) -> None:
    page = await choose(house, "es")
    asked = await house.press(house.ann, page.message, RECORDAR)
    assert asked.ephemeral
    assert asked.message.id != page.message.id
    assert "**Lo que guardo:**" in asked.text
    assert "español" in asked.text
    assert await house.rows() == {}
    done = await house.press(house.ann, asked.message, ACEPTO)
    assert "Ahora recuerdo tu idioma: **español**." in done.text
    assert await house.rows() == {"consents": 1, "member_languages": 1}

    stale, kept = [await house.run(house.ann, "language") for _ in range(2)]
    assert "Me pediste que lo recordara." in kept.text
    assert buttons(kept.message).keys() == {OLVIDAR, "Ayuda en crisis"}
    other = await house.choose(house.ann, kept.message, "en")
    assert "after my next restart I speak that again" in other.text
    assert buttons(other.message).keys() == {REMEMBER, FORGET, "Crisis help"}

    forgotten = await house.press(house.ann, other.message, FORGET)
    assert "I forgot the language" in forgotten.text
    assert buttons(forgotten.message).keys() == {REMEMBER, "Crisis help"}, "the choice beside it counts still"
    assert "member_languages" not in await house.rows()
    again = await house.press(house.ann, stale.message, OLVIDAR)
    assert "so there was nothing to forget" in again.text
    async with house.store.read() as tx:
        assert not await tx.consents.holds(PersonId(house.ann.id), Scope.LANGUAGE)


async def test_agreeing_can_be_left(house: House) -> None:
    page = await choose(house, "es")
    asked = await house.press(house.ann, page.message, RECORDAR)
    left = await house.press(house.ann, asked.message, "Ahora no")
    assert "no guardo nada" in left.text
    assert await house.rows() == {}


async def test_erasing_is_confirmed_in_the_chosen_language_and_forgets_it(house: House) -> None:
    await keep(house)
    asked = await house.run(house.ann, "mydata delete")
    assert "el idioma que me pediste recordar: 1" in asked.text
    done = await house.press(house.ann, asked.message, "Borrarlo todo")
    assert "Listo." in done.text
    assert await house.rows() == {}
    assert "I am supportbot" in (await house.run(house.ann, "about")).text


async def test_a_choice_and_crisis_help_need_no_database(house: House) -> None:
    await keep(house)
    house.store.broken = True
    assert "Ayuda ahora mismo" in (await house.run(house.ann, "crisis")).text
    page = await choose(house, "en")
    assert "I speak **English** with you. You chose it." in page.text
    assert "Help right now" in (await house.run(house.ann, "crisis")).text
    await house.ann.send_dm("quiero morirme")
    assert "Help right now" in str(house.dms(house.ann)[-1].embeds[0].title)
    refused = await house.press(house.ann, page.message, FORGET)
    assert "nothing was changed" in refused.last
    house.store.broken = False
    assert FORGET in buttons((await house.run(house.ann, "language")).message)


@pytest.mark.parametrize("values", [["tlh"], ["en", "es"]])
async def test_a_choice_that_is_none_changes_nothing(house: House, values: list[str]) -> None:
    page = await house.run(house.ann, "language")
    data = {"custom_id": "language:choose", "component_type": 3, "values": values}
    answer = await house.forge(house.ann, PRESS, data, message=page.message)
    assert "This has changed since you opened it" in answer.last
    assert "I am supportbot" in (await house.run(house.ann, "about")).text


@pytest.mark.parametrize(
    "item", [RememberLanguage("tlh", "Press"), AgreeLanguage("tlh", "1", "Press"), AgreeLanguage("es", "0", "Press")]
)
async def test_a_button_of_another_version_keeps_nothing(house: House, item: AnyItem) -> None:
    channel = house.bot.get_channel(house.general.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send("old", view=row_of(item))
    answer = await house.press(house.ann, message, "Press")
    assert "This has changed since you opened it" in answer.text
    assert await house.rows() == {}
