"""Dates as people write them, read where they are; nothing else counts as now."""

from __future__ import annotations

import socket
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.errors import UserError
from supportbot.services.dates import FURTHEST, read_date

TODAY = date(2026, 1, 1)
"""A Thursday."""

ENGLISH = """
today | 2026-01-01
tomorrow | 2026-01-02
day after tomorrow | 2026-01-03
friday | 2026-01-02
on Friday | 2026-01-02
next friday | 2026-01-02
next monday | 2026-01-05
15 March | 2026-03-15
March 15th | 2026-03-15
15th of march 2026 | 2026-03-15
until 1 june | 2026-06-01
December 24th, 2026 | 2026-12-24
2026-12-24 | 2026-12-24
24/12/2026 | 2026-12-24
12/24 | 2026-12-24
in 3 weeks | 2026-01-22
in two weeks | 2026-01-15
in a week | 2026-01-08
next week | 2026-01-08
in 2 months | 2026-03-01
3/4 | date.numbers
yesterday | date.past
3 days ago | date.past
2025-12-31 | date.past
31 dec 2025 | date.past
2126-01-01 | date.far
in 10 years | date.far
march | date.unclear
feb 30 | date.unclear
2026-02-30 | date.unclear
hello | date.unclear
20:30 | date.unclear
tomorrow 8pm | date.unclear
10 | date.unclear
-1 | date.unclear
99999999999999 | date.unclear
in 9999999 days | date.unclear
whenever | date.unclear
 | date.unclear
"""

SPANISH = """
hoy | 2026-01-01
mañana | 2026-01-02
manana | 2026-01-02
pasado mañana | 2026-01-03
viernes | 2026-01-02
este viernes | 2026-01-02
el próximo viernes | 2026-01-02
el viernes que viene | 2026-01-02
el martes | 2026-01-06
15 de marzo | 2026-03-15
el 15 de marzo de 2026 | 2026-03-15
hasta el 1 de junio | 2026-06-01
24/12 | 2026-12-24
3/4 | 2026-04-03
en 3 semanas | 2026-01-22
dentro de dos semanas | 2026-01-15
la semana que viene | 2026-01-08
en un mes | 2026-02-01
tomorrow | 2026-01-02
ayer | date.past
hace 3 días | date.past
31 de febrero | date.unclear
mayo | date.unclear
hola | date.unclear
"""


async def _read(text: str, language: str, today: date = TODAY) -> str:
    others = [each for each in ("en", "es") if each != language]
    try:
        return str(await read_date(text, (language, *others), today))
    except UserError as error:
        return error.text_id


@pytest.mark.parametrize(("language", "rows"), [("en", ENGLISH), ("es", SPANISH)])
async def test_dates_are_read_as_people_mean_them(language: str, rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing here needs the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    table = [tuple(part.strip() for part in line.split("|")) for line in rows.strip("\n").splitlines()]
    told = {text: await _read(text, language) for text, _ in table}
    assert told == dict(table)


async def test_now_is_what_was_passed_in() -> None:
    for today, friday in ((date(2031, 7, 1), date(2031, 7, 4)), (date(2027, 1, 1), date(2027, 1, 8))):
        assert await _read("next friday", "en", today) == str(friday)
        assert await _read("tomorrow", "en", today) == str(date.fromordinal(today.toordinal() + 1))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
async def test_anything_can_be_typed(text: str) -> None:
    found = await _read(text, "en")
    assert found.startswith("date.") or TODAY <= date.fromisoformat(found) <= TODAY + FURTHEST
