"""What bringing in a file of resources would change: a plan to look at before anything is done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from supportbot.domain.resource_rows import Wrong, read
from supportbot.domain.resources import MOST_RESOURCES, Entry, changed_fields
from supportbot.errors import UserError

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class FileRefused(UserError):
    """A file that cannot be read as resources. `line` is where, if it is known."""

    def __init__(self, why: str, *, line: int | None = None, **values: object) -> None:
        super().__init__(f"resource.file.{why}", line=line, **values)
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in a file: the line on which it begins, the id it gives or nothing, and its fields as text."""

    line: int
    id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Added:
    """A resource that is new. `id` is the file's, None where the file gave none."""

    line: int
    id: str | None
    entry: Entry


@dataclass(frozen=True, slots=True)
class Changed:
    """A resource that the file says otherwise."""

    line: int
    id: str
    before: Entry
    after: Entry

    @property
    def fields(self) -> tuple[str, ...]:
        """Which of its fields differ."""
        return tuple(changed_fields(self.before, self.after))


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is no resource, and everything that is wrong with it."""

    line: int
    wrong: tuple[Wrong, ...]


@dataclass(slots=True)
class Plan:
    """What applying a file would do. What the file does not name stays as it is."""

    added: list[Added] = field(default_factory=list[Added])
    changed: list[Changed] = field(default_factory=list[Changed])
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list[RefusedRow])

    @property
    def is_sound(self) -> bool:
        """Whether it can be applied: all of it, or nothing."""
        return not self.refused


def planned(rows: Iterable[Row], there: Mapping[str, Entry]) -> Plan:
    """Compare a file with what a community has, by id. Raises FileRefused for more than a community may have."""
    plan, lines = Plan(), dict[str, int]()
    for row in rows:
        wrong = _wrong_id(row, lines)
        entry = read(row.fields)
        if wrong or not isinstance(entry, Entry):
            plan.refused.append(RefusedRow(row.line, (*wrong, *(() if isinstance(entry, Entry) else entry))))
        elif row.id not in there:
            plan.added.append(Added(row.line, row.id or None, entry))
        elif there[row.id] == entry:
            plan.unchanged += 1
        else:
            plan.changed.append(Changed(row.line, row.id, there[row.id], entry))
    if len(there) + len(plan.added) > MOST_RESOURCES:
        raise FileRefused("full", limit=MOST_RESOURCES)
    return plan


def _wrong_id(row: Row, lines: dict[str, int]) -> tuple[Wrong, ...]:
    if not row.id:
        return ()
    if not _ID.fullmatch(row.id):
        return (Wrong("id", "resource.wrong.id", {}),)
    first = lines.setdefault(row.id, row.line)
    return () if first == row.line else (Wrong("id", "resource.wrong.id_twice", {"line": first}),)
