"""Nothing that somebody typed, and no secret, is anywhere but where it belongs: hundreds of marked strings through all
that takes words, with errors on the way, and then a search through everything that the bot wrote.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest

from supportbot.sandbox import TOKEN
from supportbot.sandbox.server import Sandbox
from supportbot.tryout import bot_environment
from tests.e2e import secrets_walk
from tests.e2e.looking import rows
from tests.e2e.program import PROGRAM, environment, supportbot
from tests.e2e.secrets_walk import FORMS, WITH_WORDS, Marked
from tests.e2e.test_bad_input import locked
from tests.support.marks import FAMILIES, PUBLIC, Found, Marks, Search, files_under

MANY = 200
ZONE, COUNTRY = "Pacific/Kiritimati", "BV"
"""What is kept, and sealed: its name must not be anywhere either."""

CALLBACK = r"POST /interactions/\d+/[^/]+/callback"


def test_everything_that_takes_words_is_driven() -> None:
    """A new form, or a new button that reads what was typed, needs a drive in secrets_walk.py."""
    secrets_walk.load_every_cog()
    assert secrets_walk.forms() == set(FORMS)
    assert secrets_walk.buttons_with_words() == set(WITH_WORDS)


class Running:
    """A bot as a process of its own, and what can be seen of it from outside."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, port: int, settings: dict[str, str]) -> None:
        self._process, self._port = process, port
        self.folder, self.settings = folder, settings
        self.seen: dict[str, bytes] = {}
        self._looks = 0

    @property
    def database(self) -> Path:
        return self.folder / "data" / "supportbot.db"

    @property
    def log(self) -> bytes:
        return (self.folder / "stdout").read_bytes() + (self.folder / "stderr").read_bytes()

    async def look(self) -> None:
        """Note all that is there just now: files that may be gone later, answers, processes."""
        self._looks += 1
        for path, content in files_under(self.folder).items():
            self.seen[f"{path}, look {self._looks}"] = content
        async with aiohttp.ClientSession(f"http://127.0.0.1:{self._port}") as session:
            for address in ("/livez", "/readyz", "/metrics", "/", "/nothing"):
                async with session.get(address) as answer:
                    said = await answer.read() + repr(dict(answer.headers)).encode()
                    self.seen[f"GET {address}, look {self._looks}"] = said
        own = self._process.pid
        for pid in (own, *_below(own)):
            for what in ("cmdline",) if pid == own else ("cmdline", "environ"):
                try:
                    self.seen[f"{what} of process {pid}, look {self._looks}"] = Path(f"/proc/{pid}/{what}").read_bytes()
                except (FileNotFoundError, ProcessLookupError):
                    continue

    async def stopped(self) -> None:
        """Ended as asked to, with its database closed."""
        self._process.terminate()
        assert await self._process.wait() == 0


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_below(int(child))]
    return found


@asynccontextmanager
async def bot(sandbox: Sandbox, folder: Path, port: int, form: str, **settings: str) -> AsyncGenerator[Running]:
    """Logs at DEBUG, addresses and counts on, all it writes below one folder."""
    (folder / "data").mkdir(parents=True)
    (folder / "tmp").mkdir()
    given = {
        **bot_environment(sandbox, folder / "data" / "supportbot.db"),
        "SUPPORTBOT_LOG_LEVEL": "DEBUG",
        "SUPPORTBOT_LOG_FORMAT": form,
        "SUPPORTBOT_HEALTH_PORT": str(port),
        "SUPPORTBOT_ANONYMOUS_COUNTS": "true",
        **settings,
    }
    places = {"HOME": str(folder / "tmp"), "TMPDIR": str(folder / "tmp"), "XDG_DATA_HOME": str(folder / "tmp")}
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, "run", cwd=folder / "data", env=environment(**given, **places), stdout=out, stderr=err
        )
        try:
            await sandbox.actor.bot_ready(timeout=60)
            yield Running(process, folder, port, given)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def use_everything(marked: Marked) -> None:
    """As members do, in a server and in direct messages; a moderator too."""
    await use_every_command(marked)
    await use_every_form(marked)


async def use_every_form(marked: Marked) -> None:
    """Forms, the buttons that take what was typed, and direct messages."""
    await marked.person("mika").run("setup staff-channel", channel=marked.places["helpers"])
    await marked.every_form("sam")
    await marked.every_dm("sam")


async def use_every_command(marked: Marked) -> None:
    """Everything that a moderator, a member, and one whose direct messages are closed can type."""
    general = marked.places["general"]
    moderators = ("setup helpline add", "setup helpline remove", "prompts add", "prompts remove")
    await marked.every_command("mika", general, leave_out=moderators)
    await marked.every_command("sam", general)
    await marked.every_command("sam", "dm")
    await marked.every_command("noor", general)  # whose direct messages are closed


