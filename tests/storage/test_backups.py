"""Backups: whole while somebody writes, worth nothing to whoever has no secret, refused once a byte is changed."""

from __future__ import annotations

import base64
import errno
import io
import os
import shutil
import sqlite3
import stat
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from supportbot.domain.consent import Scope
from supportbot.errors import BackupError, StorageError
from supportbot.storage import backups, vault
from supportbot.storage.backups import Manifest
from supportbot.storage.migrate import head
from supportbot.storage.store import SqlStore
from supportbot.storage.vault import Secret
from tests.storage.rows import whole_chain
from tests.storage.test_personal_data import SAM
from tests.support.fakes import START

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
KEY = Secret.key(vault.new_key())


@pytest.fixture
def db_file(database_url: str) -> Path:
    return Path(database_url.removeprefix("sqlite:///"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "away" / "one.backup"


def made(database: Path, target: Path) -> Manifest:
    return backups.create(database, target, KEY, now=START, program="1.2.3")


def unpacked(source: Path) -> bytes:
    with tempfile.TemporaryFile() as file:
        backups.unpack(source, file, KEY)
        file.seek(0)
        return file.read()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_a_backup_says_what_is_in_it(store: SqlStore, db_file: Path, target: Path) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
    done = made(db_file, target)
    assert (done.made_at, done.program, done.revision) == (START, "1.2.3", head())
    assert (done.rows["members"], done.rows["consents"], done.rows["erasures"]) == (1, len(Scope), 0)
    assert backups.verify(target, KEY) == done
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(target.parent) == ["one.backup"]
    assert names(db_file.parent) == ["away", "bot.db", "bot.db-shm", "bot.db-wal"]


async def test_nothing_in_it_can_be_read_and_the_keys_of_the_data_are_not_in_it(
    store: SqlStore, db_file: Path, target: Path
) -> None:
    async with store.write() as tx:
        await whole_chain(tx, SAM)
    made(db_file, target)
    inside, outside = unpacked(target), target.read_bytes()
    key = b"k" * 32
    assert SAM.to_bytes(8, "big") in inside, "or this test looks for the wrong thing"
    for secret in (SAM.to_bytes(8, "big"), b"SQLite format 3", b"members", head().encode()):
        assert secret not in outside
    for form in (key, key.hex().encode(), base64.b64encode(key)):
        assert form not in inside
        assert form not in outside


def test_every_flipped_bit_of_a_backup_is_refused(db_file: Path, target: Path) -> None:
    made(db_file, target)
    blob = target.read_bytes()
    assert len(blob) < 10_000
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1 << place % 8
        with pytest.raises(BackupError):
            list(vault.opened(io.BytesIO(changed), KEY))
    for end in range(0, len(blob), 97):
        with pytest.raises(BackupError):
            list(vault.opened(io.BytesIO(blob[:end]), KEY))


def test_a_file_that_is_there_stays(db_file: Path, target: Path) -> None:
    target.parent.mkdir()
    target.write_text("mine")
    with pytest.raises(BackupError, match="is there already"):
        made(db_file, target)
    assert target.read_text() == "mine"
    assert names(target.parent) == ["one.backup"]


def test_a_file_that_comes_meanwhile_stays(db_file: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seal = vault.seal

    def slowly(*given: object) -> None:
        seal(*given)  # type: ignore[arg-type]
        target.write_text("mine")

    monkeypatch.setattr(vault, "seal", slowly)
    with pytest.raises(BackupError, match="is there already"):
        made(db_file, target)
    assert target.read_text() == "mine"
    assert names(target.parent) == ["one.backup"]


def test_a_file_system_without_links(db_file: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    done = made(db_file, target)
    assert backups.verify(target, KEY) == done
    with pytest.raises(BackupError, match="is there already"):
        made(db_file, target)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_leaves_nothing(
    db_file: Path, target: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(BackupError, match=f"cannot be written: {os.strerror(code)}"):
        made(db_file, target)
    assert names(target.parent) == []
    assert names(db_file.parent) == ["away", "bot.db"]


def test_a_place_where_no_file_can_be(db_file: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        made(db_file, Path("/proc/nowhere/one.backup"))


def damaged(db_file: Path, how: Callable[[bytes], bytes]) -> None:
    with closing(sqlite3.connect(db_file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    db_file.write_bytes(how(db_file.read_bytes()))


@pytest.mark.parametrize(
    "how",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-4096],
        lambda whole: whole[:4096] + b"\xff" * 4096 + whole[8192:],
        lambda whole: b"nonsense" * 600,
    ],
    ids=["half", "short", "page", "nonsense"],
)
def test_a_damaged_database_makes_no_backup(db_file: Path, target: Path, how: Callable[[bytes], bytes]) -> None:
    damaged(db_file, how)
    with pytest.raises(StorageError, match=r"damaged|cannot be opened"):
        made(db_file, target)
    assert not target.exists()
    assert names(db_file.parent) == ["bot.db"]


def test_no_database_and_somebody_elses(db_file: Path, target: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no database at"):
        made(tmp_path / "none.db", target)
    with closing(sqlite3.connect(tmp_path / "recipes.db")) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    with pytest.raises(BackupError, match="no tables of supportbot"):
        made(tmp_path / "recipes.db", target)


def test_a_backup_that_holds_less_than_it_says(db_file: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = backups._rows
    monkeypatch.setattr(backups, "_rows", lambda connection: {**counted(connection), "members": 7})
    made(db_file, target)
    monkeypatch.undo()
    with pytest.raises(BackupError, match="does not hold what the backup says"):
        backups.verify(target, KEY)


def written_at_full_speed(db_file: Path, work: Callable[[], None]) -> int:
    """Do the work while others write: each transaction adds one row in two tables. How many there were."""
    stop, began = threading.Event(), threading.Barrier(3)
    counts = []

    def write(name: str) -> None:
        count = 0
        with closing(sqlite3.connect(db_file, timeout=30, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            began.wait()
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                for half in "ab":
                    key, value = f"{half}-{name}-{count}", "x" * 500
                    connection.execute("INSERT INTO app_state (key, value) VALUES (?, ?)", (key, value))
                connection.execute("COMMIT")
                count += 1
        counts.append(count)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    began.wait()
    try:
        work()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return sum(counts)


def whole_at_one_moment(target: Path, copy: Path) -> int:
    """How many transactions are in the backup; none of them by half, and none missing before the last."""
    copy.write_bytes(unpacked(target))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        keys = {key for (key,) in connection.execute("SELECT key FROM app_state")}
    firsts = {key[2:] for key in keys if key.startswith("a-")}
    assert firsts == {key[2:] for key in keys if key.startswith("b-")}
    for name in ("one", "two"):
        numbers = sorted(int(key.partition("-")[2]) for key in firsts if key.startswith(name))
        assert numbers == list(range(len(numbers)))
    return len(firsts)


def test_a_backup_while_others_write_is_of_one_moment(db_file: Path, target: Path, tmp_path: Path) -> None:
    targets = [target.with_name(f"{number}.backup") for number in range(3)]

    def back_up() -> None:
        for each in targets:
            made(db_file, each)

    written = written_at_full_speed(db_file, back_up)
    found = [whole_at_one_moment(each, tmp_path / "copy.db") for each in targets]
    assert found == sorted(found)
    assert 0 < found[-1] <= written


@pytest.mark.long
def test_many_backups_of_a_large_database_while_others_write(db_file: Path, target: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(db_file)) as connection, connection:
        values = ((f"c-{number}", os.urandom(500).hex()) for number in range(50_000))
        connection.executemany("INSERT INTO app_state (key, value) VALUES (?, ?)", values)
    targets = [target.with_name(f"{number}.backup") for number in range(5)]

    def back_up() -> None:
        for each in targets:
            made(db_file, each)

    written = written_at_full_speed(db_file, back_up)
    found = [whole_at_one_moment(each, tmp_path / "copy.db") for each in targets]
    assert found == sorted(found)
    assert 0 < found[-1] <= written
    for each in targets:
        backups.verify(each, KEY)


def test_a_copy_of_a_backup_is_as_good(db_file: Path, target: Path, tmp_path: Path) -> None:
    done = made(db_file, target)
    assert backups.verify(Path(shutil.copy(target, tmp_path / "elsewhere")), KEY) == done


def test_verifying_leaves_nothing_behind(
    db_file: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(db_file, target)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    backups.verify(target, KEY)
    target.write_bytes(target.read_bytes()[:-1])
    with pytest.raises(BackupError):
        backups.verify(target, KEY)
    assert names(tmp_path / "tmp") == []
