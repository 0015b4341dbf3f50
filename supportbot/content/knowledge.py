"""What the bot explains: files with a head of facts about them and a body of pages, and the references they rest on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from supportbot.content.catalogues import DEFAULT_LANGUAGE
from supportbot.content.folders import Entry, File, Folders, Text
from supportbot.domain import knowledge
from supportbot.domain.commands import NAMES
from supportbot.domain.knowledge import DOORS, RESERVED, Knowledge, Reference
from supportbot.domain.roles import Role

FOLDER = "knowledge"
REFERENCES = "references.toml"
WORDS = "study_words"
_FENCE = "+++"
_PAGE_BREAK = re.compile(r"^---[ \t]*$", re.MULTILINE)
_BLANK = re.compile(r"\{([^{}]*)\}")


class _ReferenceEntry(Entry):
    title: Text
    kind: Text
    checked: bool
    author: Text | None = None
    year: int | None = None
    link: Text | None = None
    design: Text | None = None
    n: int | None = None
    of: Text | None = None
    by_developers: bool = False
    figures: Mapping[Text, int] = Field(default_factory=dict)


class _RoleHead(Entry):
    focus: Text
    nature: Text
    training: Text
    setting: Text
    goal: Text
    when: Text


class _Head(Entry):
    # It stands in the ids of buttons, twice in some.
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    title: Text
    summary: Text
    reviewed_on: date
    synonyms: tuple[Text, ...] = ()
    silent: tuple[Text, ...] = ()
    # A translation leaves these to the English entry.
    topics: tuple[Text, ...] | None = None
    facts: tuple[Text, ...] | None = None
    sources: tuple[Text, ...] | None = None
    next: tuple[Text, ...] | None = None
    role: _RoleHead | None = None


def read_references(folders: Folders) -> dict[str, Reference]:
    """By id; an operator's takes the place of a shipped one with the same id. Raises ContentError."""
    found: dict[str, Reference] = {}
    for file in folders.layers(REFERENCES):
        for key, value in file.toml().items():
            found[key] = Reference(key, **file.checked(_ReferenceEntry, value, key).model_dump())
    return found


def read(folders: Folders, references: Mapping[str, Reference]) -> Knowledge:
    """Every entry, checked against the others. Raises ContentError, which names the file and the key."""
    files = [(shelf, file) for shelf in folders.inside(FOLDER) for file in folders.each(f"{FOLDER}/{shelf}", ".md")]
    # English first: a translation takes from it what is the same in every language.
    files.sort(key=lambda each: (each[1].language != DEFAULT_LANGUAGE, each[0], each[1].name))
    english: dict[str, knowledge.Entry] = {}
    found: list[tuple[File, knowledge.Entry]] = []
    where: dict[tuple[str, str], File] = {}
    for shelf, file in files:
        entry = _entry(file, shelf, references, english)
        if (entry.id, entry.language) in where:
            raise file.wrong(f"id: {where[entry.id, entry.language].path} has the same one")
        where[entry.id, entry.language] = file
        if entry.language == DEFAULT_LANGUAGE:
            english[entry.id] = entry
        found.append((file, entry))
    known = {entry.id for _, entry in found} | DOORS
    for file, entry in found:
        if dead := [id_ for id_ in entry.then if id_ not in known]:
            raise file.wrong(f"next: no entry is called {dead[0]}")
    return Knowledge((entry for _, entry in found), references, default=DEFAULT_LANGUAGE)


