"""Restoring: what was erased since stays erased, and whatever goes wrong leaves the database in the place as it was."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import PersonId
from supportbot.errors import BackupError, ConfigError, NewerDatabase, StorageError
from supportbot.exchange.mydata import pack
from supportbot.services.mydata import MyData
from supportbot.storage import backups, migrate, vault
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.migrate import SCRIPTS, current, head, upgrade
from supportbot.storage.reapplying import reconcile
from supportbot.storage.restoring import Restored, Wanted, restore
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from supportbot.storage.vault import Secret
from tests.storage.rows import HERE, whole_chain
from tests.storage.test_migrate import with_step
from tests.support.fakes import START, FakeClock

KEY = Secret.key(vault.new_key())
SEALER = Sealer(KeyRing("test", {"test": b"k" * 32}))
SAM, ALEX, NOOR = PersonId(1_140_123_456_789_012_345), PersonId(1_140_987_654_321_098_765), PersonId(77)
LATER = START + timedelta(days=3)


def _without_counters(content: bytes) -> bytes:
    if not content.startswith(b"SQLite format 3") or len(content) < 4096 or not any(content[20:]):
        return content
    return content[:18] + content[20:24] + content[28:92] + content[96:]


class House:
    """A bot's folder: a database, its ledger file, and a backup of the first day."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "bot.db"
        self.ledger = LedgerFile(folder / "bot.db.erasures.jsonl")
        self.backup = folder / "away" / "one.backup"
        self.clock = FakeClock()

    @asynccontextmanager
    async def running(self, sealer: Sealer = SEALER) -> AsyncGenerator[tuple[SqlStore, Database]]:
        """The storage as the program opens it."""
        await upgrade(f"sqlite:///{self.database}")
        database = await Database.open(f"sqlite:///{self.database}")
        try:
            await reconcile(database, sealer, self.ledger, self.clock.now())
            yield SqlStore(database, sealer, ledger=self.ledger), database
        finally:
            await database.close()

    async def begin(self, *people: PersonId) -> None:
        """These people use the bot; a backup is made an hour later."""
        async with self.running() as (store, _):
            for person in people:
                async with store.write() as tx:
                    await whole_chain(tx, person)
            self.clock.advance(hours=1)
            backups.create(self.database, self.backup, KEY, now=self.clock.now(), program="1")

    async def erase(self, *people: PersonId) -> None:
        self.clock.advance(hours=1)
        async with self.running() as (store, _):
            for person in people:
                await MyData(store, self.clock, pack=pack, erased=lambda _: None).delete(person)

    async def held(self, person: PersonId) -> int:
        async with self.running() as (store, _), store.read() as tx:
            return sum([len(await holder.export(person)) for holder in tx.holders()])

    def wanted(self, **changes: object) -> Wanted:
        return replace(
            Wanted(self.backup, KEY, self.database, (self.ledger.path,), may_replace=True),
            **changes,  # type: ignore[arg-type]
        )

    async def restore(self, *, sealer: Sealer = SEALER, now: datetime = LATER, **changes: object) -> Restored:
        return await restore(self.wanted(**changes), sealer, now)

    def files(self) -> dict[str, bytes]:
        """What lies in the folder; but for whether a database has a write-ahead log, and how often it was changed."""
        found = {each.name: each.read_bytes() for each in self.database.parent.iterdir() if each.is_file()}
        return {name: _without_counters(content) for name, content in found.items()}

    def lose_database(self) -> None:
        for each in self.database.parent.glob("bot.db*"):
            if each != self.ledger.path:
                each.unlink()


@pytest.fixture
async def house(tmp_path: Path, sqlite_template: Path) -> House:
    if not sqlite_template.exists():
        await upgrade(f"sqlite:///{sqlite_template}")
    shutil.copy(sqlite_template, tmp_path / "bot.db")
    return House(tmp_path)


