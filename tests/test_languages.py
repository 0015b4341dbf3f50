"""Every shipped language says everything that English says: no text is missing, and none says less or more."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from supportbot import content
from supportbot.domain.consent import Scope

ROOT = Path(__file__).parents[1] / "data"
ENGLISH = "en"
LANGUAGES = sorted(folder.name for folder in (ROOT / "locales").iterdir() if folder.is_dir())
OTHERS = [language for language in LANGUAGES if language != ENGLISH]
AREAS = sorted(file.stem for file in (ROOT / "locales" / ENGLISH).glob("*.po"))
CONTENT = content.load()
BOLD = re.compile(r"\*\*([^*]+?)[.,:!?]?\*\*")
SAME = re.compile(r"https?://[^\s)]+|\d[\d,. ]*\d|\d|`[^`]+`")
"""What a translation takes over as it is: addresses, numbers, code."""

GIVEN = re.compile(r"\{\w+\}|\d+(?= ?%)")
"""In a page: the commands, and the percentages, which English and Spanish write in another way."""


@cache
def texts(language: str, area: str) -> dict[str, Message]:
    """The texts of one file by their ids."""
    file = ROOT / "locales" / language / f"{area}.po"
    found = read_po(io.BytesIO(file.read_bytes()), locale=language) if file.exists() else ()
    return {each.id if isinstance(each.id, str) else each.id[0]: each for each in found if each.id}


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def pairs(language: str) -> Iterator[tuple[str, str, str]]:
    """Each text's id, its English and its translation, form by form."""
    for area in AREAS:
        translated = texts(language, area)
        for name, english in texts(ENGLISH, area).items():
            if name in translated:
                here, there = forms(english), forms(translated[name])
                for position, form in enumerate(there):
                    yield name, here[min(position, len(here) - 1)], form


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there(language: str, area: str) -> None:
    assert texts(language, area).keys() == texts(ENGLISH, area).keys()
    assert [name for name, each in texts(language, area).items() if not all(map(str.strip, forms(each)))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_area_is_a_languages_own(language: str) -> None:
    assert sorted(file.stem for file in (ROOT / "locales" / language).glob("*.po")) == AREAS


@pytest.mark.parametrize("language", OTHERS)
def test_the_blanks_are_the_same(language: str) -> None:
    for name, english, translated in pairs(language):
        assert blanks(translated) == blanks(english), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_has_every_plural_form(language: str) -> None:
    for area in AREAS:
        file = ROOT / "locales" / language / f"{area}.po"
        catalogue = read_po(io.BytesIO(file.read_bytes()), locale=language)
        for name, each in texts(language, area).items():
            assert isinstance(each.id, str) == isinstance(texts(ENGLISH, area)[name].id, str), name
            assert len(forms(each)) == (1 if isinstance(each.id, str) else catalogue.num_plurals), name


@pytest.mark.parametrize("language", OTHERS)
def test_numbers_and_addresses_are_the_same(language: str) -> None:
    for name, english, translated in pairs(language):
        assert sorted(SAME.findall(translated)) == sorted(SAME.findall(english)), name


@pytest.mark.parametrize("language", OTHERS)
def test_a_button_that_is_named_has_the_name_that_it_bears(language: str) -> None:
    """Where an English text names a button in bold, so does its translation, by the button's translated label."""
    labels: dict[str, set[str]] = {}
    for _, english, translated in pairs(language):
        labels.setdefault(english, set()).add(translated)
    for name, english, translated in pairs(language):
        named = set(BOLD.findall(translated))
        for label in BOLD.findall(english):
            if label in labels:
                assert labels[label] & named, f"{name} names {label}"


@pytest.mark.parametrize("language", OTHERS)
def test_hardly_anything_is_said_in_english_still(language: str) -> None:
    same = {name for name, english, translated in pairs(language) if english == translated}
    assert {name for name in same if re.search(r"[a-z]{3}", re.sub(r"\{\w+\}", "", texts_by_id()[name]))} <= NAMES


NAMES = {"place.ca_on", "place.ca_qc", "place.co_dc", "place.za_gp"}
"""Texts that are names, which may be the same in every language."""


@cache
def texts_by_id() -> dict[str, str]:
    return {name: forms(each)[0] for area in AREAS for name, each in texts(ENGLISH, area).items()}


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("language", OTHERS)
def test_what_people_agree_to_is_the_same_version(language: str, scope: Scope) -> None:
    english, translated = CONTENT.consents[scope, ENGLISH], CONTENT.consents[scope, language]
    assert translated.version == english.version
    assert translated.body != english.body
    assert translated.body.count("**") == english.body.count("**")
    assert sorted(SAME.findall(translated.body)) == sorted(SAME.findall(english.body))


@pytest.mark.parametrize("language", OTHERS)
def test_pairs_are_of_the_same_two(language: str) -> None:
    english = {id_: each for (id_, where), each in CONTENT.pairs.items() if where == ENGLISH}
    translated = {id_: each for (id_, where), each in CONTENT.pairs.items() if where == language}
    assert translated.keys() == english.keys()
    for id_, each in translated.items():
        there = english[id_]
        assert (each.left, each.right, each.facts, each.sources) == (
            there.left,
            there.right,
            there.facts,
            there.sources,
        )


@pytest.mark.parametrize("language", OTHERS)
def test_every_entry_is_there_with_as_many_pages(language: str) -> None:
    for id_ in CONTENT.knowledge.ids:
        english, translated = (CONTENT.knowledge.entry(id_, [each]) for each in (ENGLISH, language))
        assert translated.language == language, id_
        assert len(translated.pages) == len(english.pages), id_
        assert (translated.topics, translated.facts, translated.sources, translated.then, translated.reviewed_on) == (
            english.topics,
            english.facts,
            english.sources,
            english.then,
            english.reviewed_on,
        ), id_
        for here, there in zip(english.pages, translated.pages, strict=True):
            assert sorted(GIVEN.findall(there)) == sorted(GIVEN.findall(here)), id_


@pytest.mark.parametrize("folder", ["typed", "unsaid"])
def test_every_language_has_its_words(folder: str) -> None:
    assert sorted(file.stem for file in (ROOT / folder).glob("*.toml")) == LANGUAGES


@pytest.mark.parametrize("language", OTHERS)
def test_every_study_is_told_of_in_the_language(language: str) -> None:
    studies = CONTENT.knowledge.references.values()
    said = {each.design for each in studies if each.design} | {each.of for each in studies if each.of}
    assert set(CONTENT.study_words[language]) == said
