"""Reads what check-ins say, and refuses wordings that could not be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import Annotated

from pydantic import Field, StringConstraints

from supportbot.content.folders import Entry, File, Folders
from supportbot.domain.checkins import OWN_WORDS, Asks
from supportbot.domain.prompts import WORDS, Prompts, Reply

FOLDER = "prompts"
LONGEST = 500
_Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
_Wordings = Annotated[tuple[_Wording, ...], Field(min_length=2)]


class _PromptsEntry(Entry):
    lines: _Wordings
    questions: Mapping[Asks, _Wordings]
    replies: Mapping[Reply, _Wordings]


def read(folders: Folders) -> dict[str, Prompts]:
    """By language. Raises ContentError, which names the file and the key."""
    return {file.stem: _prompts(file) for file in folders.each(FOLDER, ".toml")}


def texts(file: File) -> Iterator[tuple[str, str]]:
    """Every wording of a file with its key. Raises ContentError."""
    entry = file.entry(_PromptsEntry)
    for name, wordings in _named(entry):
        yield from ((f"{name}.{number}", wording) for number, wording in enumerate(wordings, 1))


def _prompts(file: File) -> Prompts:
    entry = file.entry(_PromptsEntry)
    for kind, known in ((Asks, entry.questions), (Reply, entry.replies)):
        for each in kind:
            if each not in known:
                raise file.wrong(f"{'questions' if kind is Asks else 'replies'}: there is none for {each}")
    for name, wordings in _named(entry):
        _check(file, name, wordings)
    return Prompts(file.stem, entry.lines, entry.questions, entry.replies)


def _named(entry: _PromptsEntry) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "lines", entry.lines
    yield from ((f"questions.{asks}", wordings) for asks, wordings in entry.questions.items())
    yield from ((f"replies.{reply}", wordings) for reply, wordings in entry.replies.items())


def _check(file: File, name: str, wordings: Iterable[str]) -> None:
    seen: set[str] = set()
    wanted = {f"questions.{asks}" for asks in OWN_WORDS}
    for number, wording in enumerate(wordings, 1):
        where = f"{name}.{number}"
        if wording in seen:
            raise file.wrong(f"{where}: the same wording stands above already")
        seen.add(wording)
        try:
            blanks = [blank for _, blank, _, _ in Formatter().parse(wording) if blank is not None]
        except ValueError:
            blanks = ["?"]
        if blanks != (["words"] if name in wanted else []):
            raise file.wrong(f"{where}: {WORDS} stands once in a goal or a question, and nothing else in braces")
