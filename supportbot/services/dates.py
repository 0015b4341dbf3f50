"""Dates as people write them: tomorrow, next friday, 15 de marzo, 2026-12-24. The only door to dateparser."""

from __future__ import annotations

import asyncio
import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, cast

from supportbot.errors import UserError

LONGEST = 100
FURTHEST = timedelta(days=5 * 366)
"""Nobody means a date further away; a year of two digits can be read as one."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}))?")
_HAS_DAY = re.compile(r"\d")
_TIME = re.compile(r"\d:|\d\s?[ap]\.?\s?m\b")
# What the library does not know of these languages, in words that it does.
_SAME = {
    "en": (
        (r"\b(?:until|till|on|the|this|coming|by|from|to|through)\b", " "),
        (r"\bday after tomorrow\b", "in 2 days"),
        (r"\ba (week|month|day|year)\b", r"1 \1"),
        (r"\bnext week\b", "in 7 days"),
    ),
    "es": (
        (r"\bpasado\s+mañana\b", "en 2 días"),
        (r"\b(?:la )?(?:próxima semana|proxima semana|semana que viene)\b", "en 7 días"),
        (r"\b(?:hasta|desde|el|la|los|este|esta|próximo|proximo|próxima|proxima|que viene)\b", " "),
        (r"\bdentro de\b", "en"),
        *((rf"\b{word}\b", number) for word, number in (("dos", "2"), ("tres", "3"), ("cuatro", "4"), ("seis", "6"))),
        (r"\bmanana\b", "mañana"),
        (r"\buna? (semana|mes|día|dia|año)\b", r"1 \1"),
    ),
}
_one_at_a_time = Lock()


async def read_date(text: str, languages: tuple[str, ...], today: date) -> date:
    """The day that a text names, seen from `today`, which is a date where the person is; today at the earliest.

    Languages are tried in order. Raises UserError: `date.unclear`, `date.numbers` for 3/4, which is a day in March or
    in April, `date.past`, `date.far`.
    """
    if len(text) > LONGEST:
        raise UserError("date.unclear")
    found = await asyncio.to_thread(_find, text.strip().lower(), languages, today)
    if found is None:
        raise UserError("date.unclear")
    if found < today:
        raise UserError("date.past")
    if found > today + FURTHEST:
        raise UserError("date.far")
    return found


def _find(text: str, languages: tuple[str, ...], today: date) -> date | None:
    if match := _ISO.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(text):
        return _by_numbers(int(match[1]), int(match[2]), match[3], languages[0], today)
    return next(filter(None, (_read(text, language, today) for language in languages)), None)


def _by_numbers(first: int, second: int, year: str | None, language: str, today: date) -> date | None:
    """Day and month, where it is clear which is which. In English it is not, unless one of them is no month."""
    if language == "en" and first <= 12 and second <= 12 and first != second:
        raise UserError("date.numbers")
    day, month = (second, first) if second > 12 >= first else (first, second)
    if year is not None:
        return _date(int(year), month, day)
    this = _date(today.year, month, day)
    return this if this is None or this >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read(text: str, language: str, today: date) -> date | None:
    for pattern, words in _SAME.get(language, ()):
        text = re.sub(pattern, words, text)
    text = " ".join(text.split())
    if _TIME.search(text) or not any(ch.isalpha() for ch in text):
        return None
    # Its parsers share tables that they fill as they go.
    with _one_at_a_time:
        found = _parser(language, today).get_date_data(text)
    if found.date_obj is None or (found.period in {"month", "year"} and not _HAS_DAY.search(text)):
        return None  # a month alone is no day
    return cast("datetime", found.date_obj).date()


@lru_cache(maxsize=8)
def _parser(language: str, today: date) -> Any:
    # Here, since it takes a while and most starts never need it.
    from dateparser.date import DateDataParser  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs]

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "PARSERS": ["relative-time", "absolute-time"],
    }
    return DateDataParser(languages=[language], settings=settings)
