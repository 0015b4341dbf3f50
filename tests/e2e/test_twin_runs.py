"""Nothing but the person's screen knows what was answered: two paths leave the same traces, byte for byte."""

from __future__ import annotations

import io
import itertools
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import structlog

from supportbot import app as composition
from supportbot import log
from supportbot.content import load_triage
from supportbot.domain.people import PersonId
from supportbot.domain.triage import UNDER_18, Answers
from supportbot.sandbox.server import Sandbox
from supportbot.services import triage
from tests.conftest import StartBot
from tests.e2e.triage_walk import Walk, cells
from tests.support.running import Person

FLOW = load_triage()
EXPLAINED = {"interventionist", "therapist", "both"}
TOKEN = "0123456789abcdef"


def screens(path: Answers) -> tuple[object, ...]:
    """What can be seen of a path from outside: which questions were on the page, and which buttons its result has."""
    result = FLOW.result(path)
    paused = FLOW.pauses.holds(path)
    buttons = "crisis" if result.outcome == "crisis" else bool(EXPLAINED & {result.outcome, *result.also})
    return (
        paused,
        UNDER_18 in path,
        *(each for each in path if each != UNDER_18),
        buttons,
        result.outcome == "safe_help",
    )


PAIRS = 14


def some_twins() -> list[tuple[Answers, Answers]]:
    """So many pairs that between them there is every outcome that can have a twin."""
    pairs, chosen = list(twins()), list[tuple[Answers, Answers]]()
    seen = set[str]()
    for pair in pairs:
        outcomes = {FLOW.result(path).outcome for path in pair}
        if outcomes - seen:
            chosen.append(pair)
            seen |= outcomes
    rest = [pair for pair in pairs if pair not in chosen]
    return chosen + rest[:: len(rest) // (PAIRS - len(chosen))]


def twins() -> Iterator[tuple[Answers, Answers]]:
    """Of all paths with the same screens, the two that differ most in what was answered."""
    alike: dict[tuple[object, ...], list[Answers]] = defaultdict(list)
    for path in FLOW.paths():
        alike[screens(path)].append(path)
    for paths in alike.values():
        if len(paths) > 1:
            yield max(
                ((one, other) for one, other in itertools.combinations(paths[:40], 2)),
                key=lambda pair: sum(pair[0][question] != pair[1][question] for question in pair[0]),
            )


TIMESTAMP = re.compile(r'"timestamp": ?"[^"]*",? ?')


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """What was logged since it was last asked, as the program writes it, but for the time of day."""
    stream = io.StringIO()
    log.configure("DEBUG", "json", stream=stream)

    def since() -> str:
        text = TIMESTAMP.sub("", stream.getvalue())
        stream.seek(0)
        stream.truncate()
        return text

    yield since
    log.configure("INFO", "text")


def everything(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: list(connection.execute(f"SELECT * FROM {table}")) for table in tables}  # noqa: S608


async def walked(sandbox: Sandbox, path: Answers) -> Walk:
    """From the door to the result, and cleared."""
    walk = Walk(Person(sandbox), sandbox)
    await walk.start("dm")
    await walk.open()
    if UNDER_18 in path:
        await walk.press("triage.under_18")
    await walk.all({str(question): str(answer) for question, answer in path.items()})
    await walk.press("triage.clear")
    return walk


def custom_ids(walk: Walk) -> list[list[str]]:
    return [[cell["custom_id"] for cell in cells(page)] for page in walk.pages]


@pytest.mark.long
async def test_two_paths_leave_the_same_traces(
    sandbox: Sandbox,
    start_bot: StartBot,
    database: Path,
    logged: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(composition, "assemble", partial(composition.assemble, new_token=lambda: TOKEN))
    pairs = some_twins()
    outcomes = {FLOW.result(path).outcome for pair in pairs for path in pair}
    assert outcomes >= {FLOW.result(path).outcome for path in FLOW.paths()} - {"safe_help"}
    assert {question for pair in pairs for question in pair[0]} >= {question.id for question in FLOW.questions}
    async with start_bot() as app:
        await app.bot.wait_until_ready()
        await sandbox.actor.until(lambda: "retention" in sandbox.clock.alarms)  # this night's work is done
        await walked(sandbox, pairs[0][0])  # what happens once, such as opening the DM
        logged()
        before = everything(database)
        for one, other in pairs:
            first, log_of_first = await walked(sandbox, one), logged()
            after_first = everything(database)
            second, log_of_second = await walked(sandbox, other), logged()
            assert log_of_first == log_of_second, (one, other)
            assert before == after_first == everything(database), (one, other)
            assert custom_ids(first) == custom_ids(second), (one, other)
            assert len(first.pressed) == len(second.pressed)
            for left, right in zip(first.pressed, second.pressed, strict=True):
                assert left.rsplit(":", 1)[0] == right.rsplit(":", 1)[0]
            assert first.pressed != second.pressed, "or they are no twins"


@pytest.mark.long
async def test_an_answer_that_left_a_trace_would_be_noticed(
    sandbox: Sandbox,
    start_bot: StartBot,
    logged: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = structlog.stdlib.get_logger("supportbot.told")
    answer = triage.Triage.answer

    def tells(flows: triage.Triage, person: PersonId, token: str, number: int, option: int) -> triage.View:
        told.info("page.answered", option=option)
        return answer(flows, person, token, number, option)

    monkeypatch.setattr(triage.Triage, "answer", tells)
    one, other = next(twins())
    async with start_bot() as app:
        await app.bot.wait_until_ready()
        await sandbox.actor.until(lambda: "retention" in sandbox.clock.alarms)
        await walked(sandbox, one)
        logs = list[str]()
        for path in (one, other):
            logged()
            await walked(sandbox, path)
            logs.append(logged())
    assert logs[0] != logs[1]
