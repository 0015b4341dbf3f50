"""`/ask`, `/glossary` and **Explain words**."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
import simcord
from simcord import interactions as wire

from supportbot.chat.asking import CRISIS
from supportbot.content import Content
from supportbot.domain.guides import STARTS
from tests.cogs.house import Answer, House, buttons

SECRET = "grapefruit"
OTHER_ENTRY = re.compile(r"k:(?!therapy-first-session:)[a-z0-9-]+:0")
HARD = [
    " ",
    "🙂🙂🙂",
    "@everyone @here <@&1> <@1>",
    "'; drop table plans; --",
    "مرحبا كيف حالك",
    "\u202eabc\u202c",
    "**__`||[x](https://example.com)||`__**",
    "\x00\x07",
    f"{SECRET} " * 363,
]


def title(answer: Answer) -> str | None:
    return answer.message.embeds[0].title


def is_crisis_page(message: discord.Message, voice: Any) -> bool:
    return voice("crisis.need.a") in buttons(message)


async def explain(house: House, text: str) -> Answer:
    """Bea wrote it, Ann asks."""
    message = await house.bea.send(house.general, text)
    return house._answer(await house.ann.context_menu(house.general, "Explain words", message))


async def choices(house: House, command: str, option: str, typed: str) -> dict[str, str]:
    shown = await house.ann.autocomplete(house.general, command, option, typed)
    return {str(each["name"]): str(each["value"]) for each in shown}


# --- /ask


@pytest.mark.parametrize("question", ["what is DBT", "whats dbt??", "DBT", "dbt", "dialectical behaviour therpy"])
async def test_a_sure_answer_is_shown_at_once(house: House, question: str) -> None:
    answer = await house.run(house.ann, "ask", question=question)
    assert answer.ephemeral
    assert title(answer) == "Dialectical behavior therapy (DBT)"
    assert house.bot.voice("en")("crisis.button") in buttons(answer.message)
    assert house.general.history(viewer=house.bea) == []
    assert await house.rows() == {}


async def test_what_else_fits_is_one_press_away(house: House) -> None:
    answer = await house.run(house.ann, "ask", question="what happens in the first therapy session")
    assert title(answer) == "The first therapy session"
    others = [label for label, id_ in buttons(answer.message).items() if OTHER_ENTRY.fullmatch(id_)]
    assert others
    pressed = await house.press(house.ann, answer.message, others[0])
    assert title(pressed) == others[0]


async def test_where_there_is_doubt_there_is_a_choice(house: House, content: Content) -> None:
    answer = await house.run(house.ann, "ask", question="sponsor or stigma")
    assert title(answer) == "This may be what you mean"
    found = [label for label, id_ in buttons(answer.message).items() if id_.startswith("k:")]
    assert 2 <= len(found) <= 6
    for label in found:
        (entry,) = [each for each in content.knowledge.every() if (each.title, each.language) == (label, "en")]
        assert entry.summary in answer.text


@pytest.mark.parametrize("question", HARD)
async def test_where_nothing_fits_there_is_a_way_to_begin(house: House, content: Content, question: str) -> None:
    answer = await house.forge(house.ann, 2, house.command("ask", question=question))
    assert answer.ephemeral
    assert title(answer) == "I found nothing that fits"
    wanted = {content.knowledge.entry(id_, ["en"]).title for id_ in STARTS}
    assert {*wanted, "Crisis help"} < buttons(answer.message).keys()
    assert next(iter(buttons(answer.message))) == "Crisis help"
    assert len(wanted) == len(STARTS) > 3
    for part in question.split():
        assert len(part) < 4 or part not in answer.text
    assert answer.message.mentions == []
    assert not answer.message.mention_everyone
    assert SECRET not in house.log_text()


async def test_a_question_in_the_middle_of_a_lot_of_noise(house: House) -> None:
    answer = await house.run(house.ann, "ask", question="@everyone **`what is naloxone`**'; --")
    assert title(answer) == "Naloxone"
    assert "@everyone" not in answer.text


@pytest.mark.parametrize(
    ("question", "beside"),
    [
        ("i want to die", {"k:beside:safety-plan"}),
        ("she overdosed", {"k:beside:safer-use", "k:beside:naloxone"}),
        ("what is dbt, i want to kill myself", set[str]()),
        ("hurt myself", set[str]()),
        ("je veux mourir", set[str]()),
        ("x " * 1980 + "quiero morir", set[str]()),
    ],
)
async def test_words_of_crisis_bring_help_and_nothing_below_it(house: House, question: str, beside: set[str]) -> None:
    answer = await house.run(house.ann, "ask", question=question)
    voice = house.bot.voice("en")
    assert answer.ephemeral
    assert is_crisis_page(answer.message, voice)
    assert answer.followups == []
    assert {id_ for id_ in buttons(answer.message).values() if id_.startswith("k:")} == beside
    assert "kill" not in house.log_text()


async def test_what_fits_beside_crisis_help_leaves_it_there(house: House) -> None:
    answer = await house.run(house.ann, "ask", question="she overdosed")
    pressed = await house.press(house.ann, answer.message, "Naloxone")
    assert pressed.ephemeral
    assert (title(pressed), pressed.message.id != answer.message.id) == ("Naloxone", True)
    assert "Crisis help" in buttons(pressed.message)
    voice = house.bot.voice("en")
    assert is_crisis_page(answer.message, voice)
    # A press on the page itself changes it in its place as ever.
    need = await house.press(house.ann, answer.message, voice("crisis.need.a"))
    assert need.message.id == answer.message.id


async def test_crisis_help_comes_while_the_database_does_not(house: House) -> None:
    house.store.broken = True
    answer = await house.run(house.ann, "ask", question="i want to die")
    assert is_crisis_page(answer.message, house.bot.voice("en"))


async def test_in_a_dm_there_is_nowhere_to_share(house: House) -> None:
    answer = await house.run(house.ann, "ask", dm=True, question="what is naloxsone")
    assert title(answer) == "Naloxone"
    assert "Share here" not in buttons(answer.message)


async def test_in_the_readers_language(house: House) -> None:
    backend = house.env.backend
    record, payload = wire.base_payload(
        backend,
        type=discord.InteractionType.application_command.value,
        channel_id=house.general.id,
        guild_id=house.guild.id,
        user_id=house.ann.id,
        data=house.command("ask", question="que es la naloxsona"),
    )
    backend.emit("INTERACTION_CREATE", payload | {"locale": "es-419"})
    await house.env.settle()
    answer = house._answer(simcord.InteractionResult(house.env, record))
    assert title(answer) == "Naloxona"
    assert "Ayuda en crisis" in buttons(answer.message)


async def test_choices_while_somebody_types(house: House, content: Content) -> None:
    titles = {id_: content.knowledge.entry(id_, ["en"]).title for id_ in content.knowledge.ids}
    assert list(await choices(house, "ask", "question", "")) == [titles[id_] for id_ in STARTS]
    assert (await choices(house, "ask", "question", "nalox"))["Naloxone"] == "naloxone"
    asked = await choices(house, "ask", "question", "why do i crave so bad at nigth")
    assert titles["craving"] in asked
    assert await choices(house, "ask", "question", "zzzz qqqq") == {}


async def test_the_first_choice_in_a_crisis(house: House, content: Content) -> None:
    found = await choices(house, "ask", "question", "i want to die")
    assert next(iter(found.items())) == ("Crisis help", CRISIS)
    assert CRISIS not in content.knowledge
    answer = await house.run(house.ann, "ask", question=CRISIS)
    assert is_crisis_page(answer.message, house.bot.voice("en"))
    assert answer.followups == []


@pytest.mark.parametrize("typed", ["kill mys", "suic", "quiero mor"])
async def test_the_first_choice_before_the_word_is_finished(house: House, typed: str) -> None:
    for command, option in (("ask", "question"), ("glossary", "term"), ("roles about", "role")):
        found = await choices(house, command, option, typed)
        assert next(iter(found.items())) == ("Crisis help", CRISIS)


async def test_the_last_word_of_a_question_is_completed(house: House) -> None:
    assert "cbt" in (await choices(house, "ask", "question", "what is cb")).values()


async def test_no_more_choices_than_discord_takes(house: House) -> None:
    for typed in ("a", "th", "therapy", "i want to die " * 280):
        for command, option in (("ask", "question"), ("glossary", "term")):
            found = await choices(house, command, option, typed)
            assert len(found) <= 25
            assert all(0 < len(name) <= 100 for name in found)


# --- /glossary


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("cbt", "Cognitive behavioral therapy (CBT)"),
        ("Cravings", "Craving"),
        ("naloxnoe", "Naloxone"),
        ("CRAFT", "CRAFT"),
        ("johnson", "Johnson intervention"),
        ("peer supporter", "Peer supporter"),
    ],
)
async def test_a_word_is_explained_wherever_it_stands(house: House, term: str, found: str) -> None:
    answer = await house.run(house.ann, "glossary", term=term)
    assert answer.ephemeral
    assert title(answer) == found


async def test_a_word_that_is_nowhere_is_taken_for_a_question(house: House) -> None:
    answer = await house.run(house.ann, "glossary", term="which nasal spray do families of opioid users keep at home")
    assert "Naloxone" in answer.text


@pytest.mark.parametrize("term", ["rape", "dad", "help"])
async def test_a_word_inside_a_name_or_a_silent_one_is_no_name(house: House, term: str) -> None:
    answer = await house.run(house.ann, "glossary", term=term)
    assert title(answer) in {"This may be what you mean", "I found nothing that fits"}


async def test_crisis_help_chosen_for_a_term(house: House) -> None:
    answer = await house.run(house.ann, "glossary", term=CRISIS)
    assert is_crisis_page(answer.message, house.bot.voice("en"))


@pytest.mark.parametrize("term", HARD)
async def test_a_word_that_nobody_knows(house: House, term: str) -> None:
    answer = await house.forge(house.ann, 2, house.command("glossary", term=term))
    assert title(answer) == "I found nothing that fits"
    assert not answer.message.mention_everyone
    assert SECRET not in house.log_text()


async def test_words_of_crisis_in_a_term(house: House) -> None:
    answer = await house.run(house.ann, "glossary", term="suicidal")
    assert is_crisis_page(answer.message, house.bot.voice("en"))


async def test_the_glossary_is_offered_by_title(house: House, content: Content) -> None:
    shelf = content.knowledge.shelf("glossary", ["en"])
    assert list((await choices(house, "glossary", "term", "")).values()) == [each.id for each in shelf[:25]]
    found = await choices(house, "glossary", "term", "cra")
    assert next(iter(found.values())) == "craving"
    assert "craft" in found.values()


# --- Explain words


async def test_the_words_in_a_message_are_explained_to_whoever_asks(house: House, content: Content) -> None:
    answer = await explain(house, "My sponsor says motivational interviewing helped her with the cravings.")
    assert answer.ephemeral
    shown = [content.knowledge.entry(id_, ["en"]) for id_ in ("motivational-interviewing", "craving", "sponsor")]
    assert all(each.title in answer.text and each.summary in answer.text for each in shown)
    assert next(label for label in buttons(answer.message) if label in {each.title for each in shown}) == shown[0].title
    assert house.dms(house.bea) == []
    assert [row.author.bot for row in house.general.history(viewer=house.bea)] == [False]
    assert "sponsor" not in house.log_text()
    pressed = await house.press(house.ann, answer.message, shown[1].title)
    assert title(pressed) == shown[1].title


async def test_one_word_alone_is_explained_at_once(house: House) -> None:
    assert title(await explain(house, "and then they sent him to detox.")) == "Detox"


@pytest.mark.parametrize(
    "text", ["The bus was late again.", "🙂", "@everyone **hi**", "مرحبا", "'; drop table plans; --"]
)
async def test_a_message_without_such_words(house: House, text: str) -> None:
    answer = await explain(house, text)
    assert answer.ephemeral
    assert "no word in this message" in answer.text
    assert text not in answer.text
    assert "Crisis help" in buttons(answer.message)


async def test_a_message_with_words_of_crisis(house: House) -> None:
    answer = await explain(house, "detox was hell, i want to kill myself")
    voice = house.bot.voice("en")
    assert is_crisis_page(answer.message, voice)
    assert voice("explain.crisis") in answer.text
    assert answer.followups == []
    assert "Detox" not in buttons(answer.message)
    answer = await explain(house, "she overdosed, we have no naloxone")
    assert is_crisis_page(answer.message, voice)
    assert answer.followups == []
    assert buttons(answer.message)["Naloxone"] == "k:beside:naloxone"
    assert house.dms(house.bea) == []


async def test_what_a_forward_says_is_explained(house: House) -> None:
    message = await house.bea.send(house.general, "and then they sent him to detox.")
    there = house.guild.create_text_channel("there")
    forwarded = await house.bea.forward(message, there)
    assert forwarded.content == ""
    answer = house._answer(await house.ann.context_menu(there, "Explain words", forwarded))
    assert title(answer) == "Detox"


async def test_a_comparison_is_explained(house: House) -> None:
    """Its words stand in the fields of an embed."""
    voice = house.bot.voice("en")
    roles = [house.bot.content.knowledge.entry(id_, ["en"]) for id_ in ("sponsor", "therapist")]
    embed = discord.Embed(title="-").add_field(name="-", value=" / ".join(each.title for each in roles))
    sent = await house.bot.get_channel(house.general.id).send(embed=embed)  # pyright: ignore
    answer = house._answer(await house.ann.context_menu(house.general, "Explain words", sent))
    assert {"Sponsor", "Therapist"} <= buttons(answer.message).keys()
    assert voice("explain.offer.title") == title(answer)
