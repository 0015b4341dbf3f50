"""Asking for somebody to talk to: nothing is posted but what was shown, once, and only under a consent."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from supportbot.domain.checkins import PlanState
from supportbot.domain.communities import CommunitySettings
from supportbot.domain.consent import ConsentText, Scope
from supportbot.domain.people import ChannelId, CommunityId, MessageId, PersonId
from supportbot.domain.staff import Power, StaffRoom, WishToTalk
from supportbot.errors import NotSent, OutcomeUnknown, StorageBusy, UserError
from supportbot.services.handover import MOST_COMMUNITIES, HandOver
from supportbot.storage.engine import Database
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from tests.services.house import KEYS
from tests.storage.rows import agreed, entry, line_of, plan_of
from tests.support.fakes import START, FakeClock, FakeStaffRooms

HERE, THERE = CommunityId(77), CommunityId(78)
TEAM = ChannelId(700)
SAM, ALEX = PersonId(1), PersonId(2)
PREVIEW = MessageId(12345678901234567890)
TEXT = ConsentText(Scope.HANDOVER, "1", "en", "…")


class Stage:
    """Sam's community has a team."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.rooms = store, FakeStaffRooms()
        self.clock, self.young = FakeClock(), set[PersonId]()
        self.handover = self.started()

    def started(self, post_within: float = 5) -> HandOver:
        return HandOver(self.store, self.clock, self.rooms, is_young=self.young.__contains__, post_within=post_within)

    async def set_team(self, community: CommunityId = HERE, channel: ChannelId | None = TEAM) -> None:
        async with self.store.write() as tx:
            await tx.communities.save(CommunitySettings(community, None, channel), at=START)

    async def send(
        self, room: StaffRoom, words: str | None = None, *, person: PersonId = SAM, preview: MessageId = PREVIEW
    ) -> None:
        await self.handover.send(person, HERE, mark=room.mark, text=TEXT, words=words, preview=preview, is_there=True)

    async def consents(self, person: PersonId = SAM) -> list[tuple[object, ...]]:
        async with self.store.read() as tx:
            return [
                (row["scope"], row["community"], row["given"], row["text_version"], row["language"])
                for row in await tx.consents.export(person)
            ]

    @property
    def posts(self) -> list[object]:
        return [post.note for post in self.rooms.posts]


@pytest.fixture
async def stage(opened_database: Database) -> Stage:
    stage = Stage(SqlStore(opened_database, Sealer(KEYS)))
    await stage.set_team()
    return stage


async def text_id(refused: object) -> str:
    with pytest.raises(UserError) as refusal:
        await refused  # type: ignore[misc]
    return refusal.value.text_id