async def test_what_was_erased_since_is_erased_again(house: House) -> None:
    await house.begin(SAM, ALEX)
    hers = await house.held(ALEX)
    await house.erase(SAM)
    done = await house.restore()
    assert (done.people, done.revision, done.manifest.made_at) == (1, head(), START + timedelta(hours=1))
    assert (await house.held(SAM), await house.held(ALEX)) == (0, hers)
    assert stat.S_IMODE(house.database.stat().st_mode) == 0o600
    assert SAM.to_bytes(8, "big") not in house.database.read_bytes()
    assert ALEX.to_bytes(8, "big") in house.database.read_bytes()


@pytest.mark.parametrize("lost", ["database", "file"])
async def test_either_ledger_is_enough(house: House, lost: str) -> None:
    await house.begin(SAM)
    await house.erase(SAM)
    house.lose_database() if lost == "database" else house.ledger.path.unlink()
    assert (await house.restore()).people == 1
    assert await house.held(SAM) == 0


async def test_a_copy_of_the_ledger_on_another_disk_is_enough(house: House, tmp_path: Path) -> None:
    await house.begin(SAM)
    await house.erase(SAM)
    copy = Path(shutil.copy(house.ledger.path, tmp_path / "away"))
    house.lose_database()
    house.ledger.path.unlink()
    with pytest.raises(BackupError, match="Nothing here says who was erased since 2026-01-01 01:00 UTC"):
        await house.restore()
    assert not house.database.exists()
    assert (await house.restore(ledgers=(house.ledger.path, copy))).people == 1


async def test_a_ledger_that_began_after_the_backup_does_not_count(house: House) -> None:
    """The disk was lost, the bot started anew, and only then somebody thinks of the backup."""
    await house.begin(SAM)
    house.lose_database()
    house.ledger.path.unlink()
    house.clock.advance(hours=1)
    async with house.running():
        pass
    before = house.files()
    with pytest.raises(BackupError, match="Nothing here says who was erased"):
        await house.restore()
    assert house.files() == before
    assert (await house.restore(may_miss_erasures=True)).people == 0
    assert await house.held(SAM)
    kept = house.ledger.read()
    assert kept is not None
    assert kept.since == LATER, "what is not known is not claimed"


async def test_whoever_came_back_before_the_backup_stays(house: House) -> None:
    async with house.running() as (store, _), store.write() as tx:
        await whole_chain(tx, SAM)
    await house.erase(SAM)
    await house.begin(SAM)
    held = await house.held(SAM)
    assert (await house.restore()).people == 0
    assert await house.held(SAM) == held > 0


async def test_what_was_withdrawn_since_is_withdrawn_again(house: House) -> None:
    def entry(scope: Scope, *, given: bool) -> ConsentEntry:
        return ConsentEntry(SAM, HERE, scope, "2", "es", house.clock.now(), How.BUTTON, given)

    async with house.running() as (store, _), store.write() as tx:
        for scope in (Scope.REGION, Scope.LANGUAGE):
            await tx.consents.record(entry(scope, given=True))
    await house.begin(SAM)
    house.clock.advance(hours=1)
    async with house.running() as (store, _), store.write() as tx:
        await tx.member_regions.erase(SAM)
        await tx.consents.withdraw(SAM, Scope.REGION, at=house.clock.now())
        await tx.erasures.record(SAM, Scope.REGION, at=house.clock.now())
    assert (await house.restore()).people == 1
    async with house.running() as (store, _), store.read() as tx:
        assert await tx.member_regions.get(SAM) is None
        assert not await tx.consents.holds(SAM, Scope.REGION)
        assert (await tx.consents.export(SAM))[-1] == {
            "community": str(HERE),
            "scope": "region",
            "text_version": "1",
            "language": "en",
            "at": (START + timedelta(hours=2)).isoformat(),
            "how": "button",
            "given": False,
        }
        assert await tx.member_languages.export(SAM)
        assert await tx.consents.holds(SAM, Scope.LANGUAGE)
        assert await tx.members.get(SAM)


