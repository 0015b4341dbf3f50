"""What editors work with: every text with its place, the rules for wording, and the facts to be covered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import cast

from pydantic import ConfigDict

from supportbot.content import catalogues, knowledge, prompts, wordings
from supportbot.content.folders import AS_SHIPPED, Entry, File, Folders, Text
from supportbot.domain import knowledge as domain
from supportbot.domain.knowledge import Fact
from supportbot.domain.roles import Aspect
from supportbot.domain.wording import Wording

FACTS = "facts.toml"
COMPARISONS = "comparisons"
CONSENT = "consent"
SOURCED = ("triage.toml", "crisis.toml")
"""Files whose texts stand in the catalogues, with what these rest on."""


class Kind(StrEnum):
    """Where a text stands, as far as rules differ."""

    ENTRY = "entry"
    PAIR = "pair"
    CONSENT = "consent"
    SAYING = "saying"


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that people can see: the file, the key or page in it, and what it belongs to.

    `owner` is the id of the entry or pair, and empty for the bot's other words. `is_body` tells prose from a title.
    """

    file: str
    is_shipped: bool
    key: str
    language: str
    kind: Kind
    text: str
    owner: str = ""
    is_body: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The file of an entry in one language."""

    file: str
    is_shipped: bool


class _FactsEntry(Entry):
    facts: Mapping[Text, Text]


class _TextsEntry(Entry):
    """A file of which only the texts and the day count here: the loader has checked the rest."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: Text | None = None
    intro: Text | None = None
    together: Text | None = None
    note: Text | None = None
    body: Text | None = None
    id: Text | None = None
    reviewed_on: date | None = None


class Desk:
    """Every file that counts, as editors see it. An operator's folder lies over the shipped one."""

    def __init__(self, override: Path | None) -> None:
        self._folders = Folders(override)

    def wording(self, language: str) -> Wording:
        """The rules of a language and those of every language. An operator's add to these. Raises ContentError."""
        return wordings.read(self._folders, language)

    def facts(self) -> dict[str, Fact]:
        """By id; an operator's take the place of shipped ones, or are further ones. Raises ContentError."""
        found: dict[str, str] = {}
        for file in self._folders.layers(FACTS):
            found.update(file.entry(_FactsEntry).facts)
        return {id_: Fact(id_, says) for id_, says in found.items()}

    def places(self) -> dict[tuple[str, str], Place]:
        """Where each entry stands, by id and language."""
        return {
            (file.stem.removesuffix(f".{file.language}"), file.language): Place(file.path, file.whose == AS_SHIPPED)
            for shelf in self._folders.inside(knowledge.FOLDER)
            for file in self._folders.each(f"{knowledge.FOLDER}/{shelf}", ".md")
        }

    def raw(self, place: Place) -> tuple[str, ...]:
        """The pages of an entry as they are written, figures not filled in."""
        return knowledge.pages_of(self._folders.one(place.file))

    def references_of_operator(self) -> frozenset[str]:
        """The ids of the references that do not come with the program."""
        files = self._folders.layers(knowledge.REFERENCES)
        return frozenset(id_ for file in files if file.whose != AS_SHIPPED for id_ in file.toml())

    def sources_elsewhere(self) -> frozenset[str]:
        """The references that the triage and the crisis page rest on."""
        return frozenset(each for path in SOURCED for each in _sources_in(self._folders.one(path).toml()))

    def shipped_languages(self) -> frozenset[str]:
        """Those that come with the program."""
        files = self._folders.every(wordings.FOLDER, ".toml")
        return frozenset(file.stem for file in files if file.whose == AS_SHIPPED) - {wordings.FOR_EVERY_LANGUAGE}

    def shipped_shelves(self) -> frozenset[str]:
        """Those that come with the program."""
        return frozenset(Folders(None).inside(knowledge.FOLDER))

    def dates(self) -> Iterator[tuple[str, date]]:
        """Each comparison, and when it was looked over."""
        for file in self._folders.each(COMPARISONS, ".toml"):
            entry = file.entry(_TextsEntry)
            if entry.reviewed_on is not None:
                yield file.path, entry.reviewed_on

    def passages(self, known: domain.Knowledge) -> Iterator[Passage]:
        """Every text that people can see. Words by which an entry is found and that are never shown are none."""
        places = self.places()
        for entry in known.every():
            yield from _of_entry(entry, places[entry.id, entry.language])
        for folder, kind in ((COMPARISONS, Kind.PAIR), (CONSENT, Kind.CONSENT)):
            for file in self._folders.each(folder, ".toml"):
                yield from _of_file(file, kind)
        for file in self._folders.each(prompts.FOLDER, ".toml"):
            for key, text in prompts.texts(file):
                yield Passage(file.path, file.whose == AS_SHIPPED, key, file.stem, Kind.SAYING, text, is_body=True)
        for language in self._folders.inside(catalogues.FOLDER):
            yield from self._sayings(language)

    def _sayings(self, language: str) -> Iterator[Passage]:
        found: dict[str, tuple[File, tuple[str, ...]]] = {}
        for file, id_, forms in catalogues.messages(self._folders, language):
            found[id_] = (file, forms)
        for id_, (file, forms) in found.items():
            for form in dict.fromkeys(forms):
                yield Passage(file.path, file.whose == AS_SHIPPED, id_, language, Kind.SAYING, form, is_body=True)


def _of_entry(entry: domain.Entry, place: Place) -> Iterator[Passage]:
    texts = [("title", entry.title), ("summary", entry.summary), *(("synonyms", each) for each in entry.synonyms)]
    if entry.role is not None:
        texts += [(f"role.{aspect.value}", entry.role.says(aspect)) for aspect in Aspect]
    pages = [(f"page {number}", page) for number, page in enumerate(entry.pages, 1)]
    for key, text in (*texts, *pages):
        yield Passage(
            place.file,
            place.is_shipped,
            key,
            entry.language,
            Kind.ENTRY,
            text,
            owner=entry.id,
            is_body=key.startswith("page "),
        )


def _of_file(file: File, kind: Kind) -> Iterator[Passage]:
    entry = file.entry(_TextsEntry)
    for key in ("title", "intro", "together", "note", "body"):
        text = getattr(entry, key)
        if text is not None:
            shipped = file.whose == AS_SHIPPED
            yield Passage(
                file.path, shipped, key, file.language, kind, text, owner=entry.id or "", is_body=key != "title"
            )


def _sources_in(value: object, *, below: bool = False) -> Iterator[str]:
    """Every name that stands under a key `sources`, however deep."""
    match value:
        case str() if below:
            yield value
        case list():
            for each in cast("list[object]", value):
                yield from _sources_in(each, below=below)
        case dict():
            for key, each in cast("dict[str, object]", value).items():
                yield from _sources_in(each, below=below or key == "sources")
        case _:
            pass
