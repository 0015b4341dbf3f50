"""Finding what the bot explains, over what it ships with."""

from __future__ import annotations

import asyncio
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot import content as content_files
from supportbot.content import Content
from supportbot.services import library as library_module
from supportbot.services.library import (
    APART,
    BESIDE_CRISIS,
    FOUND,
    GLOSSARY,
    MOST_BESIDE,
    MOST_EXPLAINED,
    MOST_FOUND,
    SURE,
    Library,
)
from supportbot.services.search import names as names_module
from supportbot.services.search.names import LONGEST_LOOKED_AT

CONTENT = content_files.load()


def library_of(content: Content) -> Library:
    return Library(content.knowledge, content.typed, content.searching)


LIBRARY = library_of(CONTENT)


async def test_a_plain_question() -> None:
    answer = await LIBRARY.ask("what is dbt", ["en"])
    assert not answer.crisis
    assert answer.sure
    assert answer.found[0].entry.id == "dbt"
    assert len(answer.found) <= MOST_FOUND


@pytest.mark.parametrize(
    "question",
    [
        "best pizza in town",
        "who won the world cup",
        "how do i center a div in css",
        "what time is it in tokyo",
        "asdf qwer zxcv",
        "receta de tortilla de patatas",
        "hello how are you",
        "🙂🙂🙂",
        "   ",
        "",
    ],
)
async def test_nothing_is_made_up(question: str) -> None:
    for language in ("en", "es"):
        answer = await LIBRARY.ask(question, [language])
        assert (answer.found, answer.sure) == ((), False)


async def test_words_of_crisis_are_seen_at_the_end_of_the_longest_text() -> None:
    answer = await LIBRARY.ask("what is a sponsor? " * 210 + "i want to kill myself", ["en"])
    assert answer.crisis
    assert answer.found[0].entry.id == "sponsor"
    assert not (await LIBRARY.ask("what is a sponsor", ["en"])).crisis


@pytest.mark.parametrize(
    ("question", "language"), [("como se si necesito terapia", "es"), ("i want to quit but also dont", "en")]
)
async def test_of_two_that_fit_alike_none_is_sure(question: str, language: str) -> None:
    answer = await LIBRARY.ask(question, [language])
    assert answer.found[0].score >= SURE
    assert answer.found[1].score * APART > answer.found[0].score
    assert not answer.sure


async def test_what_is_searched_in_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    index_of = library_module.index_of
    monkeypatch.setattr(library_module, "index_of", lambda *given: built.append(given) or index_of(*given))
    library = library_of(CONTENT)
    assert built == []
    await asyncio.gather(library.prepare(), library.prepare())
    await library.ask("what is dbt", ["en"])
    assert len(built) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "rape",
        "my",
        "dad",
        "the",
        "kill",
        "die",
        "me",
        "help",
        "what",
        "how",
        "first",
        "hope",
        "heap",
        "ther",
        "session",
    ],
)
def test_what_is_no_name_is_nobodys(typed: str) -> None:
    assert LIBRARY.named(typed, ["en"]) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cbt", "cbt"),
        ("CRAFT", "craft"),
        ("johnson", "johnson"),
        ("naloxnoe", "naloxone"),
        ("Cravings", "craving"),
        ("sponser", "sponsor"),
    ],
)
def test_a_name_or_nearly_one(typed: str, meant: str) -> None:
    entry = LIBRARY.named(typed, ["en"])
    assert entry is not None
    assert entry.id == meant


@pytest.mark.parametrize(
    ("typed", "language", "first"),
    [
        ("what is cb", "en", "cbt"),
        ("how do i find a spons", "en", "sponsor"),
        ("what is motivational int", "en", "motivational-interviewing"),
        ("what is a", "en", None),
        ("what is c", "en", None),
        ("", "en", None),
    ],
)
def test_the_last_words_are_completed(typed: str, language: str, first: str | None) -> None:
    found = LIBRARY.completed(typed, [language])
    assert (found[0].id if found else None) == first


def test_a_question_is_no_longer_than_a_name_when_names_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    extract = names_module.process.extract_iter

    def counted(query: str, *given: Any, **more: Any) -> Any:
        compared.append(len(query))
        return extract(query, *given, **more)

    monkeypatch.setattr(names_module.process, "extract_iter", counted)
    for typed in ("\ufdfa" * 6000, "\u33c2" * 6000, "qx" * 3000, "qx " * 2000):
        LIBRARY.suggest(typed, ["en"])
        LIBRARY.named(typed, ["en"])
    assert compared
    assert max(compared) <= LONGEST_LOOKED_AT


async def test_an_entry_comes_in_the_readers_language() -> None:
    for languages, expected in ((["es"], "es"), (["en", "es"], "en"), (["de"], "en")):
        answer = await LIBRARY.ask("DBT", languages)
        assert (answer.found[0].entry.id, answer.found[0].entry.language) == ("dbt", expected)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