async def keep_what_is_kept(marked: Marked) -> None:
    """A member with a check-in, a country and a language; and one that comes."""
    sam = marked.person("sam")
    draft = await sam.run("checkin start", when="21:07", zone=ZONE)
    assert "Your check-in runs" in (await sam.press(draft, "I agree, start"))["message"]["content"]
    page = await sam.run("crisis", country=COUNTRY)
    offer = (await sam.press(page, "Remember this country"))["message"]
    assert "message" in await sam.press(offer, "I agree, remember it")
    await marked.note_form("sam")


async def publish(marked: Marked) -> None:
    """What a moderator writes for everybody to read, driven apart."""
    mika = marked.person("mika")
    for number in range(3):
        given = {
            name: marked.marks.public(f"/setup helpline add {name}")
            for name in ("service", "hours", "languages", "note")
        }
        text = f"{marked.marks.public('/setup helpline add text')} to 12345"
        given |= {"text": text, "phone": "0123 456", "source": "https://example.org"}
        added = await mika.run("setup helpline add", kind="crisis", **given)
        assert "The line waits in the staff channel" in added["content"]
        found = await marked.sandbox.actor.autocomplete(
            user=mika.name, channel=mika.place, command="setup helpline remove", focused="line", value=PUBLIC[:3]
        )
        if number:
            await mika.run("setup helpline remove", line=found["choices"][0]["value"])
    asked = f"How is {marked.marks.public('/prompts add words')}?"
    added = await mika.run("prompts add", asks="mood", language="en", words=asked)
    assert "It takes turns" in added["content"]


async def break_things(marked: Marked, running: Running) -> None:
    """Words while the database is locked, a table is gone, Discord fails, and answers come to nothing."""
    places = [marked.places["general"], "dm"]
    sam, actor = marked.person("sam"), marked.sandbox.actor
    drafts = [await sam.run("checkin start", when="20:30", zone="Europe/Berlin") for _ in range(2)]
    with locked(running.database):
        await marked.some_words("sam", places)
        await sam.press(drafts[0], "I agree, start")
        await sam.says(marked.word("a direct message while the database is locked") + " stop")
    with _renamed(running.database, "plans"):
        await marked.some_words("sam", places)
        await sam.run("checkin list")
        await sam.press(drafts[1], "I agree, start")
    fault = await actor.add_fault(kind="status", status=500, route=CALLBACK, times=0)
    await marked.some_words("sam", places)
    await actor.clear_faults(fault=fault["id"])
    fault = await actor.add_fault(kind="status", status=500, route=r"POST /channels/\d+/messages", times=0)
    await sam.says(marked.word("a direct message that cannot be answered"))
    await sam.run("triage")
    await actor.clear_faults(fault=fault["id"])


class _renamed:  # noqa: N801 (used as a word)
    """A table that is gone for a while."""

    def __init__(self, database: Path, table: str) -> None:
        self._database, self._table = database, table

    def _rename(self, one: str, other: str) -> None:
        with closing(sqlite3.connect(self._database, isolation_level=None, timeout=10)) as connection:
            connection.execute(f"ALTER TABLE {one} RENAME TO {other}")

    def __enter__(self) -> None:
        self._rename(self._table, "gone")

    def __exit__(self, *_: object) -> None:
        self._rename("gone", self._table)


async def back_up(running: Running, name: str) -> None:
    """While it runs, as an operator would."""
    code, out, err = await supportbot(
        "backup", "create", f"../{name}", cwd=running.folder / "data", **_of_operator(running.settings)
    )
    assert code == 0, err
    running.seen[f"what `backup create` of {name} said"] = (out + err).encode()


async def restored(running: Running, name: str) -> Path:
    """What is in the backup, as a database."""
    target = running.folder / f"restored-{name}" / "supportbot.db"
    target.parent.mkdir()
    settings = {**_of_operator(running.settings), "SUPPORTBOT_DATABASE_URL": str(target)}
    restore = ("backup", "restore", f"../{name}", "--accept-unknown-erasures")
    code, out, err = await supportbot(*restore, cwd=running.folder / "data", **settings)
    assert code == 0, err
    running.seen[f"what `backup restore` of {name} said"] = (out + err).encode()
    assert rows(target, "PRAGMA integrity_check") == [("ok",)]
    return target


def _of_operator(settings: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if "HEALTH" not in name and "COUNTS" not in name}


def custom_ids(sandbox: Sandbox) -> bytes:
    """Everything that the bot put behind a button, a select or a form."""

    def inside(thing: object) -> list[str]:
        if isinstance(thing, dict):
            here = [str(thing["custom_id"])] if "custom_id" in thing else []
            return here + [each for inner in thing.values() for each in inside(inner)]
        return [each for inner in thing for each in inside(inner)] if isinstance(thing, list) else []

    return "\n".join(each for exchange in sandbox.log for each in inside(exchange.body)).encode()


