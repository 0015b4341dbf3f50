"""The operator's view of check-ins as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from supportbot.domain.operating import LATENESS, Due, Stats, Stuck

PER_SECOND = 46.5
"""How many go out in a second when many are due at once (benchmarks/bench_delivery.py)."""


def due_as_text(due: Due) -> str:
    """What is planned, a line each."""
    lines = [
        f"due now          {due.now}",
        f"in an hour       {due.next_hour}",
        f"in a day         {due.next_day}",
        f"later            {due.later}",
        f"next             {_instant(due.next) or 'nothing is planned'}",
    ]
    if due.busiest is not None:
        at, count = due.busiest
        lines.append(f"busiest minute   {_instant(at)}: {count}, sent in about {count / PER_SECOND:.0f} s")
    held = _instant(due.delivered_until)
    if held:
        lines.append(f"delivering       a process, at least until {held}")
    elif due.now:
        lines.append("delivering       no process says that it does")
    return "\n".join(lines)


def stuck_as_text(stuck: Stuck) -> str:
    """What should not stay as it is, a line each; one sentence when there is nothing."""
    lines = [f"overdue, {state:10} {count}" for state, count in sorted(stuck.overdue.items())]
    if stuck.oldest is not None:
        lines.append(f"the oldest since    {_instant(stuck.oldest)}: is the bot running, and connected?")
    if stuck.without_next:
        lines.append(f"plans without next  {stuck.without_next}: a running bot plans them anew every few hours")
    if not lines:
        lines.append("Nothing is stuck.")
    if stuck.unknown or stuck.retried:
        lines.append(
            f"being looked up     {stuck.unknown}; tried again {stuck.retried}, up to {stuck.most_attempts} times"
        )
    return "\n".join(lines)


def stats_as_text(stats: Stats) -> str:
    """What became of what was due, and the plans, a line each."""
    lines = [f"since {_instant(stats.since)}"]
    lines += _counts("check-ins", stats.outcomes)
    lines.append("began")
    names = [f"within {step.total_seconds():g} s" for step in LATENESS] + ["later"]
    lines += [f"  {name:24} {count}" for name, count in zip(names, stats.late, strict=True)]
    return "\n".join([*lines, *_counts("plans", stats.plans)])


def as_json(view: Due | Stuck | Stats) -> str:
    """Everything in it; instants are ISO 8601 in UTC."""
    return json.dumps(_plain(view), indent=2)


def _plain(view: Due | Stuck | Stats) -> dict[str, object]:
    match view:
        case Due():
            busiest = None
            if view.busiest is not None:
                busiest = {"at": _iso(view.busiest[0]), "count": view.busiest[1]}
            return {
                "at": _iso(view.at),
                "due_now": view.now,
                "next_hour": view.next_hour,
                "next_day": view.next_day,
                "later": view.later,
                "next": _iso(view.next),
                "busiest_minute": busiest,
                "delivered_until": _iso(view.delivered_until),
            }
        case Stuck():
            return {
                "at": _iso(view.at),
                "overdue": dict(view.overdue),
                "oldest": _iso(view.oldest),
                "unknown": view.unknown,
                "retried": view.retried,
                "most_attempts": view.most_attempts,
                "plans_without_next": view.without_next,
            }
        case Stats():
            return {
                "since": _iso(view.since),
                "outcomes": [
                    {"state": s, "reason": r, "count": n} for (s, r), n in sorted(view.outcomes.items(), key=str)
                ],
                "plans": [{"state": s, "paused": w, "count": n} for (s, w), n in sorted(view.plans.items(), key=str)],
                "began_within_seconds": [
                    {"seconds": step, "count": count}
                    for step, count in zip([*(each.total_seconds() for each in LATENESS), None], view.late, strict=True)
                ],
            }


def _counts(title: str, counted: Mapping[tuple[str, str | None], int]) -> list[str]:
    rows = sorted(counted.items(), key=lambda row: (-row[1], str(row[0])))
    return [title, *(f"  {' '.join(filter(None, key)):24} {count}" for key, count in rows)]


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M} UTC"


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
