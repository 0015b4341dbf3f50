from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportbot.domain.resource_import import FileRefused, planned
from supportbot.domain.resources import MOST_RESOURCES, Entry, Kind
from supportbot.exchange.resources import COLUMNS, LARGEST_FILE, Format, format_of, read, write
from tests.domain.test_resource_rows import entries

IDS = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
HEAD = "id,kind,name,place\n"
ROW = "a1,group,Tuesday,Room 1\n"


@pytest.mark.parametrize("format_", Format)
@given(st.dictionaries(IDS, entries(), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_exported_is_imported_as_it_was(format_: Format, there: dict[str, Entry]) -> None:
    plan = planned(read(write(there.items(), format_), format_), {})
    assert plan.is_sound
    assert {each.id: each.entry for each in plan.added} == there
    again = planned(read(write(there.items(), format_), format_), there)
    assert (again.added, again.changed, again.unchanged) == ([], [], len(there))


def test_no_cell_of_a_spreadsheet_runs() -> None:
    formulas = ["=1+1", "+1 555", "-2", "@SUM(A1)", "'quoted"]
    entry = Entry(Kind.GROUP, "Tuesday", audience="men")
    for audience in formulas:
        text = write([("a", Entry(entry.kind, entry.name, audience=audience))], Format.CSV).decode("utf-8-sig")
        assert f",'{audience}," in text


@pytest.mark.parametrize(
    ("data", "format_", "why", "line"),
    [
        (b"\xff\xfe" + HEAD.encode("utf-16-le"), "csv", "encoding", None),
        ((HEAD + "a,group,Caf\xe9,x\n").encode("latin-1"), "csv", "encoding", 2),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "csv", "encoding", 1),
        (b"id,kind,name\n\x00\x01", "csv", "not_text", 2),
        (b"", "csv", "column_missing", 1),
        (HEAD.encode(), "csv", "empty", None),
        (b"kind,name,kind\n", "csv", "column_twice", 1),
        (b"kind,name,price\n", "csv", "column", 1),
        ((HEAD + ROW + "b,group\n").encode(), "csv", "columns", 3),
        ((HEAD + 'a,group,"Tues\n').encode(), "csv", "csv", 2),
        (b"x" * (LARGEST_FILE + 1), "csv", "too_large", None),
        (("kind,name\n" + "group,x\n" * (MOST_RESOURCES + 1)).encode(), "csv", "too_many", MOST_RESOURCES + 2),
        (b"{}", "json", "json", 1),
        (b"[]", "json", "empty", None),
        (b'[\n{"kind": "app",}]', "json", "json", 2),
        (b'[\n{"kind": "app"}\n,{"kind": "app", "kind": "app"}]', "json", "json", 3),
        (b'[{"kind": "app"}] x', "json", "json", 1),
        (b'[{"kind": "app"},]', "json", "json", 1),
        (b'[{"kind": NaN}]', "json", "json", 1),
        (b'[{"kind": "app", "phone": 911}]', "json", "value", 1),
        (b'["app"]', "json", "not_an_entry", 1),
        (b'[{"price": "1"}]', "json", "column", 1),
        (b"[" * 100_000, "json", "json", 1),
        (b"kind: app", "yaml", "yaml", 1),
        (b"- kind: app\n  kind: app", "yaml", "yaml", 2),
        (b"- kind: [app\n", "yaml", "yaml", 2),
        (b"- !!python/object/apply:os.system ['true']", "yaml", "yaml_tag", 1),
        (b"- kind: !x app", "yaml", "yaml_tag", 1),
        (b"- &a {kind: app}\n- *a", "yaml", "yaml_alias", 1),
        (b"[" * 5_000, "yaml", "yaml", 1),
        (b"- app", "yaml", "not_an_entry", 1),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_line(
    data: bytes, format_: str, why: str, line: int | None
) -> None:
    with pytest.raises(FileRefused) as refused:
        read(data, Format(format_))
    assert (refused.value.text_id, refused.value.line) == (f"resource.file.{why}", line)


@given(st.binary(max_size=200), st.sampled_from(Format))
@settings(deadline=None)
def test_whatever_is_uploaded_is_read_or_refused(data: bytes, format_: Format) -> None:
    try:
        rows = read(data, format_)
    except FileRefused:
        return
    planned(rows, {})


def test_spreadsheets_in_other_countries() -> None:
    for delimiter in (";", "\t"):
        data = b"\xef\xbb\xbf" + (HEAD + ROW).replace(",", delimiter).replace("\n", "\r\n").encode()
        (row,) = read(data, Format.CSV)
        assert (row.line, row.id, row.fields) == (2, "a1", {"kind": "group", "name": "Tuesday", "place": "Room 1"})


def test_rows_know_their_line() -> None:
    csv = 'kind,name,description,place\ngroup,A,"two\nlines",x\n\ngroup,B,,x\n'
    assert [row.line for row in read(csv.encode(), Format.CSV)] == [2, 5]
    data = '[\n\n{"kind": "group",\n"name": "A"},\n{"kind": "group"}]'
    assert [row.line for row in read(data.encode(), Format.JSON)] == [3, 5]
    assert [row.line for row in read(b"- kind: group\n  name: A\n-\n  kind: group\n", Format.YAML)] == [1, 4]


def test_a_plan_says_what_would_change() -> None:
    there = {"a": Entry(Kind.GROUP, "Tuesday", place="Room 1"), "b": Entry(Kind.APP, "Steps", place="Room 2")}
    data = (
        HEAD + "a,group,Tuesday,Room 1\nb,app,Steps,Room 3\n,group,Friday,Room 1\na,group,Monday,Room 1\nA!,clinic,,\n"
    )
    plan = planned(read(data.encode(), Format.CSV), there)
    assert plan.unchanged == 1
    assert [(each.line, each.id, each.fields) for each in plan.changed] == [(3, "b", ("place",))]
    assert [(each.line, each.id, each.entry.name) for each in plan.added] == [(4, None, "Friday")]
    refused = [(each.line, [wrong.text_id for wrong in each.wrong]) for each in plan.refused]
    assert refused == [
        (5, ["resource.wrong.id_twice"]),
        (6, ["resource.wrong.id", "resource.wrong.choice", "resource.wrong.missing"]),
    ]
    assert not plan.is_sound


def test_a_community_has_room_for_so_many() -> None:
    entry = Entry(Kind.GROUP, "Tuesday", place="Room 1")
    with pytest.raises(FileRefused, match="full"):
        planned(read((HEAD + ROW).encode(), Format.CSV), {f"x{n}": entry for n in range(MOST_RESOURCES)})


@pytest.mark.parametrize(
    ("name", "format_"),
    [("a.CSV", Format.CSV), ("b.json", Format.JSON), ("c.yml", Format.YAML), ("d.yaml", Format.YAML)],
)
def test_the_name_says_the_format(name: str, format_: Format) -> None:
    assert format_of(name) is format_
    for other in ("a", "a.xlsx", "csv.png", ""):
        with pytest.raises(FileRefused, match="format"):
            format_of(other)


def test_json_is_plain() -> None:
    shown = json.loads(write([("a", Entry(Kind.GROUP, "Tuesday", tags=("men", "12 step"), online=True))], Format.JSON))
    assert shown == [
        {
            "id": "a",
            "kind": "group",
            "name": "Tuesday",
            "cost": "unknown",
            "hours": "unknown",
            "online": True,
            "tags": ["men", "12 step"],
            "status": "active",
        }
    ]
    assert set(shown[0]) <= set(COLUMNS)
