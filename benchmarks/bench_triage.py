"""Claim: 200 members at once in the triage, every press answered, nobody mixed up.

Peer: a bare discord.py bot with one button under the same load; limit: Discord's three seconds for an answer. Each
member begins with the command in their own DM, whose answer is the door: no message is sent that counts against the
rate limits, which are Discord's here. Exit status 1 when a press went unanswered or a result was somebody else's.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.echo_bot import BUTTON
from benchmarks.measure import percentiles
from supportbot.content import load
from supportbot.domain.triage import UNDER_18, Answers, Result
from supportbot.sandbox.server import Sandbox
from supportbot.tryout import bot_environment

ROOT = Path(__file__).resolve().parent.parent
CONTENT = load()
FLOW = CONTENT.triage
COMMUNITY = "Riverside Recovery"
LIMIT = 3.0
SUPPORTBOT = ("-c", "from supportbot.cli import main; main()", "run")
ECHO = (str(ROOT / "benchmarks" / "echo_bot.py"),)

Json = dict[str, Any]


class WrongPageError(Exception):
    """A page that is not the one that this member's own answers lead to."""


@dataclass(slots=True)
class Found:
    """What a load came to: seconds from sent to answered, and what went wrong."""

    commands: list[float] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)
    unanswered: int = 0
    mixed_up: list[str] = field(default_factory=list)
    took: float = 0.0


def said(text_id: str) -> str:
    """What a text says in English."""
    found = CONTENT.catalogues["en"].gettext(text_id)
    assert found != text_id, text_id
    return found


class Member:
    """Somebody with a DM of their own. `page` is their message as last seen."""

    def __init__(self, sandbox: Sandbox, name: str, found: Found) -> None:
        self._actor = sandbox.actor
        self.name = name
        self._found = found
        self.page: Json = {}

    async def command(self, name: str) -> None:
        """Run it in the DM."""
        invoked = self._actor.invoke(user=self.name, channel="dm", command=name)
        self.page = await self._timed(invoked, self._found.commands)

    async def press(self, label: str) -> None:
        """Press the button with this label, or choose this in the select."""
        for cell in (cell for row in self.page["components"] for cell in row["components"]):
            options = [option["label"] for option in cell.get("options", [])]
            if label in (*options, cell.get("label")):
                values = [str(options.index(label))] if options else None
                break
        else:
            raise WrongPageError(f"{self.name} has no {label!r}")
        before = self.page["id"]
        pressed = self._actor.press(
            user=self.name, message=before, custom_id=cell["custom_id"], values=values, as_if_visible=True
        )
        self.page = await self._timed(pressed, self._found.presses)
        if self.page["id"] != before:
            raise WrongPageError(f"{self.name} was answered on another message")

    async def messages(self) -> list[Json]:
        """All in the DM."""
        return await self._actor.messages(user=self.name, channel="dm")

    async def _timed(self, doing: Coroutine[Any, Any, Json], into: list[float]) -> Json:
        began = time.perf_counter()
        result = await doing
        into.append(time.perf_counter() - began)
        if "message" not in result:
            self._found.unanswered += 1
            raise WrongPageError(f"{self.name}: {result.get('error', result['outcome'])}")
        return result["message"]


async def through_the_triage(member: Member, path: Answers) -> None:
    """From the command to the result of this path. Raises WrongPageError."""
    await member.command("triage")
    await member.press(said("triage.door.open"))
    if UNDER_18 in path:
        await member.press(said("triage.under_18"))
    step = FLOW.start
    while step.question is not None:
        answer = path[step.question.id]
        await member.press(said(f"triage.answer.{step.question.id}.{answer}"))
        if step is FLOW.start and FLOW.pauses.holds({step.question.id: answer}):
            await member.press(said("triage.continue"))
        step = step.after[answer]
    check(member.page, FLOW.result(path))
    shown = await member.messages()
    if [message["id"] for message in shown] != [member.page["id"]]:
        raise WrongPageError(f"{len(shown)} messages where one should be")


