"""Crisis words against phrasings written without sight of the lists and of what the weights were learned from.

Whoever works on the lists or the weights does not read these files: they would no longer measure anything.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from supportbot.content import load
from tests.domain.phrases import learn

FOLDER = Path(__file__).parent / "held_out"


@pytest.mark.parametrize("language", ["en", "es"])
def test_crisis_words_on_unseen_phrasings(language: str) -> None:
    typed = load().typed
    caught, false = list[bool](), list[bool]()
    files = sorted(FOLDER.glob(f"*.{language}.toml"))
    # What two people wrote alike by chance was learned from, and proves nothing here.
    learned = {learn.plain(text) for text, _ in learn.phrasings()}
    for file in files:
        phrases = tomllib.loads(file.read_text(encoding="utf-8"))
        assert len(set(phrases["danger"])) == len(set(phrases["harmless"])) == 60
        here, alike = (
            [typed.mean_crisis(text) for text in phrases[kind] if learn.plain(text) not in learned]
            for kind in ("danger", "harmless")
        )
        assert min(len(here), len(alike)) >= 50
        # Only figures: naming what was missed would teach it by heart.
        print(f"{file.stem}: caught {sum(here)} of {len(here)}, false {sum(alike)} of {len(alike)}")  # noqa: T201
        caught += here
        false += alike
    assert files
    assert sum(caught) / len(caught) >= 0.95
    assert sum(false) / len(false) <= 0.02


def test_the_weights_were_learned_from_the_phrasings_that_are_there() -> None:
    facts = tomllib.loads(learn.WEIGHTS.read_text(encoding="utf-8"))
    assert facts["learned_from"] == learn.digest(), "run python -m tests.domain.phrases.learn"