def in_logs(place: str) -> bool:
    return any(each in place for each in ("stdout", "stderr", "said", "GET ", "process "))


@pytest.mark.long
@pytest.mark.timeout(400)  # some nine hundred interactions, a process, and what it says of them
@pytest.mark.parametrize(
    # The form of the log changes nothing in what is driven: the second takes the shorter way, with all the errors.
    ("form", "use", "many"),
    [("json", use_everything, MANY), ("text", use_every_form, 100)],
    ids=["json", "text"],
)
async def test_nothing_typed_and_no_secret_is_kept(
    sandbox: Sandbox,
    tmp_path: Path,
    unused_tcp_port: int,
    form: str,
    use: Callable[[Marked], Awaitable[None]],
    many: int,
) -> None:
    passphrase = secrets.token_urlsafe(24)
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    settings = {"SUPPORTBOT_DATA_KEYS": f"first:{key}", "SUPPORTBOT_BACKUP_PASSPHRASE": passphrase}
    marked = Marked(sandbox, Marks())
    marked.rename_everything()
    async with bot(sandbox, tmp_path / "bot", unused_tcp_port, form, **settings) as running:
        await use(marked)
        await publish(marked)
        await keep_what_is_kept(marked)
        await running.look()
        await back_up(running, "one.backup")
        await break_things(marked, running)
        await marked.every_dm("sam")
        await running.look()
        await marked.person("sam").press(await marked.person("sam").run("mydata delete"), "Erase it all")
        await running.look()
        await back_up(running, "two.backup")
        await running.stopped()
    for name in ("one.backup", "two.backup"):
        assert (await restored(running, name)).exists()
    running.seen |= files_under(tmp_path)
    running.seen["custom_ids"] = custom_ids(sandbox)

    # It was all driven, it all went wrong as it should, and it was logged.
    assert len(marked.marks.secret) >= many
    assert {*FORMS.values(), *WITH_WORDS.values()} <= set(marked.driven)
    for event in (b"interaction.failed", b"interaction.storage_busy", b"checkins.sent", b"discord.ready"):
        assert event in running.log, event
    suffixes = {"-wal", "-shm", ".jsonl", ".backup", "stderr", "stdout"}
    assert not [each for each in suffixes if not any(each in place for place in running.seen)]
    failed = rows(tmp_path / "bot" / "restored-one.backup" / "supportbot.db", "SELECT count(*) FROM plans")
    assert failed == [(1,)], "what is kept is in the backup, sealed"

    found = Search(FAMILIES)(running.seen)
    found += Search([passphrase, key, base64.b64decode(key).hex()])(running.seen)
    # What somebody is asked to agree to stands behind the button of that message, which only they see.
    found += Search([ZONE])({place: each for place, each in running.seen.items() if place != "custom_ids"})
    found += _raw_key(base64.b64decode(key), running.seen)
    tokens = [each.token for each in sandbox._state.interactions._by_id.values()]
    found += Search([TOKEN, *tokens], shaped=False)(running.seen)
    logs = {place: content for place, content in running.seen.items() if in_logs(place)}
    found += Search([PUBLIC])(logs)
    assert Search([PUBLIC])(files_under(tmp_path / "bot" / "data")), "what is published is kept"
    found += Search(marked.ids.values(), shaped=False)(logs)
    report(marked, running, len(tokens))
    assert found == []

    # The same search finds what is planted, in each of them.
    with closing(sqlite3.connect(running.database)) as connection, connection:
        connection.execute("INSERT INTO app_state VALUES ('planted', ?)", [marked.word("planted")])
    with (running.folder / "stderr").open("a") as log:
        log.write(json.dumps({"event": "planted", "said": marked.word("planted")}) + "\n")
    planted = Search(FAMILIES)(files_under(tmp_path / "bot" / "data") | {"stderr": running.log})
    assert {Path(each.place).name for each in planted} == {"supportbot.db", "stderr"}


def _raw_key(key: bytes, seen: dict[str, bytes]) -> list[Found]:
    return [Found(place, "the key's bytes", "as they are") for place, content in seen.items() if key in content]


def report(marked: Marked, running: Running, tokens: int) -> None:
    """Figures for whoever runs this with `-s`."""
    size = sum(map(len, running.seen.values()))
    print(f"{len(marked.marks.secret)} marked strings, {len(marked.marks.made) - len(marked.marks.secret)} published,")  # noqa: T201
    print(f"{tokens} interactions, {len(marked.refused)} not taken by Discord's client;")  # noqa: T201
    print(f"{len(running.seen)} places, {size:,} bytes, {len(running.log.splitlines())} lines of log:")  # noqa: T201
    for place in sorted({place.partition(", look")[0] for place in running.seen}):
        print(f"  {place}")  # noqa: T201
