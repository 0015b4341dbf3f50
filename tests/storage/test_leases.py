"""Leases: one holder at a time, for as long as a lease can be."""

from __future__ import annotations

from datetime import timedelta

from supportbot.storage.store import SqlStore
from tests.support.fakes import START

LENGTH = timedelta(seconds=15)


async def test_another_waits_until_it_is_over(store: SqlStore) -> None:
    async with store.write() as tx:
        assert await tx.leases.take("one", "me", now=START, until=START + LENGTH)
        later = START + LENGTH - timedelta(seconds=1)
        assert not await tx.leases.take("one", "you", now=later, until=later + LENGTH)
        over = START + LENGTH
        assert await tx.leases.take("one", "you", now=over, until=over + LENGTH)
        assert await tx.leases.held_until("one") == over + LENGTH


async def test_one_of_a_clock_that_was_ahead_holds_nobody_up(store: SqlStore) -> None:
    ahead = START + timedelta(hours=1)
    async with store.write() as tx:
        assert await tx.leases.take("one", "me", now=ahead, until=ahead + LENGTH)
        assert await tx.leases.take("one", "you", now=START, until=START + LENGTH)


async def test_one_of_a_clock_a_little_ahead_holds(store: SqlStore) -> None:
    ahead = START + LENGTH
    async with store.write() as tx:
        assert await tx.leases.take("one", "me", now=ahead, until=ahead + LENGTH)
        assert not await tx.leases.take("one", "you", now=START, until=START + LENGTH)
