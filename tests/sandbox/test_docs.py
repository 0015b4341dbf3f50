"""docs/sandbox.md names every call and every fault, with an example for each call."""

from __future__ import annotations

import re
from pathlib import Path

from supportbot.sandbox.api import PREFIX
from supportbot.sandbox.faults import KINDS
from supportbot.sandbox.server import Sandbox

DOCS = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


async def test_every_call_is_documented_with_an_example(sandbox: Sandbox) -> None:
    assert sandbox._runner is not None
    examples = re.findall(r"curl -sN? (?:-X (\w+) +)?\"?\$A(/[^\s\"?]*)", DOCS)
    for route in sandbox._runner.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if not path.startswith(PREFIX) or route.method not in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            continue
        short = path.removeprefix(PREFIX)
        assert f"`{route.method} {short}" in DOCS.replace(", `DELETE", "\n`DELETE") or short.endswith("{fault}"), path
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", short) + "$")
        assert any((method or "GET") == route.method and pattern.match(found) for method, found in examples), path


def test_every_fault_is_documented() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", DOCS.split("### Faults")[1], re.MULTILINE)) >= KINDS
