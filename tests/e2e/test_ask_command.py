"""`supportbot ask`: what members find, without Discord."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.program import supportbot

pytestmark = pytest.mark.long


async def test_a_question(tmp_path: Path) -> None:
    code, out, err = await supportbot("ask", "what is dbt", "--json", cwd=tmp_path)
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert said["crisis"] is False
    assert (said["entries"][0]["id"], said["entries"][0].keys()) == ("dbt", {"id", "title", "score"})
    scores = [each["score"] for each in said["entries"]]
    assert scores == sorted(scores, reverse=True)
    code, out, _ = await supportbot("ask", "what is dbt", cwd=tmp_path)
    assert (code, "(dbt)" in out.splitlines()[0]) == (0, True)


async def test_another_language(tmp_path: Path) -> None:
    titles: list[str] = []
    for language in ("en", "es"):
        code, out, _ = await supportbot("ask", "naloxona", "--json", "--lang", language, cwd=tmp_path)
        assert code == 0
        titles.append(json.loads(out)["entries"][0]["title"])
    assert titles == ["Naloxone", "Naloxona"]


async def test_crisis_and_nothing_found(tmp_path: Path) -> None:
    code, out, _ = await supportbot("ask", "i want to kill myself", "--json", cwd=tmp_path)
    assert (code, json.loads(out)["crisis"]) == (0, True)
    code, out, _ = await supportbot("ask", "i want to kill myself", cwd=tmp_path)
    assert (code, "crisis help first" in out) == (0, True)
    for question in ("", "🙂", "'; drop table plans; --"):
        code, out, _ = await supportbot("ask", question, "--json", cwd=tmp_path)
        assert (code, json.loads(out)) == (0, {"crisis": False, "entries": []})
    code, out, _ = await supportbot("ask", "🙂", cwd=tmp_path)
    assert (code, out) == (0, "Nothing found.\n")


async def test_it_needs_no_token_and_leaves_nothing_behind(tmp_path: Path) -> None:
    code, _, _ = await supportbot("ask", "therapy", cwd=tmp_path)
    assert (code, list(tmp_path.iterdir())) == (0, [])


async def test_the_language_that_is_meant_or_a_refusal(tmp_path: Path) -> None:
    told = {each: await supportbot("ask", "naloxona", "--lang", each, cwd=tmp_path) for each in ("es", "es-MX", "ES")}
    assert len(set(told.values())) == 1
    assert told["es"][0] == 0
    assert told["es"] != await supportbot("ask", "naloxona", cwd=tmp_path)
    code, out, err = await supportbot("ask", "naloxona", "--lang", "xx", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert "only in en, es" in " ".join(err.split())
