"""What the delivery engine carries, apart from how: each kind of delivery says what is to become of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from supportbot.domain.checkins import Delivery, Kind, Note, Reason, State
from supportbot.services.ports import Transaction


@dataclass(frozen=True, slots=True)
class PutOff:
    """It is to go out later: `due` is its new effective instant (UTC)."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be decided now: look again at this instant (UTC). When it is too late stays as it is."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """It is not to go out."""

    reason: Reason
    state: State = State.CANCELLED


@dataclass(frozen=True, slots=True)
class Letter:
    """It is to go out now, like this. `kind`, `turn` and that it says so are noted with the attempt."""

    note: Note
    kind: Kind
    turn: int | None = None
    says_so: bool = False


Verdict = PutOff | Wait | Drop


class Errands(Protocol):
    """One kind of delivery. All of it happens inside the engine's transactions."""

    async def look(self, tx: Transaction, due: Sequence[Delivery], now: datetime) -> Mapping[str, Verdict]:
        """Which of these, by id, are not to be claimed now. Names the consent that the others rest on."""
        ...

    async def begin(self, tx: Transaction, delivery: Delivery, now: datetime) -> Letter | Verdict:
        """Right before the attempt is committed: what goes out, if it still is to go out."""
        ...

    async def ended(self, tx: Transaction, delivery: Delivery, state: State, now: datetime) -> None:
        """It came to this state, in this transaction, from the one that `delivery` shows."""
        ...
