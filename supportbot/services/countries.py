"""Finds the country that somebody means by what they typed, in whatever language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from babel import Locale, UnknownLocaleError
from babel.languages import get_territory_language_info

from supportbot.domain.countries import COUNTRIES
from supportbot.domain.helplines import Helplines, Kind
from supportbot.domain.spelling import plain
from supportbot.domain.zones import ZoneNames
from supportbot.services.names import country_name
from supportbot.services.search import Findable, Names, rank

LANGUAGES = (
    "en-US", "en-GB", "ar", "bg", "cs", "da", "de", "el", "es-ES", "es-419", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
)  # fmt: skip
"""Those that Discord speaks."""

MOST = 25


@dataclass(frozen=True, slots=True)
class _Index:
    entries: Names
    exact: Mapping[str, frozenset[str]]


class Countries:
    """Every country, with lines or without. `names` holds what people call countries beyond their names."""

    def __init__(self, names: ZoneNames) -> None:
        self._names = names
        self._doubtful = {plain(name): codes for name, codes in names.doubtful.items()}

    def find(self, typed: str, language: str, *, limit: int = MOST) -> list[str]:
        """The codes of the countries that fit best, best first; typos are forgiven where nothing else fits.

        A code itself and whole names count most, then the person's `language` and English, then every other language.
        """
        own, every = self._index(language), self._everywhere
        whole = own.exact.get(plain(typed)) or every.exact.get(plain(typed), frozenset())
        code = [each for each in (typed.strip().upper(),) if each in COUNTRIES]
        found = [*code, *self._doubtful.get(plain(typed), ()), *sorted(whole), *rank(typed, own.entries, limit=limit)]
        return list(dict.fromkeys(found))[:limit] or rank(typed, every.entries, limit=limit)

    def named(self, typed: str, language: str) -> str | None:
        """The code of the country whose whole name this is, or which is itself the code; None when there is any doubt.

        The name may be in another language too, when nothing in the person's own comes near it.
        """
        if typed in COUNTRIES:
            return typed
        if plain(typed) in self._doubtful:
            return None
        whole = self._index(language).exact.get(plain(typed)) or frozenset(self.find(typed, language))
        if len(whole) != 1:
            return None
        (one,) = whole
        every = self._everywhere.exact.get(plain(typed), frozenset())
        return one if one in every or plain(typed) in self._index(language).exact else None

    def offered(self, locales: Sequence[str], lines: Helplines) -> list[str]:
        """Countries that fit a person's locales, to choose from only: their own first, then those where the language of
        the first locale is an official one, then of the next; within these, where there is most to show.
        """
        fits = [_fitting(each) for each in locales]
        owns = {own for own, _ in fits}

        def rank_of(iso: str) -> tuple[bool, int, bool, bool, str]:
            position = next(at for at, (_, speaking) in enumerate(fits) if iso in speaking)
            served = bool(lines.lines_for(iso, Kind.CRISIS))
            return iso not in owns, position, not served, iso not in lines.countries, country_name(iso, locales[0])

        return sorted({iso for _, speaking in fits for iso in speaking}, key=rank_of)

    # Babel's tables are large: read when the first person types in a language, not at start.
    def _index(self, language: str) -> _Index:
        return _built(self._names, (language, "en"))

    @property
    def _everywhere(self) -> _Index:
        return _built(self._names, LANGUAGES)


@lru_cache(maxsize=48)
def _fitting(locale: str) -> tuple[str | None, frozenset[str]]:
    """The country in a locale such as `pt-BR`, and all those where its language is official."""
    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None, frozenset()
    own = parsed.territory if parsed.territory in COUNTRIES else None
    tag = f"{parsed.language}_Hant" if parsed.script == "Hant" else parsed.language
    speaking = {iso for iso in COUNTRIES if get_territory_language_info(iso).get(tag, {}).get("official_status")}
    return own, frozenset(speaking | ({own} if own else set()))


@lru_cache(maxsize=48)
def _built(others: ZoneNames, languages: tuple[str, ...]) -> _Index:
    entries: list[Findable] = []
    exact: dict[str, set[str]] = {}
    for iso in sorted(COUNTRIES, key=lambda each: country_name(each, languages[0])):
        names = [country_name(iso, language) for language in languages]
        entry = Findable.of(iso, (names, others.countries.get(iso, ())), (iso,))
        entries.append(entry)
        for name in chain.from_iterable(entry.names):
            exact.setdefault(name, set()).add(iso)
    return _Index(Names.of(entries), {name: frozenset(codes) for name, codes in exact.items()})
