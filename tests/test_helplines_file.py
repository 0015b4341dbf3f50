"""The shipped helplines are the researched ones, digit for digit; a wrong file is refused with row and field."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from supportbot import content
from supportbot.domain.helplines import Contact, Helpline
from supportbot.errors import ContentError

RESEARCHED = "16f4a2848b420f1857daf9a4f18aac3b9d69206b1c8d13a3d6a142cd33ef3e5b"
COLUMNS = (
    "id", "iso", "subdivision", "kind", "service", "service_local", "audience", "phone", "text", "chat_url", "web_url",
    "hours", "languages", "note", "source", "source_year", "status",
)  # fmt: skip


def cells(line: Helpline) -> dict[str, str]:
    """The line as the research has it: one text a column."""
    contact = {name: getattr(line.contact, name) for name in Contact.__dataclass_fields__}
    row = {name: contact[name] if name in contact else getattr(line, name) for name in COLUMNS}
    row["languages"] = ";".join(line.languages)
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_every_row_is_the_researched_one_digit_for_digit() -> None:
    folder = os.environ.get("SUPPORTBOT_CONTRACT_DIR")
    research = Path(folder or "/nowhere").parent / "data" / "helplines.csv"
    if not research.is_file():
        pytest.skip("set SUPPORTBOT_CONTRACT_DIR to compare with the research, data/helplines.csv beside that folder")
    with research.open(newline="", encoding="utf-8") as file:
        researched = list(csv.DictReader(file))
    assert list(researched[0]) == list(COLUMNS)
    shipped = [cells(line) for line in content.load().helplines]
    for ours, theirs in zip(shipped, researched, strict=True):
        assert ours == theirs


def test_no_row_changed_by_mistake() -> None:
    """A changed row is a decision: look at its source, then write the new sum here."""
    rows = [cells(line) for line in content.load().helplines]
    assert len(rows) == 299
    assert hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest() == RESEARCHED


def test_the_file_holds_nothing_that_is_not_shown() -> None:
    """Read without our loader: every value of the file is in the line made from it."""
    raw = tomllib.loads(files("data").joinpath("helplines.toml").read_text(encoding="utf-8"))["lines"]
    for entry, line in zip(raw, content.load().helplines, strict=True):
        joined = {name: ";".join(value) if isinstance(value, list) else str(value) for name, value in entry.items()}
        assert {name: value for name, value in cells(line).items() if value} == joined


def test_what_is_said_of_the_lines_is_said_in_every_language() -> None:
    loaded = content.load()
    said = {text for line in loaded.helplines for text in (line.audience, line.note) if text}
    for language in set(loaded.catalogues) - {"en"}:
        assert set(loaded.line_words[language]) == said


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('"Police: 110." = "Policía: 101."', "Police: 110.: the numbers are not the same on both sides"),
        ('"Free." = ""', "Free.: must be a text"),
        ('"Free." = 1', "Free.: must be a text"),
    ],
)
def test_a_translation_keeps_the_numbers(tmp_path: Path, row: str, why: str) -> None:
    (tmp_path / "line_words").mkdir()
    (tmp_path / "line_words" / "es.toml").write_text(row)
    with pytest.raises(ContentError, match=rf"^line_words/es\.toml in SUPPORTBOT_CONTENT_DIR: {re.escape(why)}"):
        content.load(tmp_path)


GOOD: dict[str, Any] = {
    "id": "fr-emergency",
    "iso": "FR",
    "kind": "emergency",
    "service": "Ambulance",
    "audience": "anyone",
    "phone": "15",
    "hours": "24/7",
    "source": "a page",
    "source_year": 2024,
    "status": "official",
}
LINE = {**GOOD, "id": "fr-line", "kind": "crisis", "phone": "3114"}


def toml(*rows: dict[str, Any], head: str = "reviewed_on = 2026-01-31") -> str:
    parts = [head]
    for row in rows:
        parts += ["[[lines]]", *(f"{key} = {json.dumps(value)}" for key, value in row.items() if value is not None)]
    return "\n".join(parts)


def refused(folder: Path, text: str) -> str:
    (folder / "helplines.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        content.load(folder)
    start = "helplines.toml in SUPPORTBOT_CONTENT_DIR: "
    assert str(caught.value).startswith(start)
    return str(caught.value).removeprefix(start)


def test_an_operators_file_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "helplines.toml").write_text(toml(GOOD, {**LINE, "subdivision": "FR-IDF"}))
    (tmp_path / "locales" / "en").mkdir(parents=True)
    (tmp_path / "locales" / "en" / "ours.po").write_text('msgid "place.fr_idf"\nmsgstr "the Paris region"\n')
    loaded = content.load(tmp_path)
    assert [line.id for line in loaded.helplines] == ["fr-emergency", "fr-line"]
    assert set(loaded.helplines.countries) == {"FR"}
    assert loaded.catalogues["en"].gettext("place.fr_idf") == "the Paris region"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("id", "FR line", "String should match pattern"),
        ("iso", "FX", "is no country code"),
        ("iso", None, "Field required"),
        ("subdivision", "IDF", "String should match pattern"),
        ("subdivision", "GB-ENG", "GB-ENG is not in FR"),
        ("subdivision", "FR-IDF", "no text place.fr_idf names FR-IDF"),
        ("kind", "hotline", "Input should be 'emergency', "),
        ("status", "rumour", "Input should be 'official', "),
        ("service", "", "at least 1 character"),
        ("service", "Two  spaces", "spaces too many"),
        ("service", "Turned \u202egnuor", "hidden character U+202E"),
        ("service_local", "bell\x07", "hidden character U+0007"),
        ("audience", None, "Field required"),
        ("phone", "+33 3114", "may hold digits"),
        ("phone", "31\u066114", "may hold digits"),
        ("phone", "0800 CALL", "may hold digits"),
        ("phone", "1*23", "may hold digits"),
        ("phone", "3114 ", "spaces too many"),
        ("phone", "1234567890123456", "more digits"),
        ("phone", 3114, "valid string"),
        ("phone", None, "no way to reach"),
        ("text", "Signal 12345", "WhatsApp NUMBER"),
        ("text", "12345 to HELLO", "WhatsApp NUMBER"),
        ("chat_url", "ftp://example.org", "https or http"),
        ("web_url", "https://localhost", "https or http"),
        ("web_url", "https://exa mple.org", "https or http"),
        ("web_url", "example.org", "https or http"),
        ("web_url", "https://[broken", "is no address"),
        ("hours", "always", "begin with a time zone"),
        ("hours", "Europe/Atlantis daily 09:00-17:00", "begin with a time zone"),
        ("hours", "Europe/Paris", "no hours"),
        ("languages", ["French"], "String should match pattern"),
        ("source", None, "Field required"),
        ("source", "", "at least 1 character"),
        ("source_year", None, "Field required"),
        ("source_year", 2027, "from 1990 to 2026"),
        ("source_year", 1066, "from 1990 to 2026"),
        ("fax", "1", "Extra inputs"),
    ],
)
def test_a_field_that_is_wrong(tmp_path: Path, field: str, value: object, why: str) -> None:
    said = refused(tmp_path, toml(GOOD, {**LINE, field: value}))
    name = "FR line" if field == "id" else "fr-line"
    assert said.startswith(f"{name}: {field}")
    assert why in said


@pytest.mark.parametrize("text", ["988", "HOME to 741741", "your ZIP code to 435748", "WhatsApp 61 9610-0180"])
def test_ways_to_write_that_are_right(tmp_path: Path, text: str) -> None:
    (tmp_path / "helplines.toml").write_text(toml(GOOD, {**LINE, "text": text, "phone": "*0-7"}))
    assert [line.contact.text for line in content.load(tmp_path).helplines] == [None, text]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "lines: there is none"),
        ([LINE], "lines: FR must have one emergency line, and has 0"),
        ([GOOD, {**GOOD, "id": "fr-two"}], "lines: FR must have one emergency line, and has 2"),
        ([GOOD, {**LINE, "id": "fr-emergency"}], "fr-emergency: id: is given twice"),
        ([GOOD, {**GOOD, "id": "be", "iso": "BE"}, LINE], "lines: all lines of FR must stand together"),
        ([{**GOOD, "phone": None, "web_url": "https://example.org"}], "fr-emergency: phone: an emergency line needs"),
        ([GOOD, {**GOOD, "id": "all", "iso": "001"}], "all: iso: no emergency number holds everywhere"),
    ],
)
def test_rows_that_do_not_go_together(tmp_path: Path, rows: list[dict[str, Any]], why: str) -> None:
    assert refused(tmp_path, toml(*rows)).startswith(why)


@pytest.mark.parametrize("head", ["", "reviewed_on = 'soon'", "reviewed_on = 2026-01-31\nbuilt_on = 2026-01-31"])
def test_a_head_that_is_wrong(tmp_path: Path, head: str) -> None:
    assert refused(tmp_path, toml(GOOD, head=head)).startswith(("reviewed_on: ", "built_on: "))


def test_a_second_key_in_one_row(tmp_path: Path) -> None:
    assert "not readable as TOML" in refused(tmp_path, toml(GOOD) + '\nphone = "17"')