async def test_every_scope_says_what_rests_on_it(house: House) -> None:
    async with house.running() as (store, _), store.read() as tx:
        kinds = {scope: [holder.kind for holder in tx.resting_on(scope)] for scope in Scope}
    assert kinds[Scope.REGION] == ["member_regions"]
    assert kinds[Scope.LANGUAGE] == ["member_languages"]


@pytest.mark.parametrize("ring", [KeyRing("b", {"b": b"n" * 32, "test": b"k" * 32}), KeyRing("b", {"b": b"n" * 32})])
async def test_keys_that_were_rotated_meanwhile(house: House, ring: KeyRing) -> None:
    await house.begin(SAM)
    await house.erase(SAM)
    with closing(sqlite3.connect(house.database)) as connection:
        before = connection.execute("SELECT key_id FROM erasures").fetchall()
    assert before == [("test",)]
    if "test" in ring.keys:
        assert (await house.restore(sealer=Sealer(ring))).people == 1
        return
    files = house.files()
    with pytest.raises(ConfigError, match="do not open what the database holds"):
        await house.restore(sealer=Sealer(ring))
    assert house.files() == files


async def test_an_entry_under_a_key_that_is_gone_is_said(house: House) -> None:
    async with house.running():  # nothing sealed in it
        house.clock.advance(hours=1)
        backups.create(house.database, house.backup, KEY, now=house.clock.now(), program="1")
    await house.erase(SAM)
    other = Sealer(KeyRing("b", {"b": b"n" * 32}))
    with pytest.raises(BackupError, match=r"only with a key that is not in the key ring: test\."):
        await house.restore(sealer=other)
    assert (await house.restore(sealer=other, may_miss_erasures=True)).people == 0


async def test_a_backup_older_than_the_ledger_reaches_back(house: House) -> None:
    await house.begin(SAM)
    with pytest.raises(BackupError, match=r"of 2026-01-01; who was erased is known for 365 days only"):
        await house.restore(now=START + timedelta(days=366, hours=2))
    assert (await house.restore(now=START + timedelta(days=365))).people == 0


async def test_a_database_that_is_there_stays_unless_told(house: House) -> None:
    await house.begin(SAM)
    await house.erase(SAM)
    before = house.files()
    with pytest.raises(BackupError, match=r"already; with --replace"):
        await house.restore(may_replace=False)
    assert house.files() == before
    done = await house.restore()
    assert done.set_aside is not None
    assert house.files()[done.set_aside.name] == before["bot.db"]
    assert stat.S_IMODE(done.set_aside.stat().st_mode) == 0o600
    assert set(house.files()) == {*before, done.set_aside.name}


async def test_a_database_in_use_stays(house: House) -> None:
    await house.begin(SAM)
    async with house.running() as (store, _):
        with pytest.raises(BackupError, match="in use; stop the bot first"):
            await house.restore()
        async with store.write() as tx:
            await tx.app_state.set("still", "here")
    assert set(house.files()) == {"bot.db", "bot.db.erasures.jsonl"}


async def test_into_an_empty_place_with_a_stale_log_of_another_database(house: House) -> None:
    await house.begin(SAM)
    house.lose_database()
    house.database.with_name("bot.db-wal").write_bytes(b"stale" * 1000)
    done = await house.restore()
    assert done.set_aside is None
    assert await house.held(SAM)


@pytest.mark.parametrize("content", [b"nonsense" * 600, b"", b"SQLite format 3\0" + bytes(4080)])
async def test_a_damaged_database_is_replaced_and_kept(house: House, content: bytes) -> None:
    await house.begin(SAM, ALEX)
    await house.erase(SAM)
    house.database.write_bytes(content)
    done = await house.restore()
    assert done.people == 1
    assert done.set_aside is not None
    assert done.set_aside.read_bytes() == content
    assert await house.held(SAM) == 0
    assert await house.held(ALEX)


