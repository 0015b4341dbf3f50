"""`supportbot backup` as a process of its own, beside a bot that runs, and what it says when something is wrong."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path

import pytest

from supportbot.app import opened
from supportbot.config import load_settings
from supportbot.sandbox.server import Sandbox
from supportbot.storage.migrate import head, upgrade
from supportbot.storage.vault import new_key
from tests.conftest import StartBot
from tests.e2e.looking import rows
from tests.e2e.program import PROGRAM, environment, supportbot
from tests.support.running import Person, words

EX_UNAVAILABLE, EX_CONFIG = 69, 78
PASSPHRASE = "correct horse battery staple"


async def backup(*arguments: str, database: Path, **settings: str) -> tuple[int, str, str]:
    """The program with the database of the test."""
    named = {"SUPPORTBOT_DATABASE_URL": str(database), **settings}
    return await supportbot("backup", *arguments, cwd=database.parent, **named)


@pytest.mark.long
async def test_somebody_erases_everything_and_the_backup_of_before_is_restored(
    start_bot: StartBot, sandbox: Sandbox, database: Path, tmp_path: Path
) -> None:
    key, file = tmp_path / "backup.key", tmp_path / "one.backup"
    settings = {"SUPPORTBOT_BACKUP_KEY_FILE": str(key)}
    code, out, err = await backup("key", "backup.key", database=database)
    assert (code, err) == (0, ""), out
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    async with start_bot():
        sam, alex = Person(sandbox), Person(sandbox, "alex")
        await sam.start_checkin()
        await alex.start_checkin()
        code, out, err = await backup("create", str(file), database=database, **settings)
        assert (code, err) == (0, ""), out
        assert f"schema {head()}, made 20" in out
        await sam.press(await sam.run("mydata delete"), "Erase it all")
        code, _, err = await backup("restore", str(file), "--replace", database=database, **settings)
        assert (code, err) == (
            EX_UNAVAILABLE,
            "supportbot: The database is in use; stop the bot first, then restore.\n",
        )
    assert rows(database, "SELECT count(*) FROM plans") == [(1,)]

    code, out, err = await backup("restore", str(file), "--replace", database=database, **settings)
    assert (code, err) == (0, ""), out
    assert "erased again, because they were erased since: 1" in out
    assert rows(database, "SELECT count(*) FROM plans") == [(1,)], "two were in the backup"
    async with start_bot():
        assert "You have no check-ins" in words(await sam.run("checkin list"))
        assert "nothing to erase" in words(await sam.run("mydata delete"))
        assert "20:30" in words(await alex.run("checkin list"))


@pytest.mark.long
@pytest.mark.timeout(200)
async def test_a_restore_killed_at_any_moment_leaves_one_database_whole(database: Path, tmp_path: Path) -> None:
    await upgrade(f"sqlite:///{database}")
    async with opened(load_settings({"SUPPORTBOT_DATABASE_URL": str(database)}, env_file=None)):
        pass  # makes the keys, and begins the ledger
    state = "SELECT value FROM app_state WHERE key = 'state'"
    say = "INSERT INTO app_state VALUES ('state', '{}') ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    change(database, say.format("in the backup"))
    (tmp_path / "key").write_text(new_key())
    settings = {"SUPPORTBOT_DATABASE_URL": str(database), "SUPPORTBOT_BACKUP_KEY_FILE": "key"}
    assert (await supportbot("backup", "create", "one.backup", cwd=tmp_path, **settings))[0] == 0
    found = set[str]()
    for moment in range(10):
        change(database, say.format("newer"))
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, "backup", "restore", "one.backup", "--replace", cwd=tmp_path, env=environment(**settings),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        # Not a wait for something to happen: when it is killed is what is tried.
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.2 + moment * 0.25)
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        assert rows(database, "PRAGMA integrity_check") == [("ok",)]
        ((value,),) = rows(database, state)
        found.add(str(value))
    assert found <= {"in the backup", "newer"}
    assert (await backup("restore", "one.backup", "--replace", database=database, **settings))[0] == 0
    assert rows(database, state) == [("in the backup",)]
    assert not [each.name for each in tmp_path.iterdir() if ".half" in each.name]


def change(database: Path, sql: str) -> None:
    """Write to the database from outside."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(sql)


