"""What there is to say about the helplines, as text for a person and as JSON for a program."""

from __future__ import annotations

import json
from collections import Counter

from supportbot.domain.helplines import Helpline
from supportbot.domain.line_review import Concern, Remark, Review

_COUNTED = {
    Concern.UNCONFIRMED: "confirmed by nobody",
    Concern.CHECK_AGAIN: "to be checked again",
    Concern.OLD_SOURCE: "with an old source",
    Concern.ESCAPED: "shown escaped",
}


def as_json(review: Review) -> str:
    """One object: the lines with the day of their check, and every remark."""
    lines = [
        {
            "id": line.id,
            "iso": line.iso,
            "kind": line.kind.value,
            "source_year": line.source_year,
            "checked_on": None if line.checked_on is None else line.checked_on.isoformat(),
        }
        for line in review.lines
    ]
    said = [
        {
            "concern": remark.concern.value,
            "fault": remark.concern.is_fault,
            "line": remark.line or None,
            "field": remark.field or None,
            "says": remark.says,
        }
        for remark in review.remarks
    ]
    return json.dumps({"lines": lines, "remarks": said}, ensure_ascii=False, indent=2)


def as_text(review: Review, *, whole: bool) -> str:
    """One remark a line, faults first; for the whole file, those that nobody confirmed are only counted."""
    faults = [remark for remark in review.remarks if remark.concern.is_fault]
    others = [remark for remark in review.remarks if not remark.concern.is_fault]
    counted = Counter(remark.concern for remark in others)
    shown = [remark for remark in others if not (whole and remark.concern is Concern.UNCONFIRMED)]
    countries = len({line.iso for line in review.lines if line.iso.isalpha()})
    rows = [
        *(f"FAIL {_said(remark)}" for remark in faults),
        *(f"look {_said(remark)}" for remark in shown),
        f"{len(review.lines)} lines of {countries} countries can be used; {len(faults)} faults",
        "; ".join(f"{name}: {counted[concern]}" for concern, name in _COUNTED.items()),
        "After you checked a line with its service: supportbot helplines confirm ID",
        "Never call an emergency number to test it.",
    ]
    return "\n".join(rows)


def reached_by(line: Helpline) -> str:
    """The line's id, its name, and every way to reach it, as they were checked."""
    contact = line.contact
    named = {"phone": contact.phone, "text": contact.text, "chat": contact.chat_url, "web": contact.web_url}
    ways = ", ".join(f"{name} {value}" for name, value in named.items() if value)
    return f"{line.id}: {line.service}, {line.iso}: {ways}"


def _said(remark: Remark) -> str:
    return ": ".join(part for part in (remark.line, remark.field, remark.says) if part)