def check(page: Json, result: Result) -> None:
    """Raises WrongPageError unless the page shows this result and nothing of another."""
    embed = page["embeds"][0]
    if result.outcome == "crisis":
        if embed["title"] != said("crisis.title"):
            raise WrongPageError("no crisis page")
        # What was said comes right after the emergency number, and the lists of lines after it.
        fields = page["embeds"][1].get("fields", [])
        wanted = [said(f"triage.entry.{entry}.title") for entry in result.also]
    else:
        fields = embed["fields"]
        wanted = [said(f"triage.outcome.{result.outcome}.title")]
        wanted += [said(f"triage.entry.{entry}.title") for entry in result.also]
        wanted += [said("triage.note.title")] * bool(result.notes)
        wanted += [said("triage.result.why"), said("triage.result.next")]
        reasons = [said("triage.reason." + reason.replace("=", ".")) for reason in result.reasons]
        why = "\n".join(f"• {reason}" for reason in reasons)
        if fields[-2]["value"] != why:
            raise WrongPageError("reasons of other answers")
    if [each["name"] for each in fields] != wanted:
        raise WrongPageError("a result of other answers")


async def through_the_echo(member: Member, presses: int) -> None:
    """The command, and so many presses; the message counts them. Raises WrongPageError."""
    await member.command("echo")
    for _ in range(presses):
        await member.press(BUTTON)
    if member.page["content"] != str(presses):
        raise WrongPageError(f"{member.page['content']} of {presses} presses")


@asynccontextmanager
async def running(command: Sequence[str]) -> AsyncGenerator[Sandbox]:
    """A fresh sandbox, and this bot as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with Sandbox(port=0) as sandbox:
            ours = bot_environment(sandbox, Path(folder) / "a.db")
            clean = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORTBOT_")}
            environment = {**clean, "PYTHONPATH": str(ROOT), **ours, "SUPPORTBOT_LOG_LEVEL": "ERROR"}
            addresses = [sandbox.api_url, sandbox.gateway_url] if command is ECHO else []
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-W", "ignore", *command, *addresses, cwd=folder, env=environment
            )
            try:
                await sandbox.actor.bot_ready(timeout=60)
                yield sandbox
            finally:
                process.terminate()
                await process.wait()


async def load_of(
    command: Sequence[str],
    found: Found,
    paths: Sequence[Answers],
    do: Callable[[Member, Answers], Coroutine[Any, Any, None]],
) -> None:
    """One member a path, all at once."""
    async with running(command) as sandbox:
        members = [Member(sandbox, f"member{number}", found) for number in range(len(paths))]
        for member in members:
            await sandbox.actor.add_user(username=member.name, guilds=[COMMUNITY])

        async def one(member: Member, path: Answers) -> None:
            try:
                await do(member, path)
            except WrongPageError as error:
                found.mixed_up.append(str(error))

        began = time.perf_counter()
        await asyncio.gather(*(one(member, path) for member, path in zip(members, paths, strict=True)))
        found.took += time.perf_counter() - began


def presses_of(path: Answers) -> int:
    """How often a member on this path presses: the door, the answers, **Continue**."""
    first = FLOW.start.question
    assert first is not None
    return 1 + len(path) + FLOW.pauses.holds({first.id: path[first.id]})


async def main(members: int, rounds: int) -> int:
    """Print the table; 1 when a press went unanswered or anything was mixed up."""
    # The seed is fixed: each run has the same mix of paths.
    every = list(FLOW.paths())
    triage, echo = Found(), Found()
    paths: list[Answers] = []
    for number in range(rounds):
        paths = random.Random(number).sample(every, members)  # noqa: S311
        await load_of(SUPPORTBOT, triage, paths, through_the_triage)
        await load_of(ECHO, echo, paths, lambda member, path: through_the_echo(member, presses_of(path)))
    outcomes = {FLOW.result(path).outcome for path in paths}
    print(f"{members} members at once, {rounds} rounds; {len(outcomes)} different outcomes in the last one")
    for name, found in (("triage", triage), ("echo", echo)):
        wrong = f"{found.unanswered} unanswered, {len(found.mixed_up)} wrong"
        print(f"{name}: {len(found.presses)} presses, {len(found.presses) / found.took:.0f} a second, {wrong}")
        for line in found.mixed_up[:5]:
            print(f"  {line}")
    percentiles(
        "from sent to answered, milliseconds",
        {
            "echo: command": echo.commands,
            "/triage": triage.commands,
            "echo: press": echo.presses,
            "triage: press": triage.presses,
        },
        against="echo: press",
        limit=LIMIT,
    )
    return 1 if triage.unanswered or triage.mixed_up or echo.unanswered or echo.mixed_up else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.members, given.rounds)))
