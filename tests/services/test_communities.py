"""What moderators set up: kept only when it can be used, and each line under four eyes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from supportbot import content
from supportbot.domain.audit import Act, Change
from supportbot.domain.communities import CommunitySettings, OwnHelpline
from supportbot.domain.helplines import Contact, Kind
from supportbot.domain.own_lines import MOST_LINES, Typed
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.domain.staff import LineToApprove, Power
from supportbot.errors import NotSent, OutcomeUnknown, SealingError, UserError
from supportbot.services.communities import Communities
from supportbot.storage.engine import Database
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore, new_id
from tests.services.house import KEYS
from tests.support.fakes import START, FakeClock, FakeStaffRooms

HERE, THERE = CommunityId(77), CommunityId(78)
TEAM, OTHER = ChannelId(700), ChannelId(701)
MIA, OLU, EVE = PersonId(1), PersonId(2), PersonId(3)
LINES = content.load().helplines
LINE = Typed(kind="warmline", service="Night talk", source="their leaflet", phone="116 123")


@pytest.fixture
def rooms() -> FakeStaffRooms:
    return FakeStaffRooms()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(opened_database: Database) -> SqlStore:
    return SqlStore(opened_database, Sealer(KEYS))


@pytest.fixture
def communities(store: SqlStore, clock: FakeClock, rooms: FakeStaffRooms) -> Communities:
    return Communities(store, clock, rooms, LINES, new_id=new_id, post_within=5)


async def with_team(communities: Communities, rooms: FakeStaffRooms) -> None:
    rooms.open(HERE, TEAM)
    await communities.set_staff_channel(HERE, TEAM, MIA)


async def text_id(refused: object) -> str:
    with pytest.raises(UserError) as refusal:
        await refused  # type: ignore[misc]
    return refusal.value.text_id


async def test_settings_change_one_at_a_time(communities: Communities, rooms: FakeStaffRooms) -> None:
    assert await communities.settings(HERE) == CommunitySettings(HERE)
    await communities.set_region(HERE, "DE", MIA)
    await with_team(communities, rooms)
    assert await communities.settings(HERE) == CommunitySettings(HERE, "DE", TEAM)
    await communities.set_region(HERE, None, MIA)
    assert await communities.settings(HERE) == CommunitySettings(HERE, None, TEAM)
    await communities.clear_staff_channel(HERE, MIA)
    assert await communities.settings(HERE) == CommunitySettings(HERE)
    assert await communities.settings(THERE) == CommunitySettings(THERE)


@pytest.mark.parametrize("region", ["", "de", "EU", "UK", "DEU", "001"])
async def test_a_country_is_one(communities: Communities, region: str) -> None:
    assert await text_id(communities.set_region(HERE, region, MIA)) == "setup.region.unknown"
    assert (await communities.settings(HERE)).region is None


async def test_a_channel_in_which_something_is_missing_is_not_set(
    communities: Communities, rooms: FakeStaffRooms
) -> None:
    await with_team(communities, rooms)
    missing = (Power.SEND, Power.EMBED)
    rooms.open(HERE, OTHER, missing=missing)
    assert (await communities.set_staff_channel(HERE, OTHER, MIA)).missing == missing
    assert (await communities.settings(HERE)).staff_channel == TEAM


async def test_a_channel_of_another_community_is_none(communities: Communities, rooms: FakeStaffRooms) -> None:
    rooms.open(THERE, OTHER)
    assert await text_id(communities.set_staff_channel(HERE, OTHER, MIA)) == "setup.staff.gone"
    assert await text_id(communities.set_staff_channel(HERE, ChannelId(1), MIA)) == "setup.staff.gone"
    assert (await communities.settings(HERE)).staff_channel is None


async def test_a_line_waits_and_the_team_is_asked(communities: Communities, rooms: FakeStaffRooms) -> None:
    await with_team(communities, rooms)
    await communities.set_region(HERE, "FI", MIA)
    line = await communities.add_line(HERE, MIA, replace(LINE, languages="English, Suomi", hours="24/7"))
    assert line == OwnHelpline(
        id=line.id,
        community=HERE,
        kind=Kind.WARMLINE,
        service="Night talk",
        contact=Contact(phone="116 123"),
        hours="24/7",
        languages=("English", "Suomi"),
        note=None,
        source="their leaflet",
        added_at=START,
        added_by=MIA,
        region="FI",
    )
    assert await communities.lines(HERE) == [line]
    assert [(post.channel, post.note) for post in rooms.posts] == [(TEAM, LineToApprove(line))]


async def test_the_line_is_kept_before_the_team_is_asked(communities: Communities, rooms: FakeStaffRooms) -> None:
    """Somebody may press the moment they see it."""
    await with_team(communities, rooms)

    async def press_at_once() -> None:
        (line,) = await communities.lines(HERE)
        await communities.approve_line(HERE, line.id, OLU)

    rooms.hook = press_at_once
    line = await communities.add_line(HERE, MIA, LINE)
    assert [each.approved_by for each in await communities.lines(HERE) if each.id == line.id] == [OLU]


async def test_another_country_relabels_no_line(communities: Communities, rooms: FakeStaffRooms) -> None:
    """Two people looked at these digits as those of one country: elsewhere they may ring at somebody else's."""
    await with_team(communities, rooms)
    await communities.set_region(HERE, "FI", MIA)
    line = await communities.add_line(HERE, MIA, LINE)
    await communities.set_region(HERE, "US", MIA)
    assert (await communities.approve_line(HERE, line.id, OLU)).region == "FI"
    await communities.set_region(HERE, None, MIA)
    assert [each.region for each in await communities.lines(HERE)] == ["FI"]


