"""Data is shown character for character."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.chat.markdown import escaped, is_active


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*4141", r"\*4141"),
        ("Asia/Kuala_Lumpur", r"Asia/Kuala\_Lumpur"),
        ("[a](https://example.org)", r"\[a\](https://example.org)"),
        ("<@1> @everyone `x` ~~y~~ ||z||", r"\<\@1\> \@everyone \`x\` \~\~y\~\~ \|\|z\|\|"),
        ("# big", r"\# big"),
        ("-# small", r"\-# small"),
        ("- item\n+ item", "\\- item\n\\+ item"),
        ("112. is a number", r"112\. is a number"),
        ("> quote", r"\> quote"),
        (r"\*", r"\\\*"),
    ],
)
def test_what_discord_would_eat_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert is_active(text)


TEXTS = st.text("*_~`|<>[]@\\#+-.()!:/ \n\t1x9aé💜", max_size=40) | st.text(max_size=40)


@given(TEXTS)
def test_discord_shows_the_text_character_for_character(text: str) -> None:
    """A backslash before punctuation is all that was added, and Discord takes it away."""
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", escaped(text)) == text


@given(TEXTS)
def test_nothing_in_it_works_any_more(text: str) -> None:
    shown = escaped(text)
    bare = re.sub(r"\\.", "", shown)
    assert not re.search(r"[*_~`|<>\[\]@]", bare)
    for row in shown.split("\n"):
        assert not re.match(r"\s*(?:[#+-]|[0-9]{1,9}\.\s)", row)


@pytest.mark.parametrize("text", ["0800-1111", "1-866-863-0511", "116 123", "112 also works.", "WhatsApp 61 9610-0180"])
def test_digits_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text
    assert not is_active(text)
