"""Do people find what they ask for? Every file of questions beside this one must reach the bar."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from supportbot import content as content_files
from supportbot.services.library import Library

FILES = sorted(Path(__file__).parent.glob("questions*.toml"))
AMONG_THREE, FIRST = 0.95, 0.80
RIGHT_WHERE_SURE = 0.95


@pytest.fixture(scope="module")
def library() -> Library:
    content = content_files.load()
    return Library(content.knowledge, content.typed, content.searching)


def test_there_are_questions() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_people_find_what_they_ask_for(library: Library, file: Path) -> None:
    questions = tomllib.loads(file.read_text(encoding="utf-8"))["questions"]
    first, among, missed = 0, 0, list[str]()
    sure = list[bool]()
    for each in questions:
        wanted = set(each["ids"])
        answer = await library.ask(each["text"], [each["language"]])
        found = [hit.entry.id for hit in answer.found[:3]]
        if answer.sure:
            sure.append(found[0] in wanted)
        first += bool(wanted & set(found[:1]))
        among += bool(wanted & set(found))
        if answer.sure and not sure[-1]:
            missed.append(f"{each['text']!r}: sure of {found[0]}, and not {sorted(wanted)}")
        if not wanted & set(found):
            missed.append(f"{each['text']!r}: {found} and not {sorted(wanted)}")
    shown = "\n".join((f"first {first}, among three {among}, sure {len(sure)}, of {len(questions)}", *missed))
    assert among >= AMONG_THREE * len(questions), shown
    assert first >= FIRST * len(questions), shown
    # Half of them at least, or else it is no feat to be right.
    assert len(sure) >= len(questions) / 2, shown
    assert sum(sure) >= RIGHT_WHERE_SURE * len(sure), shown


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_accepted_entry_is_there(file: Path) -> None:
    known = content_files.load().knowledge
    for each in tomllib.loads(file.read_text(encoding="utf-8"))["questions"]:
        assert each["ids"], each["text"]
        assert all(id_ in known for id_ in each["ids"]), each["text"]
