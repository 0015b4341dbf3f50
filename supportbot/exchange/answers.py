"""What was found for a question, on the command line."""

from __future__ import annotations

from typing import Any

from supportbot.services.library import Answer


def as_object(answer: Answer) -> dict[str, Any]:
    """As JSON takes it: whether the words may mean crisis, and the entries, best first."""
    entries = [{"id": each.entry.id, "title": each.entry.title, "score": each.score} for each in answer.found]
    return {"crisis": answer.crisis, "entries": entries}


def as_text(answer: Answer) -> str:
    """To be read."""
    lines = ["These words may mean that somebody is in danger: members see crisis help first."] if answer.crisis else []
    if not answer.found:
        lines.append("Nothing found.")
    for each in answer.found:
        lines += [f"{each.score:.2f}  {each.entry.title}  ({each.entry.id})", f"      {each.entry.summary}"]
    return "\n".join(lines)
