"""What texts rest on: references that are whole, figures with their study, facts that are covered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from supportbot.content.editing import Passage, Place
from supportbot.domain.editing import Finding
from supportbot.domain.knowledge import Entry, Fact, Reference
from supportbot.domain.wording import Wording

OURS = frozenset({"editorial", "background article"})
"""Kinds of references that nobody else can open."""

NO_DESIGN = "figures without how the study was made; say one of designs in wording"
NO_MAKERS = "those who made the method made the study; say one of own_studies in wording"
_FIGURE = re.compile(r"\{([^{}.]+)\.([^{}.]+)\}")
_SHARE = re.compile(
    r"(?<![\d.,])(?P<share>\d+)(?:[.,]\d+)?(?:\s*%|\s*(?:percent|per cent|por ciento)\b| (?:out of|in|de cada) \d+\b)",
    re.IGNORECASE,
)


def references(found: Mapping[str, Reference], file: str, today: date) -> Iterator[Finding]:
    """Each reference as a reader needs it."""
    for each in found.values():
        for key, says in _gaps(each, today):
            yield Finding(file, f"{each.id}.{key}", "reference", says)


def unnamed(found: Iterable[Reference], file: str) -> Iterator[Finding]:
    """Studies that do not say whose they are, or from when."""
    for each in found:
        for key in ("author", "year"):
            if each.design is not None and getattr(each, key) is None:
                says = f"a study is named with its author and year: give its {key}"
                yield Finding(file, f"{each.id}.{key}", "reference", says, is_fault=False)


def _gaps(each: Reference, today: date) -> Iterator[tuple[str, str]]:
    if each.link is None and each.kind not in OURS:
        yield "link", f"a {each.kind} that nobody can open; give its address, or call its kind editorial"
    if each.link is not None and not each.link.startswith("https://"):
        yield "link", "an address begins with https://"
    if each.year is not None and each.year > today.year:
        yield "year", f"{each.year} is still to come"
    if each.figures:
        for key in ("design", "n", "of"):
            if getattr(each, key) is None:
                yield (
                    key,
                    "figures of a study are shown with how it was made, and how many took part: give design, n and of",
                )
        if not each.checked:
            yield "figures", "nobody has seen this source, so its figures are not kept: leave them out, or check it"


def unused(found: Collection[str], used: Collection[str], file: str) -> Iterator[Finding]:
    """References that nothing rests on."""
    return (
        Finding(file, id_, "unused-reference", "nothing names it in its sources; take it out")
        for id_ in found
        if id_ not in used
    )


def figures(
    entry: Entry, place: Place, raw: Sequence[str], known: Mapping[str, Reference], wording: Wording
) -> Iterator[Finding]:
    """Figures of studies, each with what makes it worth something. `raw` are its pages as they are written."""
    shown = {(match[1], match[2]) for match in _FIGURE.finditer("\n".join(raw))}
    text = "\n".join(entry.pages)
    studies = [known[id_] for id_ in dict.fromkeys(id_ for id_, name in sorted(shown) if name != "n") if id_ in known]
    for each in studies:
        if (each.id, "n") not in shown:
            says = f"a figure of {each.id} without how many took part: write {{{each.id}.n}}"
            yield Finding(place.file, "body", "study-size", says)
    if studies and not wording.says_design(text):
        yield Finding(place.file, "body", "study-design", NO_DESIGN)
    if any(each.by_developers for each in studies) and not wording.says_own_study(text):
        yield Finding(place.file, "body", "study-makers", NO_MAKERS)


def shares(file: str, key: str, raw: str) -> Iterator[Finding]:
    """Percentages in digits: those of an entry come from its references, and nothing else has any."""
    for match in _SHARE.finditer(_FIGURE.sub("…", raw)):
        says = f"“{match[0]}” comes from no reference; write {{reference.figure}} in an entry"
        yield Finding(file, key, "figure", says)


def told(passage: Passage, studies: Iterable[Reference], wording: Wording) -> Iterator[Finding]:
    """Percentages in a text that is no entry: of a study it rests on, with what makes them worth something."""

    def found(rule: str, says: str) -> Finding:
        return Finding(passage.file, passage.key, rule, says)

    checked = [each for each in studies if each.checked and each.figures]
    for match in _SHARE.finditer(passage.text):
        of = [each for each in checked if int(match["share"]) in (each.figures or {}).values()]
        if not of:
            yield found("figure", f"“{match[0]}” comes from no reference that this rests on")
        elif not any(re.search(rf"\b{each.n}\b", passage.text) for each in of):
            yield found("study-size", f"“{match[0]}” without how many took part")
        elif not wording.says_design(passage.text):
            yield found("study-design", NO_DESIGN)
        elif all(each.by_developers for each in of) and not wording.says_own_study(passage.text):
            yield found("study-makers", NO_MAKERS)


def ground(entry: Entry, place: Place, facts: Mapping[str, Fact]) -> Iterator[Finding]:
    """What an entry covers, and what it rests on."""
    if not entry.facts and not entry.sources:
        yield Finding(place.file, "sources", "unfounded", "it covers no fact and has no source; name one of either")
    for id_ in entry.facts:
        if id_ not in facts:
            yield Finding(place.file, "facts", "unknown-fact", f"no fact is called {id_}; they stand in facts.toml")


def uncovered(facts: Iterable[Fact], covered: Collection[str], file: str) -> Iterator[Finding]:
    """Facts that no text explains."""
    for each in facts:
        if each.id not in covered:
            yield Finding(file, f"facts.{each.id}", "uncovered-fact", "no entry names it in its facts")
