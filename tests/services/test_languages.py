"""Who chose which language: in memory, and in the database only under consent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from supportbot import content
from supportbot.domain.consent import Scope
from supportbot.domain.languages import Wish
from supportbot.domain.people import CommunityId, PersonId
from supportbot.errors import StorageBusy, UserError
from supportbot.exchange.mydata import pack
from supportbot.services import languages
from supportbot.services.consents import Consents
from supportbot.services.languages import Languages
from supportbot.services.mydata import MyData
from supportbot.storage.engine import Database
from supportbot.storage.sealing import KeyRing, Sealer
from supportbot.storage.store import SqlStore
from tests.storage.rows import agreed
from tests.support.fakes import START, FakeClock
from tests.support.stores import LockedStore

SAM, ALEX, HERE = PersonId(1), PersonId(2), CommunityId(3)
KNOWN = ("en", "es")
TEXT = content.load().consent(Scope.LANGUAGE, "en")


@pytest.fixture
def store(opened_database: Database) -> SqlStore:
    return SqlStore(opened_database, Sealer(KeyRing("test", {"test": b"k" * 32})))


def consents(store: SqlStore, languages: Languages) -> Consents:
    """As the program puts them together."""
    return Consents(
        store,
        FakeClock(),
        withdrawing=lambda person, _: languages.withdrawing(person),
        withdrawn=lambda person, _: languages.withdrawn(person),
        changed=lambda: None,
    )


async def started(store: SqlStore, *known: str) -> Languages:
    """As after a start of the program."""
    found = Languages(store, FakeClock(), known or KNOWN)
    await found.load()
    return found


async def test_a_choice_counts_at_once_and_until_the_next_start(store: SqlStore) -> None:
    now = await started(store)
    assert now.wish_of(SAM) == Wish()
    now.choose(SAM, "es")
    assert (now.wish_of(SAM), now.wish_of(ALEX)) == (Wish("es"), Wish())
    now.choose(SAM, None)
    assert now.wish_of(SAM) == Wish()
    now.choose(SAM, "es")
    assert (await started(store)).wish_of(SAM) == Wish()
    async with store.read() as tx:
        assert await tx.consents.export(SAM) == await tx.member_languages.export(SAM) == []


async def test_what_was_agreed_to_counts_after_the_next_start_until_it_is_withdrawn(store: SqlStore) -> None:
    now = await started(store)
    now.choose(SAM, "es")
    await now.remember(SAM, HERE, "es", TEXT)
    assert now.wish_of(SAM) == Wish("es", "es")
    later = await started(store)
    assert (later.wish_of(SAM), later.wish_of(ALEX)) == (Wish("es", "es"), Wish())
    forgetting = consents(store, later)
    assert (await forgetting.withdraw(SAM, Scope.LANGUAGE)).rows == {"member_languages": 1}
    assert (await forgetting.withdraw(SAM, Scope.LANGUAGE)).rows == {}
    assert later.wish_of(SAM) == Wish()
    assert (await started(store)).wish_of(SAM) == Wish()
    async with store.read() as tx:
        ledger = await tx.consents.export(SAM)
    assert [(row["scope"], row["given"], row["text_version"]) for row in ledger] == [
        ("language", True, TEXT.version),
        ("language", False, TEXT.version),
    ]


async def test_another_choice_is_beside_what_is_kept(store: SqlStore) -> None:
    now = await started(store)
    await now.remember(SAM, None, "es", TEXT)
    now.choose(SAM, "en")
    assert now.wish_of(SAM) == Wish("en", "es")
    now.choose(SAM, None)
    assert now.wish_of(SAM) == Wish(None, "es"), "as Discord says, for now"
    assert (await started(store)).wish_of(SAM) == Wish("es", "es")
    now.choose(SAM, "en")
    await consents(store, now).withdraw(SAM, Scope.LANGUAGE)
    assert now.wish_of(SAM) == Wish("en")
    await now.remember(SAM, None, "es", TEXT)
    assert now.wish_of(SAM) == Wish("es", "es"), "what was agreed to last"
    await now.remember(SAM, None, "en", TEXT)
    assert (await started(store)).wish_of(SAM) == Wish("en", "en")


async def test_without_consent_in_the_ledger_nothing_that_is_kept_counts(store: SqlStore) -> None:
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.member_languages.save(SAM, "es", at=START)
        await tx.consents.withdraw(SAM, Scope.LANGUAGE, at=START)
    assert (await started(store)).wish_of(SAM) == Wish()


async def test_a_language_that_is_there_no_more_is_none(store: SqlStore) -> None:
    now = await started(store)
    await now.remember(SAM, None, "es", TEXT)
    assert (await started(store, "en")).wish_of(SAM) == Wish()
    for wrong in ("tlh", "", "discord"):
        with pytest.raises(UserError):
            now.choose(SAM, wrong)
        with pytest.raises(UserError):
            await now.remember(SAM, None, wrong, TEXT)


async def test_no_look_and_no_choice_needs_the_database() -> None:
    found = Languages(LockedStore(), FakeClock(), KNOWN)
    found.choose(SAM, "es")
    assert found.wish_of(SAM) == Wish("es")
    with pytest.raises(StorageBusy):
        await found.load()


async def test_erasing_everything_forgets_both(store: SqlStore) -> None:
    now = await started(store)
    mydata = MyData(store, FakeClock(), pack=pack, erased=now.erased)
    for person in (SAM, ALEX):
        await now.remember(person, None, "es", TEXT)
        now.choose(person, "en")
    assert (await mydata.held(SAM))["member_languages"] == 1
    assert (await mydata.delete(SAM)).rows["member_languages"] == 1
    assert (now.wish_of(SAM), now.wish_of(ALEX)) == (Wish(), Wish("en", "es"))
    later = await started(store)
    assert (later.wish_of(SAM), later.wish_of(ALEX)) == (Wish(), Wish("es", "es"))


async def test_what_is_under_way_while_everything_is_erased_keeps_nothing(store: SqlStore) -> None:
    now = await started(store)
    async with store.write():
        agreeing = asyncio.ensure_future(now.remember(SAM, None, "es", TEXT))
        others = asyncio.ensure_future(now.remember(ALEX, None, "es", TEXT))
        await asyncio.sleep(0)
        now.erased(SAM)
    await others
    with pytest.raises(UserError):
        await agreeing
    assert (now.wish_of(SAM), now.wish_of(ALEX)) == (Wish(), Wish("es", "es"))
    assert (await started(store)).wish_of(ALEX) == Wish("es", "es")
    async with store.read() as tx:
        assert await tx.consents.export(SAM) == await tx.member_languages.export(SAM) == []


async def test_who_did_not_come_for_longest_is_forgotten_first(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "REMEMBERED", 2)
    now = await started(store)
    kept = PersonId(9)
    await now.remember(kept, None, "es", TEXT)
    now.choose(SAM, "es")
    now.choose(ALEX, "es")
    assert now.wish_of(SAM) == Wish("es")
    now.choose(PersonId(4), "es")
    assert [now.wish_of(each).language for each in (SAM, ALEX, PersonId(4), kept)] == ["es", None, "es", "es"]


class InterruptedStore(LockedStore):
    """Something happens when a write is done, before whoever wrote goes on."""

    def __init__(self, store: SqlStore, happens: Callable[[], None]) -> None:
        self._store, self._happens = store, happens

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Any]:
        async with self._store.write() as tx:
            yield tx
        self._happens()


async def test_what_was_just_written_when_everything_is_erased_is_not_spoken(store: SqlStore) -> None:
    now = Languages(InterruptedStore(store, lambda: now.erased(SAM)), FakeClock(), KNOWN)
    with pytest.raises(UserError):
        await now.remember(SAM, None, "es", TEXT)
    assert now.wish_of(SAM) == Wish()
