"""What moderators changed, as JSON, as a table for a spreadsheet, and as text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from supportbot.domain.audit import AuditEntry, AuditProof
from supportbot.domain.people import CommunityId
from supportbot.services.ports import ExportFile

_COLUMNS: Sequence[str] = ("number", "at", "moderator", "act", "before", "after", "line", "service", "intact")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet may take for something to work out (OWASP, CSV injection)."""


def pack(community: CommunityId, entries: Sequence[AuditEntry]) -> Sequence[ExportFile]:
    """The same entries as JSON and as CSV."""
    name = f"supportbot-audit-{community}"
    return (
        ExportFile(f"{name}.json", as_json(community, entries).encode()),
        # With the mark by which spreadsheets know UTF-8.
        ExportFile(f"{name}.csv", as_csv(entries).encode("utf-8-sig")),
    )


def as_json(community: CommunityId, entries: Sequence[AuditEntry]) -> str:
    """One object; Discord's ids as text, for they are too long for some programs' numbers."""
    return json.dumps(
        {"community": str(community), "entries": [_row(entry) for entry in entries]}, ensure_ascii=False, indent=2
    )


def as_csv(entries: Sequence[AuditEntry]) -> str:
    """A row an entry. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    for entry in entries:
        writer.writerow({column: _cell(value) for column, value in _row(entry).items()})
    return text.getvalue()


def as_text(entries: Sequence[AuditEntry]) -> str:
    """One line an entry."""
    return "\n".join(_line(entry) for entry in entries) or "no entries"


def proof_as_text(proof: AuditProof) -> str:
    """Where each community's list ends, then what is wrong, and a line that counts."""
    rows = [f"community {end.community}: {end.kept} entries, up to {end.number} {end.mark[:16]}" for end in proof.ends]
    for fault in proof.faults:
        where = f"community {fault.community}, entry {fault.number}" if fault.community else "all communities"
        rows.append(f"FAIL {where}: {fault.why}")
    rows.append(f"{proof.entries} entries of {len(proof.ends)} communities; {len(proof.faults)} faults")
    return "\n".join(rows)


def _row(entry: AuditEntry) -> dict[str, object]:
    change = entry.change
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "moderator": None if entry.by is None else str(entry.by),
        "act": None if change is None else change.act.value,
        "before": change and change.before,
        "after": change and change.after,
        "line": change and change.line,
        "service": change and change.service,
        "intact": entry.intact,
    }


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _line(entry: AuditEntry) -> str:
    row = _row(entry)
    told = " ".join(
        f"{key}={json.dumps(row[key], ensure_ascii=False)}" for key in _COLUMNS[4:8] if row[key] is not None
    )
    parts = [
        f"{entry.number}",
        f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
        str(entry.by or "(erased)"),
        str(row["act"] or "?"),
        told,
    ]
    return "  ".join(part for part in parts if part) + ("" if entry.intact else "  CHANGED AFTERWARDS")
