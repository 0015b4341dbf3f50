"""What people call time zones, beyond the names that the zones have themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


# Compared by identity, so that what is made from it can be cached.
@dataclass(frozen=True, slots=True, eq=False)
class ZoneNames:
    """Zones are IANA names, countries ISO 3166 codes.

    `known`: well-known zones, those to offer first in front. `abbreviations`: in lower case; they mean several things,
    so nothing is offered for them. `doubtful`: countries by a name that more than one goes by.
    """

    known: tuple[str, ...]
    abbreviations: frozenset[str]
    countries: Mapping[str, tuple[str, ...]]
    places: Mapping[str, tuple[str, ...]]
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