def _entry(
    file: File, shelf: str, references: Mapping[str, Reference], english: Mapping[str, knowledge.Entry]
) -> knowledge.Entry:
    head, body = _parts(file)
    parsed = file.checked(_Head, head)
    if parsed.id in RESERVED or parsed.id.isdecimal():
        raise file.wrong(f"id: no entry can be called {parsed.id}; add a word to it")
    if file.name != f"{parsed.id}.{file.language}.md":
        raise file.wrong(f"id: {parsed.id} is not what the file is called")
    base = english.get(parsed.id)
    if base is not None and base.shelf != shelf:
        raise file.wrong(f"id: the English entry stands in {FOLDER}/{base.shelf}")
    sources = _shared(file, "sources", parsed.sources, base and base.sources)
    for source in sources:
        if source not in references:
            raise file.wrong(f"sources: no reference called {source}")
    if base is not None and (base.role is None) != (parsed.role is None):
        raise file.wrong("role: either the entry has it in every language, or in none")
    return knowledge.Entry(
        id=parsed.id,
        shelf=shelf,
        language=file.language,
        title=parsed.title,
        summary=parsed.summary,
        synonyms=parsed.synonyms,
        silent=parsed.silent,
        topics=_shared(file, "topics", parsed.topics, base and base.topics),
        facts=_shared(file, "facts", parsed.facts, base and base.facts),
        sources=sources,
        then=_shared(file, "next", parsed.next, base and base.then),
        reviewed_on=parsed.reviewed_on,
        pages=tuple(_filled(file, page, sources, references) for page in _pages(file, body)),
        role=None if parsed.role is None else Role(**parsed.role.model_dump()),
    )


def pages_of(file: File) -> tuple[str, ...]:
    """The pages of an entry as they are written, with their blanks. Raises ContentError."""
    return tuple(_pages(file, _parts(file)[1]))


def _parts(file: File) -> tuple[dict[str, object], str]:
    """The head as TOML between two fences, and what stands below. Raises ContentError."""
    try:
        text = file.read().decode()
    except UnicodeDecodeError as error:
        raise file.wrong(f"not readable as text: {error}") from None
    before, fence, rest = text.partition(f"{_FENCE}\n")
    head, closing, body = rest.partition(f"\n{_FENCE}\n")
    if before.strip() or not fence or not closing:
        raise file.wrong(f"it must begin with a head between two lines of {_FENCE}")
    try:
        return tomllib.loads(head), body
    except RecursionError:
        raise file.wrong("its head is nested too deeply to be read as TOML") from None
    except ValueError as error:  # not TOML, or a number of thousands of digits
        raise file.wrong(f"its head is not readable as TOML: {error}") from None


def _pages(file: File, body: str) -> Iterator[str]:
    for number, page in enumerate(_PAGE_BREAK.split(body), 1):
        if not page.strip():
            raise file.wrong(f"page {number} is empty")
        yield page.strip()


def _shared(file: File, key: str, given: tuple[str, ...] | None, english: tuple[str, ...] | None) -> tuple[str, ...]:
    """What is the same in every language: the entry's own, else that of the English one."""
    if given is not None:
        return given
    if english is None:
        raise file.wrong(f"{key}: missing, and there is no English entry to take it from")
    return english


def _filled(file: File, page: str, sources: tuple[str, ...], references: Mapping[str, Reference]) -> str:
    """Figures come from the references, so that a text cannot say another one; commands are left to be filled."""

    def fill(match: re.Match[str]) -> str:
        reference, dot, name = match[1].partition(".")
        if not dot:
            if match[1] not in NAMES:
                raise file.wrong(f"body: nothing fills {match[0]}")
            return match[0]
        return str(_figure(file, references.get(reference) if reference in sources else None, reference, name))

    filled = _BLANK.sub(fill, page)
    if re.search(r"[{}]", _BLANK.sub("", filled)):
        raise file.wrong("body: a lone brace")
    return filled


def _figure(file: File, reference: Reference | None, named: str, name: str) -> int:
    if reference is None:
        raise file.wrong(f"body: it gives a figure of {named}, which is not in its sources")
    if not reference.checked:
        raise file.wrong(f"body: {named} is not checked, so its figures are not shown")
    value = reference.n if name == "n" else (reference.figures or {}).get(name)
    if value is None:
        raise file.wrong(f"body: {named} has no figure called {name}")
    return value
