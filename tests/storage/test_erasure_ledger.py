"""The erasure ledger: keyed hashes with an end, in the database and in a file, each healing the other."""

from __future__ import annotations

import hashlib
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.domain.consent import Scope
from supportbot.domain.erasures import KEPT, Erasure, Ledger
from supportbot.domain.people import PersonId
from supportbot.errors import StorageError
from supportbot.exchange.mydata import pack
from supportbot.services.mydata import MyData
from supportbot.storage.engine import Database
from supportbot.storage.erasures import PersonHashes
from supportbot.storage.keys import KeyRing
from supportbot.storage.ledger_file import LedgerFile
from supportbot.storage.reapplying import Applied, read_ledger, reconcile
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from tests.storage.rows import whole_chain
from tests.support.fakes import START, FakeClock

SAM, ALEX = PersonId(1_140_123_456_789_012_345), PersonId(1_140_987_654_321_098_765)
RING = KeyRing("test", {"test": b"k" * 32})
SEALER = Sealer(RING)
LATER = START + timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path) -> LedgerFile:
    return LedgerFile(tmp_path / "new" / "erasures.jsonl")


@pytest.fixture
def kept_store(opened_database: Database, file: LedgerFile) -> SqlStore:
    return SqlStore(opened_database, SEALER, ledger=file)


async def erase(store: SqlStore, person: PersonId, clock: FakeClock | None = None) -> None:
    await MyData(store, clock or FakeClock(), pack=pack, erased=lambda _: None).delete(person)


async def held(store: SqlStore, person: PersonId) -> int:
    async with store.read() as tx:
        return sum([len(await holder.export(person)) for holder in tx.holders()])


def read(file: LedgerFile) -> Ledger:
    found = file.read()
    assert found is not None
    return found


def test_a_hash_tells_nothing_without_the_key() -> None:
    hashes = PersonHashes(SEALER)
    digest = hashes.of(SAM, "test")
    assert digest == PersonHashes(Sealer(RING)).of(SAM, "test"), "the same after a restart"
    others = [
        PersonHashes(Sealer(KeyRing("test", {"test": b"x" * 32}))).of(SAM, "test"),
        hashes.of(ALEX, "test"),
        hashlib.sha256(str(SAM).encode()).hexdigest(),
        hashlib.sha256(b"k" * 32 + str(SAM).encode()).hexdigest(),
    ]
    assert digest not in others
    assert len(digest) == 64


async def test_an_erasure_leaves_a_keyed_hash_with_an_end_in_both_places(
    opened_database: Database, kept_store: SqlStore, file: LedgerFile
) -> None:
    async with kept_store.write() as tx:
        await whole_chain(tx, SAM)
    await erase(kept_store, SAM)
    (entry,) = (await read_ledger(opened_database, SEALER)).entries
    assert entry == Erasure(entry.id, "test", PersonHashes(SEALER).of(SAM, "test"), None, START, START + KEPT)
    assert read(file).entries == (entry,)
    text = file.path.read_text()
    assert str(SAM) not in text
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


async def test_an_erasure_that_fails_is_noted_nowhere(
    opened_database: Database, kept_store: SqlStore, file: LedgerFile
) -> None:
    async def fail() -> None:
        async with kept_store.write() as tx:
            await tx.erasures.record(SAM, None, at=START)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert (await read_ledger(opened_database, SEALER)).entries == ()
    assert file.read() is None


async def test_a_file_that_cannot_be_written_does_not_undo_the_erasure(
    opened_database: Database, kept_store: SqlStore, file: LedgerFile, caplog: pytest.LogCaptureFixture
) -> None:
    file.path.mkdir(parents=True)
    async with kept_store.write() as tx:
        await whole_chain(tx, SAM)
    await erase(kept_store, SAM)
    assert await held(kept_store, SAM) == 0
    assert "erasure.not_in_ledger_file" in caplog.text
    assert str(SAM) not in caplog.text
    file.path.rmdir()
    await reconcile(opened_database, SEALER, file, LATER)
    assert len(read(file).entries) == 1, "the next start heals it"


async def test_the_first_start_says_from_when_on_it_knows(opened_database: Database, file: LedgerFile) -> None:
    assert await reconcile(opened_database, SEALER, file, START) == Applied()
    assert read(file) == await read_ledger(opened_database, SEALER) == Ledger(START)
    before = file.path.stat()
    assert await reconcile(opened_database, SEALER, file, LATER) == Applied()
    assert read(file) == Ledger(START)
    assert file.path.stat() == before
    assert read(file).covers(START)
    assert not read(file).covers(START - timedelta(seconds=1))


