"""Resources as files: CSV for spreadsheets, JSON and YAML for programs and people. What comes from outside is believed
in nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, cast

import yaml

from supportbot.domain.resource_import import FileRefused, Row
from supportbot.domain.resource_rows import FIELDS, NO, SEPARATOR, YES, written
from supportbot.domain.resources import MOST_RESOURCES, Entry

LARGEST_FILE: Final = 4_000_000
"""Bytes; ten thousand long entries fit."""

COLUMNS = ("id", *FIELDS)
_LISTS = frozenset({"regions", "languages", "tags"})
_GUARD = "'"
_GUARDED = ("=", "+", "-", "@", "\t", "\r", _GUARD)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", None), (b"\xfe\xff", None))
_DELIMITERS = (",", ";", "\t")
_DEEPEST = 4


class Format(StrEnum):
    """By the end of a file's name."""

    CSV = "csv"
    JSON = "json"
    YAML = "yaml"


def format_of(filename: str) -> Format:
    """Raises FileRefused for a name that ends in none of them."""
    end = filename.rpartition(".")[2].casefold()
    try:
        return Format("yaml" if end == "yml" else end)
    except ValueError:
        raise FileRefused("format") from None


def read(data: bytes, format_: Format) -> list[Row]:
    """The rows of a file, each with the line on which it begins. Raises FileRefused."""
    text = _decoded(data)
    readers = {Format.CSV: _csv, Format.JSON: _json, Format.YAML: _yaml}
    rows: list[Row] = []
    for row in readers[format_](text):
        if len(rows) == MOST_RESOURCES:
            raise FileRefused("too_many", line=row.line, limit=MOST_RESOURCES)
        rows.append(row)
    if not rows:
        raise FileRefused("empty")
    return rows


def write(entries: Iterable[tuple[str, Entry]], format_: Format) -> bytes:
    """A file that `read` reads as these, each under its id; a spreadsheet runs nothing that stands in it."""
    rows = [{"id": id_, **written(entry)} for id_, entry in entries]
    if format_ is Format.CSV:
        return _as_csv(rows)
    shown = [{name: _shown(name, value) for name, value in row.items() if value} for row in rows]
    if format_ is Format.JSON:
        return (json.dumps(shown, ensure_ascii=False, indent=2) + "\n").encode()
    return yaml.safe_dump(shown, allow_unicode=True, sort_keys=False, width=1000).encode()


def _shown(name: str, value: str) -> object:
    if name in _LISTS:
        return [part.strip() for part in value.split(SEPARATOR)]
    return value == YES if name == "online" else value


def _as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_guarded(row[name]) for name in COLUMNS])
    # Spreadsheets take a file without this mark for one in another encoding.
    return file.getvalue().encode("utf-8-sig")


def _guarded(value: str) -> str:
    return _GUARD + value if value.startswith(_GUARDED) else value


def _unguarded(value: str) -> str:
    return value[1:] if value.startswith(_GUARD) and value[1:].startswith(_GUARDED) else value


# --- reading


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise FileRefused("too_large", limit=LARGEST_FILE // 1_000_000)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if encoding is None:
                raise FileRefused("encoding")
            data = data.removeprefix(mark)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused("encoding", line=data.count(b"\n", 0, error.start) + 1) from None
    for number, line in enumerate(text.split("\n"), start=1):
        if any(ch < " " and ch not in "\t\r" for ch in line):
            raise FileRefused("not_text", line=number)
    return text


def _csv(text: str) -> Iterator[Row]:
    head = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip().casefold() for name in next(reader, list[str]())]
        _check_columns(columns)
        line = reader.line_num + 1
        for values in reader:
            if any(value.strip() for value in values):
                if len(values) != len(columns):
                    raise FileRefused("columns", line=line, count=len(values), wanted=len(columns))
                fields = dict(zip(columns, map(_unguarded, values), strict=True))
                yield Row(line, fields.pop("id", "").strip(), fields)
            line = reader.line_num + 1
    except csv.Error:
        raise FileRefused("csv", line=reader.line_num) from None


def _check_columns(columns: Sequence[str]) -> None:
    for name in columns:
        if name not in COLUMNS:
            raise FileRefused("column", line=1, column=name[:40])
        if columns.count(name) > 1:
            raise FileRefused("column_twice", line=1, column=name)
    for name in ("kind", "name"):
        if name not in columns:
            raise FileRefused("column_missing", line=1, column=name)


def _json(text: str) -> Iterator[Row]:
    """Object by object, since only then each has a line of its own."""
    decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        raise FileRefused("json", line=_line(text, at))
    at = _skip(text, at + 1)
    first = True
    while text[at : at + 1] != "]" or not first:
        try:
            found, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError, _Twice, ValueError) as error:
            where = error.pos if isinstance(error, json.JSONDecodeError) else at
            raise FileRefused("json", line=_line(text, where)) from None
        yield _row(found, _line(text, at))
        at = _skip(text, end)
        if text[at : at + 1] == "]":
            break
        if text[at : at + 1] != ",":
            raise FileRefused("json", line=_line(text, at))
        at, first = _skip(text, at + 1), False
    if text[at + 1 :].strip():
        raise FileRefused("json", line=_line(text, at + 1))


class _Twice(Exception):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in " \t\r\n":
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _yaml(text: str) -> Iterator[Row]:
    """As plain text only: no tags, which make objects, and no aliases, of which a few lines make gigabytes."""
    try:
        _check_events(text)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
        if not isinstance(root, yaml.SequenceNode):
            raise FileRefused("yaml", line=1)
        for node in root.value:
            yield _row(_plain(node), node.start_mark.line + 1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileRefused("yaml", line=1 if mark is None else mark.line + 1) from None
    except (yaml.YAMLError, RecursionError):
        raise FileRefused("yaml", line=1) from None


def _check_events(text: str) -> None:
    depth = 0
    events = cast("Iterator[Any]", yaml.parse(text, Loader=yaml.BaseLoader))
    for event in events:
        line = 1 if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise FileRefused("yaml_alias", line=line)
        if getattr(event, "tag", None) is not None:
            raise FileRefused("yaml_tag", line=line)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise FileRefused("yaml", line=line)


def _plain(node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in found:
            raise FileRefused("yaml", line=key.start_mark.line + 1)
        found[key.value] = _plain(value)
    return found


def _row(found: object, line: int) -> Row:
    if not isinstance(found, dict):
        raise FileRefused("not_an_entry", line=line)
    given = cast("dict[str, object]", found)
    fields: dict[str, str] = {}
    for name, value in given.items():
        if name not in COLUMNS:
            raise FileRefused("column", line=line, column=str(name)[:40])
        fields[name] = _text(name, value, line)
    return Row(line, fields.pop("id", "").strip(), fields)


def _text(name: str, value: object, line: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) and name == "online":
        return YES if value else NO
    if isinstance(value, list) and name in _LISTS:
        parts = cast("list[object]", value)
        if all(isinstance(part, str) and SEPARATOR not in part and "," not in part for part in parts):
            return f"{SEPARATOR} ".join(cast("list[str]", parts))
    if isinstance(value, str):
        return value
    raise FileRefused("value", line=line, column=name)
