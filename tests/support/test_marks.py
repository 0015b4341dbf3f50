"""The search finds what was planted, however it was kept; else a test with it would prove nothing."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.marks import FAMILIES, PUBLIC, Marks, Search, files_under

KEPT = {
    "as it is": lambda mark: f"x {mark} y".encode(),
    "small": lambda mark: mark.lower().encode(),
    "capital": lambda mark: mark.upper().encode(),
    "UTF-16": lambda mark: f"x{mark}".encode("utf-16"),
    "UTF-16 big": lambda mark: mark.encode("utf-16-be"),
    "JSON": lambda mark: json.dumps({"a": mark}).encode(),
    "JSON in JSON": lambda mark: json.dumps(json.dumps({"a": mark})).encode(),
    "bytes in a log": lambda mark: repr(mark.encode()).encode(),
    "an address": lambda mark: f"/a?b={quote(mark)}".encode(),
    "hexadecimal": lambda mark: f"x{mark}".encode().hex().encode(),
    "base64": lambda mark: base64.b64encode(mark.encode()),
    "base64, one on": lambda mark: base64.b64encode(f"x{mark}".encode()),
    "base64, two on": lambda mark: base64.b64encode(f"xy{mark} and more".encode()),
    "base64 of an address": lambda mark: base64.urlsafe_b64encode(f"xyz{mark}".encode()),
}


@pytest.mark.parametrize("way", KEPT)
@pytest.mark.parametrize("family", range(len(FAMILIES)))
def test_a_mark_is_found_however_it_was_kept(way: str, family: int) -> None:
    mark = Marks().word("typed", family)
    (first, *_) = Search(FAMILIES)({"there": b"something before " + KEPT[way](mark) + b" and after"})
    assert (first.place, first.what[: len(FAMILIES[family])]) == ("there", FAMILIES[family])


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    assert Search(FAMILIES)({"there": b"", "here": json.dumps(list("Zqvjxkw")).encode() * 100}) == []


def test_a_row_is_found_in_the_file_and_in_its_log(tmp_path: Path) -> None:
    marks, database = Marks(), tmp_path / "a.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE said (text TEXT)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO said VALUES (?)", [marks.word("typed", 1)])
        assert {each.place for each in Search(FAMILIES)(files_under(tmp_path))} == {f"{database}-wal"}
    assert {each.place for each in Search(FAMILIES)(files_under(tmp_path))} == {str(database)}


def test_marks_are_told_apart() -> None:
    marks = Marks()
    made = [marks.word("here", number % 3) for number in range(300)] + [marks.public("there")]
    assert len(set(made)) == len(marks.made) == 301
    assert len(marks.secret) == 300
    assert not any(PUBLIC in each for each in marks.secret)
