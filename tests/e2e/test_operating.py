"""`supportbot checkins` beside a running bot: what it says, how it ends, and that nobody is named."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from supportbot import cli
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.support.running import Person


async def test_the_operator_sees_counts_and_nobody(
    start_bot: StartBot, sandbox: Sandbox, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv("SUPPORTBOT_DATABASE_URL", str(database))

    async def checkins(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, cli.cli, ["checkins", *arguments])
        return result.exit_code, result.output

    async with start_bot():
        sam = Person(sandbox)
        await sam.start_checkin()
        code, said = await checkins("due", "--json")
        due = json.loads(said)
        assert (code, due["due_now"], due["next_hour"] + due["next_day"]) == (0, 0, 1)
        code, said = await checkins("stuck")
        assert (code, said.strip()) == (0, "Nothing is stuck.")
        await sam.checkin()
        code, said = await checkins("stats")
        assert code == 0
        assert "active" in said
        ids = [str(user["id"]) for user in (await sandbox.actor.state())["users"]]
        assert ids
        for command in (["due"], ["stuck"], ["stats", "--json"]):
            said = (await checkins(*command))[1]
            assert not [each for each in ids if each in said]
    code, said = await checkins("stats", "--days", "0")
    assert code == 2
