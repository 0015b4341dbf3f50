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
    ("recaida", "es", ["Recaída"]),
]
WORDS = {"en": SearchWords("en", "english"), "es": SearchWords("es", "spanish")}
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
