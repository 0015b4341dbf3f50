"""The country that somebody means."""

from __future__ import annotations

import discord
import pytest
from babel import Locale

from supportbot import content
from supportbot.domain.countries import COUNTRIES
from supportbot.domain.helplines import Kind
from supportbot.services.countries import LANGUAGES, Countries
from supportbot.services.names import country_name, language_name

NOT_IN_THE_STANDARD = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
"""Islands, groups and test codes that Unicode names beyond the countries."""


@pytest.fixture(scope="session")
def countries() -> Countries:
    return Countries(content.load().zones)


def test_every_country_that_unicode_names_is_one() -> None:
    named = {code for code in Locale("en").territories if len(code) == 2}
    assert named - NOT_IN_THE_STANDARD == COUNTRIES
    assert len(COUNTRIES - {"XK"}) == 249  # ISO 3166-1


def test_names_of_every_language_of_discord_are_known() -> None:
    assert {str(locale) for locale in discord.Locale} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_found_by_its_name_in_every_language(countries: Countries, language: str) -> None:
    for iso in COUNTRIES:
        name = country_name(iso, language)
        assert iso in countries.find(name, language)[:2], name
        assert iso in countries.find(name, "en-US"), name


@pytest.mark.parametrize(
    ("typed", "language", "first"),
    [
        ("germany", "en-US", "DE"),
        ("Alemania", "en-US", "DE"),
        ("Deutschland", "fr", "DE"),
        ("日本", "en-US", "JP"),
        ("Россия", "en-US", "RU"),
        ("germny", "en-US", "DE"),
        ("uk", "en-US", "GB"),
        ("Scotland", "de", "GB"),
        ("USA", "ja", "US"),
        ("EE. UU.", "es-419", "US"),
        ("Niger", "en-US", "NE"),
        ("no", "en-US", "NO"),
        ("Kosovo", "en-US", "XK"),
        ("côte d'ivoire", "en-US", "CI"),
    ],
)
def test_what_people_type(countries: Countries, typed: str, language: str, first: str) -> None:
    assert countries.find(typed, language)[0] == first


@pytest.mark.parametrize("typed", ["", "  ", "xyzzyq", "!!", "I want to talk"])
def test_what_names_no_country(countries: Countries, typed: str) -> None:
    assert countries.find(typed, "en-US") == []
    assert countries.named(typed, "en-US") is None


@pytest.mark.parametrize(
    ("typed", "language", "iso"),
    [
        ("Germany", "en-US", "DE"),
        ("alemania", "en-US", "DE"),
        ("HR", "en-US", "HR"),
        ("Ireland", "en-US", "IE"),
        ("island", "de", "IS"),
        ("Northern Ireland", "en-US", "GB"),
    ],
)
def test_a_whole_name_leaves_no_doubt(countries: Countries, typed: str, language: str, iso: str) -> None:
    assert countries.named(typed, language) == iso


@pytest.mark.parametrize(
    ("typed", "language", "first"),
    [
        ("korea", "en-US", ["KR", "KP"]),
        ("Corea", "es-ES", ["KR", "KP"]),
        ("Corée", "fr", ["KR", "KP"]),
        ("St Martin", "en-US", ["MF", "SX"]),
        ("saint-martin", "fr", ["MF", "SX"]),
        ("Sint Maarten", "nl", ["SX", "MF"]),
        ("america", "en-US", ["US", "AS"]),
        ("América", "es-419", ["US", "AS"]),
        ("Georgia", "en-US", ["GE", "US"]),
    ],
)
def test_a_name_of_several_is_asked_back(countries: Countries, typed: str, language: str, first: list[str]) -> None:
    assert countries.named(typed, language) is None
    assert countries.find(typed, language)[:2] == first


@pytest.mark.parametrize("typed", ["South Korea", "KR", "USA", "United States", "MF", "American Samoa", "Curaçao"])
def test_who_says_which_is_not_asked(countries: Countries, typed: str) -> None:
    assert countries.named(typed, "en-US") == countries.find(typed, "en-US")[0]


@pytest.mark.parametrize("typed", ["germny", "ger", "island", "congo", "saint", "guine", "de"])
def test_a_guess_is_not_taken_for_a_country(countries: Countries, typed: str) -> None:
    """Another country's numbers would be worse than one more question."""
    assert countries.find(typed, "en-US")
    assert countries.named(typed, "en-US") is None


def test_no_more_than_asked_for(countries: Countries) -> None:
    assert len(countries.find("s", "en-US")) == 25
    assert len(countries.find("s", "en-US", limit=3)) == 3


@pytest.mark.parametrize("locale", LANGUAGES)
def test_countries_that_fit_a_locale(countries: Countries, locale: str) -> None:
    lines = content.load().helplines
    offered = countries.offered([locale], lines)
    assert len(set(offered)) == len(offered) > 0
    assert set(offered) <= COUNTRIES
    territory = locale.rsplit("-", maxsplit=1)[-1]
    if territory in COUNTRIES:
        assert offered[0] == territory
        offered = offered[1:]
    served = [bool(lines.lines_for(iso, Kind.CRISIS)) for iso in offered]
    assert served == sorted(served, reverse=True), "where there is something to show comes first"


def test_no_country_fits_a_locale_that_nobody_knows(countries: Countries) -> None:
    assert countries.offered(["tlh"], content.load().helplines) == []


def test_who_chose_another_language_than_their_discords_is_offered_both(countries: Countries) -> None:
    """Somebody in Britain who reads Spanish: their own country first, then those that speak it, then the others."""
    lines = content.load().helplines
    offered = countries.offered(["es", "en-GB"], lines)
    spanish = countries.offered(["es"], lines)
    assert offered[0] == "GB"
    assert offered[1 : len(spanish) + 1] == spanish
    assert {"IE", "CA"} <= set(offered[len(spanish) + 1 :])
    assert len(set(offered)) == len(offered)


@pytest.mark.parametrize(
    ("tag", "language", "name"),
    [("yue", "en", "Cantonese"), ("pt-BR", "es", "portugués de Brasil"), ("de", "xx", "German"), ("qqq", "en", "qqq")],
)
def test_names_of_languages(tag: str, language: str, name: str) -> None:
    assert language_name(tag, language) == name
