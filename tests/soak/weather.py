"""What Discord and the network do during a run, and what that excuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Fault = dict[str, Any]
SEND = r"POST /channels/\d+/messages"
OPEN = r"POST /users/@me/channels"
LOOK = r"GET /channels/\d+/messages"
T, GRACE = 0.7, 0.5
"""The bound of one call, and what is added until its outcome is looked up; in seconds."""


@dataclass(frozen=True, slots=True)
class Weather:
    """`faults` are added before the bot starts. `excuses` are states in which a check-in may end without a message.

    `doubtful` says that some of what is sent is in doubt; `window` is how many seconds late they may be sent.
    """

    name: str
    faults: Callable[[Random], list[Fault]]
    excuses: frozenset[str] = frozenset()
    doubtful: bool = True
    window: float = 900.0


def _some(chance: Random, kind: str, route: str = SEND, **fields: Any) -> list[Fault]:
    """A few of the next requests."""
    return [
        {"kind": kind, "route": route, "times": 1, "after": chance.randrange(3), **fields}
        for _ in range(chance.randint(1, 3))
    ]


def _nonce(seconds: float) -> Fault:
    return {"kind": "nonce_memory", "seconds": seconds}


def _lag(seconds: float) -> Fault:
    return {"kind": "history_lag", "seconds": seconds}


def _doubtful(chance: Random) -> list[Fault]:
    """Discord has it, and we are not told."""
    status = chance.choice((500, 502, 503, 504))
    return _some(chance, "stored_then_dropped") + _some(chance, "stored_then_status", status=status)


def _limits(chance: Random) -> list[Fault]:
    return [
        *_some(chance, "status", status=429, retry_after=0.5),
        *_some(chance, "status", OPEN, status=429, retry_after=0.5, headers=chance.random() < 0.5),
    ]


def _opening(chance: Random) -> list[Fault]:
    return [
        *_some(chance, "stored_then_dropped", OPEN),
        *_some(chance, "status", OPEN, status=500),
        *_some(chance, "slow", OPEN, seconds=T + 0.3),
        _nonce(0),
    ]


def _late(chance: Random) -> list[Fault]:
    """They arrive, and the answer is not waited for any more."""
    return [*_some(chance, "late", seconds=T * 0.6), *_some(chance, "slow", seconds=T + 0.2)]


def _blind(chance: Random) -> list[Fault]:
    return _some(chance, "status", LOOK, status=500) + _some(chance, "dropped", LOOK)


# What Discord gives to hold on to is the nonce and the history. Each is taken away in turn, never both: a message that
# neither of them shows cannot be told from one that was never sent, by anybody.
WEATHERS = (
    Weather("calm", lambda _: [], doubtful=False),
    Weather("stored, then 5xx or cut; no nonce memory", lambda c: [*_doubtful(c), _nonce(0)]),
    Weather("stored, then 5xx or cut; short nonce memory", lambda c: [*_doubtful(c), _nonce(0.4)]),
    Weather("stored, then 5xx or cut; history lags long", lambda c: [*_doubtful(c), _lag(30)]),
    Weather("stored, then cut; history lags, no nonce", lambda c: [*_doubtful(c), _lag(0.4), _nonce(0)]),
    Weather("answers slower than the bound", lambda c: [*_some(c, "slow", seconds=T + 0.5), _nonce(0)]),
    Weather(
        "answers slow, within the bound",
        lambda c: [{"kind": "slow", "route": SEND, "seconds": 0.3, "times": 0}],
        doubtful=False,
    ),
    Weather("requests arrive late", lambda c: _some(c, "late", seconds=T + 2 * GRACE)),
    Weather("requests arrive late, within the bound; no nonce", lambda c: [*_late(c), _nonce(0)]),
    Weather("cut or 5xx before it was stored", lambda c: _some(c, "dropped") + _some(c, "status", status=503)),
    Weather("429 at send and at open", _limits, doubtful=False),
    Weather("opening cut, slow or 5xx", _opening),
    Weather("history 5xx or cut as well", lambda c: [*_doubtful(c), *_blind(c)]),
    Weather("everything", lambda c: [*_doubtful(c), *_blind(c), *_limits(c), *_some(c, "dropped"), _lag(2)]),
    Weather(
        "5xx until the window is over",
        lambda c: [{"kind": "status", "status": 500, "route": SEND, "times": 0}],
        frozenset({"not_sent", "gave_up"}),
        window=6.0,
    ),
    Weather(
        "stored, then 5xx; history never readable",
        lambda c: [*_doubtful(c), {"kind": "status", "status": 502, "route": LOOK, "times": 0}],
        frozenset({"gave_up"}),
        window=40.0,
    ),
)
