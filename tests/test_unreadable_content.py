"""Content files that no parser takes are refused with a sentence that names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from supportbot import content
from supportbot.errors import ContentError


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "locales/en/bot.po",
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=ut-8\\n"\n\nmsgid "ok"\nmsgstr "ok"\n',
        ),
        ("triage.toml", f"[a{'.a' * 5000}]\n" * 2),
    ],
)
def test_it_is_refused_in_a_sentence(tmp_path: Path, path: str, text: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    with pytest.raises(ContentError, match=f"^{path} in SUPPORTBOT_CONTENT_DIR: not readable") as refusal:
        content.load(tmp_path)
    assert len(str(refusal.value)) < 1000
