"""`supportbot triage`: the same engine, without Discord."""

from __future__ import annotations

import json
from pathlib import Path

from supportbot.content import load_triage
from supportbot.domain.triage import UNDER_18
from tests.domain import triage_oracle as oracle
from tests.e2e.program import supportbot


async def test_one_set_of_answers(tmp_path: Path) -> None:
    answers = "safety=no,about=self,concern=life,willing=no,worsening=yes,under_18=yes"
    code, out, err = await supportbot("triage", "--answers", answers, "--json", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "outcome": "peer_support",
        "also": ["youth_lines", "therapist"],
        "reasons": ["about=self", "willing=no", "worsening=yes"],
        "asked": ["safety", "about", "concern", "willing", "worsening"],
    }
    code, out, _ = await supportbot("triage", "--answers", answers, cwd=tmp_path)
    assert (code, out.splitlines()[0]) == (0, "peer_support")


async def test_answers_that_do_not_fit(tmp_path: Path) -> None:
    code, out, err = await supportbot("triage", "--answers", "safety=no", cwd=tmp_path)
    assert (code, out, err) == (1, "", "supportbot: about would be asked, and has no answer\n")
    code, out, _ = await supportbot("triage", "--answers", "safety", "--json", cwd=tmp_path)
    assert code == 1
    assert "question=answer" in json.loads(out)["error"]
    code, _, err = await supportbot("triage", cwd=tmp_path)
    assert code == 2
    assert "either --answers or --answers-file" in err


async def test_a_file_of_every_path(tmp_path: Path) -> None:
    paths = list(load_triage().paths())
    file = tmp_path / "paths.jsonl"
    file.write_text("".join(json.dumps(path) + "\n" for path in paths), encoding="utf-8")
    code, out, err = await supportbot("triage", "--answers-file", str(file), cwd=tmp_path)
    assert (code, err) == (0, "")
    results = [json.loads(line) for line in out.splitlines()]
    assert len(results) == len(paths)
    for path, result in zip(paths, results, strict=True):
        given = {str(question): str(answer) for question, answer in path.items() if question != UNDER_18}
        outcome, also, reasons, _ = oracle.judge(given, under_18=UNDER_18 in path)
        assert result == {"outcome": outcome, "also": also, "reasons": reasons, "asked": list(given)}


async def test_a_file_with_lines_that_do_not_fit(tmp_path: Path) -> None:
    good = '{"safety": "yes"}'
    lines = [good, "", "[]", '{"safety": 1}', '{"safety": "yes", "safety": "no"}', "{", '{"safety": "maybe"}', good]
    file = tmp_path / "some.jsonl"
    file.write_bytes("\n".join(lines).encode() + b'\n{"safety": "\xff"}\n')
    code, out, err = await supportbot("triage", "--answers-file", str(file), cwd=tmp_path)
    assert (code, err) == (1, "")
    results = [json.loads(line) for line in out.splitlines()]
    assert ["error" in result for result in results] == [False, *[True] * 6, False, True]
    assert results[0] == {"outcome": "crisis", "also": [], "reasons": ["safety=yes"], "asked": ["safety"]}
