"""Time zones are found by city and country, from the first letters, with a typo or two."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest
from babel import Locale
from babel.core import get_global

from supportbot import content
from supportbot.chat.zones import MOST, suggest
from supportbot.domain.cadence import check_zone, zone_names
from supportbot.errors import ContentError

NAMES = content.load().zones
CURRENT = sorted(zone for zone in zone_names() if zone not in get_global("zone_aliases"))


def found(typed: str, language: str = "en") -> list[str]:
    return [zone for _, zone in suggest(NAMES, typed, language)]


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        # Being typed.
        ("ber", "Europe/Berlin"),
        ("Lond", "Europe/London"),
        ("new y", "America/New_York"),
        ("par", "Europe/Paris"),
        ("mad", "Europe/Madrid"),
        ("los", "America/Los_Angeles"),
        ("sao", "America/Sao_Paulo"),
        ("são", "America/Sao_Paulo"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("berli", "Europe/Berlin"),
        ("copenh", "Europe/Copenhagen"),
        ("york", "America/New_York"),
        ("angeles", "America/Los_Angeles"),
        ("tok", "Asia/Tokyo"),
        ("st john", "America/St_Johns"),
        ("mumb", "Asia/Kolkata"),
        # Inside a word, and words in any order.
        ("hagen", "Europe/Copenhagen"),
        ("france paris", "Europe/Paris"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("san juan argentina", "America/Argentina/San_Juan"),
        ("london uk", "Europe/London"),
        # Typos.
        ("berln", "Europe/Berlin"),
        ("lonodn", "Europe/London"),
        ("pairs", "Europe/Paris"),
        ("new yrok", "America/New_York"),
        ("los angles", "America/Los_Angeles"),
        ("sydny", "Australia/Sydney"),
        ("tokio", "Asia/Tokyo"),
        ("kopenhagen", "Europe/Copenhagen"),
        ("san fransisco", "America/Los_Angeles"),
        ("germny", "Europe/Berlin"),
        ("johanesbur", "Africa/Johannesburg"),
        # Zone names, new and old.
        ("europe/lisbon", "Europe/Lisbon"),
        ("America/New_York", "America/New_York"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("US/Central", "America/Chicago"),
        ("utc", "UTC"),
        # Countries and what people call them.
        ("germany", "Europe/Berlin"),
        ("usa", "America/New_York"),
        ("U.S.", "America/New_York"),
        ("america", "America/New_York"),
        ("uk", "Europe/London"),
        ("england", "Europe/London"),
        ("Scotland", "Europe/London"),
        ("ireland", "Europe/Dublin"),
        ("spain", "Europe/Madrid"),
        ("canada", "America/Toronto"),
        ("russia", "Europe/Moscow"),
        ("brazil", "America/Sao_Paulo"),
        ("australia", "Australia/Sydney"),
        ("china", "Asia/Shanghai"),
        ("mexico", "America/Mexico_City"),
        ("samoa", "Pacific/Apia"),
        # Places without a zone of their own, and former names.
        ("mumbai", "Asia/Kolkata"),
        ("Calcutta", "Asia/Kolkata"),
        ("San Francisco", "America/Los_Angeles"),
        ("Wien", "Europe/Vienna"),
        ("munich", "Europe/Berlin"),
        ("beijing", "Asia/Shanghai"),
        ("montreal", "America/Toronto"),
        ("la", "America/Los_Angeles"),
        ("eastern time", "America/New_York"),
        ("hawaii", "Pacific/Honolulu"),
    ],
)
def test_found_first(typed: str, zone: str) -> None:
    assert found(typed)[0] == zone


@pytest.mark.parametrize(
    ("language", "typed", "zone"),
    [
        ("de", "Kopenhagen", "Europe/Copenhagen"),
        ("de", "köln", "Europe/Berlin"),
        ("de", "koln", "Europe/Berlin"),
        ("de", "wien", "Europe/Vienna"),
        ("de", "Vienna", "Europe/Vienna"),
        ("de", "deutschl", "Europe/Berlin"),
        ("de", "schweiz", "Europe/Zurich"),
        ("de", "Österreich", "Europe/Vienna"),
        ("de", "osterr", "Europe/Vienna"),
        ("de", "usa", "America/New_York"),
        ("de", "germany", "Europe/Berlin"),
        ("es", "lond", "Europe/London"),
        ("es", "alemania", "Europe/Berlin"),
        ("es", "nueva y", "America/New_York"),
        ("es", "espana", "Europe/Madrid"),
        ("es", "España", "Europe/Madrid"),
        ("es", "reino unido", "Europe/London"),
        ("es", "estados u", "America/New_York"),
        ("es", "múnich", "Europe/Berlin"),
        ("es", "mexico", "America/Mexico_City"),
        ("es", "japon", "Asia/Tokyo"),
        ("ja", "東京", "Asia/Tokyo"),
        ("ja", "日本", "Asia/Tokyo"),
        ("pt-BR", "alemanha", "Europe/Berlin"),
    ],
)
def test_found_first_in_the_language_of_the_person(language: str, typed: str, zone: str) -> None:
    assert found(typed, language)[0] == zone


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("typed", ["EST", "pst", "CET", "IST", "cst", "gmt", "BST", "E.S.T."])
def test_abbreviations_are_never_guessed(language: str, typed: str) -> None:
    assert found(typed, language) == []


@pytest.mark.parametrize(
    "typed",
    [
        "qqqqqq",
        "!!!",
        "?",
        "utc+2",
        "gmt+1",
        "5 pm",
        "tomorrow",
        "nowhere",
        "my home",
        "haifa",
        "essen",
        "portland",
        "malaga",
        "est time",
        "Zzz",
        "Perm",
    ],
)
def test_rather_nothing_than_nonsense(typed: str) -> None:
    assert found(typed) == []


def test_what_fits_much_worse_is_left_out() -> None:
    assert found("copenh") == ["Europe/Copenhagen"]
    assert found("germny") == ["Europe/Berlin", "Europe/Busingen"]


def test_cities_come_before_countries() -> None:
    ones = found("ma")
    cities = [zone.rsplit("/", 1)[-1].startswith("Ma") for zone in ones]
    assert ones[0] == "Europe/Madrid"
    assert cities == sorted(cities, reverse=True)


@pytest.mark.parametrize(
    "typed", ["kiev", "calcutta", "us", "brazil", "europe", "new york", "asia/calcutta", "australia"]
)
def test_outdated_names_find_current_ones_and_are_still_taken(typed: str) -> None:
    assert found(typed)
    assert set(found(typed)) <= set(CURRENT) | {"UTC"}
    assert check_zone("Asia/Calcutta") == "Asia/Calcutta"
    assert check_zone("us/central") == "US/Central"


def test_every_current_zone_is_found_by_its_own_city() -> None:
    cities = Locale("en").time_zones
    missed: dict[str, list[str]] = {}
    for zone in CURRENT:
        named = cities.get(zone, {}).get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
        for typed in (named, zone):
            if zone not in (first := found(typed)[:3]):
                missed[f"{zone} by {typed}"] = first
        if found(zone)[0] != zone:
            missed[zone] = found(zone)
    assert missed == {}


def test_places_stand_under_zones_that_are_current_and_once() -> None:
    assert {*NAMES.known, *NAMES.places} - {*CURRENT, "UTC"} == set()
    assert len(set(NAMES.known)) == len(NAMES.known)
    everywhere = [name for names in (*NAMES.places.values(), *NAMES.countries.values()) for name in names]
    assert len(set(everywhere)) == len(everywhere)
    assert set(NAMES.countries) <= set(Locale("en").territories)
    for zone, names in NAMES.places.items():
        for name in names:
            assert found(name)[0] == zone, name


def test_a_file_that_names_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    lists = 'abbreviations = []\n[countries]\n[places]\n"Europe/Berlin" = ["Potsdam"]'
    (tmp_path / "zones.toml").write_text(f'known = ["UTC"]\n{lists}')
    assert [zone for _, zone in suggest(content.load(tmp_path).zones, "potsd", "en")] == ["Europe/Berlin"]
    (tmp_path / "zones.toml").write_text(f'known = ["Middle/Earth"]\n{lists}')
    with pytest.raises(ContentError, match=r"zones\.toml .*no time zone called Middle/Earth"):
        content.load(tmp_path)


@pytest.mark.parametrize("language", [each.value for each in discord.Locale] + ["xx", ""])
def test_nothing_typed_offers_well_known_ones_and_ones_own_first(language: str) -> None:
    shown = suggest(NAMES, "", language, preferred="Asia/Kathmandu")
    assert shown[0][1] == "Asia/Kathmandu"
    assert 10 < len(shown) <= MOST
    for label, zone in shown:
        assert check_zone(zone) == zone
        assert 0 < len(label) <= 100, "Discord's limit"


def test_ones_own_zone_is_offered_under_its_current_name_and_once() -> None:
    zones = [zone for _, zone in suggest(NAMES, " ", "en", preferred="US/Eastern")]
    assert zones[0] == "America/New_York"
    assert len(set(zones)) == len(zones)
