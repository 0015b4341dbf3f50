"""How things are said: words that are not used, numbers to call, links, exclamation marks, and hard reading."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from urllib.parse import urlsplit

from supportbot.content.editing import Kind, Passage
from supportbot.contentcheck import reading
from supportbot.domain.editing import Finding
from supportbot.domain.helplines import Helplines
from supportbot.domain.knowledge import Reference
from supportbot.domain.wording import Wording, is_loud, links_in, means_by_emoji, numbers_in

_BLANK = re.compile(r"\{[^{}]*\}")
_LONG_NUMBER = 7
_SHORT_NUMBER = 3


def words(passage: Passage, wording: Wording) -> Iterator[Finding]:
    """What stands in a text that should not, whatever it is about."""
    for slip in wording.slips(_BLANK.sub("…", passage.text), is_synonym=passage.key == "synonyms"):
        yield _found(passage, slip.rule, f"“{slip.said}”; better: {slip.instead}")
    if is_loud(passage.text):
        yield _found(passage, "exclamation", "an exclamation mark; a full stop is calmer")
    if means_by_emoji(_BLANK.sub("a", passage.text)):
        yield _found(
            passage, "emoji", "an emoji is all there is; say it in a word too, for those who hear the text read"
        )


def numbers(passage: Passage, lines: Collection[str], figures: Collection[int]) -> Iterator[Finding]:
    """A number to call: helplines have their own page, where each stands with its country and its source.

    `lines` are the digits of every helpline, `figures` the numbers that the sources of this text give.
    """
    for said in numbers_in(passage.text):
        digits = re.sub(r"\D", "", said)
        short = len(digits) >= _SHORT_NUMBER and digits in lines and int(digits) not in figures
        if short or len(digits) >= _LONG_NUMBER:
            yield _found(passage, "phone-number", f"“{said.strip()}” looks like a number to call; write {{crisis}}")


def links(passage: Passage, hosts: Collection[str]) -> Iterator[Finding]:
    """A link that no reference of the text stands behind."""
    for said in links_in(passage.text):
        if host_of(said) not in hosts:
            yield _found(
                passage, "link", f"“{said}” is the link of no reference here; name it in sources, or leave it out"
            )


def hard(passages: Iterable[Passage]) -> Iterator[Finding]:
    """Texts that ask for more years of school than the bound: an entry as a whole, other texts one by one."""
    bodies = sorted((each for each in passages if each.is_body and each.language in reading.MEASURES), key=_whole)
    for _, parts in groupby(bodies, key=_whole):
        first, *others = parts
        text = reading.prose("\n".join(each.text for each in (first, *others)))
        measure = reading.MEASURES[first.language]
        if reading.is_measured(text) and not measure.is_kept(value := measure.of(text)):
            says = f"{measure.name} {value:.1f}, {measure.asked()} is asked for: shorter sentences and words"
            yield Finding(first.file, first.key if first.kind is Kind.SAYING else "body", "reading", says)


def numbers_of(helplines: Helplines) -> frozenset[str]:
    """The digits of everything that can be called or texted."""
    written = (each for line in helplines for each in (line.contact.phone, line.contact.text) if each)
    return frozenset(
        digits for text in written for part in re.split(r"[;,/]| or ", text) if (digits := re.sub(r"\D", "", part))
    )


def hosts_of(references: Iterable[Reference]) -> frozenset[str]:
    """Where these references can be read."""
    return frozenset(host_of(each.link) for each in references if each.link is not None)


def host_of(link: str) -> str:
    """The host of an address, without `www.`; the address may lack its scheme."""
    host = urlsplit(link if "://" in link else f"//{link}").hostname or ""
    return host.removeprefix("www.").rstrip(".")


def figures_of(references: Iterable[Reference]) -> frozenset[int]:
    """Every number that these references give, and their years."""
    found: set[int] = set()
    for each in references:
        numbers: Mapping[str, int] = each.figures or {}
        found |= {*numbers.values()} | {number for number in (each.n, each.year) if number is not None}
    return frozenset(found)


def _whole(passage: Passage) -> tuple[str, str]:
    return passage.file, passage.key if passage.kind is Kind.SAYING else ""


def _found(passage: Passage, rule: str, says: str) -> Finding:
    return Finding(passage.file, passage.key, rule, says)
