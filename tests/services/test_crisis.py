"""Which help somebody gets, when the database answers and when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest

from supportbot import content
from supportbot.domain.communities import CommunitySettings
from supportbot.domain.crisis import KINDS, Need
from supportbot.domain.helplines import Kind, Status
from supportbot.domain.people import CommunityId, PersonId
from supportbot.services.crisis import AT_ONCE, Crisis, Origin
from supportbot.services.ports import Transaction
from supportbot.storage.engine import Database
from supportbot.storage.sealing import KeyRing, Sealer
from supportbot.storage.store import SqlStore
from tests.support.fakes import FakeClock
from tests.support.stores import EmptyStore, LockedStore, SilentStore

LINES = content.load().helplines
NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
KEYS = KeyRing("test", {"test": b"k" * 32})
SOMEBODY, COMMUNITY = PersonId(1), CommunityId(2)


def crisis(store: EmptyStore, **settings: float) -> Crisis:
    return Crisis(store, FakeClock(NOW), LINES, **settings)


@pytest.mark.parametrize("store", [EmptyStore(), LockedStore()])
@pytest.mark.parametrize("need", [None, *Need])
async def test_no_country_is_guessed(store: EmptyStore, need: Need | None) -> None:
    found = await crisis(store).help(SOMEBODY, COMMUNITY, need=need)
    assert (found.region.country, found.region.origin) == (None, Origin.UNKNOWN)
    assert found.lines == found.own == ()
    assert found.emergency is None
    assert found.directories == LINES.directories()


@pytest.mark.parametrize("store", [EmptyStore(), LockedStore(), SilentStore()])
async def test_what_was_chosen_comes_whatever_the_database_does(store: EmptyStore) -> None:
    async with asyncio.timeout(10):
        found = await crisis(store, patience=0.01).help(SOMEBODY, COMMUNITY, chosen="GB")
    assert found.region.origin is Origin.CHOSEN
    assert found.emergency is not None
    assert found.emergency.contact.phone == "999"
    assert [line.kind for line in found.lines] == [Kind.CRISIS] * 3
    assert found.directories == ()


async def test_it_does_not_wait_for_a_connection(opened_database: Database) -> None:
    """As many others as there are connections hold one each; the page comes without, and the next one with."""
    store = SqlStore(opened_database, Sealer(KEYS))
    async with store.write() as tx:
        await tx.communities.save(CommunitySettings(COMMUNITY, "SE"), at=NOW)
    async with AsyncExitStack() as others:
        for _ in range(4):
            await others.enter_async_context(store.read())
        found = await crisis(store, patience=0.05).help(SOMEBODY, COMMUNITY)  # type: ignore[arg-type]
        assert found.region.country is None
    found = await crisis(store, patience=30).help(SOMEBODY, COMMUNITY)  # type: ignore[arg-type]
    assert found.region.country == "SE"


class CountingStore(SilentStore):
    """A store that never answers, and knows how many wait for it."""

    most = 0
    now = 0

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Transaction]:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            async with super().read() as tx:
                yield tx
        finally:
            self.now -= 1


async def test_when_many_ask_at_once_few_reads_are_broken_off() -> None:
    """Each page comes in its own time all the same, and the next turn is free again."""
    store = CountingStore()
    pages = crisis(store, patience=0.05)
    async with asyncio.timeout(10):
        found = await asyncio.gather(*(pages.help(PersonId(each), COMMUNITY, chosen="GB") for each in range(1, 41)))
        assert all(page.emergency is not None for page in found)
        assert (store.most, store.now) == (AT_ONCE, 0)
        await asyncio.gather(*(pages.help(PersonId(each), COMMUNITY) for each in range(1, 9)))


def test_it_waits_for_the_database_less_long_than_discord_waits_for_us() -> None:
    """Discord gives three seconds for the first answer, and the way there and back is part of it."""
    assert crisis(EmptyStore())._patience <= 1.5


@pytest.mark.parametrize("need", [None, *Need])
async def test_lines_come_by_kind_and_then_by_where_they_were_seen(need: Need | None) -> None:
    for country in LINES.countries:
        found = await crisis(EmptyStore()).help(SOMEBODY, None, need=need, chosen=country)
        order = [(KINDS[need].index(line.kind), list(Status).index(line.status)) for line in found.lines]
        assert order == sorted(order)
        assert {line.iso for line in found.lines} <= {country}


async def test_crisis_and_other_lines_are_never_mixed() -> None:
    """A treatment referral line must not be taken for a crisis line."""
    apart = {Kind.REFERRAL, Kind.WARMLINE, Kind.SUBSTANCE, Kind.YOUTH}
    for need in (None, Need.LIFE, Need.WORRIED, Need.HURT, Need.ASLEEP):
        assert not apart & set(KINDS[need])
    assert Kind.CRISIS not in KINDS[Need.OTHER]
    assert Kind.EMERGENCY not in {kind for kinds in KINDS.values() for kind in kinds}


async def test_who_cannot_phone_is_shown_what_can_be_written_to() -> None:
    shown = 0
    for country in LINES.countries:
        found = await crisis(EmptyStore()).help(SOMEBODY, None, need=Need.WRITTEN, chosen=country)
        assert all(line.contact.text or line.contact.chat_url for line in found.lines)
        shown += len(found.lines)
    writable = [
        each for each in LINES if (each.contact.text or each.contact.chat_url) and each.kind in KINDS[Need.WRITTEN]
    ]
    assert shown == len(writable) > 20


@pytest.mark.parametrize(("country", "served"), [("GB", True), ("CO", False), ("HR", False), ("AF", False)])
async def test_directories_where_no_line_is_for_the_whole_country(country: str, served: bool) -> None:
    found = await crisis(EmptyStore()).help(SOMEBODY, None, chosen=country)
    assert bool(found.directories) is not served


async def test_lines_of_given_kinds() -> None:
    found = await crisis(EmptyStore()).lines(SOMEBODY, None, (Kind.YOUTH, Kind.DOMESTIC_VIOLENCE), chosen="GB")
    assert next(line.kind for line in found.lines) is Kind.YOUTH
    assert {line.kind for line in found.lines} == {Kind.YOUTH, Kind.DOMESTIC_VIOLENCE}
