"""The expectations that differ, each by the name under which docs/sandbox.md explains it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

from tests.parity.stage import Stage

T = TypeVar("T")
DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"
HEADING = "## Where the sandbox and SimCord differ"


def differs(stage: Stage, name: str, *, sandbox: T, simcord: T) -> T:
    """What to expect here. `name` is a row of the table in docs/sandbox.md."""
    assert name in documented(), f"docs/sandbox.md does not explain the difference {name!r}"
    return sandbox if stage.kind == "sandbox" else simcord


def documented() -> set[str]:
    """The names in the first column of the table."""
    section = DOCS.read_text(encoding="utf-8").split(HEADING)[1].split("\n## ")[0]
    return set(re.findall(r"^\| \*\*(.+?)\*\* \|", section, re.MULTILINE))