@pytest.mark.parametrize("region", ["US", "GB", "JP", "AU"])
async def test_the_emergency_number_of_the_country_is_no_line(
    communities: Communities, rooms: FakeStaffRooms, region: str
) -> None:
    shipped = LINES.emergency(region)
    assert shipped is not None
    assert shipped.contact.phone is not None
    typed = (shipped.contact.phone, " ".join(shipped.contact.phone), f"({shipped.contact.phone})")
    await with_team(communities, rooms)
    for phone in typed:
        refused = communities.add_line(HERE, MIA, replace(LINE, phone=phone))
        assert await text_id(refused) == "setup.helpline.emergency.somewhere"
    await communities.set_region(HERE, region, MIA)
    for phone in typed:
        refused = communities.add_line(HERE, MIA, replace(LINE, phone=phone))
        assert await text_id(refused) == "setup.helpline.emergency"
    assert (rooms.posts, await communities.lines(HERE)) == ([], [])


async def test_elsewhere_an_emergency_number_may_be_a_line(communities: Communities, rooms: FakeStaffRooms) -> None:
    """In the Netherlands, 113 is a crisis line."""
    await with_team(communities, rooms)
    await communities.set_region(HERE, "NL", MIA)
    line = await communities.add_line(HERE, MIA, replace(LINE, phone="113"))
    assert line.contact.phone == "113"
    no_number = await communities.add_line(HERE, MIA, replace(LINE, phone=None, web="https://night.example"))
    assert no_number.contact.phone is None


async def test_without_a_staff_channel_nothing_is_added(communities: Communities, rooms: FakeStaffRooms) -> None:
    assert await text_id(communities.add_line(HERE, MIA, LINE)) == "setup.helpline.no_staff"
    await with_team(communities, rooms)
    await communities.clear_staff_channel(HERE, MIA)
    assert await text_id(communities.add_line(HERE, MIA, LINE)) == "setup.helpline.no_staff"
    assert await communities.lines(HERE) == []


@pytest.mark.parametrize("error", [NotSent("403 50013"), OutcomeUnknown("500")])
async def test_a_line_that_the_team_cannot_see_is_not_kept(
    communities: Communities, rooms: FakeStaffRooms, error: NotSent | OutcomeUnknown, caplog: pytest.LogCaptureFixture
) -> None:
    await with_team(communities, rooms)
    rooms.refuse(error)
    assert await text_id(communities.add_line(HERE, MIA, LINE)) == "setup.helpline.not_posted"
    assert await communities.lines(HERE) == []
    assert "staff.not_posted" in caplog.text
    assert "Night talk" not in caplog.text


async def test_there_is_an_end_to_waiting_for_discord(store: SqlStore, clock: FakeClock, rooms: FakeStaffRooms) -> None:
    communities = Communities(store, clock, rooms, LINES, new_id=new_id, post_within=0)
    await with_team(communities, rooms)
    rooms.hook = asyncio.Event().wait
    assert await text_id(communities.add_line(HERE, MIA, LINE)) == "setup.helpline.not_posted"
    assert await communities.lines(HERE) == []


async def test_there_are_so_many_lines_and_no_more(communities: Communities, rooms: FakeStaffRooms) -> None:
    await with_team(communities, rooms)
    for _ in range(MOST_LINES):
        await communities.add_line(HERE, MIA, LINE)
    assert await text_id(communities.add_line(HERE, MIA, LINE)) == "setup.helpline.too_many"
    await communities.remove_line(HERE, (await communities.lines(HERE))[0].id, MIA)
    await communities.add_line(HERE, MIA, LINE)


async def test_somebody_else_approves(communities: Communities, rooms: FakeStaffRooms, clock: FakeClock) -> None:
    await with_team(communities, rooms)
    line = await communities.add_line(HERE, MIA, LINE)
    assert await text_id(communities.approve_line(HERE, line.id, MIA)) == "setup.helpline.own"
    assert await communities.lines(HERE) == [line]
    clock.advance(hours=1)
    approved = replace(line, approved_at=clock.now(), approved_by=OLU)
    assert await communities.approve_line(HERE, line.id, OLU) == approved
    assert await communities.lines(HERE) == [approved]
    for again in (communities.approve_line(HERE, line.id, EVE), communities.decline_line(HERE, line.id, MIA)):
        assert await text_id(again) == "setup.helpline.approved_before"
    assert await communities.lines(HERE) == [approved]


