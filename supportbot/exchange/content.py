"""What there is to say about the content, as text for an editor and as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from supportbot.domain.editing import Coverage, Finding, Findings
from supportbot.domain.knowledge import Entry
from supportbot.domain.roles import Aspect


def findings_as_json(findings: Findings) -> str:
    """One object: how much was looked at, and every finding."""
    found = [
        {"file": each.file, "key": each.key or None, "rule": each.rule, "says": each.says, "fault": each.is_fault}
        for each in findings.found
    ]
    return _json({"entries": findings.entries, "languages": list(findings.languages), "findings": found})


def findings_as_text(findings: Findings) -> str:
    """One finding a line, and a line that counts them."""
    rows = [_finding(each) for each in findings.found]
    faults = sum(each.is_fault for each in findings.found)
    languages = ", ".join(findings.languages)
    rows.append(f"{findings.entries} entries looked over, in {languages or 'no language'}; {faults} faults")
    return "\n".join(rows)


def entries_as_json(entries: Iterable[tuple[Entry, str]]) -> str:
    """Every entry with its file: all that is shown of it, all that finds it, and what it rests on."""
    return _json([_entry(entry, file) for entry, file in entries])


def entries_as_text(entries: Iterable[tuple[Entry, str]]) -> str:
    """One entry a line."""
    rows = sorted((entry.shelf, entry.id, entry.language, entry.title) for entry, _ in entries)
    return "\n".join(f"{shelf}/{id_} ({language}): {title}" for shelf, id_, language, title in rows)


def facts_as_json(facts: Iterable[Coverage]) -> str:
    """Each fact with every entry that covers it, and the command that leads there."""
    return _json(
        [
            {
                "id": each.fact.id,
                "says": each.fact.says,
                "covered": each.is_covered,
                "entries": [{"id": way.entry, "command": way.command} for way in each.ways],
            }
            for each in facts
        ]
    )


def facts_as_text(facts: Sequence[Coverage]) -> str:
    """A fact a line, and below it the ways to it."""
    rows: list[str] = []
    for each in facts:
        rows.append(f"{each.fact.id} {each.fact.says}")
        rows += [f"    {way.entry}: {way.command}" for way in each.ways] or ["    FAIL: no entry covers it"]
    covered = sum(each.is_covered for each in facts)
    rows.append(f"{covered} of {len(facts)} facts are covered")
    return "\n".join(rows)


def _finding(each: Finding) -> str:
    key = f" ({each.key})" if each.key else ""
    return f"{'FAIL' if each.is_fault else 'look'} {each.file}{key}: {each.rule}: {each.says}"


def _entry(entry: Entry, file: str) -> dict[str, Any]:
    role = entry.role
    return {
        "id": entry.id,
        "language": entry.language,
        "shelf": entry.shelf,
        "file": file,
        "title": entry.title,
        "summary": entry.summary,
        "synonyms": list(entry.synonyms),
        "silent": list(entry.silent),
        "topics": list(entry.topics),
        "facts": list(entry.facts),
        "sources": list(entry.sources),
        "next": list(entry.then),
        "reviewed_on": entry.reviewed_on.isoformat(),
        "role": None if role is None else {aspect.value: role.says(aspect) for aspect in Aspect},
        "pages": list(entry.pages),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
