"""Where members find help: what a community keeps of each resource, and what may be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from supportbot.domain.countries import COUNTRIES
from supportbot.domain.helplines import ALWAYS_OPEN, ANYWHERE, UNKNOWN_HOURS, Contact
from supportbot.domain.people import CommunityId

MOST_RESOURCES = 10_000
"""How many a community can have, retired ones counted."""

MOST_REGIONS = 25
MOST_TAGS = 10


class Kind(StrEnum):
    """What a resource is."""

    GROUP = "group"
    MEETING = "meeting"
    TREATMENT = "treatment"
    THERAPIST_DIRECTORY = "therapist_directory"
    INTERVENTIONIST_DIRECTORY = "interventionist_directory"
    FAMILY = "family"
    CRISIS = "crisis"
    WARMLINE = "warmline"
    APP = "app"
    READING = "reading"


class Cost(StrEnum):
    """What it costs whoever uses it."""

    FREE = "free"
    DONATION = "donation"
    SLIDING = "sliding"
    INSURANCE = "insurance"
    PAID = "paid"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """Only what is active is shown to members."""

    ACTIVE = "active"
    RETIRED = "retired"


_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_REGION = re.compile(rf"(?P<country>[A-Z]{{2}}|{ANYWHERE})(?:-(?P<part>[A-Z0-9]{{1,3}}))?(?:/(?P<city>.+))?")
# What parts the places of a list is in the name of none of them.
_CITY = re.compile(r"[^/;,\s]+(?: [^/;,\s]+)*")
LONGEST_CITY = 60


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A place that a resource serves, as wide as a city, a part of a country, a country, or everywhere.

    `country` is an ISO 3166-1 code or `ANYWHERE`, `subdivision` an ISO 3166-2 code of that country. `city` is a name
    as people there write it. Raises ValueError for a code that is none.
    """

    country: str
    subdivision: str | None = None
    city: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if self.country not in COUNTRIES and self.country != ANYWHERE:
            raise ValueError(f"{self.country!r} is no country code")
        if self.subdivision is not None and not (
            _SUBDIVISION.fullmatch(self.subdivision) and self.subdivision.startswith(f"{self.country}-")
        ):
            raise ValueError(f"{self.subdivision!r} is no part of {self.country}")
        if self.city is not None and (
            self.country == ANYWHERE or len(self.city) > LONGEST_CITY or not _CITY.fullmatch(self.city)
        ):
            raise ValueError("a city is in a country, and its name is short")

    @classmethod
    def read(cls, text: str) -> Self:
        """From its written form: `US`, `US-CA`, `US-CA/Oakland`, `DE/Berlin`, `001`. Raises ValueError."""
        found = _REGION.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no region")
        country, part = found["country"], found["part"]
        return cls(country, None if part is None else f"{country}-{part}", found["city"])

    def __str__(self) -> str:
        """Its written form."""
        wide = self.subdivision or self.country
        return wide if self.city is None else f"{wide}/{self.city}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of a resource: everything that moderators write, import and export.

    `hours` is `ALWAYS_OPEN`, `UNKNOWN_HOURS`, or a time zone of the IANA database and then the hours in it. `place`
    is where one goes; `online` says that one can take part from anywhere. `interest` declares who pays for it, or what
    binds it to somebody here; None when nobody declared any. `checked_on` is the day on which a moderator last saw
    that it is right; from `review_by` on somebody is asked to look again. `languages` are codes in lower case.
    """

    kind: Kind
    name: str
    description: str = ""
    regions: tuple[Region, ...] = ()
    languages: tuple[str, ...] = ()
    cost: Cost = Cost.UNKNOWN
    audience: str = ""
    contact: Contact = field(default_factory=Contact)
    hours: str = UNKNOWN_HOURS
    online: bool = False
    place: str | None = None
    tags: tuple[str, ...] = ()
    interest: str | None = None
    checked_on: date | None = None
    review_by: date | None = None
    status: Status = Status.ACTIVE

    @property
    def is_always_open(self) -> bool:
        """Whether somebody answers at any hour."""
        return self.hours == ALWAYS_OPEN

    def is_due(self, today: date) -> bool:
        """Whether somebody should look at it again. `today` is the community's."""
        return self.status is Status.ACTIVE and self.review_by is not None and self.review_by <= today


@dataclass(frozen=True, slots=True)
class Resource:
    """A community's resource. `version` grows by one with each change; `changed_at` is an aware UTC instant."""

    id: str
    community: CommunityId
    entry: Entry
    version: int
    changed_at: datetime


def changed_fields(before: Entry, after: Entry) -> Mapping[str, tuple[object, object]]:
    """What differs, by field, each with what it was and what it is."""
    pairs = {each.name: (getattr(before, each.name), getattr(after, each.name)) for each in fields(Entry)}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


@dataclass(frozen=True, slots=True)
class Version:
    """What a resource was after a change; `entry` is None where it was taken back as if it had never been, and where
    it cannot be read any more. `at` is an aware UTC instant, `import_id` the import that it came with.
    """

    version: int
    at: datetime
    entry: Entry | None
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was brought in. `at` and `undone_at` are aware UTC instants."""

    id: str
    community: CommunityId
    at: datetime
    added: int
    changed: int
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a member would like to see listed: fields as typed, and not who typed them. `at` is an aware UTC instant."""

    id: str
    community: CommunityId
    at: datetime
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Feedback:
    """How many members said of a resource that it helped, or that it is out of date; when last (aware UTC)."""

    helpful: int = 0
    outdated: int = 0
    outdated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkLook:
    """What looking at a link came to, when (aware UTC). `found` names the outcome in one word."""

    resource: str
    url: str
    at: datetime
    found: str