async def test_a_line_belongs_to_its_community(communities: Communities, rooms: FakeStaffRooms) -> None:
    await with_team(communities, rooms)
    line = await communities.add_line(HERE, MIA, LINE)
    for elsewhere in (
        communities.approve_line(THERE, line.id, OLU),
        communities.decline_line(THERE, line.id, MIA),
        communities.remove_line(THERE, line.id, MIA),
    ):
        assert await text_id(elsewhere) == "setup.helpline.gone"
    assert await communities.lines(HERE) == [line]


async def test_declined_and_removed_lines_are_gone(communities: Communities, rooms: FakeStaffRooms) -> None:
    await with_team(communities, rooms)
    one, two = [await communities.add_line(HERE, MIA, LINE) for _ in range(2)]
    assert await communities.decline_line(HERE, one.id, MIA) == one
    await communities.approve_line(HERE, two.id, OLU)
    assert (await communities.remove_line(HERE, two.id, MIA)).id == two.id
    assert await communities.lines(HERE) == []
    for gone in (
        communities.approve_line(HERE, one.id, OLU),
        communities.decline_line(HERE, one.id, MIA),
        communities.remove_line(HERE, two.id, MIA),
    ):
        assert await text_id(gone) == "setup.helpline.gone"


async def test_nobody_approves_a_line_of_somebody_who_was_erased(
    communities: Communities, rooms: FakeStaffRooms, store: SqlStore
) -> None:
    await with_team(communities, rooms)
    line = await communities.add_line(HERE, MIA, LINE)
    async with store.write() as tx:
        await tx.own_helplines.erase(MIA)
    # Mia too could press now, and nobody would know that it is her own line.
    for person in (MIA, OLU):
        assert await text_id(communities.approve_line(HERE, line.id, person)) == "setup.helpline.gone"


async def test_each_change_is_listed_with_who_made_it_and_no_more(
    communities: Communities, rooms: FakeStaffRooms, store: SqlStore
) -> None:
    await communities.set_region(HERE, "DE", MIA)
    await communities.set_region(HERE, "DE", OLU)
    await communities.set_region(HERE, None, OLU)
    await with_team(communities, rooms)
    one, two, three = [await communities.add_line(HERE, MIA, LINE) for _ in range(3)]
    await communities.approve_line(HERE, one.id, OLU)
    for refused in (
        communities.approve_line(HERE, two.id, MIA),
        communities.approve_line(HERE, one.id, EVE),
        communities.decline_line(HERE, one.id, EVE),
        communities.remove_line(THERE, one.id, EVE),
        communities.set_region(HERE, "EU", EVE),
        communities.set_staff_channel(HERE, OTHER, EVE),
        communities.add_line(THERE, EVE, LINE),
    ):
        await text_id(refused)
    await communities.decline_line(HERE, two.id, MIA)
    await communities.remove_line(HERE, one.id, EVE)
    rooms.refuse(NotSent("403 50013"))
    await text_id(communities.add_line(HERE, OLU, LINE))
    await communities.clear_staff_channel(HERE, EVE)
    async with store.read() as tx:
        entries = (await tx.audit.newest(HERE, limit=99)).entries[::-1]
        assert (await tx.audit.newest(THERE, limit=99)).entries == ()
    assert {entry.at for entry in entries} == {START}
    unposted = entries[-3].change
    assert unposted is not None
    assert unposted.service == LINE.service
    region, channel = Change.of_region, Change.of_staff_channel
    assert [(entry.by, entry.change) for entry in entries] == [
        (MIA, region(None, "DE")),
        (OLU, region("DE", None)),
        (MIA, channel(None, TEAM)),
        *((MIA, Change.of_line(Act.LINE_ADDED, each)) for each in (one, two, three)),
        (OLU, Change.of_line(Act.LINE_APPROVED, one)),
        (MIA, Change.of_line(Act.LINE_DECLINED, two)),
        (EVE, Change.of_line(Act.LINE_REMOVED, one)),
        (OLU, unposted),
        (OLU, replace(unposted, act=Act.LINE_NOT_POSTED)),
        (EVE, channel(TEAM, None)),
    ]


async def test_a_change_that_cannot_be_listed_is_not_made(
    communities: Communities, store: SqlStore, opened_database: Database, clock: FakeClock, rooms: FakeStaffRooms
) -> None:
    await communities.set_region(HERE, "DE", MIA)
    other_keys = SqlStore(opened_database, Sealer(KeyRing("other", {"other": b"o" * 32})))
    elsewhere = Communities(other_keys, clock, rooms, LINES, new_id=new_id, post_within=5)
    with pytest.raises(SealingError):
        await elsewhere.set_region(HERE, "ES", MIA)
    assert (await communities.settings(HERE)).region == "DE"
