"""SECURITY.md's threat model names whom it must, and every test in it is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
MODEL = TEXT[TEXT.index("## Threat model") : TEXT.index("## What is protected")]
ROWS = [line for line in MODEL.splitlines() if line.startswith("| **")]
NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)`")


def missing(text: str) -> list[str]:
    """The tests that are named and not there."""
    return [
        each[0]
        for each in NAMED.finditer(text)
        if not (ROOT / each["file"]).is_file()
        or not re.search(rf"^(async )?def {each['test']}\(", (ROOT / each["file"]).read_text("utf-8"), re.MULTILINE)
    ]


def test_every_test_that_is_named_is_there() -> None:
    assert missing(TEXT) == []
    assert len(NAMED.findall(MODEL)) > 30
    assert missing("`tests/test_threat_model.py::test_nobody`") != []


def test_every_row_says_what_stops_it_and_what_remains() -> None:
    for row in ROWS:
        who, tried, stops, remains = (cell.strip() for cell in row.strip("|").split(" | "))
        assert NAMED.search(stops), who
        assert len(tried) > 15, who
        assert len(remains) > 20, who


@pytest.mark.parametrize(
    "who",
    [
        "operator",
        "moderator",
        "member",
        "stranger",
        "Another bot",
        "stolen backup",
        "stolen disk",
        "compromised dependency",
        "content folder",
        "key file or erasure ledger",
        "clock address",
    ],
)
def test_it_is_about(who: str) -> None:
    assert any(who in row.split(" | ")[0] for row in ROWS)
