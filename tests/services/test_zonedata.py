"""After new time zone data: what is planned follows it, whole, once, and without being sent twice."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import TZPATH

import pytest
import whenever
from sqlalchemy import select, update

from supportbot.domain.cadence import QuietHours
from supportbot.domain.checkins import Paused, Plan, State
from supportbot.domain.people import Member, Notice, PersonId
from supportbot.domain.wallclock import forget_zones
from supportbot.errors import StorageBusy
from supportbot.scheduling.zonefiles import fingerprint
from supportbot.services import zonedata
from supportbot.services.planning import Planner
from supportbot.services.zonedata import ZoneData
from supportbot.storage.store import new_id
from supportbot.storage.tables import deliveries, occurrences
from tests.services.house import ALEX, SAM, TIMING, House
from tests.storage.rows import agreed, plan_of

TOWN = "Test/Town"


class Files:
    """The time zone data of a machine whose governments a test plays."""

    def __init__(self, folder: Path) -> None:
        self.town = folder / TOWN
        self.town.parent.mkdir()
        self.says("Europe/Berlin")

    def says(self, like: str) -> None:
        """From now on the town's clocks go like another's."""
        source = next(path for place in TZPATH if (path := Path(place, like)).exists())
        shutil.copyfile(source, self.town)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    folder = tmp_path / "zoneinfo"
    folder.mkdir()
    found = Files(folder)
    whenever.reset_tzpath([folder, *TZPATH])
    forget_zones()
    yield found
    whenever.reset_tzpath()
    forget_zones()


@dataclass
class Scene:
    house: House
    planner: Planner
    changed: list[str]
    noted: list[PersonId] = field(default_factory=list)

    def zones(self) -> ZoneData:
        """As a start of the program makes it."""
        return ZoneData(
            self.house.store,
            self.planner,
            self.house.wakeups,
            fingerprint,
            changed=lambda: self.changed.append(""),
            noted=self.noted.append,
        )

    async def plan(self, person: PersonId, *hours: int, zone: str = TOWN, quiet: QuietHours | None = None) -> Plan:
        plan = plan_of(person, *hours, at=self.house.clock.now())
        async with self.house.store.write() as tx:
            await agreed(tx, person)
            await tx.members.save(Member(person, zone, "en", quiet=quiet), at=self.house.clock.now())
            await tx.plans.add(plan)
            await self.planner.plan_next(tx, plan, after=self.house.clock.now())
        return plan

    async def rows(self) -> list[tuple[str, str, str, str | None]]:
        """State, local date, due, wake; of everybody, in order; where they do not agree with each other, nothing."""
        async with self.house.database.read() as connection:
            found = await connection.execute(
                select(deliveries, occurrences.c.local_date, occurrences.c.due.label("planned_for"))
                .join(occurrences, deliveries.c.occurrence_id == occurrences.c.id)
                .order_by(deliveries.c.due, deliveries.c.id)
            )
            rows = found.mappings().all()
        assert all(row["due"] == row["planned_for"] for row in rows)
        assert all(row["window_ends"] == row["due"] + TIMING.lateness for row in rows)
        return [
            (
                row["state"],
                row["local_date"][5:],
                f"{row['due']:%d %H:%M}",
                row["wake_at"] and f"{row['wake_at']:%d %H:%M}",
            )
            for row in rows
        ]


@pytest.fixture
def scene(house: House, files: Files) -> Scene:
    house.clock.set(datetime(2026, 6, 1, tzinfo=UTC))
    return Scene(house, Planner(house.clock, new_id, TIMING.lateness), [])


async def test_what_is_planned_moves_with_the_clocks_and_nothing_else_does(scene: Scene, files: Files) -> None:
    await scene.plan(SAM, 8, 20)
    await scene.plan(ALEX, 9, zone="UTC")
    zones = scene.zones()
    assert await zones.check(), "the first start of a version that looks"
    assert await scene.rows() == [
        ("planned", "06-01", "01 06:00", "01 06:00"),
        ("planned", "06-01", "01 09:00", "01 09:00"),
    ]
    assert scene.changed == []
    assert not await zones.check()

    files.says("Europe/London")
    assert await zones.check(), "found while it runs"
    assert await scene.rows() == [
        ("planned", "06-01", "01 07:00", "01 07:00"),
        ("planned", "06-01", "01 09:00", "01 09:00"),
    ]
    assert scene.changed
    assert not await scene.zones().check(), "nor at the next start"


async def test_what_was_sent_is_not_sent_again(scene: Scene, files: Files) -> None:
    await scene.plan(SAM, 8)
    zones = scene.zones()
    await zones.check()
    await scene.house.pass_to(6)
    assert len(scene.house.invitations()) == 1
    files.says("America/New_York")  # now eight o'clock of the same day comes once more
    assert await zones.check()
    [sent, planned] = await scene.rows()
    assert (sent[0], planned) == ("sent", ("planned", "06-02", "02 12:00", "02 12:00"))
    await scene.house.pass_to(12)
    assert len(scene.house.invitations()) == 1


async def test_what_has_become_due_by_it_still_goes_out(scene: Scene, files: Files) -> None:
    await scene.plan(SAM, 8)
    zones = scene.zones()
    await zones.check()
    await scene.house.pass_to(5.5)
    files.says("Europe/Moscow")  # 05:00 UTC, half an hour ago
    await zones.check()
    await scene.house.engine.deliver_due()
    assert len(scene.house.invitations()) == 1


async def test_those_that_go_out_together_stay_together_or_part(scene: Scene, files: Files) -> None:
    scene.house.clock.set(datetime(2026, 3, 28, 12, tzinfo=UTC))
    await scene.plan(SAM, 6, 7, quiet=QuietHours(time(22), time(9)))
    await scene.plan(ALEX, 2, 3)
    in_berlin = [("merged", "29 01:00"), ("merged", "29 07:00"), ("planned", "29 01:00"), ("planned", "29 07:00")]
    assert sorted((row[0], row[2]) for row in await scene.rows()) == in_berlin, "02:00 is shown as 03:00 that day"
    zones = scene.zones()
    await zones.check()
    files.says("America/New_York")
    await zones.check()
    in_new_york = [("merged", "29 13:00"), ("planned", "29 06:00"), ("planned", "29 13:00")]
    assert sorted((row[0], row[2]) for row in await scene.rows()) == in_new_york, "03:00 is planned after 02:00 again"


async def test_a_zone_that_is_no_more_pauses_its_plans_and_says_so(scene: Scene, files: Files) -> None:
    plan = await scene.plan(SAM, 8)
    await scene.plan(ALEX, 9, zone="UTC")
    zones = scene.zones()
    await zones.check()
    files.town.unlink()
    assert await zones.check()
    assert [row[2] for row in await scene.rows()] == ["01 09:00"]
    async with scene.house.store.read() as tx:
        found, member = await tx.plans.get(plan.id), await tx.members.get(SAM)
    assert found is not None
    assert found.paused is Paused.ZONE_GONE
    assert member is not None
    assert member.notice is Notice.ZONE_GONE
    assert scene.noted == [SAM], "they are told at their next command, without a start in between"
    await scene.house.pass_to(48)
    assert scene.house.invitations() == []


async def test_what_was_stopped_in_the_middle_goes_on_at_the_next_start(
    scene: Scene, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PAGE", 3), ("HELD", 4), ("WRITTEN", 2)):
        monkeypatch.setattr(zonedata, name, value)
    for person in range(1, 12):
        await scene.plan(PersonId(person), 8)
    await scene.zones().check()
    files.says("Europe/London")
    stopped = scene.zones()
    forget_zones()

    def out_of_power() -> None:
        raise StorageBusy("power")

    stopped._changed = out_of_power
    with pytest.raises(StorageBusy):
        await stopped.check()
    assert {row[2] for row in await scene.rows()} == {"01 06:00", "01 07:00"}
    assert await scene.zones().check()
    assert {row[2] for row in await scene.rows()} == {"01 07:00"}
    assert not await scene.zones().check()


async def test_what_is_being_sent_or_has_been_asked_for_later_stays(scene: Scene, files: Files) -> None:
    await scene.plan(SAM, 8)
    await scene.plan(ALEX, 8)
    zones = scene.zones()
    await zones.check()
    async with scene.house.database.write() as connection:
        await connection.execute(
            update(deliveries).where(deliveries.c.person_id == SAM).values(state=State.CLAIMED.value)
        )
    files.says("Europe/London")
    await zones.check()
    assert [row[2] for row in await scene.rows()] == ["01 06:00", "01 07:00"]


async def test_trouble_is_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    zones = scene.zones()
    failed = asyncio.Event()
    monkeypatch.setattr(scene.house.wakeups, "wake_at", lambda *_: failed.set())

    async def unreadable() -> str:
        raise OSError("/secret/path")

    zones._fingerprint = unreadable
    running = asyncio.create_task(zones.run())
    async with asyncio.timeout(20):
        await failed.wait()
    assert zonedata.WAKE_UP in scene.house.wakeups.repeated
    assert "/secret/path" not in caplog.text
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
