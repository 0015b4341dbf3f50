"""Time zones to choose from: by city or country in the person's language, typos forgiven."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from supportbot.domain.cadence import zone_names
from supportbot.services.search import rank

MOST = 25


def suggest(typed: str, language: str, *, preferred: str | None = None) -> list[tuple[str, str]]:
    """At most 25 pairs of (what to show, zone name), the best first.

    With nothing typed: the person's own zone, then well-known ones.
    """
    labels = _labels(language)
    if not typed.strip():
        found = [*([preferred] if preferred else []), *(zone for zone in _COMMON if zone != preferred)]
    else:
        found = rank(typed, labels, limit=MOST)
    return [(labels[zone], zone) for zone in found[:MOST] if zone in labels]


_COMMON = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Mexico_City",
    "America/Bogota",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Warsaw",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
)


@lru_cache(maxsize=32)
def _labels(language: str) -> Mapping[str, str]:
    # Babel's tables are large: read when the first person asks in a language, not at start.
    from babel import Locale  # noqa: PLC0415

    locale = Locale.parse(language.replace("-", "_"))
    # Babel's tables have no types of their own.
    cities = cast("Mapping[str, Mapping[str, str]]", locale.time_zones)
    countries = cast("Mapping[str, str]", locale.territories)
    return {
        zone: _label(zone, cities.get(zone, {}).get("city", ""), countries.get(_country(zone), ""))
        for zone in sorted(zone_names())
    }


def _label(zone: str, city: str, country: str) -> str:
    named = city or zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")
    return f"{named}, {country} ({zone})"[:100] if country else f"{named} ({zone})"[:100]


def _country(zone: str) -> str:
    from babel.core import get_global  # noqa: PLC0415

    return str(get_global("zone_territories").get(zone, ""))
