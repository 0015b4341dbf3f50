"""A database that was cut short, a disk that is full or read-only: one sentence, a code, nothing damaged."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from supportbot.sandbox.server import Sandbox
from supportbot.storage.vault import new_key
from supportbot.tryout import bot_environment
from tests.e2e.looking import rows
from tests.e2e.program import PROGRAM, environment, supportbot
from tests.e2e.test_check import findings, refusal, settings_of, with_a_member
from tests.support.running import Person, words

EX_UNAVAILABLE, EX_CONFIG = 69, 78
DAMAGED = "The database file is damaged; restore it from a backup."
CUT = "The database file is cut short; restore it from a backup."
NO_DATABASE = "The file that SUPPORTBOT_DATABASE_URL names is not an SQLite database, or it is damaged."
MOUNTS = shutil.which("unshare") is not None and (
    subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
)
with_mounts = pytest.mark.skipif(not MOUNTS, reason="this machine allows no mounts of one's own")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (lambda size: size // 8192 * 4096, DAMAGED),
        (lambda size: size - 100, CUT),
        (lambda size: size - 4097, CUT),
        (lambda size: 4096, DAMAGED),
        (lambda size: 100, CUT),
        (lambda size: 10, NO_DATABASE),
    ],
    ids=["half", "the last bytes", "a page and a byte", "one page", "its head", "ten bytes"],
)
async def test_a_database_that_is_cut_short(tmp_path: Path, left: object, sentence: str) -> None:
    assert callable(left)
    database = tmp_path / "bot.db"
    await with_a_member(database, None)
    whole = database.read_bytes()
    database.write_bytes(whole[: left(len(whole))])
    before = contents(tmp_path)
    settings = settings_of(database)
    finding = (await findings(settings))["database"]
    assert (finding.good, finding.says) == (False, f"{database}: {sentence}")
    assert await refusal(settings) == sentence
    assert contents(tmp_path) == before
    database.write_bytes(whole)
    assert (await findings(settings))["database"].good


async def test_a_database_that_was_emptied_is_not_begun_anew(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    await with_a_member(database, None)
    database.write_bytes(b"")
    settings = settings_of(database)
    said = await refusal(settings)
    assert said.startswith(f"The database file is empty, but {database}.keys.json says that it was in use; restore")
    assert (await findings(settings))["database"].says == f"{database}: {said}"
    assert database.read_bytes() == b""
    (tmp_path / "bot.db.keys.json").unlink()
    assert (await findings(settings))["database"].good, "an empty file alone is a beginning"


async def test_a_file_in_the_middle_of_a_write_is_left_to_sqlite(tmp_path: Path) -> None:
    """What a power cut leaves: half a page in the file, and the whole of it in the log."""
    database, cut = tmp_path / "bot.db", tmp_path / "cut.db"
    await with_a_member(database, None)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE grown (x)")
        connection.execute("INSERT INTO grown VALUES (zeroblob(6000))")
        shutil.copy(f"{database}-wal", f"{cut}-wal")
        cut.write_bytes(database.read_bytes() + b"\0" * 1000)
    shutil.copy(f"{database}.keys.json", f"{cut}.keys.json")
    assert (await findings(settings_of(cut)))["database"].good
    assert rows(cut, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_what_the_commands_say_of_a_cut_database(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    await with_a_member(database, None)
    database.write_bytes(database.read_bytes()[:-100])
    before = contents(tmp_path)
    settings = {
        "SUPPORTBOT_DATABASE_URL": str(database),
        "SUPPORTBOT_TOKEN": "x.y.z",
        "SUPPORTBOT_BACKUP_PASSPHRASE": "correct horse battery staple",
    }
    for command in (
        ("run",),
        ("db", "upgrade"),
        ("db", "current"),
        ("backup", "create", "new.backup"),
        ("keys", "list"),
    ):
        code, out, err = await supportbot(*command, cwd=tmp_path, **settings)
        if command[0] in {"run", "db"} and command[-1] != "current":
            assert (code, out, err) == (EX_UNAVAILABLE, "", f"supportbot: {CUT}\n")
        assert "Traceback" not in err
    assert {name: each for name, each in contents(tmp_path).items() if name in before} == before


# --- disks


@asynccontextmanager
async def on_a_disk(
    folder: Path, size: str, *arguments: str, prepare: str = "true", keep: bool = False, **settings: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """The program with a disk of its own at `folder`, that nobody else sees but through its process.

    With `keep`, what is on it at the end is copied to the folder `after` beside it.
    """
    folder.mkdir(exist_ok=True)
    run = '"$@"; code=$?; cp -a "$0" after; exit $code' if keep else 'exec "$@"'
    script = f'set -e; mount -t tmpfs -o size={size} tmpfs "$0"; {prepare}; set +e; {run}'
    process = await asyncio.create_subprocess_exec(
        *("unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(folder), *PROGRAM, *arguments),
        cwd=folder.parent,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def look(process: asyncio.subprocess.Process, database: Path, sql: str) -> list[tuple[object, ...]]:
    """What a query finds in that process's database: in a copy, for SQLite would follow the link in /proc."""
    copy = database.parents[1] / "copy.db"
    for ending in ("", "-wal"):
        shutil.copy(f"/proc/{process.pid}/root{database}{ending}", f"{copy}{ending}")
    found = rows(copy, sql)
    for each in database.parents[1].glob("copy.db*"):
        each.unlink()
    return found


