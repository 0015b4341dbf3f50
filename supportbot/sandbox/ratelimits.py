"""Discord's rate limits: one window a bucket and major parameter, and one for everything.

Documented: 50 requests a second over all routes with interaction and webhook routes exempt, the headers, and the body
of a 429. Not documented, so guesses from what bots have reported: the size of each route's bucket, and after how many
opened DM channels Discord calls it too fast.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Rate:
    """`limit` calls in `seconds`."""

    limit: int
    seconds: float


_ROUTES: Mapping[str, Rate] = MappingProxyType(
    {
        "POST /channels/{channel}/messages": Rate(5, 5.0),
        "PATCH /channels/{channel}/messages/{message}": Rate(5, 5.0),
        "DELETE /channels/{channel}/messages/{message}": Rate(5, 1.0),
        "POST /channels/{channel}/typing": Rate(5, 5.0),
        "POST /users/@me/channels": Rate(50, 10.0),
        "POST /webhooks/{webhook}/{token}": Rate(5, 2.0),
        "PATCH /webhooks/{webhook}/{token}/messages/{message}": Rate(5, 2.0),
        "PUT /applications/{application}/commands": Rate(5, 20.0),
        "PUT /applications/{application}/guilds/{guild}/commands": Rate(5, 20.0),
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers. `routes` maps `METHOD /template` to a bucket; others get `default`. None switches a limit off.

    With `sliding` the global limit counts the last second, otherwise it starts anew each second.
    `new_dms` is how many DM channels may be opened before 40003.
    """

    everything: Rate | None = field(default=Rate(50, 1.0))
    sliding: bool = False
    default: Rate | None = field(default=Rate(50, 1.0))
    routes: Mapping[str, Rate] = field(default_factory=lambda: _ROUTES)
    new_dms: Rate | None = field(default=Rate(50, 600.0))


UNLIMITED = Limits(None, default=None, routes=MappingProxyType({}), new_dms=None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request met: the headers for its answer, and how long to wait if it was refused."""

    headers: dict[str, str]
    retry_after: float | None = None
    everywhere: bool = False


class FixedWindow:
    """A window that opens with its first call and starts anew when it is over."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self.opened = -math.inf
        self.used = 0

    def take(self, now: float) -> float | None:
        """Use one; the seconds to wait when there is none."""
        if now >= self.opened + self.rate.seconds:
            self.opened, self.used = now, 0
        if self.used >= self.rate.limit:
            return self.reset_after(now)
        self.used += 1
        return None

    def reset_after(self, now: float) -> float:
        """Until it starts anew."""
        return max(0.0, self.opened + self.rate.seconds - now)


class _Sliding:
    """Counts the calls of the last seconds."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._calls: deque[float] = deque()

    def take(self, now: float) -> float | None:
        """Use one; the seconds to wait when there is none."""
        while self._calls and self._calls[0] <= now - self.rate.seconds:
            self._calls.popleft()
        if len(self._calls) >= self.rate.limit:
            return self._calls[0] + self.rate.seconds - now
        self._calls.append(now)
        return None


class RateLimiter:
    """Judges every request by real time; `wall` gives the time of day for X-RateLimit-Reset."""

    def __init__(self, limits: Limits, now: Callable[[], float], wall: Callable[[], float]) -> None:
        self.limits = limits
        self._now = now
        self._wall = wall
        self._buckets: dict[tuple[str, str], FixedWindow] = {}
        self._global = (_Sliding if limits.sliding else FixedWindow)(limits.everything) if limits.everything else None
        self._dms = _Sliding(limits.new_dms) if limits.new_dms else None

    def judge(self, route: str, major: str, *, exempt: bool) -> Verdict:
        """Count one request to `route` (`METHOD /template`) with its major parameter."""
        now = self._now()
        if self._global and not exempt and (wait := self._global.take(now)) is not None:
            return Verdict({"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, wait, everywhere=True)
        rate = self.limits.routes.get(route, self.limits.default)
        if rate is None:
            return Verdict({})
        self._forget_old(now)
        bucket = self._buckets.setdefault((route, major), FixedWindow(rate))
        wait = bucket.take(now)
        reset = bucket.reset_after(now)
        headers = {
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(rate.limit - bucket.used),
            "X-RateLimit-Reset": f"{self._wall() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": blake2b(route.encode(), digest_size=16).hexdigest(),
        }
        if wait is not None:
            headers["X-RateLimit-Scope"] = "user"
        return Verdict(headers, wait)

    def may_open_dm(self) -> bool:
        """Count one DM channel that is opened for the first time."""
        return self._dms is None or self._dms.take(self._now()) is None

    def _forget_old(self, now: float) -> None:
        if len(self._buckets) > 4096:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.reset_after(now) > 0}
