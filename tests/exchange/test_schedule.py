"""`supportbot schedule preview` from the inside: what is understood, and what is refused in which words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from supportbot.exchange import schedule

NOW = datetime(2026, 3, 27, tzinfo=UTC)
GOOD: dict[str, object] = {"cadence": "daily", "at": ["02:30"], "zone": "Europe/Berlin", "count": 3}
EVERYTHING: dict[str, object] = {
    **GOOD,
    "after": "2026-03-27T00:00:00Z",
    "count": 4,
    "days": ["mon"],
    "every": 3,
    "start": "2026-01-01",
    "day": 31,
    "quiet": "22:00-07:00",
    "until": "2026-12-31",
    "vacation": "2026-03-28/2026-03-28",
}


def asked(**parameters: object) -> list[dict[str, Any]]:
    given = {name: value for name, value in {**GOOD, **parameters}.items() if value is not ...}
    one = schedule.answer(schedule.question_of(given, NOW))
    [line] = schedule.answers_of([json.dumps(given)], NOW)
    assert json.loads(line) == one, "a line of a batch is answered like the options"
    return one


def dates(found: list[dict[str, Any]]) -> list[str]:
    return [each["local_date"][5:] for each in found]


def test_what_the_specification_shows() -> None:
    assert asked()[0] == {
        "local_date": "2026-03-27",
        "slot": 0,
        "local": "2026-03-27T02:30:00+01:00",
        "utc": "2026-03-27T01:30:00Z",
        "deferred": False,
    }
    assert [each["local"] for each in asked()][2] == "2026-03-29T03:30:00+02:00"


def test_every_parameter_counts() -> None:
    assert dates(asked(cadence="weekdays", count=2)) == ["03-27", "03-30"]
    assert dates(asked(cadence="weekly", days=["Mon", "sat"])) == ["03-28", "03-30", "04-04"]
    assert dates(asked(cadence="every_n_days", every=3, start="2026-03-01")) == ["03-28", "03-31", "04-03"]
    assert dates(asked(cadence="monthly", day=31)) == ["03-31", "04-30", "05-31"]
    assert dates(asked(until="2026-03-28")) == ["03-27", "03-28"]
    assert dates(asked(vacation="2026-03-27/2026-03-29")) == ["03-30", "03-31", "04-01"]
    assert dates(asked(after="2026-03-28T02:30:00+02:00", count=1)) == ["03-28"]
    assert dates(asked(after="2026-03-28T02:30:00+01:00", count=1)) == ["03-29"], "`after` is exclusive"
    assert [each["slot"] for each in asked(at=["20:00", "9:05", "12:00"])] == [0, 1, 2], "by time of day"
    assert asked(quiet="22:00-07:00")[0]["local"] == "2026-03-27T07:00:00+01:00"
    assert asked(quiet="22:00-07:00")[0]["deferred"]
    assert len(asked(count=...)) == schedule.DEFAULT_COUNT
    assert dates(asked(**EVERYTHING)) == ["03-27", "03-29", "03-30", "03-31"]
    assert asked(until="2020-01-01") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("cadence", value) for value in ("hourly", "", None, 3)),
        *(
            ("at", value)
            for value in ([], ["24:00"], ["8"], ["08:00", "8:00"], ["1:00", "2:00", "3:00", "4:00"], "08:00")
        ),
        *(("at", value) for value in (["08:60"], [8], ["٠٨:٠٠"], ["08:00:00"], {"08:00": 1}, ["08:00\n"])),
        *(("zone", value) for value in ("EST", "Mars/Olympus", "../UTC", "", None, "\0", "x" * 9999)),
        *(("after", value) for value in ("2026-03-27", "2026-03-27T00:00", "soon", 1, "9999-12-31T23:59:59-12:00")),
        *(("count", value) for value in (0, -1, 10_001, "4", 1.5, True)),
        *(("quiet", value) for value in ("22:00", "22:00-", "22-07", "22:00-25:00", "22:00-07:00-08:00", 5)),
        *(("until", value) for value in ("2026-02-30", "20260201", "2026-W01-1", "tomorrow", 1)),
        *(("vacation", value) for value in ("2026-03-02/2026-03-01", "2026-03-02", "2026-03-02/x", [])),
        *(("days", value) for value in (["monday"], "mon", [1])),
        *(("every", value) for value in (1, 91, "3")),
        *(("day", value) for value in (0, 32, "31")),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(field: str, value: object) -> None:
    with pytest.raises(schedule.WrongParameter) as refused:
        schedule.question_of({**GOOD, field: value}, NOW)
    assert refused.value.field == field
    assert str(refused.value).startswith(f"{field} must be ")
    with pytest.raises(schedule.WrongLines) as lines:
        schedule.answers_of([json.dumps(GOOD), json.dumps({**GOOD, field: value})], NOW)
    assert lines.value.says == [f"line 2: {refused.value}"]


@pytest.mark.parametrize(
    ("cadence", "missing"), [("weekly", "days"), ("every_n_days", "every"), ("monthly", "day"), ("monthly", "at")]
)
def test_what_a_cadence_needs(cadence: str, missing: str) -> None:
    given = {**EVERYTHING, "cadence": cadence, missing: ["08:00", "09:00"] if missing == "at" else None}
    with pytest.raises(schedule.WrongParameter) as refused:
        schedule.question_of(given, NOW)
    assert refused.value.field == missing


@pytest.mark.parametrize("line", ["", "[]", "{", "null", "[" * 100_000, '{"cadence": "daily"} x', "\ufffd"])
def test_a_line_that_is_no_object(line: str) -> None:
    with pytest.raises(schedule.WrongLines, match="line 1: the line must be one JSON object of parameters"):
        schedule.answers_of([line], NOW)


def test_a_parameter_nobody_knows_is_not_repeated() -> None:
    with pytest.raises(schedule.WrongLines) as refused:
        schedule.answers_of([json.dumps({**GOOD, "hunter2": 1})], NOW)
    assert refused.value.says == ["line 1: there is a parameter nobody knows"]


def test_zones_that_nobody_is_offered_can_be_looked_at() -> None:
    assert asked(zone="Etc/GMT+5")[0]["local"].endswith("-05:00")
    assert asked(zone="europe/berlin") == asked()


def test_to_be_read() -> None:
    shown = schedule.as_text(asked(quiet="22:00-07:00", count=1)).splitlines()
    assert shown[1] == "2026-03-27  0     2026-03-27T07:00:00+01:00  2026-03-27T06:00:00Z  after the quiet hours"
    assert schedule.as_text([]) == "Nothing is due any more."
