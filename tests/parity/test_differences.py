"""The table in docs/sandbox.md and the scenarios name the same differences."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.parity.differences import documented


def named_in_scenarios() -> Iterator[str]:
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "differs":
                name = node.args[1]
                assert isinstance(name, ast.Constant)
                yield str(name.value)


def test_every_difference_is_explained_and_shown() -> None:
    assert documented() == set(named_in_scenarios())
