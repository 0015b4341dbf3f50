"""The editor's commands, as an operator runs them: without a token, without a database, with a folder of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supportbot import content
from tests.contentcheck.houses import ENGLISH, FACTS, build, change, write
from tests.e2e.program import supportbot

pytestmark = pytest.mark.long


async def test_nothing_is_found_in_what_is_shipped(tmp_path: Path) -> None:
    code, out, err = await supportbot("content", "lint", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert out.endswith("in en, es; 0 faults\n")
    assert not list(tmp_path.iterdir()), "it leaves nothing behind"


async def test_a_fault_is_one_line_and_ends_with_1(tmp_path: Path) -> None:
    change(build(tmp_path), ENGLISH, "Many people", "Many addicts")
    code, out, err = await supportbot("content", "lint", cwd=tmp_path, SUPPORTBOT_CONTENT_DIR=str(tmp_path))
    assert (code, err) == (1, "")
    first, last = out.splitlines()
    assert first == (
        f"FAIL {ENGLISH} (page 1): person-first: “addicts”; better: person with a substance use disorder, "
        "person who uses drugs, person with an alcohol problem"
    )
    assert last.endswith("1 faults")


async def test_a_fault_as_json(tmp_path: Path) -> None:
    change(build(tmp_path), ENGLISH, "Many people", "Many addicts")
    code, out, _ = await supportbot("content", "lint", "--json", cwd=tmp_path, SUPPORTBOT_CONTENT_DIR=str(tmp_path))
    told = json.loads(out)
    assert code == 1
    assert told["entries"] == len(content.load().knowledge) + 1
    assert [(each["file"], each["key"], each["rule"], each["fault"]) for each in told["findings"]] == [
        (ENGLISH, "page 1", "person-first", True)
    ]


async def test_content_that_the_bot_would_not_start_with_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, ENGLISH, "nothing of an entry")
    code, out, _ = await supportbot("content", "lint", cwd=tmp_path, SUPPORTBOT_CONTENT_DIR=str(tmp_path))
    assert code == 1
    assert out.startswith(f"FAIL {ENGLISH}: refused: it must begin with a head")


async def test_every_entry_with_all_its_text(tmp_path: Path) -> None:
    build(tmp_path)
    code, out, err = await supportbot("content", "list", "--json", cwd=tmp_path, SUPPORTBOT_CONTENT_DIR=str(tmp_path))
    assert (code, err) == (0, "")
    listed = {(each["id"], each["language"]): each for each in json.loads(out)}
    known = content.load(tmp_path).knowledge
    assert len(listed) == len(list(known.every()))
    for entry in known.every():
        there = listed[entry.id, entry.language]
        assert there["title"] == entry.title
        assert there["pages"] == list(entry.pages)
        assert (there["synonyms"], there["silent"]) == (list(entry.synonyms), list(entry.silent))
        assert (there["facts"], there["sources"], there["next"]) == (
            list(entry.facts),
            list(entry.sources),
            list(entry.then),
        )
        assert there["reviewed_on"] == entry.reviewed_on.isoformat()
    assert listed["house-sleep", "es"]["file"] == ENGLISH.replace(".en.", ".es.")
    assert listed["therapist", "en"]["role"].keys() == {"focus", "nature", "training", "setting", "goal", "when"}


async def test_one_language_alone(tmp_path: Path) -> None:
    _, out, _ = await supportbot("content", "list", "--json", "--lang", "es", cwd=tmp_path)
    assert {each["language"] for each in json.loads(out)} == {"es"}
    _, out, _ = await supportbot("content", "list", "--lang", "es", cwd=tmp_path)
    assert "roles/therapist (es): " in out
    code, _, err = await supportbot("content", "list", "--lang", "xx", cwd=tmp_path)
    assert code == 2
    assert "only in en, es" in " ".join(err.split())
    for variant in ("ES", "es-MX", "es_mx"):
        code, out, _ = await supportbot("content", "list", "--lang", variant, cwd=tmp_path)
        assert (code, "roles/therapist (es): " in out, "(en)" in out) == (0, True, False)


async def test_each_fact_with_the_way_to_it(tmp_path: Path) -> None:
    code, out, _ = await supportbot("content", "facts", "--json", cwd=tmp_path)
    facts = {each["id"]: each for each in json.loads(out)}
    assert code == 0
    assert len(facts) == 39 + 15
    assert all(each["covered"] and each["entries"] for each in facts.values())
    assert {"id": "intervention-evidence", "command": "/intervention evidence"} in facts["E01"]["entries"]


async def test_a_fact_that_nothing_explains_ends_with_1(tmp_path: Path) -> None:
    write(tmp_path, FACTS, '[facts]\nH01 = "Sleep helps."\n')
    code, out, _ = await supportbot("content", "facts", cwd=tmp_path, SUPPORTBOT_CONTENT_DIR=str(tmp_path))
    assert code == 1
    assert "H01 Sleep helps.\n    FAIL: no entry covers it\n54 of 55 facts are covered\n" in out


async def test_help_reads_no_dictionary(tmp_path: Path) -> None:
    code, out, _ = await supportbot("content", "--help", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    assert code == 0
    assert {"lint", "list", "facts"} <= set(out.split())
    _, _, imported = await supportbot("content", "lint", "--help", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    assert "typer" in imported
    assert "textstat" not in imported
    assert "discord" not in imported
