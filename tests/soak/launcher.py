"""Starts bots for the kill test: everything is imported once, and each bot is a fork of that, a process of its own.

A line of JSON on standard input starts one: its settings, the file of its log, the point at which it dies and how
often it passes that first, a planted mistake, and by how many seconds its clock is ahead. Lines on standard output say
`["started", pid]` and `["ended", pid, status]`.
The product knows nothing of this: the ports are wrapped here, where the app is built.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import select
import signal
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sqlalchemy import Engine, event

from supportbot import app
from supportbot import content as content_files
from supportbot.app import opened
from supportbot.chat.messenger import DiscordMessenger
from supportbot.config import Settings, load_settings
from supportbot.domain.checkins import Note
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.log import configure
from supportbot.scheduling.clocks import FollowedClock
from supportbot.storage.store import SqlStore, new_id
from tests.soak.points import COMMITS

_written: ContextVar[set[str] | None] = ContextVar("written", default=None)
"""The states that this task's transaction wrote."""
NAMES = {state: name for name, state in COMMITS.items()}


class Points:
    """Counts how often each point was passed, and kills the process at the one that was asked for."""

    def __init__(self, die_at: tuple[str, int] | None) -> None:
        self._die_at = die_at
        self._passed: Counter[str] = Counter()

    def pass_by(self, name: str) -> None:
        """The process is at this point."""
        self._passed[name] += 1
        if self._die_at == (name, self._passed[name]):
            os.kill(os.getpid(), signal.SIGKILL)


def watch_states() -> None:
    """Note which states of deliveries a transaction writes, whatever statement it writes them with."""

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        written = _written.get()
        if written is not None and statement.startswith("UPDATE deliveries"):
            written.update(str(value) for value in parameters if value in NAMES)

    event.listen(Engine, "before_cursor_execute", note)


def store_class(points: Points) -> type[SqlStore]:
    """The store, with a point on each side of a commit."""

    class WatchedStore(SqlStore):
        @asynccontextmanager
        async def write(self) -> AsyncGenerator[Any]:
            written: set[str] = set()
            token = _written.set(written)
            async with AsyncExitStack() as stack:
                stack.callback(_written.reset, token)
                async with super().write() as tx:
                    yield tx
                    for state in sorted(written):
                        points.pass_by(f"{NAMES[state]}.before")
            for state in sorted(written):
                points.pass_by(f"{NAMES[state]}.after")

    return WatchedStore


class Planted:
    """Mistakes that an engine could make; the kill test must find each."""

    def __init__(self, name: str | None, settings: Settings) -> None:
        self.name = name
        self._settings = settings

    def nonce(self, nonce: str) -> str:
        """`no nonce`: each request has a nonce of its own."""
        return new_id() if self.name == "no nonce" else nonce

    def found(self, message: MessageId | None) -> MessageId | None:
        """`no look`: what may have gone out is taken for not sent."""
        return None if self.name == "no look" else message

    def before_request(self, delivery: str) -> None:
        """`sent first`: it is marked as sent before it is sent."""
        if self.name == "sent first":
            with closing(sqlite3.connect(self._settings.database_file, timeout=5)) as connection, connection:
                connection.execute("UPDATE deliveries SET state = 'sent', wake_at = NULL WHERE id = ?", (delivery,))


def messenger_class(points: Points, planted: Planted) -> type[DiscordMessenger]:
    """The messenger, with a point around each request."""

    class WatchedMessenger(DiscordMessenger):
        async def open_dm(self, person: PersonId) -> ChannelId:
            points.pass_by("open.before")
            channel = await super().open_dm(person)
            points.pass_by("open.after")
            return channel

        async def send(self, channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
            planted.before_request(nonce)
            points.pass_by("request.before")
            message = await super().send(channel, note, nonce=planted.nonce(nonce))
            points.pass_by("answer.received")
            return message

        async def find(
            self, channel: ChannelId, delivery: str, *, after: MessageId | None, since: datetime
        ) -> MessageId | None:
            points.pass_by("look.before")
            found = planted.found(await super().find(channel, delivery, after=after, since=since))
            points.pass_by("look.after")
            return found

    return WatchedMessenger


def clock_ahead(seconds: float) -> None:
    """The host's clock is wrong: ahead of Discord's, or behind it."""
    right = FollowedClock.now

    def now(self: FollowedClock) -> datetime:
        return right(self) + timedelta(seconds=seconds)

    FollowedClock.now = now  # type: ignore[method-assign]


async def serve(wanted: dict[str, Any]) -> None:
    """The bot, as `supportbot run` runs it, ended in order by SIGTERM."""
    settings = load_settings(wanted["settings"], env_file=None)
    configure(settings.log_level, "text")
    given = wanted.get("die_at")
    points = Points((given[0], given[1]) if given else None)
    watch_states()
    app.SqlStore = store_class(points)  # type: ignore[misc]
    app.DiscordMessenger = messenger_class(points, Planted(wanted.get("planted"), settings))  # type: ignore[misc]
    if ahead := wanted.get("ahead"):
        clock_ahead(ahead)
    running = asyncio.current_task()
    assert running is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    async with opened(settings) as built:
        await built.run()


def be_a_bot(wanted: dict[str, Any], inherited: list[socket.socket]) -> NoReturn:
    """In the fork: run until the end, or until killed."""
    for each in inherited:
        each.close()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for place, end in ((0, nothing), (1, log), (2, log)):
        os.dup2(end, place)
    status = 1
    try:
        asyncio.run(serve(wanted))
        status = 0
    except asyncio.CancelledError:
        status = 0
    except BaseException as error:  # noqa: BLE001 (the fork must end here, whatever it was)
        os.write(2, f"ended: {type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)


def load_once() -> None:
    """Content is read once for all bots."""
    loaded = content_files.load(None)
    load: Callable[..., Any] = lambda _=None: loaded  # noqa: E731
    content_files.load = load


def say(*words: object) -> None:
    """One line to whoever started us."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def ended(bots: set[int]) -> None:
    """Tell of those that are gone."""
    for pid in list(bots):
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            bots.discard(pid)
            say("ended", pid, status)


def main() -> None:
    """Fork a bot for each line, tell of each end, until standard input is closed; then none of them is left."""
    load_once()
    gc.collect()
    gc.freeze()
    woken, wakes = socket.socketpair()
    for end in (woken, wakes):
        end.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    bots: set[int] = set()
    say("ready", os.getpid())
    left, read = b"", b" "
    while read:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            ended(bots)
        if 0 in ready:
            read = os.read(0, 65536)
            *lines, left = (left + read).split(b"\n")
            for line in lines:
                pid = os.fork()
                if pid == 0:
                    be_a_bot(json.loads(line), [woken, wakes])
                bots.add(pid)
                say("started", pid)
    for pid in bots:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
