"""Sends cases to the running bot, and says what became of each."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from supportbot.app import App
from supportbot.sandbox.ratelimits import UNLIMITED
from supportbot.sandbox.server import Sandbox
from supportbot.storage.engine import Database
from supportbot.storage.store import SqlStore
from tests.fuzz.cases import Case, Maker
from tests.support.consent_rule import broken
from tests.support.running import Person, running_bot, words

AT_ONCE = 20
PATIENCE = 6.0
"""Seconds that a case is waited for; Discord itself waits three."""

ENOUGH = 20
"""After so many that are wrong no more are sent: each that nobody answers is waited for."""

PEOPLE = 60
"""So many that hardly anybody comes to the limits of what one person may have."""

TRACE = re.compile(r"Traceback|File \"|\.py\b|Exception|\bError\b|<class '|0x[0-9a-f]{6,}|supportbot\.\w+\.")
BROKEN = re.compile(r"\*\*[0-9a-f]{8}\*\*")


@dataclass(slots=True)
class Outcome:
    """The figures of a run, and what was wrong, each with the number of its case."""

    seed: int
    sent: int = 0
    answered: int = 0
    beyond_answering: int = 0
    whole: int = 0
    refused: int = 0
    longest_wait: float = 0.0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list[str])
    kinds: Counter[str] = field(default_factory=Counter[str])

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        return (
            f"fuzz, seed {self.seed}: {self.sent} interactions sent, {self.answered} answered, "
            f"{self.beyond_answering} without an id or token to answer to, {self.refused} answers refused by the "
            f"sandbox, longest wait {self.longest_wait:.2f} s, {self.seconds:.0f} s in all ({kinds}); "
            f"{len(self.wrong)} wrong"
        )


class Errors(logging.Handler):
    """What the bot logs as an error while it is fuzzed."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, for whoever reads what was wrong."""
        event: Any = record.msg
        told = json.dumps(event, default=str) if isinstance(event, dict) else record.getMessage()
        self.lines.append(told + (f" {record.exc_info[1]!r}" if record.exc_info else ""))


async def fuzz(
    folder: Path, *, count: int, seed: int, first: int = 0, sandbox: Sandbox | None = None, trace: bool = False
) -> Outcome:
    """Start a bot, send it the cases from `first` on, and look at it afterwards."""
    outcome = Outcome(seed)
    database = folder / "supportbot.db"
    async with sandbox or Sandbox(port=0, limits=UNLIMITED) as server, running_bot(server, database) as app:
        for name in ("sam", "mika", "alex"):
            await server.actor.open_dm(user=name)
        for number in range(PEOPLE):
            await server.actor.add_user(
                username=f"fuzz{number}", guilds=["Riverside Recovery"], roles=["Moderators"] if number % 5 == 0 else []
            )
            if number % 2:
                await server.actor.open_dm(user=f"fuzz{number}")
        errors = Errors()
        logging.getLogger().addHandler(errors)
        try:
            await _send_all(server, app, outcome, range(first, first + count), trace=trace)
        finally:
            logging.getLogger().removeHandler(errors)
        outcome.wrong += [f"logged: {line[:2000]}" for line in errors.lines if not _is_refusal(line)]
        if not any("nobody answered" in each for each in outcome.wrong):  # else people wait for answers that never come
            await _still_works(server, app, outcome)
        outcome.wrong += await _without_consent(database, app)
    outcome.wrong += _database_is_whole(database)
    return outcome


