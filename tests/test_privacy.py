"""PRIVACY.md says what the schema says: no table or column about a person is missing there, and none is made up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, MetaData, Table

from supportbot.domain import retention
from supportbot.storage.tables import metadata

TEXT = (Path(__file__).parents[1] / "PRIVACY.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<what>.+?) \| (?P<why>.+?) \| (?P<where>.+?) \|$", re.MULTILINE)
WHERE = re.compile(r"`(?P<table>\w+)`(?: \((?P<columns>[^)]*)\))?")
PERSON = "person_id"
ALEMBICS_OWN = "alembic_version"
PSEUDONYMOUS = {"erasures"}
"""Tables that know somebody by a keyed hash alone, and no row of which hangs on a `person_id`."""


def section(text: str, beginning: str) -> str:
    """What stands between these words and the next heading or paragraph that ends a table."""
    rest = text[text.index(beginning) :]
    head = rest.index("|---|")
    return rest[head : rest.index("\n\n", head)]


def listed(table: str) -> dict[str, dict[str, bool] | None]:
    """Each table that the page names: its columns and whether they are said to be sealed, None without columns."""
    found: dict[str, dict[str, bool] | None] = {}
    for row in ROW.finditer(table):
        for each in WHERE.finditer(row["where"]):
            assert each["table"] not in found, f"{each['table']} stands there twice"
            columns = None
            if each["columns"] is not None:
                words = [column.split() for column in each["columns"].split(", ")]
                assert all(word[1:] in ([], ["sealed"]) for word in words), row["where"]
                columns = {word[0]: len(word) == 2 for word in words}
            found[each["table"]] = columns
    return found


def of_people(text: str) -> dict[str, dict[str, bool]]:
    found = {name: columns or {} for name, columns in listed(section(text, "## What is kept, and why")).items()}
    assert found.pop(PERSON) == {}
    return found


def of_nobody(text: str) -> set[str]:
    return set(listed(section(text, "These are kept too, and are about nobody")))


def is_about_people(table: Table) -> bool:
    if PERSON in table.c or table.name in PSEUDONYMOUS:
        return True
    return any(is_about_people(key.column.table) for key in table.foreign_keys if key.column.table is not table)


def told(table: Table) -> dict[str, bool]:
    """The columns that the page must name, and whether each is sealed: all but those that only tie rows together."""
    ties = {column.name for column in table.c if column.foreign_keys or column.name in {"id", PERSON}}
    return {column.name: isinstance(column.type, LargeBinary) for column in table.c if column.name not in ties}


def faults(text: str, schema: MetaData) -> list[str]:
    """Where the page and the schema differ."""
    people, nobody = of_people(text), of_nobody(text)
    wanted = {name: told(table) for name, table in schema.tables.items() if is_about_people(table)}
    others = schema.tables.keys() - wanted.keys() | {ALEMBICS_OWN}
    found = [f"{name} is about people and is not listed so" for name in wanted.keys() - people.keys()]
    found += [f"{name} is listed, and is not about people or not there" for name in people.keys() - wanted.keys()]
    found += [f"{name} is not listed" for name in others - nobody]
    found += [f"{name} is listed, and is not there" for name in nobody - others]
    for name in wanted.keys() & people.keys():
        columns = people[name]
        found += [f"{name}.{each} is not listed" for each in wanted[name].keys() - columns.keys()]
        found += [f"{name}.{each} is listed, and is not there" for each in columns.keys() - wanted[name].keys()]
        for each in wanted[name].keys() & columns.keys():
            if wanted[name][each] != columns[each]:
                found.append(f"{name}.{each} is {'' if wanted[name][each] else 'not '}sealed")
    return found


def test_the_page_lists_what_is_stored_and_nothing_else() -> None:
    assert faults(TEXT, metadata) == []


def test_every_row_says_what_and_why() -> None:
    rows = list(ROW.finditer(section(TEXT, "## What is kept, and why")))
    assert len(rows) > 10
    for row in rows:
        assert len(row["what"]) > 10
        assert row["why"].startswith(("to ", "so that ", "the same"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("`member_languages` (language, at)", "in the database", "member_languages is about people and is not listed"),
        ("(zone sealed, quiet", "(zone, quiet", "members.zone is sealed"),
        ("`member_languages` (language, at)", "`member_languages` (language sealed, at)", "language is not sealed"),
        ("language, created_at, sign_at", "language, sign_at", "members.created_at is not listed"),
        ("`plan_slots` (at, ", "`plan_slots` (at, mood, ", "plan_slots.mood is listed, and is not there"),
        ("`helpline_checks`", "`diaries`", "diaries is listed, and is not there"),
        ("`helpline_checks`", "somewhere", "helpline_checks is not listed"),
    ],
)
def test_a_difference_is_seen(old: str, new: str, fault: str) -> None:
    assert TEXT.count(old) == 1
    assert any(fault in each for each in faults(TEXT.replace(old, new), metadata))


def test_a_community_can_publish_it() -> None:
    """Lines to fill in at the top, and no word of how the program is built before the tables."""
    top = TEXT[: TEXT.index("## In short")]
    for wanted in ("Who hosts the bot", "How to reach them", "How long logs and backups are kept"):
        assert re.search(rf"^- \*\*{wanted}[^*]*:\*\* _{{10,}}$", top, re.MULTILINE)


# --- how long

SPOKEN = {"one year": 365, "a year": 365, "two years": 730}
DAYS = re.compile(r"(?P<days>\d+) days|" + "|".join(SPOKEN))
KEPT = {
    "deliveries": "what became of each check-in",
    "stopped_plans": "a check-in that you stopped",
    "remembered": "your country, your language",
    "answers": "what you answered and asked",
    "consents": "what you agreed to or took back",
    "audit": "what moderators changed",
    "grace": "if you have check-ins and are gone",
    "erasures": "the keyed hash of an erasure",
}
"""Which row tells of each period; of `inactive` the row tells twice, how long until the grace and how long it is."""

UNTIL_THE_GRACE = "gave no sign for "


def days(said: str) -> int:
    """The first period in this text, in days."""
    found = DAYS.search(said)
    assert found is not None, said
    return int(found["days"] or SPOKEN[found[0]])


def periods(text: str) -> dict[str, int]:
    """How long the page says that each thing is kept."""
    part = text[text.index("## How long") : text.index("## How to stop")]
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", part, re.MULTILINE))
    told = {keep: days(next(row for what, row in rows.items() if words in what)) for keep, words in KEPT.items()}
    silent = next(what for what in rows if UNTIL_THE_GRACE in what)
    return told | {"inactive": days(silent[silent.index(UNTIL_THE_GRACE) :])}


def test_what_is_kept_goes_when_the_page_says() -> None:
    assert periods(TEXT) == {keep.value: period.days for keep, period in retention.TABLE.items()}
    assert periods(TEXT.replace("90 days after", "80 days after")) != periods(TEXT)
