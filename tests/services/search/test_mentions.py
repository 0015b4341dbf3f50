"""Names that stand in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.domain.searching import SearchWords
from supportbot.services.search import Mentions

NAMED = [
    ("mi", "en", ["Motivational interviewing", "MI"]),
    ("detox", "en", ["Detox", "detoxification"]),
    ("craving", "en", ["Craving", "urge"]),
    ("medical-detox", "en", ["Medical detox"]),
    ("urge", "en", ["Urge"]),
    ("license", "en", ["License"]),
    ("mindful", "en", ["Mindful"]),
    ("recaida", "es", ["Recaída"]),
]
WORDS = {"en": SearchWords("en", "english", everyday=frozenset({"license"})), "es": SearchWords("es", "spanish")}
MENTIONS = Mentions(NAMED, WORDS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They did motivational interviewing before Detox.", ["mi", "detox"]),
        ("the cravings are bad", ["craving"]),
        ("an urge, another URGE, and a craving", ["craving"]),
        ("a medical detox", ["medical-detox"]),
        ("detox and then a medical-detox", ["medical-detox", "detox"]),
        ("tuve una recaida", ["recaida"]),
        ("**m.i.** and _MI_", ["mi"]),
        ("mi casa, Mi casa", []),
        ("MI CASA ES SU CASA", []),
        ("DBT is new to me.\nMI is not.", ["mi"]),
        ("I lost my mind", []),
        ("licensed to drive", []),
        ("detox with a license", ["license", "detox"]),
        ("several licenses and an urge", ["license", "craving"]),
        ("detoxxx detoured", []),
        ("", []),
        ("🙂 @everyone", []),
    ],
)
def test_names_as_words(text: str, found: list[str]) -> None:
    assert MENTIONS.stand_in(text, limit=10) == found


def test_no_more_than_asked_for() -> None:
    assert MENTIONS.stand_in("detox, craving, motivational interviewing", limit=2) == ["mi", "detox"]


@given(st.text(max_size=500))
def test_any_text_is_looked_through(text: str) -> None:
    found = MENTIONS.stand_in(text, limit=10)
    assert len(set(found)) == len(found)


def test_of_two_for_the_same_words_the_readers_language_counts() -> None:
    both = Mentions([("here", "en", ["Trauma"]), ("there", "es", ["Trauma"])], WORDS)
    assert both.stand_in("trauma", limit=2, languages=["es", "en"]) == ["there"]
    assert both.stand_in("trauma", limit=2, languages=["en", "es"]) == ["here"]


def test_a_longer_name_in_another_language_has_its_words() -> None:
    both = Mentions([("crisis", "en", ["Crisis"]), ("plan", "es", ["plan de crisis"])], WORDS)
    assert both.stand_in("un plan de crisis", limit=2, languages=["en"]) == ["plan"]
