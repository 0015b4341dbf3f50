"""What can be changed in a triage file: each row, question, end, addition and note, and each part of a condition."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from typing import Any

from tests.mutations.changes import Change

Table = dict[str, Any]
Edit = Callable[[Table], None]
OUTCOMES = ("peer_support", "therapist")
"""What another outcome is put to; the second where the first is the one that is there."""


def of_file(file: str, source: str) -> Iterator[Change]:
    """Every change to the flow. The sources of its texts are not part of it."""
    rules = tomllib.loads(source)
    for where, what, edit in _edits(rules):
        changed = deepcopy(rules)
        edit(changed)
        yield Change(file, where, what, written(changed))


def written(rules: Table) -> str:
    """As a file again; the order is kept, comments are not."""
    lines: list[str] = []
    for name, value in rules.items():
        for table in value if isinstance(value, list) else [value]:
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            lines += [f"{key} = {_value(each)}" for key, each in table.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def _edits(rules: Table) -> Iterator[tuple[str, str, Edit]]:
    for name in ("questions", "ends", "rows", "additions", "notes"):
        for place, table in enumerate(rules[name]):
            named = table.get("id") or table.get("entry") or f"{place + 1} ({table['outcome']})"
            way: _Way = (name, place)
            yield from _table(rules, f"{name}.{named}", way, table)
            yield f"{name}.{named}", "left out", _left_out(way)
            if place:
                yield f"{name}.{named}", "before the one before it", _swapped(name, place)
    for name in ("pauses", "override"):
        yield from _table(rules, name, (name,), rules[name])


_Way = tuple[str | int, ...]


def _table(rules: Table, where: str, way: _Way, table: Table) -> Iterator[tuple[str, str, Edit]]:
    for key, value in table.items():
        if key == "outcome":
            other = OUTCOMES[value == OUTCOMES[0]]
            yield where, f"outcome {value}  →  {other}", _put((*way, key), other)
        elif key == "when":
            yield from _when(rules, where, (*way, key), value)
        elif key == "who":
            yield from _parts(rules, f"{where}.who", (*way, key), value)
        elif isinstance(value, list):
            for place, each in enumerate(value):
                yield where, f"{key} without {each}", _left_out((*way, key, place))
                if place and key != "answers" and key not in {"takes", "drops"}:
                    yield where, f"{key}: {each} before the one before it", _exchanged((*way, key), place)
    if where.startswith("rows."):
        extra = next(each for each in ("peer_support", "family_support") if each not in table.get("also", []))
        if extra != table["outcome"]:
            yield where, f"also with {extra}", _put((*way, "also"), [*table.get("also", []), extra])


def _when(rules: Table, where: str, way: _Way, when: list[Table]) -> Iterator[tuple[str, str, Edit]]:
    for place, parts in enumerate(when):
        yield f"{where}.when", f"without {_value(parts)}", _left_out((*way, place))
        yield from _parts(rules, f"{where}.when", (*way, place), parts)


def _parts(rules: Table, where: str, way: _Way, parts: Table) -> Iterator[tuple[str, str, Edit]]:
    for question, answers in parts.items():
        inside = "" if len(parts) == 1 else f" in {_value(parts)}"
        if len(parts) > 1:
            yield where, f"without {question}{inside}", _left_out((*way, question))
        known = [each for table in rules["questions"] if table["id"] == question for each in table["answers"]]
        known = known or [table["id"] for table in rules["rows"]] * (question == "row")
        meant = [each for answer in answers for each in rules["sets"].get(answer[1:], [answer])]
        for place, answer in enumerate(meant):
            kept = meant[:place] + meant[place + 1 :]
            if kept:
                yield where, f"{question} without {answer}{inside}", _put((*way, question), kept)
        others = [each for each in known if each not in meant]
        for other in others[: 1 if question == "row" else None]:
            yield where, f"{question} with {other}{inside}", _put((*way, question), [*meant, other])


def _at(rules: Table, way: _Way) -> Any:
    found: Any = rules
    for step in way:
        found = found[step]
    return found


def _put(way: _Way, value: Any) -> Edit:
    def edit(rules: Table) -> None:
        _at(rules, way[:-1])[way[-1]] = value

    return edit


def _left_out(way: _Way) -> Edit:
    def edit(rules: Table) -> None:
        del _at(rules, way[:-1])[way[-1]]

    return edit


def _exchanged(way: _Way, place: int) -> Edit:
    def edit(rules: Table) -> None:
        rows = _at(rules, way)
        rows[place - 1], rows[place] = rows[place], rows[place - 1]

    return edit


def _swapped(name: str, place: int) -> Edit:
    return _exchanged((name,), place)
