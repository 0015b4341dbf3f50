"""`supportbot audit` as a process of its own, after moderators changed things; and an entry that somebody changed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from supportbot import cli
from supportbot.sandbox.server import Sandbox
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.e2e.program import supportbot
from tests.support.running import Person

EX_CONFIG = 78


Audit = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def audit(database: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    """The command line in this process, with the database of the test: exit code, and all that is said."""
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv("SUPPORTBOT_DATABASE_URL", str(database))

    async def run(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, cli.cli, ["audit", *arguments])
        return result.exit_code, result.output

    return run


async def test_moderators_change_things_and_later_somebody_changes_the_list(
    start_bot: StartBot, sandbox: Sandbox, database: Path, audit: Audit
) -> None:
    async with start_bot():
        mika = Person(sandbox, "mika")
        await mika.run("setup region", country="DE")
        await mika.run("setup staff-channel", channel="helpers")
        await mika.run("setup region", country="Spain")
        code, said = await audit("verify")
        assert code == 0
    ((community,),) = rows(database, "SELECT DISTINCT community_id FROM audit")
    assert said.splitlines()[-1] == "3 entries of 1 communities; 0 faults"
    assert f"community {community}: 3 entries, up to 3 " in said

    code, said = await audit("list", "--community", str(community))
    assert code == 0
    assert [line.split("  ")[0] for line in said.splitlines()] == ["3", "2", "1"]
    assert 'region  before="DE" after="ES"' in said
    code, said = await audit("list", "--community", str(community), "--json")
    assert [entry["act"] for entry in json.loads(said)["entries"]] == ["region", "staff_channel", "region"]

    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("""UPDATE audit SET detail = '{"after": "FI"}' WHERE number = 1""")
    code, said, errors = await supportbot("audit", "verify", cwd=database.parent, SUPPORTBOT_DATABASE_URL=str(database))
    assert (code, errors) == (1, "")
    assert f"FAIL community {community}, entry 1: it is not what was written here" in said
    assert said.splitlines()[-1] == "3 entries of 1 communities; 1 faults"
    code, said = await audit("list", "--community", str(community))
    assert [line.endswith("CHANGED AFTERWARDS") for line in said.splitlines()] == [False, False, True]
    assert await audit("clear", "--community", str(community), "--yes") == (0, "3 entries are gone.\n")
    assert await audit("verify") == (0, "0 entries of 0 communities; 0 faults\n")


async def test_what_cannot_be_done_is_a_sentence(database: Path, audit: Audit) -> None:
    code, _, errors = await supportbot("audit", "verify", cwd=database.parent, SUPPORTBOT_DATABASE_URL=str(database))
    assert (code, errors) == (
        EX_CONFIG,
        "supportbot: The database is not there yet, or is an older one: run `supportbot db upgrade` first.\n",
    )
    assert not database.exists()
    for given in ("", "0", "-1", "x", "9" * 19, "9" * 30):
        code, said = await audit("list", f"--community={given}")
        assert (code, "a community's ID is a number" in said) == (2, True), given
