"""What is told to people's clients, and waiting for something to become true without polling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that one person's client is told; `data` is JSON."""

    type: str
    data: Any


class Pulse:
    """Wakes whoever waits for a condition each time that something has happened."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        """Something happened: every waiter looks again."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, look: Callable[[], T | None], timeout: float) -> T:  # noqa: ASYNC109 - part of the contract
        """The first true value of `look`. Raises TimeoutError after `timeout` real seconds."""
        async with asyncio.timeout(timeout):
            while not (found := look()):
                future = asyncio.get_running_loop().create_future()
                self._waiting.add(future)
                try:
                    await future
                finally:
                    self._waiting.discard(future)
        return found


class Hub:
    """Hands events to the people whom they concern."""

    def __init__(self, pulse: Pulse) -> None:
        self._queues: dict[asyncio.Queue[Event | None], int | None] = {}
        self._pulse = pulse

    def publish(self, kind: str, data: Any, audience: Callable[[int], bool] | None = None) -> None:
        """Tell `data` to everybody, or to those for whom `audience(user_id)` holds."""
        for queue, user_id in list(self._queues.items()):
            if audience is None or (user_id is not None and audience(user_id)):
                queue.put_nowait(Event(kind, data))
        self._pulse.beat()

    def subscribe(self, user_id: int | None) -> Subscription:
        """Listen from now on as this person; None hears only what is for everybody."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._queues[queue] = user_id
        return Subscription(queue, lambda: self._queues.pop(queue, None))

    def close(self) -> None:
        """End every subscription."""
        for queue in self._queues:
            queue.put_nowait(None)


class Subscription(AsyncIterator[Event]):
    """One listener's events, in order. Ends when the sandbox stops; `close` it when done before."""

    def __init__(self, queue: asyncio.Queue[Event | None], forget: Callable[[], object]) -> None:
        self._queue = queue
        self.close = forget

    async def __anext__(self) -> Event:
        event = await self._queue.get()
        if event is None:
            raise StopAsyncIteration
        return event

    async def __aenter__(self) -> Subscription:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
