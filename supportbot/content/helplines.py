"""Reads and checks helplines.toml: a wrong digit or a line that cannot be placed must not reach anybody."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints, ValidationError

from supportbot.content.folders import Entry, File
from supportbot.domain.cadence import zone_names
from supportbot.domain.countries import COUNTRIES
from supportbot.domain.helplines import (
    ALWAYS_OPEN,
    ANYWHERE,
    UNKNOWN_HOURS,
    Contact,
    Helpline,
    Kind,
    Status,
    place_text,
)

FILE = "helplines.toml"
WORDS = "line_words"
"""The folder with what is said of the lines, in other languages."""

OLDEST = 1990
MOST_DIGITS = 15
_JOINERS = {"\u200c", "\u200d"}  # some scripts cannot be written without them
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_DIGITS = r"[0-9](?:[0-9 -]*[0-9])?"
_PHONE = re.compile(rf"\*?{_DIGITS}")
_TEXT = re.compile(rf"(?:WhatsApp |[^\W\d_]+(?: [^\W\d_]+)* to )?{_DIGITS}")
_NUMBER = re.compile(r"\d+")
_NOT_IN_URL = re.compile(r"[\s<>\"'()\[\]*|\\`]")


def _visible(value: str) -> str:
    if value != value.strip() or "  " in value:
        raise ValueError("has spaces too many")
    for character in "" if value.isascii() and value.isprintable() else value:
        if unicodedata.category(character) in _HIDDEN and character not in _JOINERS:
            raise ValueError(f"holds the hidden character U+{ord(character):04X}")
    return value


def _text(value: str) -> str:
    if not _TEXT.fullmatch(value):
        raise ValueError("must be a number, 'WhatsApp NUMBER' or 'WORD to NUMBER'")
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        raise ValueError("is no address") from None
    if parts.scheme not in {"http", "https"} or "." not in host.strip(".") or _NOT_IN_URL.search(value):
        raise ValueError("must be the https or http address of a host")
    return value


def _hours(value: str) -> str:
    if value in {ALWAYS_OPEN, UNKNOWN_HOURS}:
        return value
    zone, _, hours = value.partition(" ")
    if zone not in zone_names():
        raise ValueError(f"must be {ALWAYS_OPEN}, {UNKNOWN_HOURS}, or begin with a time zone such as Europe/Berlin")
    if not hours:
        raise ValueError("gives a time zone, but no hours")
    return value


def _country(value: str) -> str:
    if value not in COUNTRIES | {ANYWHERE}:
        raise ValueError(f"is no country code of ISO 3166-1 and not {ANYWHERE}")
    return value


def _phone(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise ValueError("may hold digits, single spaces, hyphens and a star in front, as it is dialled")
    if sum(character.isdigit() for character in value) > MOST_DIGITS:
        raise ValueError("has more digits than a phone number can have")
    return value


_Row = Mapping[str, object]
_Words = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_visible)]
_Phone = Annotated[_Words, AfterValidator(_phone)]
_Url = Annotated[_Words, AfterValidator(_url)]
_Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]


class _LineEntry(Entry):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    iso: Annotated[str, AfterValidator(_country)]
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    kind: Kind
    service: _Words
    service_local: _Words | None = None
    audience: _Words
    phone: _Phone | None = None
    text: Annotated[_Words, AfterValidator(_text)] | None = None
    chat_url: _Url | None = None
    web_url: _Url | None = None
    hours: Annotated[_Words, AfterValidator(_hours)]
    languages: tuple[_Tag, ...] = ()
    note: _Words | None = None
    source: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_visible)]
    source_year: int
    status: Status


class _Header(Entry):
    reviewed_on: date


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, or with the file when `line` is empty."""

    line: str
    field: str
    why: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.line, self.field, self.why) if part)


@dataclass(frozen=True, slots=True)
class Examined:
    """The lines of a file that can be used, in its order, and everything that is wrong with the others."""

    lines: tuple[Helpline, ...]
    faults: tuple[Fault, ...]
    reviewed_on: date | None


def read_words(files: Iterable[File]) -> dict[str, Mapping[str, str]]:
    """What an audience or a note is in other languages, by language. What a file lacks is shown as it is.

    Raises ContentError for what is no text, and for a number that one side has and the other has not.
    """
    found: dict[str, Mapping[str, str]] = {}
    for file in files:
        words = found[file.name.removesuffix(".toml")] = dict[str, str]()
        for shown, said in file.toml().items():
            if not isinstance(said, str) or not said.strip():
                raise file.wrong(f"{shown}: must be a text")
            if sorted(_NUMBER.findall(shown)) != sorted(_NUMBER.findall(said)):
                raise file.wrong(f"{shown}: the numbers are not the same on both sides")
            words[shown] = said
    return found


