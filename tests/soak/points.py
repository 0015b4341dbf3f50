"""Moments of a delivery at which a process can be killed, by name."""

from __future__ import annotations

COMMITS = {"claim": "claimed", "begin": "sending", "settle": "sent", "doubt": "unknown"}
"""Transactions, by the state that they write; each has a point before its commit and one after it."""

INSIDE = (
    *(f"{name}.{side}" for name in COMMITS for side in ("before", "after")),
    "open.before",
    "open.after",
    "request.before",
    "answer.received",
    "look.before",
    "look.after",
)
"""Points at which the bot's process kills itself."""

STORED = "request.stored"
"""Discord has the message, and the answer is not out yet: the process is killed from outside."""

AT_RANDOM = "at random"
"""Some time after the first request."""

ALL = (*INSIDE, STORED, AT_RANDOM)

FAIR = tuple(name for name in ALL if not name.startswith(("doubt", "look")))
"""Points that every delivery passes that has no trouble."""