async def test_a_backup_of_a_newer_version_is_refused(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.begin(SAM)
    before = house.files()
    monkeypatch.setattr(migrate, "knows", lambda revision: False)
    with pytest.raises(NewerDatabase, match=rf"has schema {head()} of supportbot 1, and this one knows only up to"):
        await house.restore()
    assert house.files() == before


async def test_a_backup_of_an_older_version_is_upgraded(house: House, tmp_path: Path) -> None:
    released = tmp_path / "released"
    shutil.copytree(SCRIPTS, released, ignore=lambda _, names: [each for each in names if "0004" <= each < "1"])
    house.lose_database()
    await upgrade(f"sqlite:///{house.database}", scripts=released)
    backups.create(house.database, house.backup, KEY, now=START, program="1")
    done = await house.restore(may_miss_erasures=True)
    assert (done.manifest.revision, done.revision) == ("0003", head())
    assert await current(f"sqlite:///{house.database}") == head()
    assert set(house.files()) == {"bot.db", done.set_aside.name if done.set_aside else ""}


async def test_what_a_killed_restore_left_is_taken_away(house: House) -> None:
    await house.begin(SAM)
    for ending in ("", "-wal", ".before-0004"):
        house.database.with_name(f".bot.db.restore-0123abcd.half{ending}").write_text("left")
    await house.restore()
    assert not [name for name in house.files() if "half" in name]


async def _flipped(house: House) -> None:
    blob = bytearray(house.backup.read_bytes())
    blob[len(blob) // 2] ^= 1
    house.backup.write_bytes(blob)


async def _cut(house: House) -> None:
    house.backup.write_bytes(house.backup.read_bytes()[:-20])


async def _gone(house: House) -> None:
    house.backup.unlink()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [(_flipped, "was changed, or a part of it is missing"), (_cut, "part of it is missing"), (_gone, "no backup at")],
)
async def test_a_backup_that_is_harmed_changes_nothing(
    house: House, harm: Callable[[House], Awaitable[None]], sentence: str
) -> None:
    await house.begin(SAM)
    await harm(house)
    before = house.files()
    with pytest.raises(BackupError, match=sentence):
        await house.restore()
    assert house.files() == before


async def test_another_secret_changes_nothing(house: House) -> None:
    await house.begin(SAM)
    before = house.files()
    with pytest.raises(BackupError, match="key file does not fit"):
        await house.restore(secret=Secret.key(vault.new_key()))
    assert house.files() == before


@pytest.mark.parametrize(
    ("step", "code"), [("fsync", errno.ENOSPC), ("hardlink_to", errno.EROFS), ("replace", errno.ENOSPC)]
)
async def test_a_disk_that_refuses_changes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    await house.begin(SAM)
    before = house.files()

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os if step == "fsync" else Path, step, refuse)
    with pytest.raises(BackupError, match=os.strerror(code)):
        await house.restore()
    monkeypatch.undo()
    after = house.files()
    assert after["bot.db"] == before["bot.db"]
    assert not [name for name in after if "half" in name]


async def test_a_ledger_that_cannot_be_read_changes_nothing(house: House) -> None:
    await house.begin(SAM)
    house.ledger.path.unlink()
    house.ledger.path.mkdir()
    before = house.files()
    with pytest.raises(StorageError, match=r"erasure ledger .* cannot be read"):
        await house.restore()
    assert house.files() == before


async def test_a_step_of_the_upgrade_that_fails_changes_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.begin(SAM)
    broken = with_step(tmp_path / "broken", 'op.execute("CREATE nonsense")')
    real = migrate.upgrade

    async def upgrade_with(url: str) -> object:
        return await real(url, scripts=broken)

    monkeypatch.setattr(migrate, "upgrade", upgrade_with)
    before = house.files()
    with pytest.raises(StorageError, match="nonsense"):
        await house.restore()
    assert house.files() == before
