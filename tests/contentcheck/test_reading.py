"""What is measured of a text, and what the measure says."""

from __future__ import annotations

import pytest

from supportbot.contentcheck.reading import MEASURES, SHORTEST_MEASURED, is_measured, prose

PLAIN = {
    "en": "You can talk to us. We are here each day. Some people come with a friend. " * 4,
    "es": "Puedes hablar con nosotros. Estamos aquí cada día. Hay quien viene con un amigo. " * 4,
}
HARD = {
    "en": "Interdisciplinary rehabilitation necessitates comprehensive psychosocial evaluation of vulnerable "
    "populations throughout institutional deinstitutionalization procedures. " * 5,
    "es": "La rehabilitación interdisciplinaria presupone evaluaciones psicosociales pormenorizadas de las poblaciones "
    "vulnerabilizadas durante procedimientos de desinstitucionalización administrativa. " * 5,
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_plain_and_hard_texts_are_told_apart(language: str) -> None:
    measure = MEASURES[language]
    assert measure.is_kept(measure.of(PLAIN[language]))
    assert not measure.is_kept(measure.of(HARD[language]))


def test_the_grade_is_the_one_of_the_formula() -> None:
    """0.39 words a sentence + 11.8 syllables a word - 15.59: here 7 words, 7 syllables, one sentence."""
    assert MEASURES["en"].of("The cat sat on the red mat.") == pytest.approx(0.39 * 7 + 11.8 - 15.59, abs=0.01)


def test_the_bound_itself_is_kept() -> None:
    assert MEASURES["en"].is_kept(8.0)
    assert not MEASURES["en"].is_kept(8.1)
    assert MEASURES["es"].is_kept(70.0)
    assert not MEASURES["es"].is_kept(69.9)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("### What they do\n- **Listen**\n- Ask: you may say no.", "What they do.\nListen.\nAsk: you may say no."),
        ("Press {crisis} now", "Press this now."),
        ("Psychologists:\n<https://house.example/list>", "Psychologists."),
        ("1. One\n2) Two?", "One.\nTwo?"),
        ("It says “No.”", "It says “No.”"),
        ("---\n\n✅", ""),
    ],
)
def test_what_is_read(text: str, read: str) -> None:
    assert prose(text) == read


def test_short_texts_are_not_measured() -> None:
    assert not is_measured("word " * (SHORTEST_MEASURED - 1))
    assert is_measured("word " * SHORTEST_MEASURED)
