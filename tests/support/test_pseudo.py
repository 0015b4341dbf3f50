"""The made-up language keeps what a translation keeps, and is a language to the bot."""

from __future__ import annotations

from pathlib import Path

import pytest

from supportbot import content
from supportbot.chat.words import Words
from tests.support.pseudo import LANGUAGE, LETTERS, LOCALE, accented, pseudo, write


@pytest.mark.parametrize(
    "kept",
    [
        "{name}",
        "https://findahelpline.com/x?a=b",
        "findahelpline.com",
        "`/mydata delete`",
        "</checkin start:12>",
        "20:30",
        "<t:1790000000:F>",
        "<@123>",
        "<#456>",
        "**",
        "-# ",
        "\n• ",
        "1. ",
    ],
)
def test_what_a_translation_keeps(kept: str) -> None:
    assert accented(f"Say {kept} now") == f"Šáý {kept} ñöŵ"


def test_every_letter_has_an_accent() -> None:
    assert len(LETTERS) == 52
    assert not any(chr(letter).isascii() for letter in LETTERS.values())
    assert accented("[helpline](https://a.example/b)") == "[ĥéļþļíñé](https://a.example/b)"


@pytest.mark.parametrize("text", ["Yes", "All right, nothing was kept.", "x" * 100])
def test_it_is_longer(text: str) -> None:
    assert len(text) * 1.2 <= len(pseudo(text)) <= len(text) * 1.4 + 2
    assert len(pseudo(text, most=len(text) + 1)) <= len(text) + 1


def test_files_alone_make_a_language(tmp_path: Path) -> None:
    write(tmp_path)
    loaded = content.load(tmp_path)
    assert Words(loaded.catalogues).language(LOCALE) == LANGUAGE
    assert loaded.catalogues[LANGUAGE].gettext("crisis.button").startswith("Çříšíš ĥéļþ")
    english, made = ({scope for scope, language in loaded.consents if language == each} for each in ("en", LANGUAGE))
    assert made == english
    assert loaded.pairs["interventionist-therapist", LANGUAGE].title.startswith("Íñţéřṽéñţíöñíšţ")
    entries = [each for each in loaded.knowledge.every() if each.language == LANGUAGE]
    assert {each.id for each in entries} == set(loaded.knowledge.ids)
    therapist = loaded.knowledge.entry("therapist", [LANGUAGE])
    assert therapist.title.startswith("Ţĥéřáþíšţ")
    assert therapist.pages[0].startswith("Á ţĥéřáþíšţ")
