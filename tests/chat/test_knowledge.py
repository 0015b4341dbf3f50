"""What an entry looks like: sources, languages, and the words for studies."""

from __future__ import annotations

from dataclasses import replace

from supportbot import content
from supportbot.chat import knowledge
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.knowledge import Reference

CONTENT = content.load()
WORDS = Words(CONTENT.catalogues, CONTENT.cells())
CRAFT = CONTENT.knowledge.entry("craft", ["en"])
STUDY = Reference(
    id="study",
    title="A trial [of *two* ways]",
    kind="randomised trial",
    checked=True,
    author="Miller_Meyers",
    year=1999,
    link="https://a.example/b",
    design="randomized controlled trial",
    n=130,
    of="families",
    by_developers=True,
)


def voice(language: str) -> Voice:
    return Voice(WORDS, language, Mentions({}))


def test_a_study_says_how_it_was_made_and_by_whom() -> None:
    told = str(knowledge.sources(voice("en"), CRAFT, [STUDY]).description)
    assert told.startswith(
        r"- Miller\_Meyers (1999): [A trial \[of \*two\* ways\]](<https://a.example/b>) "
        "Design: randomized controlled trial; 130 families. Run by people who developed the method."
    )
    assert "Not checked" not in told


def test_a_source_without_an_author_begins_with_its_title() -> None:
    told = str(knowledge.sources(voice("en"), CRAFT, [replace(STUDY, author=None)]).description)
    assert told.startswith(r"- [A trial \[of \*two\* ways\]](<https://a.example/b>) (1999) Design: ")
    without = str(knowledge.sources(voice("en"), CRAFT, [replace(STUDY, author=None, year=None)]).description)
    assert ">) Design: " in without


def test_also_in_the_readers_language() -> None:
    told = str(knowledge.sources(voice("es"), CRAFT, [STUDY]).description)
    assert "ensayo aleatorizado y controlado; 130 familias" in told


def test_what_nobody_checked_says_so() -> None:
    told = str(knowledge.sources(voice("en"), CRAFT, [replace(STUDY, checked=False)]).description)
    assert "Not checked by us" in told


def test_what_cannot_be_opened_is_named_once() -> None:
    inner = replace(STUDY, link=None)
    told = str(knowledge.sources(voice("en"), CRAFT, [inner, inner, STUDY]).description)
    assert told.count("Background articles") == 1
    assert told.count("A trial") == 1


def test_a_page_in_another_language_says_in_which() -> None:
    only = replace(CRAFT, language="en")
    assert knowledge.page(voice("en"), replace(only, pages=("One.",)), 0).footer.text is None
    footer = str(knowledge.page(voice("es"), only, 0).footer.text)
    assert footer.startswith("Esta página aún no está en tu idioma; aquí la tienes en inglés.")


def test_commands_in_a_page_can_be_pressed() -> None:
    entry = replace(CRAFT, pages=("In danger: {crisis}.",))
    said = Voice(WORDS, "en", Mentions({"crisis": 77}))
    assert knowledge.page(said, entry, 0).description == "In danger: </crisis:77>."
