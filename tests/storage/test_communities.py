"""Communities' settings and own lines, remembered countries and checks, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from supportbot.domain.communities import CommunitySettings
from supportbot.domain.helplines import Contact
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.errors import SealingError
from supportbot.services.ports import HelplineCheck
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from tests.storage.rows import HERE, START, agreed, line_of

SAM, ALEX, BEA = (PersonId(1_140_000_000_000_000_000 + each) for each in (1, 2, 3))
THERE = CommunityId(78)
LATER = START + timedelta(hours=3)


async def test_settings_are_kept_and_changed(store: SqlStore) -> None:
    first = CommunitySettings(HERE, region="DE")
    second = CommunitySettings(HERE, region="DE", staff_channel=ChannelId(2**62))
    async with store.write() as tx:
        assert await tx.communities.get(HERE) is None
        await tx.communities.save(CommunitySettings(THERE), at=START)
        await tx.communities.save(first, at=START)
        assert await tx.communities.get(HERE) == first
        await tx.communities.save(second, at=LATER)
    async with store.read() as tx:
        assert await tx.communities.get(HERE) == second
        assert await tx.communities.get(THERE) == CommunitySettings(THERE)


async def test_a_line_comes_back_as_it_was_added(store: SqlStore) -> None:
    full = line_of(SAM)
    bare = replace(line_of(ALEX, at=LATER), contact=Contact(text="HOME to 7"), note=None, languages=(), region=None)
    async with store.write() as tx:
        for line in (bare, full, line_of(SAM, community=THERE)):
            await tx.own_helplines.add(line)
    async with store.read() as tx:
        assert await tx.own_helplines.of(HERE) == [full, bare], "the oldest first"
        assert await tx.own_helplines.get(bare.id) == bare
        assert await tx.own_helplines.get("nowhere") is None
        assert await tx.own_helplines.approved(HERE) == []


async def test_a_line_of_nobody_or_approved_unseen_is_not_added(store: SqlStore) -> None:
    for line in (line_of(None), replace(line_of(SAM), approved_at=START)):
        with pytest.raises(ValueError, match="a new line"):
            async with store.write() as tx:
                await tx.own_helplines.add(line)


async def test_a_line_is_approved_once(store: SqlStore) -> None:
    line, other = line_of(SAM), line_of(SAM)
    async with store.write() as tx:
        await tx.own_helplines.add(line)
        await tx.own_helplines.add(other)
        assert await tx.own_helplines.approve(line.id, ALEX, LATER)
        assert not await tx.own_helplines.approve(line.id, BEA, LATER)
        assert not await tx.own_helplines.approve("nowhere", BEA, LATER)
    async with store.read() as tx:
        assert await tx.own_helplines.approved(HERE) == [replace(line, approved_at=LATER, approved_by=ALEX)]
        assert await tx.own_helplines.get(other.id) == other
        assert [(row["helpline"], row["act"], row["at"]) for row in await tx.own_helplines.export(ALEX)] == [
            (line.id, "approved", LATER.isoformat())
        ]
        assert {row["helpline"] for row in await tx.own_helplines.export(SAM)} == {line.id, other.id}
        assert await tx.own_helplines.export(BEA) == []


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_of_two_approvals_side_by_side_one_counts(store: SqlStore) -> None:
    line = line_of(SAM)
    async with store.write() as tx:
        await tx.own_helplines.add(line)

    async def approve(by: PersonId) -> bool:
        async with store.write() as tx:
            return await tx.own_helplines.approve(line.id, by, LATER)

    won = await asyncio.gather(approve(ALEX), approve(BEA))
    assert sorted(won) == [False, True]
    async with store.read() as tx:
        kept = await tx.own_helplines.get(line.id)
    assert kept is not None
    assert kept.approved_by == (ALEX if won[0] else BEA)


async def test_a_removed_line_is_gone_with_its_signatures(store: SqlStore) -> None:
    line, other = line_of(SAM), line_of(SAM)
    async with store.write() as tx:
        for each in (line, other):
            await tx.own_helplines.add(each)
        await tx.own_helplines.approve(line.id, ALEX, LATER)
        assert await tx.own_helplines.remove(line.id)
        assert not await tx.own_helplines.remove(line.id)
        assert await tx.own_helplines.of(HERE) == [other]
        assert await tx.own_helplines.export(ALEX) == []
        assert len(await tx.own_helplines.export(SAM)) == 1


async def test_erasing_takes_the_pending_lines_and_leaves_the_approved(store: SqlStore) -> None:
    """Nobody could say any more that somebody else than the one who added a pending line approves it."""
    mine, pending, hers = line_of(SAM), line_of(SAM), line_of(ALEX, at=LATER)
    async with store.write() as tx:
        for line in (mine, pending, hers):
            await tx.own_helplines.add(line)
        await tx.own_helplines.approve(mine.id, ALEX, LATER)
        assert await tx.own_helplines.erase(SAM) == 2
        assert await tx.own_helplines.erase(SAM) == 0
        assert await tx.own_helplines.export(SAM) == []
        left = replace(mine, added_by=None, approved_at=LATER, approved_by=ALEX)
        assert await tx.own_helplines.of(HERE) == [left, hers]
        assert not await tx.own_helplines.approve(pending.id, BEA, LATER)
        assert await tx.own_helplines.erase(ALEX) == 2, "the approval of one, and the adding of another"
        assert await tx.own_helplines.of(HERE) == [replace(left, approved_by=None)]


async def test_a_country_is_remembered_changed_and_forgotten(store: SqlStore) -> None:
    async with store.write() as tx:
        await agreed(tx, SAM, ALEX)
        assert await tx.member_regions.get(SAM) is None
        assert await tx.member_regions.export(SAM) == []
        await tx.member_regions.save(SAM, "DE", at=START)
        await tx.member_regions.save(ALEX, "JP", at=START)
        await tx.member_regions.save(SAM, "AT", at=LATER)
    async with store.write() as tx:
        assert (await tx.member_regions.get(SAM), await tx.member_regions.get(ALEX)) == ("AT", "JP")
        assert await tx.member_regions.export(SAM) == [{"region": "AT", "at": LATER.isoformat()}]
        assert (await tx.member_regions.erase(SAM), await tx.member_regions.erase(SAM)) == (1, 0)
        assert (await tx.member_regions.get(SAM), await tx.member_regions.get(ALEX)) == (None, "JP")


async def test_a_country_that_nobody_can_read_can_still_be_shown_and_erased(
    store: SqlStore, opened_database: Database
) -> None:
    async with store.write() as tx:
        await agreed(tx, SAM)
        await tx.member_regions.save(SAM, "DE", at=START)
    other = SqlStore(opened_database, Sealer(KeyRing("test", {"test": b"x" * 32})))
    async with other.write() as tx:
        with pytest.raises(SealingError):
            await tx.member_regions.get(SAM)
        assert [row["region"] for row in await tx.member_regions.export(SAM)] == ["(cannot be opened)"]
        assert await tx.member_regions.erase(SAM) == 1


async def test_checks_of_shipped_lines(store: SqlStore) -> None:
    old, new = HelplineCheck("a1", date(2026, 1, 31)), HelplineCheck("b2", date(2026, 2, 1))
    async with store.write() as tx:
        assert await tx.helpline_checks.all() == {}
        await tx.helpline_checks.save("us-988-crisis", old)
        await tx.helpline_checks.save("de-telefonseelsorge", old)
        await tx.helpline_checks.save("us-988-crisis", new)
    async with store.read() as tx:
        assert await tx.helpline_checks.all() == {"us-988-crisis": new, "de-telefonseelsorge": old}
