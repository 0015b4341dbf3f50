"""Time zones are found by city and country, with a typo or two."""

from __future__ import annotations

import pytest

from supportbot.chat.zones import MOST, suggest
from supportbot.domain.cadence import check_zone


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("berli", "Europe/Berlin"),
        ("berln", "Europe/Berlin"),
        ("copenh", "Europe/Copenhagen"),
        ("new yrok", "America/New_York"),
        ("los angles", "America/Los_Angeles"),
        ("sydny", "Australia/Sydney"),
        ("tokio", "Asia/Tokyo"),
        ("europe/lisbon", "Europe/Lisbon"),
        ("germany", "Europe/Berlin"),
    ],
)
def test_found_first(typed: str, zone: str) -> None:
    assert suggest(typed, "en")[0][1] == zone


def test_what_fits_much_worse_is_left_out() -> None:
    assert [zone for _, zone in suggest("copenh", "en")] == ["Europe/Copenhagen"]
    assert suggest("qqqqqq", "en") == []


def test_cities_in_the_language_of_the_person() -> None:
    assert suggest("Kopenhagen", "de")[0][1] == "Europe/Copenhagen"


@pytest.mark.parametrize("language", ["en", "es", "de", "ja", "pt-BR"])
def test_nothing_typed_offers_well_known_ones_and_ones_own_first(language: str) -> None:
    found = suggest("", language, preferred="Asia/Kathmandu")
    assert found[0][1] == "Asia/Kathmandu"
    assert 10 < len(found) <= MOST
    for label, zone in found:
        assert check_zone(zone) == zone
        assert 0 < len(label) <= 100, "Discord's limit"
