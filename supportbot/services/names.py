"""What countries and languages are called, in a language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from babel import Locale, UnknownLocaleError


def country_name(iso: str, language: str) -> str:
    """The country's name in a language such as `es` or `pt-BR`; its code when there is none."""
    return cast("Mapping[str, str]", _locale(language).territories).get(iso, iso)


def language_name(tag: str, language: str) -> str:
    """What a language is called in another one, as it stands inside a sentence; its tag when it has no name."""
    names = cast("Mapping[str, str]", _locale(language).languages)
    return names.get(tag.replace("-", "_")) or names.get(tag.split("-", maxsplit=1)[0], tag)


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    """English stands in for a language that Babel does not have."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
