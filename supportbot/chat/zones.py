"""Time zones to choose from: by city or country in the person's language, typos forgiven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from supportbot.domain.cadence import zone_names
from supportbot.domain.spelling import plain
from supportbot.domain.zones import ZoneNames
from supportbot.services.search import Findable, Names, rank

MOST = 25
UTC = "UTC"
# US/Central and Australia/West name no city.
_NO_CITIES = {"US", "Canada", "Mexico", "Brazil", "Chile", "Australia"}


def suggest(names: ZoneNames, typed: str, language: str, *, preferred: str | None = None) -> list[tuple[str, str]]:
    """At most 25 pairs of (what to show, zone name), the best first. Outdated names are neither shown nor needed.

    With nothing typed: the person's own zone, then well-known ones. For an abbreviation such as EST: nothing.
    """
    index = _index(names, language)
    if not typed.strip():
        own = [_canonical(preferred)] if preferred else []
        found = list(dict.fromkeys([*own, *names.known]))
    elif names.abbreviations & {plain(typed), plain(typed.replace(".", ""))}:
        found = []
    else:
        found = rank(typed, index.entries, limit=MOST)
    return [(index.labels[zone], zone) for zone in found if zone in index.labels][:MOST]


@dataclass(frozen=True, slots=True)
class _Index:
    labels: Mapping[str, str]
    entries: Names


# Babel's tables are large: read when the first person asks in a language, not at start.
@lru_cache(maxsize=48)
def _index(names: ZoneNames, language: str) -> _Index:
    theirs, english = _Tongue(language), _Tongue("en")
    outdated = _outdated()
    known = {zone: at for at, zone in enumerate(names.known)}
    zones = sorted(_current(), key=lambda zone: (known.get(zone, len(known)), theirs.city(zone), zone))

    def entry(zone: str) -> Findable:
        country = _country(zone)
        cities = (theirs.city(zone), english.city(zone), _last(zone))
        countries = (theirs.country(country), english.country(country), *names.countries.get(country, ()))
        former = outdated.get(zone, ())
        groups = (cities, names.places.get(zone, ()), countries, _former_cities(former))
        return Findable.of(zone, groups, (zone, *former))

    return _Index({zone: theirs.label(zone) for zone in zones}, Names.of(map(entry, zones)))


class _Tongue:
    """Cities and countries in a language; English stands in for a language that Babel does not have."""

    def __init__(self, language: str) -> None:
        try:
            self._locale = Locale.parse(language.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            self._locale = Locale("en")

    @cached_property
    def _cities(self) -> Mapping[str, Mapping[str, str]]:
        # Babel's tables have no types of their own.
        return cast("Mapping[str, Mapping[str, str]]", self._locale.time_zones)

    @cached_property
    def _countries(self) -> Mapping[str, str]:
        return cast("Mapping[str, str]", self._locale.territories)

    def city(self, zone: str) -> str:
        return self._cities.get(zone, {}).get("city") or _last(zone)

    def country(self, code: str) -> str:
        return self._countries.get(code, "")

    def label(self, zone: str) -> str:
        country = self.country(_country(zone))
        named = f"{self.city(zone)}, {country}" if country else self.city(zone)
        return (named if zone == UTC else f"{named} ({zone})")[:100]


def _aliases() -> Mapping[str, str]:
    return cast("Mapping[str, str]", get_global("zone_aliases"))


def _canonical(zone: str) -> str:
    current = _aliases().get(zone, zone)
    return current if current in zone_names() else zone


def _current() -> Iterable[str]:
    return (zone for zone in zone_names() if _canonical(zone) == zone)


def _outdated() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for zone in sorted(zone_names()):
        if (current := _canonical(zone)) != zone:
            found.setdefault(current, []).append(zone)
    return found


def _former_cities(zones: Iterable[str]) -> list[str]:
    return [_last(zone) for zone in zones if zone.split("/")[0] not in _NO_CITIES]


def _last(zone: str) -> str:
    return zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")


def _country(zone: str) -> str:
    code = str(get_global("zone_territories").get(zone, ""))
    return code if code.isalpha() else ""  # 001 is the world