async def test_a_preview_keeps_and_posts_nothing(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    assert await stage.handover.preview(SAM, HERE, is_there=True) == room
    assert await stage.consents() == []
    assert stage.posts == []


async def test_sending_records_the_consent_and_posts(stage: Stage) -> None:
    await stage.send(stage.rooms.open(HERE, TEAM), "I had a long night")
    assert stage.posts == [WishToTalk(SAM, "I had a long night")]
    assert await stage.consents() == [("handover", str(HERE), True, "1", "en")]
    assert await stage.consents(ALEX) == []


async def test_nothing_is_posted_under_a_consent_that_cannot_be_kept(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = stage.rooms.open(HERE, TEAM)

    def locked() -> None:
        raise StorageBusy("locked")

    monkeypatch.setattr(stage.store, "write", locked)
    with pytest.raises(StorageBusy):
        await stage.send(room, "my secret")
    monkeypatch.undo()
    assert stage.posts == []
    await stage.send(room, "my secret")
    assert len(stage.posts) == len(await stage.consents()) == 1
    assert "my secret" not in caplog.text


async def test_one_consent_holds_for_its_text_and_community(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    for number, version in enumerate(["1", "1", "2", "2"]):
        stage.clock.advance(hours=1)
        text = replace(TEXT, version=version)
        await stage.handover.send(
            SAM, HERE, mark=room.mark, text=text, words=None, preview=MessageId(number), is_there=True
        )
    assert len(stage.posts) == 4
    assert [row[3] for row in await stage.consents()] == ["1", "2"]
    await stage.set_team(THERE, ChannelId(701))
    there = stage.rooms.open(THERE, 701)
    await stage.handover.send(SAM, THERE, mark=there.mark, text=text, words=None, preview=MessageId(9), is_there=True)
    assert [(row[1], row[3]) for row in await stage.consents()] == [
        (str(HERE), "1"),
        (str(HERE), "2"),
        (str(THERE), "2"),
    ]


async def test_for_somebody_under_18_nothing_is_posted(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    stage.young.add(SAM)
    assert await text_id(stage.send(room)) == "handover.young"
    assert (stage.posts, await stage.consents()) == ([], [])
    await stage.send(room, person=ALEX)
    assert stage.posts == [WishToTalk(ALEX)]


async def test_who_asked_just_now_is_told_so_and_nothing_more_is_posted(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    stage.rooms.hook = lambda: asyncio.sleep(0)
    both = (stage.send(room, preview=MessageId(number)) for number in (1, 2))
    done = await asyncio.gather(*both, return_exceptions=True)
    (refused,) = [each for each in done if isinstance(each, UserError)]
    assert (refused.text_id, refused.values) == ("handover.asked", {"at": START})
    stage.clock.advance(minutes=29)
    assert await text_id(stage.send(room, preview=MessageId(3))) == "handover.asked"
    assert len(stage.posts) == 1
    await stage.send(room, person=ALEX, preview=MessageId(4))
    await stage.set_team(THERE, ChannelId(701))
    there = stage.rooms.open(THERE, 701)
    await stage.handover.send(SAM, THERE, mark=there.mark, text=TEXT, words=None, preview=MessageId(5), is_there=True)
    assert len(stage.posts) == 3, "somebody else, and elsewhere"
    stage.clock.advance(minutes=1)
    await stage.send(room, preview=MessageId(6))
    assert len(stage.posts) == 4


async def test_what_did_not_go_out_does_not_count_as_asked(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    stage.rooms.refuse(NotSent("403"))
    assert await text_id(stage.send(room)) == "handover.not_posted"
    await stage.send(room, preview=MessageId(2))
    assert len(stage.posts) == 1


async def test_erasing_forgets_who_asked(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    for number, person in enumerate((SAM, ALEX)):
        await stage.send(room, person=person, preview=MessageId(number))
    stage.handover.erased(SAM)
    await stage.send(room, preview=MessageId(3))
    assert await text_id(stage.send(room, person=ALEX, preview=MessageId(4))) == "handover.asked"


async def test_two_presses_post_once(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    stage.rooms.hook = lambda: asyncio.sleep(0)
    done = await asyncio.gather(stage.send(room), stage.send(room), return_exceptions=True)
    assert [each for each in done if each is None] == [None]
    (refused,) = [each for each in done if isinstance(each, UserError)]
    assert refused.text_id == "handover.sent_before"
    assert await text_id(stage.send(room)) == "handover.sent_before"
    assert len(stage.posts) == 1
    assert len(await stage.consents()) == 1


async def test_two_presses_post_once_after_a_restart_too(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    await stage.send(room)
    stage.handover = stage.started()
    await stage.send(room)
    assert len(stage.posts) == 1


async def test_nothing_is_posted_when_it_is_not_as_it_was_shown(stage: Stage) -> None:
    shown = stage.rooms.open(HERE, TEAM)
    for changed in ({"roles": ("Moderators", "Helpers")}, {"name": "town-square"}):
        stage.rooms.open(HERE, TEAM, **changed)
        assert await text_id(stage.send(shown)) == "handover.changed"
    stage.rooms.open(HERE, 701)
    await stage.set_team(channel=ChannelId(701))
    assert await text_id(stage.send(shown)) == "handover.changed"
    assert (stage.posts, await stage.consents()) == ([], [])


async def test_a_place_that_is_lost_is_said_and_logged_by_its_ids(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    shown = stage.rooms.open(HERE, TEAM)
    stage.rooms.open(HERE, TEAM, missing=(Power.SEND,))
    assert await text_id(stage.send(shown)) == "handover.lost_place"
    stage.rooms.rooms.clear()
    assert await text_id(stage.send(shown)) == "handover.lost_place"
    assert await text_id(stage.handover.preview(SAM, HERE, is_there=True)) == "handover.lost_place"
    await stage.set_team(channel=None)
    assert await text_id(stage.handover.preview(SAM, HERE, is_there=True)) == "handover.no_place"
    assert await text_id(stage.handover.preview(SAM, THERE, is_there=True)) == "handover.no_place"
    assert (stage.posts, await stage.consents()) == ([], [])
    assert f"channel={TEAM}" in caplog.text or f"'channel': {TEAM}" in caplog.text


@pytest.mark.parametrize(
    ("error", "stored", "said"),
    [
        (NotSent("403 50001"), False, "handover.not_posted"),
        (OutcomeUnknown("500"), False, "handover.unsure"),
        (OutcomeUnknown("500"), True, "handover.unsure"),
    ],
)
async def test_a_post_that_failed_can_be_tried_again(
    stage: Stage, error: NotSent | OutcomeUnknown, stored: bool, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    room = stage.rooms.open(HERE, TEAM)
    stage.rooms.refuse(error, stored=stored)
    assert await text_id(stage.send(room, "my secret")) == said
    assert len(await stage.consents()) == 1, "they agreed to it, whatever became of it"
    await stage.send(room, "my secret")
    assert stage.posts == [WishToTalk(SAM, "my secret")]
    assert "my secret" not in caplog.text


async def test_other_words_are_another_post(stage: Stage) -> None:
    """The first may have arrived; what is sent now is what the preview shows now."""
    room = stage.rooms.open(HERE, TEAM)
    stage.rooms.refuse(OutcomeUnknown("500"), stored=True)
    assert await text_id(stage.send(room, "first")) == "handover.unsure"
    await stage.send(room, "second")
    assert stage.posts == [WishToTalk(SAM, "first"), WishToTalk(SAM, "second")]


async def test_there_is_an_end_to_waiting_for_discord(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)
    stage.rooms.hook = asyncio.Event().wait
    stage.handover = stage.started(post_within=0)
    assert await text_id(stage.send(room)) == "handover.unsure"


async def test_from_a_dm_only_members_are_heard(stage: Stage) -> None:
    room = stage.rooms.open(HERE, TEAM)

    def from_dm() -> list[object]:
        return [
            stage.handover.preview(SAM, HERE, is_there=False),
            stage.handover.lines(SAM, HERE, is_there=False),
            stage.handover.send(SAM, HERE, mark=room.mark, text=TEXT, words=None, preview=PREVIEW, is_there=False),
        ]

    for call in from_dm():
        assert await text_id(call) == "handover.not_member"
    for call in from_dm():
        stage.rooms.refuse(NotSent("429"), of="has_member")
        assert await text_id(call) == "handover.try_later"
    assert (stage.posts, await stage.consents()) == ([], [])
    stage.rooms.members.add((HERE, SAM))
    for call in from_dm():
        await call  # type: ignore[misc]
    assert len(stage.posts) == 1


async def test_communities_are_offered_that_are_known_and_fit(stage: Stage) -> None:
    left, no_team, by_consent = CommunityId(1), CommunityId(2), CommunityId(3)
    unknown_to_discord = CommunityId(4)
    async with stage.store.write() as tx:
        await agreed(tx, SAM, ALEX)
        for community in (HERE, left, no_team, unknown_to_discord):
            await tx.plans.add(plan_of(SAM, community=community))
        stopped = plan_of(SAM, community=THERE)
        await tx.plans.add(stopped)
        await tx.plans.set_state(stopped.id, PlanState.STOPPED, at=START)
        await tx.consents.record(entry(SAM))  # names HERE, too
        await tx.consents.record(replace(entry(SAM), community=by_consent))
        await tx.plans.add(plan_of(ALEX, community=CommunityId(5)))
    for community in (THERE, left, by_consent, unknown_to_discord, CommunityId(5), CommunityId(6)):
        await stage.set_team(community)
    stage.rooms.members |= {(each, SAM) for each in (HERE, THERE, no_team, by_consent, CommunityId(5), CommunityId(6))}
    stage.rooms.members.add((CommunityId(5), ALEX))
    assert set(await stage.handover.communities_with_a_team(SAM)) == {HERE, THERE, by_consent}
    assert await stage.handover.communities_with_a_team(ALEX) == [CommunityId(5)]
    assert await stage.handover.communities_with_a_team(PersonId(9)) == []
    assert (no_team, SAM) not in stage.rooms.asked, "nobody is asked about where nothing can be done"


async def test_who_cannot_be_told_of_is_left_out(stage: Stage) -> None:
    async with stage.store.write() as tx:
        await agreed(tx, SAM)
        for community in (HERE, THERE):
            await tx.plans.add(plan_of(SAM, community=community))
    await stage.set_team(THERE)
    stage.rooms.members |= {(HERE, SAM), (THERE, SAM)}
    stage.rooms.refuse(NotSent("429"), of="has_member")
    assert len(await stage.handover.communities_with_a_team(SAM)) == 1


async def test_no_more_are_offered_than_a_select_takes(stage: Stage) -> None:
    async with stage.store.write() as tx:
        await agreed(tx, SAM)
        for number in range(100, 100 + MOST_COMMUNITIES + 3):
            await tx.plans.add(plan_of(SAM, community=CommunityId(number)))
            await tx.communities.save(CommunitySettings(CommunityId(number), None, TEAM), at=START)
            stage.rooms.members.add((CommunityId(number), SAM))
    assert len(await stage.handover.communities_with_a_team(SAM)) == MOST_COMMUNITIES
    assert len(stage.rooms.asked) == MOST_COMMUNITIES


async def test_members_see_the_approved_lines(stage: Stage) -> None:
    shown, waiting = line_of(ALEX), line_of(ALEX)
    async with stage.store.write() as tx:
        await agreed(tx, SAM, ALEX)
        for line in (shown, waiting, line_of(ALEX, community=THERE)):
            await tx.own_helplines.add(line)
        for community in (HERE, THERE):
            await tx.plans.add(plan_of(SAM, community=community))
    stage.rooms.members |= {(HERE, SAM), (THERE, SAM)}
    assert (await stage.handover.lines(SAM, HERE, is_there=True)).lines == ()
    assert await stage.handover.communities_with_lines(SAM) == []
    async with stage.store.write() as tx:
        await tx.own_helplines.approve(shown.id, PersonId(3), START)
    listed = await stage.handover.lines(SAM, HERE, is_there=True)
    assert ([line.id for line in listed.lines], listed.at) == ([shown.id], START)
    assert await stage.handover.communities_with_lines(SAM) == [HERE]