async def _send_all(server: Sandbox, app: App, outcome: Outcome, numbers: range, *, trace: bool) -> None:
    loop = asyncio.get_running_loop()
    maker = Maker(server._state, app.bot.templates, outcome.seed)
    outcome.whole = maker.whole
    await app.bot.services.library.prepare()  # else the first question waits for it, on a busy machine for long
    began = loop.time()
    for at in range(numbers.start, numbers.stop, AT_ONCE):
        cases = [maker.case(number) for number in range(at, min(at + AT_ONCE, numbers.stop))]
        if trace:
            for case in cases:
                print(case.number, case.what, json.dumps(case.payload)[:3000])  # noqa: T201
        before = len(server.log)
        await asyncio.gather(*(_send(server, case, outcome) for case in cases))
        _read_answers(server, before, at, outcome)
        if not server.connected:
            outcome.wrong.append(f"cases {at} to {at + AT_ONCE}: the bot is gone")
            break
        if len(outcome.wrong) >= ENOUGH:
            break
    outcome.seconds = loop.time() - began


async def _send(server: Sandbox, case: Case, outcome: Outcome) -> None:
    state, loop = server._state, asyncio.get_running_loop()
    made = case.interaction
    state.interactions.add(made)
    made.born = began = loop.time()
    state.sessions.dispatch("INTERACTION_CREATE", case.payload, guild_id=made.channel.guild_id)
    outcome.sent += 1
    outcome.kinds[made.kind.name.lower()] += 1
    if not case.can_be_answered:
        outcome.beyond_answering += 1
        return
    await asyncio.wait([made.first], timeout=PATIENCE)
    if not made.acknowledged:
        outcome.wrong.append(f"case {case.number} ({case.what}): nobody answered")
        return
    outcome.answered += 1
    outcome.longest_wait = max(outcome.longest_wait, loop.time() - began)


def _read_answers(server: Sandbox, before: int, at: int, outcome: Outcome) -> None:
    """No answer shows what is inside of the bot, and no request of it pings anybody."""
    for row in list(server.log)[before:] if len(server.log) < 10_000 else list(server.log)[-8 * AT_ONCE :]:
        body = row.body if isinstance(row.body, dict) else {}
        data = body.get("data") if isinstance(body.get("data"), dict) else body
        said = str(data.get("content") or "")
        if TRACE.search(said):
            outcome.wrong.append(f"cases {at} to {at + AT_ONCE}: {said[:200]}")
        if "content" in data and row.path.endswith(("/callback", "/messages")):
            allowed = data.get("allowed_mentions", {"parse": []} if row.method == "PATCH" else None)
            if allowed != {"parse": []}:
                outcome.wrong.append(f"cases {at} to {at + AT_ONCE}: mentions are allowed: {allowed}")
        if row.status >= 400:
            outcome.refused += 1


async def _still_works(server: Sandbox, app: App, outcome: Outcome) -> None:
    """Somebody who never saw any of it uses the bot, and so does one who did."""
    if server._state.identifies != 1:
        outcome.wrong.append(f"the bot connected {server._state.identifies} times")
        return
    await server.actor.add_user(username="ivy", guilds=["Riverside Recovery"])
    for name in ("ivy", "sam"):
        person = Person(server, name)
        await person.run("language")
        await person.run("mydata delete")
        about = words(await person.run("about"))
        if "supportbot" not in about:
            outcome.wrong.append(f"/about does not work any more for {name}")
    ivy = Person(server, "ivy")
    if "Your check-in runs" not in words(await ivy.start_checkin()):
        outcome.wrong.append("/checkin start does not work any more")
    if "Tell me" not in words(await ivy.run("crisis")) and not (await ivy.run("crisis"))["embeds"]:
        outcome.wrong.append("/crisis does not work any more")
    if not app.bot.is_ready():
        outcome.wrong.append("the bot is not ready any more")


def _database_is_whole(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]


async def _without_consent(path: Path, app: App) -> list[str]:
    """Whoever has rows without a consent that they rest on."""
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    try:
        store = cast("SqlStore", app.bot._store)
        return [f"kept without consent: {each.partition(':')[0]}" for each in await broken(database, store)]
    finally:
        await database.close()


def _is_refusal(line: str) -> bool:
    """Discord took no answer: what was pressed is gone, or never was."""
    return "discord.errors.NotFound" in line or "discord.errors.HTTPException" in line
