"""Looks over all content as an editor would: words, reading, figures, sources, links, and what Discord takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from supportbot import content as content_files
from supportbot.content import DEFAULT_LANGUAGE, Content
from supportbot.content.editing import FACTS, Desk, Kind, Passage
from supportbot.content.knowledge import REFERENCES
from supportbot.contentcheck import evidence, limits, ways, wording
from supportbot.domain.editing import Coverage, Finding, Findings
from supportbot.domain.knowledge import Entry, Fact
from supportbot.domain.searching import SearchWords
from supportbot.domain.wording import Wording
from supportbot.errors import ContentError
from supportbot.services.search.words import Words

REFUSED = "refused"
"""The rule of content that the bot would not start with."""


def review(override: Path | None, today: date) -> Findings:
    """Everything there is to say about the content that counts; of what cannot be loaded, the first reason alone."""
    desk = Desk(override)
    try:
        content = content_files.load(override)
        looked = _Look(content, desk, today, is_overridden=override is not None)
        return Findings.of(looked.findings(), entries=len(content.knowledge), languages=content.catalogues)
    except ContentError as error:
        return Findings.of([_refusal(error)])


def facts(override: Path | None) -> list[Coverage]:
    """Each fact, and what covers it. Raises ContentError."""
    return ways.coverage(content_files.load(override), Desk(override).facts())


def entries(override: Path | None) -> list[tuple[Entry, str]]:
    """Every entry in each language, with its file. Raises ContentError."""
    places = Desk(override).places()
    return [(each, places[each.id, each.language].file) for each in content_files.load(override).knowledge.every()]


def _refusal(error: ContentError) -> Finding:
    where, _, says = str(error).partition(": ")
    return Finding(where.split(" ", maxsplit=1)[0], "", REFUSED, says or str(error))


class _Look:
    """One look over one state of the content."""

    def __init__(self, content: Content, desk: Desk, today: date, *, is_overridden: bool) -> None:
        self._content, self._desk, self._today = content, desk, today
        self._is_overridden = is_overridden
        self._places = desk.places()
        self._facts: Mapping[str, Fact] = desk.facts()
        self._shelves = desk.shipped_shelves()
        self._wordings: dict[str, Wording] = {}
        self._searched: dict[str, Words] = {}

    def findings(self) -> Iterator[Finding]:
        passages = list(self._desk.passages(self._content.knowledge))
        there = ways.commands_of({each.key for each in passages})
        for passage in passages:
            yield from wording.words(passage, self._wording(passage.language))
            yield from ways.commands(passage, there)
        yield from wording.hard(passages)
        yield from self._sources(passages)
        for entry in self._content.knowledge.every():
            yield from self._entry(entry)
        yield from self._references()
        yield from self._whole()
        yield from limits.pages(self._content, self._desk)

    def _wording(self, language: str) -> Wording:
        if language not in self._wordings:
            self._wordings[language] = self._desk.wording(language)
        return self._wordings[language]

    def _words(self, language: str) -> Words:
        if language not in self._searched:
            self._searched[language] = Words(self._content.searching.get(language) or SearchWords(language))
        return self._searched[language]

    def _sources(self, passages: list[Passage]) -> Iterator[Finding]:
        """Links, numbers and figures are looked at beside the sources of what they stand in."""
        known = self._content.knowledge.references
        lines = wording.numbers_of(self._content.helplines)
        owners = {each.id: each.sources for each in (*self._content.knowledge.every(), *self._content.pairs.values())}
        elsewhere = self._desk.sources_elsewhere()
        for passage in passages:
            rests_on = [known[each] for each in owners.get(passage.owner, elsewhere) if each in known]
            if passage.kind is not Kind.ENTRY:
                yield from evidence.told(passage, rests_on, self._wording(passage.language))
            elif not passage.is_body:
                yield from evidence.shares(passage.file, passage.key, passage.text)
            if passage.kind is not Kind.SAYING:  # the bot's other words name addresses of their own
                yield from wording.numbers(passage, lines, wording.figures_of(rests_on))
                hosts = wording.hosts_of(rests_on) | self._wording(passage.language).links
                yield from wording.links(passage, hosts)

    def _entry(self, entry: Entry) -> Iterator[Finding]:
        place = self._places[entry.id, entry.language]
        raw = self._desk.raw(place)
        yield from limits.titles(entry, place)
        if entry.language == DEFAULT_LANGUAGE or (entry.id, DEFAULT_LANGUAGE) not in self._places:
            # A translation takes these from the English entry.
            yield from evidence.ground(entry, place, self._facts)
            yield from ways.onward(entry, place)
            yield from ways.shelf(entry, place, self._shelves)
        yield from ways.found_by(entry, place, self._words(entry.language))
        for number, page in enumerate(raw, 1):
            yield from evidence.shares(place.file, f"page {number}", page)
        yield from evidence.figures(
            entry, place, raw, self._content.knowledge.references, self._wording(entry.language)
        )
        yield from ways.day(place.file, entry.reviewed_on, self._today)

    def _references(self) -> Iterator[Finding]:
        """Of an operator's folder, those of their own must be used: an entry of theirs may leave out a shipped one."""
        known, file = self._content.knowledge.references, REFERENCES
        yield from evidence.references(known, file, self._today)
        own = self._desk.references_of_operator() if self._is_overridden else known
        yield from evidence.unnamed((each for id_, each in known.items() if id_ in own), file)
        everything = [*self._content.knowledge.every(), *self._content.pairs.values()]
        used = {source for each in everything for source in each.sources} | self._desk.sources_elsewhere()
        yield from evidence.unused(own, used, file)

    def _whole(self) -> Iterator[Finding]:
        """What no single text shows."""
        shipped = self._desk.shipped_languages()
        yield from ways.asked_for(self._content)
        yield from ways.languages(self._content, self._places, shipped)
        yield from ways.half_replaced(self._places)
        for file, looked_over in self._desk.dates():
            yield from ways.day(file, looked_over, self._today)
        covered = {each.fact.id for each in ways.coverage(self._content, self._facts) if each.is_covered}
        yield from evidence.uncovered(self._facts.values(), covered, FACTS)