@pytest.mark.long
async def test_every_way_to_give_a_passphrase_and_none(database: Path, tmp_path: Path) -> None:
    await upgrade(f"sqlite:///{database}")
    given = {"SUPPORTBOT_BACKUP_PASSPHRASE": PASSPHRASE}
    assert (await backup("create", "one.backup", database=database, **given))[0] == 0
    (tmp_path / "secret").write_text(f"{PASSPHRASE}\n")
    code, out, err = await backup("verify", "one.backup", "--passphrase-file", "secret", database=database)
    assert (code, err) == (0, ""), out
    assert "  members: 0\n" in out
    (tmp_path / "other").write_text("incorrect horse")
    code, out, err = await backup("verify", "one.backup", "--passphrase-file", "other", database=database)
    assert (code, out) == (EX_UNAVAILABLE, "")
    assert err == "supportbot: The passphrase does not fit this backup, or the backup was changed.\n"
    code, _, err = await backup("verify", "one.backup", database=database)
    assert code == EX_CONFIG
    assert err.startswith("supportbot: There is no passphrase: set SUPPORTBOT_BACKUP_PASSPHRASE")


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "settings", "code", "sentence"),
    [
        (("create", "there"), {}, EX_UNAVAILABLE, "there is there already"),
        (("key", "there"), {}, EX_UNAVAILABLE, "there is there already"),
        (
            ("create", "new"),
            {"SUPPORTBOT_BACKUP_KEY_FILE": "nowhere"},
            EX_CONFIG,
            "nowhere cannot be read: No such file",
        ),
        (("create", "new"), {"SUPPORTBOT_BACKUP_KEY_FILE": "there"}, EX_UNAVAILABLE, "does not hold one key"),
        (("create", "new"), {"SUPPORTBOT_BACKUP_PASSPHRASE": PASSPHRASE}, EX_CONFIG, "are both set; leave one"),
        (
            ("create", "new"),
            {"SUPPORTBOT_BACKUP_PASSPHRASE": "short", "SUPPORTBOT_BACKUP_KEY_FILE": ""},
            EX_UNAVAILABLE,
            "at least 12 characters",
        ),
        (("create", "new"), {"SUPPORTBOT_DATABASE_URL": "postgresql://x:y@z/bot"}, EX_CONFIG, "pg_dump and pg_restore"),
        (("create", "new"), {"SUPPORTBOT_DATABASE_URL": "none.db"}, EX_UNAVAILABLE, "There is no database at"),
        (("verify", "there"), {}, EX_UNAVAILABLE, "not a backup that supportbot made"),
        (("verify", "nowhere"), {}, EX_UNAVAILABLE, "nowhere cannot be read"),
        (("restore", "nowhere"), {}, EX_CONFIG, "is missing, and the database needs it"),
    ],
)
async def test_what_is_wrong_is_one_sentence(
    database: Path, tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], code: int, sentence: str
) -> None:
    await upgrade(f"sqlite:///{database}")
    (tmp_path / "there").write_text("mine")
    (tmp_path / "key").write_text(new_key())
    before = sorted(each.name for each in tmp_path.iterdir())
    given = {"SUPPORTBOT_BACKUP_KEY_FILE": str(tmp_path / "key"), **settings}
    ended, out, err = await backup(*arguments, database=database, **given)
    assert (ended, out) == (code, "")
    assert sentence in err
    assert err.startswith("supportbot: ")
    assert err.count("\n") == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == before
    assert (tmp_path / "there").read_text() == "mine"