def read(file: File, *, is_named: Callable[[str], bool]) -> tuple[Helpline, ...]:
    """Every line; `is_named` says whether a text names this subdivision. Raises ContentError for the first fault."""
    examined = examine(file, is_named=is_named)
    for fault in examined.faults:
        raise file.wrong(str(fault))
    return examined.lines


def examine(file: File, *, is_named: Callable[[str], bool]) -> Examined:
    """Look at every line, whatever is wrong with others. Raises ContentError for a file that is no TOML."""
    found = file.toml()
    rows = _rows(found.pop("lines", None))
    reviewed_on, faults = _header(found)
    if not rows:
        faults.append(Fault("", "lines", "there is none; each begins with [[lines]]"))
    lines: list[Helpline] = []
    for number, row in enumerate(rows, 1):
        line, wrong = _line(row, number)
        if line is not None:
            wrong += [*_misplaced(line, is_named), *_too_new(line, reviewed_on)]
            lines += [] if wrong else [line]
        faults += wrong
    return Examined(tuple(lines), (*faults, *_of_all(rows)), reviewed_on)


def _rows(given: object) -> list[_Row]:
    rows = cast("list[object]", given) if isinstance(given, list) else []
    return [cast("_Row", row) if isinstance(row, dict) else {} for row in rows]


def _header(found: _Row) -> tuple[date | None, list[Fault]]:
    try:
        return _Header.model_validate(found).reviewed_on, []
    except ValidationError as error:
        return None, list(_faults("", error))


def _line(row: _Row, number: int) -> tuple[Helpline | None, list[Fault]]:
    try:
        entry = _LineEntry.model_validate(row)
    except ValidationError as error:
        return None, list(_faults(_name(row) or f"line {number}", error))
    contact = Contact(entry.phone, entry.text, entry.chat_url, entry.web_url)
    fields = entry.model_dump(exclude={"phone", "text", "chat_url", "web_url"})
    return Helpline(contact=contact, **fields), []


def _faults(line: str, error: ValidationError) -> Iterator[Fault]:
    for each in error.errors():
        yield Fault(line, ".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, "))


def _name(row: _Row) -> str:
    """The line's own id, if it has one that can be shown."""
    given = row.get("id")
    return given if isinstance(given, str) and given.isascii() and given.isprintable() else ""


def _misplaced(line: Helpline, is_named: Callable[[str], bool]) -> Iterator[Fault]:
    if line.subdivision is not None:
        if not line.subdivision.startswith(f"{line.iso}-"):
            yield Fault(line.id, "subdivision", f"{line.subdivision} is not in {line.iso}")
        elif not is_named(line.subdivision):
            yield Fault(line.id, "subdivision", f"no text {place_text(line.subdivision)} names {line.subdivision}")
    if line.contact == Contact():
        yield Fault(line.id, "phone", "there is no way to reach it: no phone, text, chat or web address")
    if line.kind is Kind.EMERGENCY and line.contact.phone is None:
        yield Fault(line.id, "phone", "an emergency line needs a number")
    if line.kind is Kind.EMERGENCY and line.iso == ANYWHERE:
        yield Fault(line.id, "iso", "no emergency number holds everywhere")


def _too_new(line: Helpline, reviewed_on: date | None) -> Iterator[Fault]:
    newest = reviewed_on.year if reviewed_on else date.max.year
    if not OLDEST <= line.source_year <= newest:
        yield Fault(line.id, "source_year", f"must be from {OLDEST} to {newest}, the year of reviewed_on")


def _of_all(rows: Sequence[_Row]) -> Iterator[Fault]:
    """What only shows when all rows are looked at together, also those with a fault of their own."""
    for name, count in Counter(_name(row) for row in rows).items():
        if name and count > 1:
            yield Fault(name, "id", "is given twice")
    blocks = [iso for iso, _ in groupby(str(row.get("iso")) for row in rows)]
    emergency = Counter(str(row.get("iso")) for row in rows if row.get("kind") == Kind.EMERGENCY.value)
    for iso, count in Counter(blocks).items():
        if count > 1:
            yield Fault("", "lines", f"all lines of {iso} must stand together")
        if iso in COUNTRIES and emergency[iso] != 1:
            yield Fault("", "lines", f"{iso} must have one emergency line, and has {emergency[iso]}")
