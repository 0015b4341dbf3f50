"""Words of crisis and of stopping, found on this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot import content
from supportbot.domain.words import TypedWords, plain

WORDS = content.load().typed


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "i dont want to live",
        "I DON'T WANT TO LIVE...",
        "thinking about suicide",
        "he’s not waking up",
        "i took too much",
    ],
)
def test_crisis(text: str) -> None:
    assert WORDS.mean_crisis(text)


@pytest.mark.parametrize(
    "text",
    ["hello", "this deadline is killing me", "I am dying to see it", "stop", "skillset", "a suicidegirls poster"],
)
def test_no_crisis(text: str) -> None:
    assert not WORDS.mean_crisis(text)


@pytest.mark.parametrize("text", ["stop", "STOP!", " please stop ", "Unsubscribe", "stop it."])
def test_stop(text: str) -> None:
    assert WORDS.mean_stop(text)


@pytest.mark.parametrize("text", ["I cannot stop thinking", "stop smoking tips", "", "don't stop"])
def test_no_stop(text: str) -> None:
    assert not WORDS.mean_stop(text)


@given(st.text(max_size=80))
def test_looking_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(alphabet="abc ", max_size=20), st.text(alphabet="abc ", max_size=20))
def test_a_phrase_is_found_wherever_it_stands_as_words(before: str, after: str) -> None:
    words = TypedWords.of(crisis=["end my life"], stop=[])
    assert words.mean_crisis(f"{before} End my LIFE, {after}")
    assert not words.mean_crisis(f"{before}xend my lifex{after}")
