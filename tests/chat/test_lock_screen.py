"""What a lock screen shows of a message from the bot: nothing about anybody's health, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from supportbot import content
from supportbot.chat.messenger import Rendered
from supportbot.chat.notes import renderer
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.checkins import Asks, Farewell, Invitation, Note, Question, Silence, Welcome

CONTENT = content.load()
TELLING = {
    "en": (
        "check-in recover mood feel crav urge sober clean drink alcohol drug substance addict use relaps slip treat "
        "detox rehab therap counsel clinic doctor diagnos mental health illness sick symptom depress anxi panic trauma "
        "suicid harm crisis help support hotline helpline emergency peer group meeting sponsor goal streak miss answer"
    ),
    "es": (
        "saludo recupera ánimo sient ganas antojo sobri limpi bebe alcohol droga sustancia adicc consum recaí trata "
        "desintox rehab terapi consej clínic doctor médic diagnós mental salud enferm síntoma depres ansie pánico "
        "trauma suicid daño crisis ayuda apoyo línea emergencia grupo reunión padrin meta racha perdi respuesta"
    ),
}
"""Beginnings of words that would tell somebody who looks over a shoulder what the bot is for."""


def rendered(note: Note) -> Rendered:
    words, mentions = Words(CONTENT.catalogues), Mentions({})
    return renderer(lambda language: Voice(words, language, mentions), CONTENT.prompts_in)(note)


def notes(language: str) -> Iterator[Note]:
    """Every message that the bot sends by itself, in the discreet form."""
    yield Welcome(language)
    for catch_up in (False, True):
        for turn in range(len(CONTENT.prompts[language].lines)):
            yield Invitation("0123456789abcdef-1", language, catch_up=catch_up, turn=turn)
    yield Silence("0123456789abcdef-1", language)
    yield Farewell("0123456789abcdef-1", language, datetime(2026, 1, 1, tzinfo=UTC))


def telling(language: str, text: str) -> list[str]:
    beginnings = "|".join(map(re.escape, TELLING[language].split()))
    return re.findall(rf"(?<!\w)(?:{beginnings})\w*", text.lower())


@pytest.mark.parametrize("language", sorted(CONTENT.catalogues))
async def test_nothing_on_it_tells(language: str) -> None:
    shown = [rendered(note).text for note in notes(language)]
    assert len(set(shown)) == 3 + 2 * len(CONTENT.prompts[language].lines)
    for text in shown:
        assert telling(language, text) == [], text


@pytest.mark.parametrize("language", sorted(CONTENT.catalogues))
async def test_the_list_would_find_the_questions(language: str) -> None:
    """The plain form is for those who chose it: there the question is seen at once, and the list would not have it."""
    found = 0
    for turn in range(20):
        plain = Invitation("0123456789abcdef-1", language, Question(Asks.CRAVING, turn=turn, plan="p"), turn=turn)
        found += bool(telling(language, rendered(plain).text))
    assert found > 10
