"""The bot as a process of its own: killed, restarted, misconfigured."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from supportbot.sandbox.server import Sandbox
from supportbot.storage.migrate import head
from supportbot.tryout import bot_environment
from tests.e2e.looking import rows
from tests.e2e.program import PROGRAM, environment, supportbot
from tests.e2e.triage_walk import Walk, label, shown_now
from tests.support.contract import ContractObserver
from tests.support.running import Person, alarm, to_next_alarm, words

Process = asyncio.subprocess.Process


@asynccontextmanager
async def bot_process(sandbox: Sandbox, database: Path) -> AsyncGenerator[Process]:
    """`supportbot run`, connected; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        "run",
        cwd=database.parent,
        env=environment(**bot_environment(sandbox, database)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await sandbox.actor.bot_ready(timeout=60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def kill(sandbox: Sandbox, process: Process) -> None:
    """kill -9, and wait until Discord has noticed."""
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await sandbox.actor.until(lambda: not sandbox.connected)


@pytest.mark.timeout(180)  # three starts of a whole process, on whatever machine
async def test_killed_and_started_again(sandbox: Sandbox, database: Path) -> None:
    sam = Person(sandbox)
    async with bot_process(sandbox, database) as process:
        await sam.start_checkin()
        draft = await sam.run("checkin start", when="07:00", zone="Europe/Berlin")
        welcome = await sam.next_dm()
        await alarm(sandbox)
        await kill(sandbox, process)
    await to_next_alarm(sandbox)
    async with bot_process(sandbox, database) as process:
        invitation = await sam.next_dm(after=welcome)
        await sandbox.actor.until(lambda: rows(database, "SELECT 1 FROM deliveries WHERE state = 'sent'"))
        await kill(sandbox, process)
    async with bot_process(sandbox, database):
        assert "Your check-in runs" in (await sam.press(draft, "I agree, start"))["message"]["content"]
        question = (await sam.press(invitation, "Open"))["message"]
        assert (await sam.press(question, "4 good"))["message"]["content"] == "Done."
        assert [m["content"] for m in await sam.dms()].count("A moment for yourself?") == 0, (
            "it came once, and was opened"
        )
        assert rows(database, "SELECT count(*), max(attempt) FROM deliveries WHERE state = 'answered'") == [(1, 1)]


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize("closed", [False, True], ids=["in a DM", "DMs closed"])
async def test_killed_in_the_middle_of_a_triage(sandbox: Sandbox, database: Path, closed: bool) -> None:
    """Answers die with the process. Help does not, and nothing pretends to remember."""
    await sandbox.actor.edit_user(user="sam", dms_open=not closed)
    question, door = Walk(Person(sandbox), sandbox), Walk(Person(sandbox, "alex"), sandbox)
    async with bot_process(sandbox, database) as process:
        await question.start()
        await question.open()
        await question.answer("safety", "unsure")
        await question.press("triage.continue")
        await question.answer("about", "self")
        await door.start()
        await kill(sandbox, process)
    async with bot_process(sandbox, database):
        for walk, pressed in ((question, "triage.back"), (door, "triage.door.open")):
            before = walk.page
            if walk is question:
                result = await walk.press("triage.crisis")
                assert result["outcome"] == "message"
                assert result["message"]["ephemeral"]
                assert label("crisis.title") in words(result["message"])
                assert await shown_now(walk) == before, "help leaves the page as it is"
            await walk.press(pressed)
            assert walk.page["id"] == before["id"]
            assert (walk.page["content"], walk.page["embeds"]) == (label("triage.forgotten"), [])
            assert walk.labels() == [label("triage.start_new"), label("triage.crisis"), label("triage.clear")]
            result = await walk.press("triage.crisis")
            assert label("crisis.title") in words(result["message"])
        await question.press("triage.start_new")
        await question.all({"safety": "no", "about": "self", "concern": "life", "willing": "yes"})
        assert label("triage.outcome.therapist.title") in words(question.page)
        await door.start()
        await door.open()
        await door.answer("safety", "yes")
        assert label("crisis.title") in words(door.page)


async def test_it_ends_cleanly_when_asked_to(sandbox: Sandbox, database: Path) -> None:
    async with bot_process(sandbox, database) as process:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert not Path(f"{database}-wal").exists(), "the database was closed"


async def test_a_sandbox_of_its_own(contract: ContractObserver, tmp_path: Path, unused_tcp_port: int) -> None:
    """`supportbot sandbox`: server, bot and page in one process, used over HTTP."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        "sandbox",
        "--port",
        str(unused_tcp_port),
        "--no-browser",
        cwd=tmp_path,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        assert f"http://127.0.0.1:{unused_tcp_port}/" in line
        async with aiohttp.ClientSession(f"http://127.0.0.1:{unused_tcp_port}") as session:
            async with session.get("/") as page:
                assert page.status == 200
                assert "default-src 'self'" in page.headers["Content-Security-Policy"]
            use = {"user": "sam", "channel": "dm", "command": "roles compare"}
            async with session.post("/sandbox/api/invoke", json=use) as answer:
                assert "Interventionist or therapist?" in words((await answer.json())["message"])
            async with session.get("/sandbox/api/requests?limit=10000") as log:
                exchanges = (await log.json())["requests"]
        assert len(exchanges) > 4
        contract.check_log(exchanges)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "SUPPORTBOT_TOKEN"),
        ({"SUPPORTBOT_TOKEN": "x.y.z", "SUPPORTBOT_LOG_LEVEL": "LOUD"}, "SUPPORTBOT_LOG_LEVEL"),
        (
            {"SUPPORTBOT_TOKEN": "x.y.z", "SUPPORTBOT_DISCORD_API_URL": "https://example.org/api/v10"},
            "ALLOW_OTHER_HOST",
        ),
        ({"SUPPORTBOT_TOKEN": "x.y.z", "SUPPORTBOT_CLOCK_URL": "http://192.0.2.1/"}, "SUPPORTBOT_CLOCK_URL"),
        ({"SUPPORTBOT_TOKEN": "x.y.z", "SUPPORTBOT_TOKNE": "x"}, "SUPPORTBOT_TOKNE"),
        (
            {"SUPPORTBOT_TOKEN": "x.y.z", "SUPPORTBOT_DATABASE_URL": "/proc/x/y.db"},
            "SUPPORTBOT_DATABASE_URL names /proc/x/y.db, which cannot be created",
        ),
        (
            {
                "SUPPORTBOT_TOKEN": "x.y.z",
                "SUPPORTBOT_DATABASE_URL": "a.db",
                "SUPPORTBOT_CLOCK_URL": "http://127.0.0.1:9/",
            },
            "SUPPORTBOT_CLOCK_URL: no clock answers there",
        ),
    ],
)
async def test_a_wrong_setting_is_one_sentence(tmp_path: Path, settings: dict[str, str], named: str) -> None:
    code, out, err = await supportbot("run", cwd=tmp_path, **settings)
    assert code == 78
    assert named in err
    *logged, sentence = err.strip().splitlines()
    assert sentence.startswith("supportbot: ")
    assert sentence.endswith((".", "?"))
    assert all(line.startswith("{") for line in logged)
    assert "Traceback" not in err
    assert "x.y.z" not in out + err


async def test_a_token_that_discord_refuses(sandbox: Sandbox, database: Path) -> None:
    settings = {**bot_environment(sandbox, database), "SUPPORTBOT_TOKEN": "not.the.token-at-all"}
    code, out, err = await supportbot("run", cwd=database.parent, **settings)
    assert code == 78
    assert "SUPPORTBOT_TOKEN is not accepted by Discord" in err
    assert "not.the.token-at-all" not in out + err
    assert "Traceback" not in err


@pytest.mark.parametrize("where", ["environment", "file"])
async def test_the_sandbox_never_starts_beside_a_real_token(tmp_path: Path, where: str) -> None:
    real = "MTIz.real.one"
    settings = {"SUPPORTBOT_TOKEN": real} if where == "environment" else {}
    if where == "file":
        (tmp_path / ".env").write_text(f"SUPPORTBOT_TOKEN={real}\n")
    code, out, err = await supportbot("sandbox", "--port", "0", "--no-browser", cwd=tmp_path, **settings)
    assert code == 78
    assert "never starts beside a real token" in err
    assert real not in out + err


async def test_the_database_by_hand(tmp_path: Path) -> None:
    settings = {"SUPPORTBOT_DATABASE_URL": str(tmp_path / "a.db")}
    assert (await supportbot("db", "current", cwd=tmp_path, **settings))[1].startswith("none ")
    assert f"from nothing to {head()}" in (await supportbot("db", "upgrade", cwd=tmp_path, **settings))[1]
    assert (await supportbot("db", "current", cwd=tmp_path, **settings))[1].startswith(f"{head()} ")


async def test_the_invitation_asks_for_little(tmp_path: Path) -> None:
    code, out, _ = await supportbot("invite", "1234", cwd=tmp_path)
    assert code == 0
    query = parse_qs(urlsplit(out.strip()).query)
    assert query["client_id"] == ["1234"]
    assert query["permissions"] == [str(1024 + 2048 + 16384)], "view channels, send messages, embed links"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("invite", "abc"), "an application's ID is a number"),
        (("invite", "0"), "an application's ID is a number"),
        (("sandbox", "--port", "abc"), "a port is a number from 1 to 65535"),
        (("sandbox", "--port", "65536"), "a port is a number from 1 to 65535"),
        (("sandbox", "--database", "/"), "is a directory"),
    ],
)
async def test_wrong_arguments_are_a_plain_sentence(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    code, _, err = await supportbot(*arguments, cwd=tmp_path)
    assert code == 2
    assert says in " ".join(err.replace("│", " ").split())
    assert "Input should" not in err


async def test_a_server_alone_names_a_database_of_its_own(tmp_path: Path) -> None:
    """Whoever copies the settings does not write into the database that the bot otherwise runs with."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *("sandbox", "--server-only", "--no-browser", "--port", "0"),
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        settings: dict[str, str] = {}
        while (line := (await process.stdout.readline()).decode()).startswith(("Run a bot", "  ")):
            name, _, value = line.strip().partition("=")
            settings[name] = value
        assert line.startswith("The sandbox is open")
        database = Path(settings["SUPPORTBOT_DATABASE_URL"])
        assert database.parent.parent == tmp_path
        assert database.parent.is_dir()
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
        assert not database.parent.exists()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_help_is_light() -> None:
    """Neither discord.py nor a chart library is imported to print the help."""
    script = (
        "import sys\n"
        "sys.argv = ['supportbot', '--help']\n"
        "from supportbot.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = sorted({'discord', 'matplotlib', 'sqlalchemy', 'pydantic', 'aiohttp'} & set(sys.modules))\n"
        "print('heavy:', heavy)\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert out.decode().splitlines()[-1] == "heavy: []"