def fill(folder: Path) -> Path:
    """Until nothing more goes in."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


@with_mounts
@pytest.mark.long
@pytest.mark.timeout(180)
async def test_a_disk_that_fills_while_the_bot_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    """What cannot be kept is said, what is kept stays, the process lives, and all works again with room."""
    disk = tmp_path / "disk"
    database = disk / "bot.db"
    settings = bot_environment(sandbox, database)
    sam, alex = Person(sandbox), Person(sandbox, "alex")
    async with on_a_disk(disk, "4m", "run", **settings) as process:
        await sandbox.actor.bot_ready(timeout=60)
        await sam.start_checkin()
        assert look(process, database, "SELECT count(*) FROM plans") == [(1,)]
        drafts = [await alex.run("checkin start", when=f"{hour}:15", zone="Europe/Berlin") for hour in range(10, 13)]
        filler = fill(Path(f"/proc/{process.pid}/root{disk}"))
        refused = 0
        for draft in drafts:
            said = words((await alex.press(draft, "I agree, start"))["message"])
            refused += "Something went wrong on my side" in said or "nothing was changed" in said
        assert refused == len(drafts), "nothing is said to run that is not kept"
        assert "20:30" in words(await sam.run("checkin list")), "reading goes on"
        assert "crisis" in str((await alex.run("crisis"))["components"]), "and so does help"
        assert process.returncode is None
        filler.unlink()
        assert look(process, database, "SELECT count(*) FROM plans") == [(1,)]
        assert look(process, database, "PRAGMA integrity_check") == [("ok",)]
        assert "Your check-in runs" in (await alex.start_checkin())["content"]
        process.terminate()
        _, err = await process.communicate()
        assert process.returncode == 0
        logged = err.decode()
        assert "StorageError" in logged
        assert "Traceback" not in logged


@with_mounts
@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("command", "prepare"),
    [
        (("run",), "true"),
        (("db", "upgrade"), "true"),
        (("backup", "create", "disk/new.backup"), 'cp here/bot.db* "$0"'),
        (("keys", "add"), 'cp here/bot.db* "$0"'),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
@pytest.mark.parametrize("disk", ["full", "read-only"])
async def test_a_disk_that_takes_nothing(tmp_path: Path, command: tuple[str, ...], prepare: str, disk: str) -> None:
    here, place = tmp_path / "here", tmp_path / "disk"
    here.mkdir()
    await with_a_member(here / "bot.db", None)
    (tmp_path / "key").write_text(new_key())
    (tmp_path / "key").chmod(0o600)
    settings = {
        "SUPPORTBOT_DATABASE_URL": str(place / "bot.db"),
        "SUPPORTBOT_TOKEN": "x.y.z",
        "SUPPORTBOT_BACKUP_KEY_FILE": str(tmp_path / "key"),
    }
    after = {"full": 'cat /dev/zero > "$0/filler" 2>/dev/null || true', "read-only": 'mount -o remount,ro "$0"'}[disk]
    async with on_a_disk(place, "1m", *command, prepare=f"{prepare}; {after}", keep=True, **settings) as process:
        out, err = await process.communicate()
    said = err.decode()
    assert process.returncode in {EX_UNAVAILABLE, EX_CONFIG}, (out, said)
    assert out == b""
    assert said.startswith("supportbot: ")
    assert said.count("\n") == 1
    assert any(word in said for word in ("full", "No space left", "read-only", "Read-only")), said
    kept = contents(tmp_path / "after")
    for each in ("filler", "bot.db-shm"):  # an index that SQLite makes anew
        kept.pop(each, None)
    for name, content in contents(here).items() if "cp" in prepare else ():
        assert kept.pop(name) == content
    assert not any(kept.values()), f"left behind: {sorted(kept)}"


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on the size of files")
@pytest.mark.long
async def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """The same by a limit on the size of files, on machines without mounts of one's own."""
    await with_a_member(tmp_path / "bot.db", None)
    (tmp_path / "key").write_text(new_key())
    (tmp_path / "key").chmod(0o600)
    before = contents(tmp_path)
    script = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); " + PROGRAM[2]
    settings = {
        "SUPPORTBOT_DATABASE_URL": str(tmp_path / "bot.db"),
        "SUPPORTBOT_BACKUP_KEY_FILE": str(tmp_path / "key"),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, "backup", "create", "new.backup"),
        cwd=tmp_path,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert (process.returncode, out) == (EX_UNAVAILABLE, b""), err
    assert err.startswith(b"supportbot: ")
    assert err.count(b"\n") == 1
    assert {name: each for name, each in contents(tmp_path).items() if name in before} == before
    assert not (tmp_path / "new.backup").exists()
