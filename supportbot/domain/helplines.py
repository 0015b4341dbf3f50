"""Lines that people in need can call, write to or open: what is known of each, and how old that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

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
