"""Search over a handful of texts: what makes the one or the other come first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.searching import SearchWords
from supportbot.services.search import Index, Text

WORDS = {
    "en": SearchWords(
        "en",
        "english",
        frozenset(("what", "is", "the", "a", "how", "do", "i", "my", "with", "once", "are", "it", "to")),
        (("shrink", "psychiatrist"), ("mother", "mom", "family")),
    ),
    "es": SearchWords("es", "spanish", frozenset(("qué", "es", "la", "de"))),
}


def text(key: str, name: str, *asked: str, body: str = "", language: str = "en", also: tuple[str, ...] = ()) -> Text:
    return Text(key, language, (name, *also), asked, "", body)


TEXTS = [
    text("craving", "Craving", "why do i want it so badly", body="A strong wish to use. It comes in waves."),
    text("psychiatrist", "Psychiatrist", "who gives me pills", body="A doctor. Can prescribe medication."),
    text("boundaries", "Boundaries in a family", "stop giving him money", body="Say what you will do."),
    text("withdrawal", "Withdrawal", "quit cold turkey", body="Stopping suddenly can be dangerous. See a doctor."),
    text("waves", "Riding waves", body="A way to sit out a craving."),
    text("craving", "Ansia", "ganas de consumir", body="Un deseo fuerte.", language="es"),
    text("naloxone", "Naloxona", body="Revierte una sobredosis.", language="es"),
    text("naloxone", "Naloxone", body="Reverses an overdose.", also=("Narcan",)),
]
INDEX = Index(TEXTS, WORDS)


def first(question: str, language: str = "en") -> str | None:
    hits = INDEX.search(question, [language], limit=3)
    return hits[0].key if hits else None


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("what is a craving", "craving"),
        ("CRAVINGS!!", "craving"),
        ("cravign", "craving"),
        ("Cráving", "craving"),
        ("withdrawl", "withdrawal"),
        ("widthdrawal", "withdrawal"),
        ("narcan", "naloxone"),
        ("suddenly dangerous", "withdrawal"),
        ("cold turkey", "withdrawal"),
        ("my shrink", "psychiatrist"),
        ("how do i stop giving money to my mom", "boundaries"),
        ("psychiat", "psychiatrist"),
        ("<@123> **naloxone**'; drop table", "naloxone"),
        ("x " * 900 + "naloxone", "naloxone"),
    ],
)
def test_what_comes_first(question: str, found: str) -> None:
    assert first(question) == found


@pytest.mark.parametrize(("question", "found"), [("¿Qué es la naloxona?", "naloxone"), ("ansias", "craving")])
def test_another_language_is_found_whatever_the_reader_speaks(question: str, found: str) -> None:
    assert first(question, "es") == first(question, "en") == found
    (own, *_), (foreign, *_) = (INDEX.search(question, [language], limit=1) for language in ("es", "en"))
    assert own.score > foreign.score


@pytest.mark.parametrize("question", ["", " ", "🙂🙂", "the is a", "12345", "zzyzx", "مرحبا", "-- ' ; \x00"])
def test_what_nothing_fits(question: str) -> None:
    assert INDEX.search(question, ["en"], limit=5) == []


def test_a_name_counts_more_than_being_mentioned() -> None:
    craving, waves, *_ = INDEX.search("craving", ["en"], limit=5)
    assert (craving.key, waves.key) == ("craving", "waves")
    assert craving.score > 0.8 > waves.score


def test_words_that_nobody_knows_count_against() -> None:
    (plain, *_), (among, *_) = (INDEX.search(each, ["en"], limit=1) for each in ("craving", "craving pizza margherita"))
    assert plain.key == among.key
    assert among.score < plain.score / 2


def test_a_language_without_a_file_of_its_own() -> None:
    texts = [text("a", "Sucht", body="Wer davon loskommen will", language="de"), text("b", "戒断", language="zh")]
    index = Index(texts, {})
    assert [hit.key for hit in index.search("SUCHT", ["de"], limit=3)] == ["a"]
    assert [hit.key for hit in index.search("什么是戒断", ["zh"], limit=3)] == ["b"]


def test_a_stemmer_that_does_not_exist_is_none() -> None:
    index = Index([text("a", "Waves", language="tlh")], {"tlh": SearchWords("tlh", "klingon")})
    assert [hit.key for hit in index.search("waves", ["tlh"], limit=3)] == ["a"]


@given(st.text(max_size=300), st.sampled_from(["en", "es", "de", ""]))
def test_any_question_is_answered_and_always_the_same(question: str, language: str) -> None:
    hits = INDEX.search(question, [language], limit=5)
    assert (
        hits == INDEX.search(question, [language], limit=5) == Index(TEXTS, WORDS).search(question, [language], limit=5)
    )
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 < hit.score <= 1 for hit in hits)
    assert len({hit.key for hit in hits}) == len(hits)
