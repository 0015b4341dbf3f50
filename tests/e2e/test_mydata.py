"""`supportbot mydata` beside a running bot; and what Discord does not take, or lets be deleted."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import Result
from typer.testing import CliRunner

from supportbot import cli
from supportbot.app import App
from supportbot.errors import ConfigError
from supportbot.sandbox.model import Json
from supportbot.sandbox.places import find_user
from supportbot.sandbox.posting import Post, create
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.state import Options
from supportbot.tryout import bot_environment
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.support.contract import ContractObserver
from tests.support.running import Person, buttons, running_bot, words

SWEEP = "Delete the bot's DM messages"
DELETE = r"DELETE /channels/\d+/messages/\d+"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[Result]]:
    """`supportbot mydata …` with these settings, beside whatever runs in this process."""
    monkeypatch.setattr(cli, "_configure_log", lambda _: None)  # the tests' own stays

    async def run(*arguments: str, **settings: str) -> Result:
        runner = CliRunner(env=settings)
        return await asyncio.to_thread(runner.invoke, cli.cli, ["mydata", *arguments])

    return run


@pytest.mark.long
async def test_a_host_hands_over_and_erases_beside_the_running_bot(
    app: App, sandbox: Sandbox, database: Path, tmp_path: Path, command: Callable[..., Awaitable[Result]]
) -> None:
    sam, alex = Person(sandbox), Person(sandbox, "alex")
    await sam.start_checkin(zone="Asia/Tokyo")
    await alex.start_checkin(zone="America/New_York")
    person, out = str(find_user(sandbox.actor._state, "sam").id), tmp_path / "sam.zip"
    environment = bot_environment(sandbox, database)
    ledger = app.settings.ledger_file

    done = await command("export", "--person", person, "--out", str(out), "--lang", "es", **environment)
    assert done.exit_code == 0, done.output
    assert "give it to them alone" in done.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with ZipFile(out) as archive:
        page, data = (archive.read(name).decode() for name in archive.namelist())
    assert json.loads(data)["held"]["members"][0]["zone"] == "Asia/Tokyo"
    assert 'lang="es"' in page
    assert "America/New_York" not in page + data

    before = out.read_bytes()
    done = await command("export", "--person", person, "--out", str(out), **environment)
    assert isinstance(done.exception, ConfigError)
    assert "is there already; nothing was written" in str(done.exception)
    assert out.read_bytes() == before

    done = await command("delete", "--person", person, **environment)
    assert done.exit_code == 1
    assert "plans: 1" in done.output
    assert rows(database, "SELECT count(*) FROM plans") == [(2,)], "nobody said yes"
    done = await command("delete", "--person", person, "--yes", **environment)
    assert done.exit_code == 0, done.output
    assert "the erasure ledger knows" in done.output
    assert rows(database, "SELECT count(*) FROM plans") == [(1,)]
    assert ledger.read_text(encoding="utf-8").count('"hash"') == 1
    assert person not in ledger.read_text(encoding="utf-8")

    assert "You have no check-ins" in words(await sam.run("checkin list"))
    assert "(America/New_York)" in words(await alex.run("checkin list"))
    [(next_due,)] = rows(database, "SELECT wake_at FROM deliveries WHERE wake_at IS NOT NULL")
    app.engine.look()  # what the host erased beside it is still armed for
    await sandbox.actor.until(lambda: _is_armed_for(sandbox, next_due))
    await alex.checkin()
    done = await command("export", "--person", person, "--out", str(tmp_path / "x.zip"), **environment)
    assert (done.exit_code, "Nothing is held" in done.output) == (0, True)
    assert not (tmp_path / "x.zip").exists()


def _is_armed_for(sandbox: Sandbox, due: object) -> bool | None:
    at = sandbox.clock.alarms.get("checkins")
    return True if at is not None and round(at.timestamp() * 1000) == due else None


async def test_a_wrong_person_and_no_database_are_a_sentence(
    tmp_path: Path, command: Callable[..., Awaitable[Result]]
) -> None:
    settings = {"SUPPORTBOT_DATABASE_URL": str(tmp_path / "none.db")}
    for wrong in ("sam", "-1", "0", "1" * 20, "٣"):
        assert (await command("delete", "--person", wrong, **settings)).exit_code == 2
    done = await command("delete", "--person", "1", **settings)
    assert "The database is not there yet" in str(done.exception)
    assert not list(tmp_path.iterdir()), "a look creates nothing"


async def test_discord_takes_no_file_of_that_size(contract: ContractObserver, database: Path) -> None:
    async with Sandbox(port=0, options=Options(file_size=1000)) as small:
        # A request that is too large is refused before it is read, so there is none to check.
        small.observers.append(contract.observe_answer)
        async with running_bot(small, database):
            sam = Person(small)
            await sam.start_checkin()
            answer = await sam.run("mydata export")
            assert answer["ephemeral"]
            assert "10 MB is the most" in answer["content"]
            assert not answer.get("attachments")
            refused = [row for row in small.log.after(0, 10_000) if row.refused == 40005]
            assert [row.status for row in refused] == [413]
            assert "You have no check-ins" not in words(await sam.run("checkin list")), "nothing is damaged"


async def written(sandbox: Sandbox, user: str, messages: int) -> None:
    """The bot wrote so much to this person in earlier times."""
    state = sandbox.actor._state
    dm = (await sandbox.actor.open_dm(user=user))["channel"]
    channel = state.world.channel(int(dm))
    assert channel is not None
    for number in range(messages):
        create(state, Post(channel, state.world.bot, {"content": f"note {number}"}, ()), None)


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_120_messages_go_with_a_429_and_a_restart_in_between(
    sandbox: Sandbox, start_bot: StartBot, database: Path
) -> None:
    """At the bot's own pace, under the sandbox's limits, which are Discord's as far as they are known."""
    sam = Person(sandbox)
    await sam.says("mine")
    await written(sandbox, "sam", 120)

    def left() -> list[Json]:
        state = sandbox.actor._state
        return [row.shape for row in state.messages.of(dm) if row.author_id == state.world.bot_id and not row.owner]

    dm = int((await sandbox.actor.open_dm(user="sam"))["channel"])
    async with start_bot():
        asked = await sam.run("mydata delete")
        assert "I hold nothing about you" in asked["content"]
        await sandbox.actor.add_fault(kind="status", status=429, retry_after=2, route=DELETE, after=10)
        result = await sandbox.actor.press(
            user="sam", message=asked["id"], custom_id=buttons(asked)[SWEEP]["custom_id"], wait="first"
        )
        assert result["outcome"] != "failed"
        await sandbox.actor.until(lambda: len(left()) < 80, timeout=60)
    stopped = next(
        each for each in await sandbox.actor.messages(user="sam", channel=sam.place) if SWEEP in buttons(each)
    )
    assert "I had to stop before the end. Press the button and I go on." in stopped["content"]
    rest = len(left())
    assert 0 < rest < 80
    async with start_bot():
        await sam.press(stopped, SWEEP)
        said = sandbox.actor._state.messages.get(int(stopped["channel_id"]), int(stopped["id"]))
        assert said is not None
        await sandbox.actor.until(lambda: "I deleted" in said.shape["content"], timeout=60)
        assert f"I deleted {rest} messages of mine in our DM." in said.shape["content"]
        assert buttons(said.shape) == {}
    assert left() == []
    assert [message["content"] for message in await sam.dms()] == ["mine"]
    limited = [row for row in sandbox.log.after(0, 10_000) if row.status == 429]
    assert len(limited) == 1, "the one that was injected"
