"""The nightly purge beside a house, over fakes of where the bot is and of the pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from supportbot.domain.consent import Scope
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.retention import Periods
from supportbot.services.farewells import FarewellErrands
from supportbot.services.graces import COUNTED, Graces
from supportbot.services.mydata import MyData
from supportbot.services.retention import Retention
from supportbot.storage.store import new_id
from tests.services.house import SAM, TEXT, House, daily
from tests.support.fakes import FakePacer, FakeWakeups, FakeWhereabouts

HERE, THERE = CommunityId(77), CommunityId(78)
DAYS = Periods.default().days

SQLITE_FIRST = pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
"""The questions themselves are tried on both databases in tests/storage/test_retention.py."""


async def _no_pack(*_: object) -> object:
    raise AssertionError("nobody asked for a file")


@dataclass
class Nights:
    """The purge beside a house, and what it told those who hold something in memory."""

    house: House
    wakeups: FakeWakeups
    where: FakeWhereabouts
    pacer: FakePacer
    graces: Graces
    retention: Retention
    forgot: list[tuple[PersonId, Scope]]
    erased: list[PersonId]

    text = TEXT

    def again(self) -> Nights:
        """The same after another start."""
        return nights_on(self.house, self.where)

    async def pass_days(self, days: float) -> datetime:
        """So many nights went by as if all had been worked, but nothing was done in them."""
        self.house.clock.advance(days=days)
        await self.trust_the_clock()
        await self.count_the_nights()
        return await self.retention.tonight()

    async def trust_the_clock(self) -> None:
        """The last look was last night."""
        async with self.house.store.write() as tx:
            if await tx.retention.trusted_from() is not None:
                await tx.retention.trust_from(self.house.clock.now() - timedelta(days=1))

    async def count_the_nights(self) -> None:
        """The last one that counts was last night."""
        async with self.house.store.write() as tx:
            await tx.app_state.set(COUNTED, (self.house.clock.now() - timedelta(days=1)).isoformat())

    async def kinds(self, person: PersonId = SAM) -> dict[str, int]:
        """How many entries of each kind are held about somebody, but for none."""
        async with self.house.store.read() as tx:
            held = {holder.kind: len(await holder.export(person)) for holder in tx.holders()}
        return {kind: count for kind, count in held.items() if count}

    async def agree(self, person: PersonId, *where: CommunityId, at: int = 20) -> list[str]:
        """Check-ins of this person, one in each of these communities; the plans' ids."""
        made = [
            await self.house.checkins.agree(person, community, daily(f"{at + n}:00"), "UTC", TEXT)
            for n, community in enumerate(where)
        ]
        return [started.plan.id for started in made]


def nights_on(house: House, where: FakeWhereabouts) -> Nights:
    wakeups, pacer = FakeWakeups(), FakePacer()
    forgot: list[tuple[PersonId, Scope]] = []
    erased: list[PersonId] = []
    mydata = MyData(house.store, house.clock, pack=_no_pack, erased=erased.append)  # pyright: ignore[reportArgumentType]
    periods = Periods.default()
    farewells = FarewellErrands(periods, new_id=new_id)
    graces = Graces(
        house.store,
        house.clock,
        where,
        periods,
        erase=mydata.delete_if,
        pacer=pacer,
        say_farewell=farewells.plan,
    )
    retention = Retention(
        house.store, house.clock, wakeups, graces, periods, forgot=lambda *who: forgot.append(who), pacer=pacer
    )
    return Nights(house, wakeups, where, pacer, graces, retention, forgot, erased)
