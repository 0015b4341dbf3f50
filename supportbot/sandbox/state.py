"""Everything that the sandbox holds while it runs, in one place that the routes and the actor share."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from supportbot.sandbox.clock import Clock, Snowflakes, iso
from supportbot.sandbox.command_rights import CommandRights
from supportbot.sandbox.commands import CommandStore
from supportbot.sandbox.events import Hub, Pulse
from supportbot.sandbox.faults import Faults
from supportbot.sandbox.interactions import InteractionStore
from supportbot.sandbox.log import Exchange, ExchangeLog
from supportbot.sandbox.messages import MessageStore
from supportbot.sandbox.model import Json, World
from supportbot.sandbox.ratelimits import Limits, Rate, RateLimiter
from supportbot.sandbox.sessions import Sessions
from supportbot.sandbox.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Options:
    """The numbers that a test may want to change. Times are real seconds, sizes bytes.

    Documented: three seconds to answer, fifteen minutes (by the sandbox's clock) for a token, the gateway's frame
    size and rate, the upload sizes. Guessed: the heartbeat interval (Discord sends about 41 s) and what `Limits` says.
    A move through alarms waits `alarm_heeded_within` for a program to wake, then until it sets its next alarm, has been
    silent for `alarm_quiet`, or has worked for `alarm_work_at_most`.
    """

    answer_within: float = 3.0
    token_life: float = 15 * 60.0
    heartbeat_interval: float = 41.25
    frames: Rate = field(default_factory=lambda: Rate(120, 60.0))
    frame_size: int = 4096
    limits: Limits = field(default_factory=Limits)
    privileged_intents: int = 0
    file_size: int = 10 * 1024 * 1024
    request_size: int = 25 * 1024 * 1024
    identifies_a_day: int = 1000
    alarm_heeded_within: float = 5.0
    alarm_quiet: float = 1.0
    alarm_work_at_most: float = 60.0


@dataclass(slots=True)
class State:
    """The running sandbox. `url` is its address without a trailing slash."""

    world: World
    options: Options
    url: str = ""
    clock: Clock = field(default_factory=Clock)
    ids: Snowflakes = field(init=False)
    pulse: Pulse = field(default_factory=Pulse)
    hub: Hub = field(init=False)
    sessions: Sessions = field(init=False)
    messages: MessageStore = field(default_factory=MessageStore)
    commands: CommandStore = field(default_factory=CommandStore)
    command_rights: CommandRights = field(default_factory=CommandRights)
    interactions: InteractionStore = field(default_factory=InteractionStore)
    uploads: Uploads = field(default_factory=Uploads)
    faults: Faults = field(init=False)
    limiter: RateLimiter = field(init=False)
    log: ExchangeLog = field(default_factory=ExchangeLog)
    observers: list[Callable[[Exchange], None]] = field(default_factory=list[Callable[[Exchange], None]])
    identifies: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    requested_at: float = -math.inf
    """When a REST request was last finished, in `real_time`."""
    dms_opened_by_bot: set[int] = field(default_factory=set[int])

    def __post_init__(self) -> None:
        self.ids = Snowflakes(self.clock)
        self.hub = Hub(self.pulse)
        self.faults = Faults(lambda: self.hub.publish("state", {}))
        self.sessions = Sessions(lambda: self.hub.publish("bot", {"connected": self.sessions.connected}))
        self.limiter = RateLimiter(self.options.limits, self.real_time, time.time)
        self.clock.on_move.append(lambda: self.hub.publish("clock", self.clock_object()))

    @property
    def api_url(self) -> str:
        """Discord's REST."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Discord's gateway."""
        return f"ws{self.url.removeprefix('http')}/gateway"

    @property
    def clock_url(self) -> str:
        """The clock of the actor API."""
        return f"{self.url}/sandbox/api/clock"

    @staticmethod
    def real_time() -> float:
        """Monotonic seconds that the sandbox's clock does not move."""
        return asyncio.get_running_loop().time()

    def clock_object(self) -> Json:
        """The clock as JSON."""
        return {"now": iso(self.clock.now()), "offset_ms": self.clock.offset_ms}

    def finished(self, exchange: Exchange) -> None:
        """Log an exchange and tell whoever watches."""
        self.log.add(exchange)
        self.requested_at = self.real_time()
        for observe in list(self.observers):
            observe(exchange)
        self.pulse.beat()
