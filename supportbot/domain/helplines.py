"""Lines that people in need can call, write to or open: what is known of each, and how old that is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256

UNKNOWN_HOURS = "unknown"
ALWAYS_OPEN = "24/7"
ANYWHERE = "001"
"""The code of the whole world (UN M.49), under which the international directories stand."""


class Kind(StrEnum):
    """What a line is for. Only `CRISIS` is ever shown as a crisis line."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    WARMLINE = "warmline"
    DOMESTIC_VIOLENCE = "domestic_violence"
    YOUTH = "youth"
    SUBSTANCE = "substance"
    POISON = "poison"
    REFERRAL = "referral"


class Status(StrEnum):
    """Where a line was seen: on a page of the service or a government, in the press, or in a list only."""

    OFFICIAL = "official"
    PRESS = "press"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Contact:
    """The ways to reach a line, each as it is dialled or opened inside its country, character for character."""

    phone: str | None = None
    text: str | None = None
    chat_url: str | None = None
    web_url: str | None = None


@dataclass(frozen=True, slots=True)
class Helpline:
    """A shipped line.

    `iso` is an ISO 3166-1 country code or `ANYWHERE`, `subdivision` an ISO 3166-2 code when it serves a part of the
    country only. `hours` is `ALWAYS_OPEN`, `UNKNOWN_HOURS`, or a time zone and then the hours in it. `source_year` is
    the year of what it was taken from, which is not a check; `checked_on` is the day on which somebody who runs this
    bot checked it with the service, if anybody did.
    """

    id: str
    iso: str
    subdivision: str | None
    kind: Kind
    service: str
    service_local: str | None
    audience: str
    contact: Contact
    hours: str
    languages: tuple[str, ...]
    note: str | None
    source: str
    source_year: int
    status: Status
    checked_on: date | None = None

    @property
    def fingerprint(self) -> str:
        """Of all that somebody dials, types or opens: a check of the line holds as long as this stays the same."""
        contact = self.contact
        parts = (self.iso, contact.phone, contact.text, contact.chat_url, contact.web_url)
        return sha256("\n".join(part or "" for part in parts).encode()).hexdigest()

    def checked(self, fingerprint: str, on: date) -> Helpline:
        """With the day of a check, if it was a check of what the line says now."""
        return replace(self, checked_on=on) if fingerprint == self.fingerprint else self


def place_text(subdivision: str) -> str:
    """The id of the text that names a part of a country."""
    return f"place.{subdivision.lower().replace('-', '_')}"


_BY_STATUS = {Status.OFFICIAL: 0, Status.PRESS: 1, Status.LISTED: 2}


class Helplines:
    """All shipped lines, by country."""

    def __init__(self, lines: Iterable[Helpline]) -> None:
        self._all = tuple(lines)
        countries: dict[str, list[Helpline]] = {}
        for line in self._all:
            countries.setdefault(line.iso, []).append(line)
        self._countries: Mapping[str, tuple[Helpline, ...]] = {iso: tuple(each) for iso, each in countries.items()}

    def __iter__(self):
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def countries(self) -> Collection[str]:
        """The codes of the countries that have a line."""
        return self._countries.keys() - {ANYWHERE}

    def emergency(self, iso: str) -> Helpline | None:
        """The emergency number of a country."""
        return next(iter(self.lines_for(iso, Kind.EMERGENCY)), None)

    def lines_for(self, iso: str, *kinds: Kind, subdivision: str | None = None) -> tuple[Helpline, ...]:
        """A country's lines of these kinds, in the order of the kinds, then official, press, listed.

        Of equals, those for the whole country come first. With a `subdivision` its own come first, and those for other
        parts of the country are left out.
        """

        def place(line: Helpline) -> tuple[int, int, bool]:
            return kinds.index(line.kind), _BY_STATUS[line.status], line.subdivision != subdivision

        there = (line for line in self._countries.get(iso, ()) if line.kind in kinds)
        if subdivision is not None:
            there = (line for line in there if line.subdivision in {None, subdivision})
        return tuple(sorted(there, key=place))

    def directories(self) -> tuple[Helpline, ...]:
        """Where lines of other countries can be looked up. They are no crisis lines."""
        return self._countries.get(ANYWHERE, ())
