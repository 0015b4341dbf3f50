"""Communities' resources on both databases: what is kept comes back as it was, and no change covers another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from supportbot.domain.communities import CommunitySettings
from supportbot.domain.helplines import Contact
from supportbot.domain.people import ChannelId, CommunityId, RoleId
from supportbot.domain.resources import (
    Cost,
    Entry,
    Feedback,
    Import,
    Kind,
    LinkLook,
    Region,
    Resource,
    Status,
    Suggestion,
)
from supportbot.domain.rights import GRANTED, Right, Standing, may
from supportbot.storage.store import SqlStore
from tests.storage.rows import HERE
from tests.support.fakes import START

ELSEWHERE = CommunityId(78)
LATER = START + timedelta(days=1)
ENTRY = Entry(
    Kind.MEETING,
    "Tuesday circle",
    "Two hours, tea.",
    (Region.read("DE/Berlin"), Region.read("US-CA")),
    ("de", "en"),
    Cost.DONATION,
    "families",
    Contact("*4141", None, "https://talk.example", "https://circle.example"),
    "Europe/Berlin Tue 18:00-20:00",
    online=True,
    place="Second floor",
    tags=("tea", "evening"),
    interest="one of us leads it",
    checked_on=date(2026, 1, 2),
    review_by=date(2026, 7, 2),
    status=Status.ACTIVE,
)


def resource(resource_id: str = "a", *, version: int = 1, entry: Entry = ENTRY) -> Resource:
    return Resource(resource_id, HERE, entry, version, START)


async def test_what_is_kept_comes_back(store: SqlStore) -> None:
    plain = resource("b", entry=Entry(Kind.APP, "Plain"))
    async with store.write() as tx:
        before = await tx.resources.stamp(HERE)
        await tx.resources.add([resource(), plain])
        assert await tx.resources.stamp(HERE) != before
    async with store.read() as tx:
        assert await tx.resources.of(HERE) == [resource(), plain]
        assert await tx.resources.get(HERE, "b") == plain
        assert await tx.resources.of(ELSEWHERE) == []
        assert await tx.resources.get(ELSEWHERE, "b") is None
    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await tx.resources.add([plain])


async def test_of_two_changes_the_second_is_told(store: SqlStore) -> None:
    mine = resource(version=2, entry=replace(ENTRY, name="Mine"))
    theirs = resource(version=2, entry=replace(ENTRY, name="Theirs"))
    async with store.write() as tx:
        await tx.resources.add([resource()])
        stamp = await tx.resources.stamp(HERE)
        assert await tx.resources.change([mine]) == []
        assert await tx.resources.change([theirs]) == ["a"]
        assert await tx.resources.get(HERE, "a") == mine
        assert await tx.resources.stamp(HERE) != stamp
        kept = await tx.resources.versions(HERE, "a")
    assert [(each.version, each.entry) for each in kept] == [(2, mine.entry), (1, ENTRY)]


async def test_an_import_knows_what_it_did_and_can_be_taken_back(store: SqlStore) -> None:
    brought = Import("i", HERE, START, added=1, changed=1)
    async with store.write() as tx:
        await tx.resources.add([resource("old")])
        await tx.resources.add([resource("new")], import_id="i")
        await tx.resources.change([resource("old", version=2)], import_id="i")
        assert await tx.resources.last_import(HERE) is None
        await tx.resources.note_import(brought)
    async with store.write() as tx:
        assert await tx.resources.last_import(HERE) == brought
        assert await tx.resources.last_import(ELSEWHERE) is None
        assert await tx.resources.of_import(brought) == {"new": 1, "old": 2}
        assert await tx.resources.take_back(HERE, ["new"]) == 1
        assert await tx.resources.undone(brought, at=LATER)
        assert not await tx.resources.undone(brought, at=LATER)
        assert await tx.resources.last_import(HERE) == replace(brought, undone_at=LATER)
        assert [each.id for each in await tx.resources.of(HERE)] == ["old"]
        assert await tx.resources.versions(HERE, "new") == []


async def test_old_versions_go_and_the_newest_stays(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.resources.add([resource()])
        for version in (2, 3):
            await tx.resources.change([replace(resource(version=version), changed_at=LATER)])
        assert await tx.resources.purge(START, limit=10) == 1
        assert [each.version for each in await tx.resources.versions(HERE, "a")] == [3, 2]
        assert await tx.resources.purge(LATER, limit=10) == 1
        assert await tx.resources.purge(LATER, limit=10) == 0
        assert [each.version for each in await tx.resources.versions(HERE, "a")] == [3]


async def test_what_members_say(store: SqlStore) -> None:
    first = Suggestion("s", HERE, START, {"name": "Day house", "why": "they listen"})
    async with store.write() as tx:
        care = tx.resource_care
        await care.suggest(first)
        assert await care.suggestions(HERE) == [first]
        assert not await care.decided(ELSEWHERE, "s")
        assert await care.decided(HERE, "s")
        assert not await care.decided(HERE, "s")
        await care.helped(HERE, "a")
        await care.helped(HERE, "a")
        await care.outdated(HERE, "a", at=LATER)
        assert await care.feedback(HERE) == {"a": Feedback(2, 1, LATER)}
        await care.looked_again(HERE, "a")
        assert await care.feedback(HERE) == {"a": Feedback(2)}
        look = LinkLook("a", "https://circle.example", START, "fine")
        await care.save_links(HERE, [replace(look, found="gone"), replace(look, resource="b")])
        await care.save_links(HERE, [look])
        assert await care.links(HERE) == [look]


async def test_what_is_set_comes_back(store: SqlStore) -> None:
    settings = CommunitySettings(
        HERE,
        "DE",
        ChannelId(1),
        languages=("de", "en"),
        handover=False,
        talk_channel=ChannelId(2),
        duty_role=RoleId(3),
        duty_after=timedelta(minutes=5),
        nudge_channel=ChannelId(4),
        summary=True,
        summary_at=LATER,
        link_check=True,
        setup_step="team",
    )
    async with store.write() as tx:
        await tx.communities.save(CommunitySettings(ELSEWHERE), at=START)
        await tx.communities.save(settings, at=START)
        assert await tx.communities.get(HERE) == settings
        assert await tx.communities.get(ELSEWHERE) == CommunitySettings(ELSEWHERE)
        assert await tx.communities.summaries_due(START) == []
        assert await tx.communities.summaries_due(LATER) == [HERE]
        assert await tx.communities.with_link_check() == [HERE]


async def test_what_roles_may_do(store: SqlStore) -> None:
    one, two = RoleId(1), RoleId(2)
    async with store.write() as tx:
        await tx.communities.grant(HERE, Right.AUDIT, frozenset({one, two}))
        await tx.communities.grant(HERE, Right.AUDIT, frozenset({two}))
        await tx.communities.grant(ELSEWHERE, Right.RESOURCES, frozenset({one}))
        with pytest.raises(ValueError, match="setup"):
            await tx.communities.grant(HERE, Right.SETUP, frozenset({one}))
        granted = await tx.communities.granted(HERE)
    assert granted == {**dict.fromkeys(GRANTED, frozenset()), Right.AUDIT: frozenset({two})}
    assert may(Standing(manages=False, roles=frozenset({two})), Right.AUDIT, granted)
    assert not may(Standing(manages=False, roles=frozenset({one})), Right.AUDIT, granted)
    assert not may(Standing(manages=False, roles=frozenset({two})), Right.SETUP, granted)
    assert may(Standing(manages=True), Right.SETUP, granted)


async def test_a_community_that_is_forgotten_takes_its_list_with_it(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.resources.add([resource()])
        await tx.resource_care.helped(HERE, "a")
        await tx.communities.grant(HERE, Right.AUDIT, frozenset({RoleId(1)}))
        await tx.departures.begin(HERE, at=START)
        assert await tx.departures.all() == {HERE: START}
        assert await tx.departures.erase(HERE) == 4
        assert await tx.resources.of(HERE) == []
        assert await tx.resource_care.feedback(HERE) == {}