async def test_any_question_is_answered(question: str) -> None:
    answer = await LIBRARY.ask(question, ["en"])
    assert answer == await LIBRARY.ask(question, ["en"])
    assert all(each.score >= FOUND for each in answer.found)


def test_what_stands_in_a_message() -> None:
    text = "My sponsor says DBT and motivational interviewing helped her with the cravings."
    found = [each.id for each in LIBRARY.explained_in(text, ["en"])]
    assert set(found) == {"sponsor", "dbt", "motivational-interviewing", "craving"}
    assert found[0] == "motivational-interviewing"
    assert LIBRARY.explained_in("The bus was late again.", ["en"]) == []


def test_silent_words_are_not_what_stands_in_a_message() -> None:
    (craving,) = [each for each in CONTENT.knowledge.every() if (each.id, each.language) == ("craving", "en")]
    for silent in craving.silent:
        if all(name.casefold() not in silent.casefold() for name in (craving.title, *craving.synonyms)):
            assert craving not in LIBRARY.explained_in(silent, ["en"])


def test_no_more_than_ten_words_are_explained_at_once() -> None:
    titles = [each.title for each in CONTENT.knowledge.shelf(GLOSSARY, ["en"])]
    found = LIBRARY.explained_in(". ".join(titles), ["en"])
    assert len(found) == len({each.id for each in found}) == MOST_EXPLAINED


def test_every_entry_is_found_by_its_own_names() -> None:
    for entry in CONTENT.knowledge.every():
        assert LIBRARY.named(entry.id, [entry.language]) is not None
        for name in (entry.title, *entry.synonyms):
            assert entry.id in [each.id for each in LIBRARY.suggest(name, [entry.language])], name


def test_one_shelf_or_all_of_them() -> None:
    assert LIBRARY.named("dbt", ["en"], shelf="roles") is None
    assert [each.id for each in LIBRARY.suggest("therap", ["en"], shelf="roles")][:1] == ["therapist"]
    assert LIBRARY.suggest("", ["en"]) == []
    assert len(LIBRARY.suggest("", ["en"], shelf=GLOSSARY)) == 25


@pytest.mark.parametrize(
    ("question", "beside"),
    [
        ("he is not breathing", []),
        ("me quiero matar", []),
        ("no quiero vivir", []),
        ("my kid took too many pills", []),
        ("hurt myself", []),
        ("no puedo dejar de cortarme", []),
        ("withdrawal seizure right now", ["withdrawal"]),
        ("he hits me", ["abusive-relationship"]),
        ("i want to die", ["safety-plan"]),
        ("quiero morir", ["safety-plan"]),
    ],
)
async def test_what_stands_beside_crisis_help(question: str, beside: list[str]) -> None:
    answer = await LIBRARY.ask(question, ["en", "es"])
    assert answer.crisis
    found = [each.id for each in answer.beside_crisis]
    assert found == beside if beside else set(found) <= {"safety-plan"}


SAID = {
    "safety-plan": r"die|dying|dead|kill|s[iu]+c|suis|morr?ir|muer|matar|saltar|jump|myself|vida|life|hac[e3]r",
    "safer-use": r"overdos|sobredosis|\bod\b|mezcl|mix|inject|inyect|fentan|heroin|dosis|dose|pills|pastillas",
    "naloxone": r"overdos|sobredosis|\bod\b|narcan|nalox|fentan|heroin|opio|opia",
    "withdrawal": r"withdraw|abstinencia|detox|seiz|convuls|quit|stopped|dej[eéo]|shak|tembl",
    "abusive-relationship": r"\bhit|beat|abus|violen|maltrat|peg[aóu]|golpe|scared|miedo|control|threat|casa",
}
"""One of these words stands in whatever brings the entry."""


@pytest.mark.parametrize("language", ["en", "es"])
async def test_nothing_absurd_stands_beside_crisis_help(language: str) -> None:
    """Every phrase of danger that the lists were written from, with what comes with it."""
    file = Path(__file__).parents[1] / f"domain/phrases/dev.{language}.toml"
    brought = dict[str, int]()
    for text in tomllib.loads(file.read_text(encoding="utf-8"))["crisis"]:
        beside = (await LIBRARY.ask(text, [language])).beside_crisis
        assert len(beside) <= MOST_BESIDE
        for entry in beside:
            assert re.search(SAID[entry.id], text.lower()), (text, entry.id)
            brought[entry.id] = brought.get(entry.id, 0) + 1
    assert {"safety-plan", "abusive-relationship", "safer-use"} <= brought.keys()


def test_what_may_stand_there_is_a_short_list() -> None:
    for language in ("en", "es"):
        fitting = {
            each.id for each in CONTENT.knowledge.every() if BESIDE_CRISIS in each.topics and each.language == language
        }
        assert fitting == SAID.keys()
