"""What countries, languages and days are called, in a language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import cast

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_day_names


def country_name(iso: str, language: str) -> str:
    """The country's name in a language such as `es` or `pt-BR`; its code when there is none."""
    return cast("Mapping[str, str]", _locale(language).territories).get(iso, iso)


def language_name(tag: str, language: str) -> str:
    """What a language is called in another one, as it stands inside a sentence; its tag when it has no name."""
    names = cast("Mapping[str, str]", _locale(language).languages)
    return names.get(tag.replace("-", "_")) or names.get(tag.split("-", maxsplit=1)[0], tag)


def own_name(tag: str) -> str:
    """What a language is called by those who speak it, as it stands alone: `Español`; its tag when it has no name."""
    name = language_name(tag, tag)
    return name[:1].upper() + name[1:]


def day_in_words(day: date, language: str) -> str:
    """As in "5 March 2026"."""
    return format_date(day, "long", locale=_locale(language))


def moment_in_words(moment: datetime, language: str) -> str:
    """A moment as the clock shows it where it is meant, as in "5 Mar 2026, 20:30"."""
    return f"{format_date(moment, 'medium', locale=_locale(language))}, {moment:%H:%M}"


def is_right_to_left(language: str) -> bool:
    """Whether the language is written from the right."""
    return _locale(language).character_order == "right-to-left"


def weekday_name(weekday: int, language: str) -> str:
    """Its short name; 0 is Monday."""
    return get_day_names("abbreviated", locale=_locale(language))[weekday]


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    """English stands in for a language that Babel does not have."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