async def test_a_database_that_was_put_back_by_hand_forgets_at_the_next_start(
    opened_database: Database, kept_store: SqlStore, file: LedgerFile
) -> None:
    await reconcile(opened_database, SEALER, file, START)
    async with kept_store.write() as tx:
        await whole_chain(tx, SAM)
        await whole_chain(tx, ALEX)
    entry = Erasure("e1", "test", PersonHashes(SEALER).of(SAM, "test"), None, LATER, LATER + KEPT)
    file.append([entry])
    hers = await held(kept_store, ALEX)
    assert await reconcile(opened_database, SEALER, file, LATER) == Applied(people=1)
    assert (await held(kept_store, SAM), await held(kept_store, ALEX)) == (0, hers)
    async with kept_store.write() as tx:
        await whole_chain(tx, SAM)
    assert await reconcile(opened_database, SEALER, file, LATER) == Applied()
    assert await held(kept_store, SAM), "whoever came back since stays"


async def test_only_the_night_takes_what_is_past_its_end_and_from_both(
    opened_database: Database, kept_store: SqlStore, file: LedgerFile
) -> None:
    await reconcile(opened_database, SEALER, file, START)
    await erase(kept_store, SAM)
    clock = FakeClock()
    clock.advance(days=4 * 365)
    await reconcile(opened_database, SEALER, file, clock.now())
    await erase(kept_store, ALEX, clock)
    assert len(read(file).entries) == 2
    assert read(file) == await read_ledger(opened_database, SEALER)
    assert await kept_store.forget_erasures(START + KEPT - timedelta(seconds=1)) == 0
    assert await kept_store.forget_erasures(START + KEPT) == 1
    assert [entry.at for entry in read(file).entries] == [clock.now()]
    assert read(file) == await read_ledger(opened_database, SEALER)


async def test_what_a_night_took_erases_nobody_again(
    opened_database: Database, kept_store: SqlStore, file: LedgerFile
) -> None:
    await reconcile(opened_database, SEALER, file, START)
    await erase(kept_store, SAM)
    before = file.path.read_bytes()
    async with kept_store.write() as tx:
        await whole_chain(tx, SAM)
    await kept_store.forget_erasures(START + KEPT)
    file.path.write_bytes(before)  # it was stopped between the two, or another process has a file of its own
    assert await reconcile(opened_database, SEALER, file, START + KEPT) == Applied()
    assert await held(kept_store, SAM)
    assert read(file).entries == ()


async def test_a_night_heals_the_file(opened_database: Database, kept_store: SqlStore, file: LedgerFile) -> None:
    await reconcile(opened_database, SEALER, file, START)
    before = file.path.read_bytes()
    await erase(kept_store, SAM)
    file.path.write_bytes(before)
    await kept_store.forget_erasures(LATER)
    assert read(file) == await read_ledger(opened_database, SEALER)


async def test_an_entry_under_another_key_waits_for_it(
    opened_database: Database, kept_store: SqlStore, file: LedgerFile
) -> None:
    async with kept_store.write() as tx:
        await whole_chain(tx, SAM)
    both = Sealer(KeyRing("test", {"test": b"k" * 32, "old": b"o" * 32}))
    entry = Erasure("e1", "old", PersonHashes(both).of(SAM, "old"), Scope.REGION, START, START + KEPT)
    file.append([entry])
    for _ in range(2):
        assert await reconcile(opened_database, SEALER, file, LATER) == Applied(unknown=(entry,))
        assert read(file).entries == (entry,)
    assert await reconcile(opened_database, both, file, LATER) == Applied(people=1)
    async with kept_store.read() as tx:
        assert await tx.member_regions.get(SAM) is None
        assert await tx.members.get(SAM)


def test_half_a_line_is_passed_over_and_ended(file: LedgerFile) -> None:
    one, two = (Erasure(each, "test", "ab", Scope.LANGUAGE, START, LATER) for each in ("one", "two"))
    file.append([one])
    whole = file.path.read_bytes()
    for end in range(len(whole)):
        file.path.write_bytes(whole[:end])
        file.append([two])
        assert two in read(file).entries
        assert set(read(file).entries) <= {one, two}


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.from_regex(r'\{"(since|id|at)": ?("[^"]*"|null|1e999|\[\]|-?\d+)\}')))
def test_no_content_of_the_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    file = LedgerFile(tmp_path_factory.getbasetemp() / "any.jsonl")
    file.path.write_bytes(content if isinstance(content, bytes) else str(content).encode())
    assert read(file).entries == ()


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path)
    for act in (file.read, lambda: file.append([]), lambda: file.write(Ledger(START))):
        with pytest.raises(StorageError, match=f"^The erasure ledger {tmp_path} cannot be"):
            act()
