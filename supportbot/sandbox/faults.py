"""Faults on demand: what goes wrong with the next requests, as the actor API asked for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supportbot.sandbox.model import Json

ON_REQUEST = frozenset({"status", "slow", "late", "stored_then_dropped", "stored_then_status", "dropped"})
ON_PERSON = frozenset({"closed_dms", "no_mutual_guild"})
STANDING = frozenset({"nonce_memory", "history_lag"})
KINDS = ON_REQUEST | ON_PERSON | STANDING | {"dms_too_fast"}
FIELDS = frozenset(
    {"kind", "route", "user", "times", "after", "status", "code", "retry_after", "scope", "via", "headers"}
)
_STATUSES = frozenset({429, 500, 502, 503, 504})


@dataclass(slots=True)
class Fault:
    """One fault; `left` counts down, None lasts until it is removed. `user_id` narrows it to one person."""

    id: str
    wanted: Json
    kind: str
    route: re.Pattern[str] | None
    user_id: int | None
    left: int | None
    skip: int

    def number(self, key: str, default: float) -> float:
        """A numeric field."""
        return float(self.wanted.get(key, default))

    def as_json(self) -> Json:
        """As it was asked for, with its id and how often it will still happen (null: until removed)."""
        return {**self.wanted, "id": self.id, "left": self.left}


class Faults:
    """The standing faults, oldest first."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._faults: dict[str, Fault] = {}
        self._made = 0

    def add(self, wanted: Json, user_id: int | None) -> Fault:
        """Raises ValueError with a sentence when the fault makes no sense."""
        _check(wanted, user_id)
        times = int(wanted.get("times", 1))
        self._made += 1
        route = re.compile(str(wanted["route"])) if wanted.get("route") else None
        lasting = times == 0 or wanted["kind"] in STANDING
        skip = int(wanted.get("after", 0))
        fault = Fault(str(self._made), wanted, wanted["kind"], route, user_id, None if lasting else times, skip)
        self._faults[fault.id] = fault
        self._on_change()
        return fault

    def all(self) -> list[Json]:
        """Every fault that is still to happen."""
        return [fault.as_json() for fault in self._faults.values()]

    def clear(self) -> None:
        """Remove all."""
        self._faults.clear()
        self._on_change()

    def remove(self, fault_id: str) -> bool:
        """Remove one; False when there is none with this id."""
        removed = self._faults.pop(fault_id, None)
        self._on_change()
        return removed is not None

    def take(self, kinds: frozenset[str], call: str, user_id: int | None) -> Fault | None:
        """The first fault of these kinds that strikes this call (`METHOD /path`), counted as used."""
        for fault in list(self._faults.values()):
            if fault.kind not in kinds or (fault.route and not fault.route.search(call)):
                continue
            if fault.user_id is not None and fault.user_id != user_id:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.left is not None:
                fault.left -= 1
                if fault.left == 0:
                    del self._faults[fault.id]
                self._on_change()
            return fault
        return None

    def standing(self, kind: str, default: float) -> float:
        """The seconds of the newest standing fault of this kind."""
        found = [fault for fault in self._faults.values() if fault.kind == kind]
        return found[-1].number("seconds", default) if found else default


def _check(wanted: Json, user_id: int | None) -> None:
    kind = wanted.get("kind")
    problem: str | None = None
    if kind not in KINDS:
        problem = f"The kind of a fault is one of {', '.join(sorted(KINDS))}."
    elif unknown := set(wanted) - FIELDS - {"seconds"}:
        problem = f"A fault has no field {min(unknown)!r}."
    elif kind in {"status", "stored_then_status"} and wanted.get("status") not in _STATUSES:
        problem = "The status is one of 429, 500, 502, 503 and 504."
    elif kind in {"slow", "late", *STANDING} and not _is_seconds(wanted.get("seconds")):
        problem = "The seconds are a number from 0 up."
    elif kind in ON_PERSON and user_id is None:
        problem = f"The fault {kind} needs a user."
    elif any(not isinstance(wanted.get(key, 0), int) or wanted.get(key, 0) < 0 for key in ("times", "after")):
        problem = "Both times and after are whole numbers from 0 up."
    elif wanted.get("scope", "user") not in {"user", "global", "shared"}:
        problem = "The scope is user, global or shared."
    if problem:
        raise ValueError(problem)
    try:
        re.compile(str(wanted.get("route", "")))
    except re.error as error:
        msg = f"The route is not a regular expression: {error}."
        raise ValueError(msg) from error


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
