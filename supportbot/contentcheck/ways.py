"""Where texts lead: commands, other entries, languages, and the way from a command to a fact."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from supportbot.content import DEFAULT_LANGUAGE, Content
from supportbot.content.editing import Passage, Place
from supportbot.domain.commands import NAMES
from supportbot.domain.editing import Coverage, Finding, Way
from supportbot.domain.guides import SHOWN_BY, STARTS
from supportbot.domain.knowledge import Entry, Fact
from supportbot.services.search.words import Words

GLOSSARY = "glossary"
COMMAND_TEXT = "command."
_NAMED = re.compile(r"(?<![\w<:/.])/([a-z][a-z-]+)(?: ([a-z][a-z-]+))?(?: ([a-z][a-z-]+))?")
_BLANK = re.compile(r"\{(\w+)\}")
_LEVELS = 3


def commands_of(texts: Collection[str]) -> frozenset[str]:
    """Every command there is, by the ids of the texts that describe them: groups, commands, and commands in groups.

    An option of a command reads like a command in it, which does no harm here.
    """
    found: set[str] = set()
    for text_id in texts:
        if text_id.startswith(COMMAND_TEXT):
            parts = text_id.removeprefix(COMMAND_TEXT).replace("_", "-").split(".")
            found |= {" ".join(parts[:level]) for level in range(1, _LEVELS + 1)}
    return frozenset(found)


def commands(passage: Passage, there: Collection[str]) -> Iterator[Finding]:
    """Commands that a text names and that do not exist."""
    named = {NAMES[match[1]] for match in _BLANK.finditer(passage.text) if match[1] in NAMES}
    groups = {name.rpartition(" ")[0] for name in there}
    for match in _NAMED.finditer(passage.text):
        name = match[1]
        for part in (match[2], match[3]):
            # Behind a command, the sentence goes on.
            name = f"{name} {part}" if part is not None and name in groups else name
        named.add(name)
    for name in sorted(named):
        if name not in there:
            yield Finding(passage.file, passage.key, "command", f"there is no command /{name}")


def asked_for(content: Content) -> Iterator[Finding]:
    """Entries that a command shows, and that are not there."""
    for command, id_ in (*SHOWN_BY.items(), *(("ask", each) for each in STARTS)):
        if id_ not in content.knowledge:
            yield Finding("knowledge", id_, "asked-for", f"/{command} shows this entry, and there is none")


def languages(content: Content, places: Mapping[tuple[str, str], Place], shipped: Collection[str]) -> Iterator[Finding]:
    """Entries that a language lacks. In a language or for an entry of an operator's own, that is only worth knowing."""
    for language in content.catalogues:
        lacking = [id_ for id_ in content.knowledge.ids if (id_, language) not in places]
        if language in shipped:
            for id_ in lacking:
                there = next(place for (each, _), place in places.items() if each == id_)
                says = f"not there in {language}: readers get it in another language"
                yield Finding(there.file, "", "language", says, is_fault=there.is_shipped)
        elif lacking:
            says = f"{len(lacking)} of {len(content.knowledge)} entries are not there: readers get them in English"
            yield Finding("knowledge", language, "language", says, is_fault=False)


def half_replaced(places: Mapping[tuple[str, str], Place]) -> Iterator[Finding]:
    """Entries that an operator replaced in English alone: readers of another language still get the shipped one."""
    for (id_, language), place in places.items():
        if language == DEFAULT_LANGUAGE and not place.is_shipped:
            shipped = [other for (each, other), there in places.items() if each == id_ and there.is_shipped]
            if shipped:
                says = f"yours in {language}, as shipped in {', '.join(sorted(shipped))}; replace it there too"
                yield Finding(place.file, "", "language", says, is_fault=False)


def onward(entry: Entry, place: Place) -> Iterator[Finding]:
    """From every entry a reader can go on."""
    if not entry.then:
        yield Finding(place.file, "next", "dead-end", "it leads nowhere; name an entry, triage or checkin")


def shelf(entry: Entry, place: Place, shelves: Collection[str]) -> Iterator[Finding]:
    """Lists are made from the shelves that are shipped; a mistyped one is on none of them."""
    if entry.shelf not in shelves:
        says = f"no list offers the shelf {entry.shelf}, only /ask finds it; shipped are {', '.join(sorted(shelves))}"
        yield Finding(place.file, "", "shelf", says, is_fault=False)


def found_by(entry: Entry, place: Place, words: Words) -> Iterator[Finding]:
    """Words such as "our" and "thing" find nothing by themselves."""
    if not any(words.indexed(name) for name in (entry.title, *entry.synonyms, *entry.silent)):
        says = "every word of its names is passed over in a search; add a synonym that people would type"
        yield Finding(place.file, "title", "not-found", says, is_fault=False)


def day(file: str, looked_over: date, today: date) -> Iterator[Finding]:
    """Nobody has looked it over tomorrow."""
    if looked_over > today:
        yield Finding(file, "reviewed_on", "day", f"{looked_over} is still to come")


def coverage(content: Content, facts: Mapping[str, Fact]) -> list[Coverage]:
    """Each fact with every text that covers it, those first that a command of their own shows."""
    ways: dict[str, list[Way]] = {id_: [] for id_ in facts}
    for id_ in content.knowledge.ids:
        entry = content.knowledge.entry(id_, [DEFAULT_LANGUAGE])
        for fact in entry.facts:
            ways.setdefault(fact, []).append(Way(entry.id, command_of(entry)))
    for pair in content.pairs.values():
        if pair.language == DEFAULT_LANGUAGE:
            for fact in pair.facts:
                way = Way(pair.id, f"/roles compare a:{pair.left} b:{pair.right}")
                ways.setdefault(fact, []).append(way)
    return [Coverage(fact, tuple(sorted(ways[id_], key=_is_searched))) for id_, fact in facts.items()]


def command_of(entry: Entry) -> str:
    """The command that leads to an entry."""
    for command, id_ in SHOWN_BY.items():
        if id_ == entry.id:
            return f"/{command}"
    if entry.role is not None:
        return f"/roles about role:{entry.title}"
    return f"/glossary term:{entry.title}" if entry.shelf == GLOSSARY else f"/ask question:{entry.title}"


def _is_searched(way: Way) -> bool:
    return way.command.startswith(("/ask", "/glossary"))
