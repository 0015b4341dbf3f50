"""The commands that a text can name: `{start}` in it becomes the pressable `/checkin start`."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "compare": "roles compare",
    "about_role": "roles about",
    "ask": "ask",
    "glossary": "glossary",
    "crisis": "crisis",
    "start": "checkin start",
    "list": "checkin list",
    "stop": "checkin stop",
    "history": "checkin history",
    "edit": "checkin edit",
    "pause": "checkin pause",
    "resume": "checkin resume",
    "status": "checkin status",
    "timezone": "checkin timezone",
    "quiet": "checkin quiet",
    "vacation": "checkin vacation",
    "export": "mydata export",
    "delete": "mydata delete",
    "my_consents": "consent show",
    "help": "help",
    "triage": "triage",
    "my_language": "language",
    "setup_region": "setup region",
    "staff_channel": "setup staff-channel",
    "add_line": "setup helpline add",
    "lines": "setup helpline list",
    "remove_line": "setup helpline remove",
    "audit": "audit",
}
"""Placeholder in a text -> the command's full name."""
