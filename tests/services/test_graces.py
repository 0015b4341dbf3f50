"""Who is gone: when a grace begins, what ends it, and what is left when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from supportbot.domain.cadence import Occurrence
from supportbot.domain.checkins import Delivery, PlanState, State, delivery_id
from supportbot.domain.communities import CommunitySettings
from supportbot.domain.consent import Scope
from supportbot.domain.people import ChannelId, CommunityId, PersonId
from supportbot.domain.retention import Absence, Keep, Why
from supportbot.errors import StorageError, Unreachable
from supportbot.services import graces
from supportbot.services.retention import AGAIN
from supportbot.storage.store import SqlTransaction, new_id
from tests.services.house import ALEX, SAM, House, daily
from tests.services.nights import DAYS, HERE, SQLITE_FIRST, THERE, Nights
from tests.storage.rows import line_of

pytestmark = SQLITE_FIRST
GRACE = DAYS[Keep.GRACE]
GONE = Unreachable("50278", gone=True)


async def absent(house: House) -> dict[PersonId, Why]:
    async with house.store.read() as tx:
        return {absence.person: absence.why for absence in await tx.absences.all()}


async def states(house: House, person: PersonId = SAM) -> list[PlanState]:
    """Of the plans that are not stopped."""
    async with house.store.read() as tx:
        return [plan.state for plan in await tx.plans.of(person)]


async def erased(house: House) -> int:
    """How many erasures are noted."""
    async with house.database.read() as connection:
        return len((await connection.exec_driver_sql("SELECT id FROM erasures")).all())


async def test_somebody_found_nowhere_is_not_written_to_and_erased_after_the_grace(
    house: House, nights: Nights
) -> None:
    nights.where.members.add((THERE, ALEX))
    await nights.agree(SAM, HERE)
    await nights.agree(ALEX, THERE)
    await nights.pass_days(1)
    assert await absent(house) == {SAM: Why.NOT_THERE}
    await house.pass_to(20)
    assert house.invitations(SAM) == []
    assert len(house.invitations(ALEX)) == 1
    assert ("cancelled", "away") in await house.states()
    await nights.pass_days(GRACE - 1)
    assert await states(house) == [PlanState.ACTIVE]
    await nights.pass_days(1)
    assert await nights.kinds() == {}
    assert nights.erased == [SAM], "whoever has something of theirs in memory was told"
    assert await erased(house) == 1, "a backup must not bring them back"
    assert await states(house, ALEX) == [PlanState.ACTIVE]


async def test_whoever_is_back_goes_on_as_before(house: House, nights: Nights) -> None:
    await nights.agree(SAM, HERE)
    await nights.pass_days(1)
    await house.pass_to(24)
    nights.where.members.add((HERE, SAM))
    await nights.pass_days(1)
    assert await absent(house) == {}
    await house.pass_to(20)
    await house.pass_to(24)
    assert house.invitations(SAM), "the next ones were planned all the while"
    await nights.pass_days(GRACE + 1)
    assert await states(house) == [PlanState.ACTIVE]


async def test_an_answer_that_is_no_answer_says_nothing_and_erases_nobody(house: House, nights: Nights) -> None:
    await nights.agree(SAM, HERE)
    nights.where.silent.add(HERE)
    await nights.pass_days(1)
    assert await absent(house) == {}
    nights.where.silent.clear()
    await nights.pass_days(1)
    nights.where.silent.add(HERE)
    await nights.pass_days(GRACE + 5)
    assert await absent(house) == {SAM: Why.NOT_THERE}, "they wait for a night with an answer"
    nights.where.places = None
    await nights.pass_days(1)
    assert await absent(house) == {SAM: Why.NOT_THERE}
    nights.where.places = {HERE, THERE}
    nights.where.silent.clear()
    await nights.pass_days(1)
    assert await nights.kinds() == {}


async def test_leaving_one_community_ends_what_was_made_there(house: House, nights: Nights) -> None:
    nights.where.members |= {(HERE, SAM), (THERE, SAM)}
    left, kept = await nights.agree(SAM, HERE, THERE)
    nights.where.members.discard((HERE, SAM))
    await nights.pass_days(1)
    assert len(await states(house)) == 2, "one look may be wrong"
    nights.where.members.add((HERE, SAM))
    await nights.pass_days(1)
    nights.where.members.discard((HERE, SAM))
    await nights.pass_days(1)
    assert len(await states(house)) == 2, "two of them, and in a row"
    await nights.pass_days(1)
    async with house.store.read() as tx:
        assert [plan.id for plan in await tx.plans.of(SAM)] == [kept]
        stopped = await tx.plans.get(left)
    assert stopped is not None
    assert stopped.state is PlanState.STOPPED
    assert await absent(house) == {}
    assert ("cancelled", "left") in await house.states()
    assert await house.checkins.left_lately(SAM), "and they can read why"
    house.clock.advance(days=31)
    assert not await house.checkins.left_lately(SAM)


async def test_a_press_ends_the_grace_at_once(house: House, nights: Nights) -> None:
    await nights.agree(SAM, HERE)
    await nights.pass_days(1)
    await nights.graces.seen(ALEX)
    assert await absent(house) == {SAM: Why.NOT_THERE}
    await nights.graces.seen(SAM)
    assert await absent(house) == {}


async def test_whoever_presses_while_the_night_works_is_not_erased(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for the others takes minutes, and what was read before is old by then."""
    late = PersonId(1000)
    nights.where.members |= {(HERE, late)}
    for person in (ALEX, late):
        await nights.agree(person, HERE)
    await nights.pass_days(DAYS[Keep.INACTIVE] + 1)
    assert await absent(house) == {ALEX: Why.NOT_THERE, late: Why.INACTIVE}
    look = nights.where.has_member

    async def meanwhile(community: CommunityId, person: PersonId) -> bool:
        await nights.graces.seen(late)
        return await look(community, person)

    monkeypatch.setattr(nights.where, "has_member", meanwhile)
    await nights.pass_days(GRACE)
    assert (await nights.kinds(late))["plans"] == 1
    assert nights.erased == [ALEX], "what the other has under way goes on"


async def test_nights_in_which_the_bot_was_off_do_not_count(house: House, nights: Nights) -> None:
    """Nobody could press; also of a database that was restored from an old copy."""
    nights.where.members.add((HERE, SAM))
    await nights.agree(SAM, HERE)
    async with house.store.write() as tx:
        await tx.communities.save(CommunitySettings(THERE, "FI", None), at=house.clock.now())
    nights.where.places = {HERE}
    await nights.pass_days(DAYS[Keep.INACTIVE] + 1)
    house.clock.advance(days=GRACE + 1)
    await nights.trust_the_clock()
    await nights.again().retention.tonight()
    assert (await nights.kinds())["plans"] == 1
    assert await settled(house, THERE), "the same with what a community set"
    for _ in range(GRACE // 2):
        house.clock.advance(days=2)
        await nights.trust_the_clock()
        await nights.retention.tonight()
    assert await nights.kinds() == {}, "a night or two without it do no harm"
    assert not await settled(house, THERE)


async def test_one_person_who_cannot_be_erased_holds_nobody_up(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = [PersonId(number) for number in (10, 11, 12)]
    for person in people:
        await nights.agree(person, HERE)
    await nights.pass_days(1)
    erase = SqlTransaction.erase

    async def failing(tx: SqlTransaction, person: PersonId, basis: None = None, *, at: datetime) -> dict[str, int]:
        if person == 10:
            raise StorageError("the test broke it")
        return await erase(tx, person, basis, at=at)

    with monkeypatch.context() as patch:
        patch.setattr(SqlTransaction, "erase", failing)
        await nights.pass_days(GRACE)
    assert [person for person in people if await nights.kinds(person)] == [10]
    assert "'count': 1, 'advice'" in caplog.text
    async with house.store.read() as tx:
        assert await tx.retention.last_done() == house.clock.now(), "the night is done"
    await nights.pass_days(1)
    assert await nights.kinds(PersonId(10)) == {}, "and the next one tries again"


async def test_when_everything_fails_the_night_is_not_done(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graces, "FAILURES", 1)
    for person in (SAM, ALEX):
        await nights.agree(person, HERE)
    monkeypatch.setattr(nights.graces, "_verdict", None)
    assert await nights.pass_days(1) == house.clock.now() + AGAIN


async def test_discord_says_that_no_community_is_shared(house: House, nights: Nights) -> None:
    """Also of a plan that was made in a DM, where there is no community to look in."""
    await house.checkins.agree(SAM, None, daily("20:00"), "UTC", nights.text)
    house.messenger.refuse(GONE, person=SAM)
    await house.pass_to(20)
    assert await absent(house) == {SAM: Why.NO_SHARED}
    assert house.gone == [SAM], "so that a press ends it at once"
    assert await states(house) == [PlanState.PAUSED]
    await nights.pass_days(GRACE - 1)
    assert await states(house) == [PlanState.PAUSED]
    await nights.pass_days(1)
    assert await nights.kinds() == {}


async def test_nothing_is_sent_to_whoever_is_found_gone_after_it_was_claimed(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    await nights.agree(SAM, HERE)

    begin = house.engine._attempts._begin

    async def gone_by_then(claimed: Delivery) -> object:
        async with house.store.write() as tx:
            await tx.consents.rely_on(SAM, Scope.CHECKINS)
            await tx.absences.add(Absence(SAM, Why.NOT_THERE, house.clock.now()))
        return await begin(claimed)

    monkeypatch.setattr(house.engine._attempts, "_begin", gone_by_then)
    await house.pass_to(20)
    assert house.invitations(SAM) == []
    assert ("cancelled", "away") in await house.states()


async def test_closed_dms_begin_no_grace(house: House, nights: Nights) -> None:
    await nights.agree(SAM, HERE)
    nights.where.members.add((HERE, SAM))
    house.messenger.refuse(Unreachable("50007"), person=SAM)
    await house.pass_to(20)
    assert await states(house) == [PlanState.PAUSED]
    await nights.pass_days(1)
    assert await absent(house) == {}


async def answered(house: House, plan_id: str) -> None:
    """A check-in of today that was answered just now."""
    now = house.clock.now()
    async with house.store.write() as tx:
        plan = await tx.plans.get(plan_id)
        assert plan is not None
        assert await tx.consents.holds(plan.person, Scope.CHECKINS)
        today = Occurrence(now.date(), plan.rule.slots[0].id, now)
        occurrence_id = new_id()
        await tx.deliveries.plan(plan, today, occurrence_id=occurrence_id, window=timedelta(hours=2), at=now)
        for state in (State.SENT, State.ANSWERED):
            delivery = await tx.deliveries.get(delivery_id(occurrence_id, 1))
            assert delivery is not None
            assert await tx.deliveries.move(delivery, state, at=now)


async def test_a_year_without_a_sign(house: House, nights: Nights) -> None:
    nights.where.members |= {(HERE, SAM), (HERE, ALEX)}
    await nights.agree(SAM, HERE)
    (hers,) = await nights.agree(ALEX, HERE)
    house.clock.advance(days=100)
    await answered(house, hers)
    await nights.pass_days(DAYS[Keep.INACTIVE] - 101)
    assert await absent(house) == {}
    await nights.pass_days(2)
    assert await absent(house) == {SAM: Why.INACTIVE}, "an answer is a sign, also when its like is purged meanwhile"
    async with house.store.read() as tx:
        assert not await tx.absences.is_gone(SAM), "they are still there, and still asked"
    await nights.pass_days(GRACE)
    assert await nights.kinds() == {}
    assert await states(house, ALEX) == [PlanState.ACTIVE]


async def test_a_sign_ends_the_grace_of_an_inactive_person(house: House, nights: Nights) -> None:
    nights.where.members.add((HERE, SAM))
    await nights.agree(SAM, HERE)
    await nights.pass_days(DAYS[Keep.INACTIVE] + 1)
    assert await absent(house) == {SAM: Why.INACTIVE}
    house.clock.advance(days=5)
    await nights.agree(SAM, HERE, at=9)
    await nights.pass_days(GRACE)
    assert await absent(house) == {}
    assert len(await states(house)) == 2


async def test_withdrawing_takes_the_absence_too(house: House, nights: Nights) -> None:
    await nights.agree(SAM, HERE)
    await nights.pass_days(1)
    async with house.store.write() as tx:
        await tx.consents.withdraw(SAM, Scope.CHECKINS, at=house.clock.now())
        await tx.erase(SAM, Scope.CHECKINS, at=house.clock.now())
    assert await absent(house) == {}


async def settled(house: House, community: CommunityId) -> bool:
    """Whether anything is kept of what a community set."""
    async with house.store.read() as tx:
        return bool(await tx.communities.get(community) or await tx.own_helplines.of(community))


async def test_a_community_that_removed_the_bot_is_forgotten_after_its_grace(house: House, nights: Nights) -> None:
    async with house.store.write() as tx:
        for community in (HERE, THERE):
            await tx.communities.save(CommunitySettings(community, "FI", ChannelId(5)), at=house.clock.now())
            await tx.own_helplines.add(replace(line_of(ALEX), community=community))
    nights.where.places = {THERE}
    await nights.graces.left(HERE)
    nights.where.members.add((THERE, SAM))
    await nights.agree(SAM, HERE, THERE)
    await nights.pass_days(GRACE - 1)
    assert await settled(house, HERE)
    assert len(await states(house)) == 2, "they are still in another, and their check-ins are theirs"
    await nights.pass_days(1)
    assert not await settled(house, HERE)
    assert await settled(house, THERE)
    assert (await nights.kinds(ALEX)) == {"helpline_signatures": 1}


@pytest.mark.parametrize("told", [True, False])
async def test_a_bot_that_was_invited_back_keeps_everything(house: House, nights: Nights, told: bool) -> None:
    async with house.store.write() as tx:
        await tx.communities.save(CommunitySettings(HERE, "FI", None), at=house.clock.now())
    nights.where.places = {THERE}
    await nights.pass_days(1)
    async with house.store.read() as tx:
        assert list(await tx.departures.all()) == [HERE], "noticed without having been told"
    nights.where.places = {HERE, THERE}
    if told:
        await nights.graces.joined(HERE)
    else:
        await nights.pass_days(1)
    async with house.store.read() as tx:
        assert await tx.departures.all() == {}
    await nights.pass_days(GRACE + 1)
    assert await settled(house, HERE)


async def test_whoever_is_only_known_from_a_community_without_the_bot_is_gone(house: House, nights: Nights) -> None:
    nights.where.places = {THERE}
    await nights.agree(SAM, HERE)
    await nights.pass_days(1)
    assert await absent(house) == {SAM: Why.NOT_THERE}
    assert nights.where.asked == []


async def test_many_are_looked_for_over_several_nights(
    house: House, nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graces, "A_NIGHT", 3)
    people = [PersonId(number << 22) for number in range(100, 109)]
    for person in people:
        nights.where.members.add((HERE, person))
        await nights.agree(person, HERE)
    asked: list[int] = []
    for _ in range(3):
        nights.where.asked.clear()
        await nights.pass_days(1)
        asked.append(len(nights.where.asked))
        assert nights.pacer.turns >= len(nights.where.asked)
    assert asked == [3, 3, 3]
    assert nights.pacer.turns == len(people), "each of them once"


async def test_it_begins_with_who_is_in_grace(house: House, nights: Nights) -> None:
    await nights.agree(SAM, HERE)
    await nights.pass_days(1)
    again = nights.again()
    await again.graces.load()
    await again.graces.seen(SAM)
    assert await absent(house) == {}


async def test_a_grace_that_another_process_began_ends_with_a_press_too(house: House, nights: Nights) -> None:
    await nights.agree(SAM, HERE)
    other = nights.again()
    await other.graces.load()
    await nights.pass_days(1)
    await other.graces.seen(SAM)
    assert await absent(house) == {}


async def test_a_bot_that_is_invited_back_finds_its_people_again(house: House, nights: Nights) -> None:
    nights.where.places = {THERE}
    await nights.agree(SAM, HERE)
    await nights.agree(ALEX, THERE)
    await nights.pass_days(1)
    assert await absent(house) == {SAM: Why.NOT_THERE, ALEX: Why.NOT_THERE}
    await nights.graces.joined(HERE)
    assert await absent(house) == {ALEX: Why.NOT_THERE}
    await house.pass_to(20)
    assert len(house.invitations(SAM)) == 1, "at once, and not after the next night"


@pytest.mark.parametrize("stayed", [9, 10])
async def test_when_most_are_gone_it_is_the_bot(
    house: House, nights: Nights, caplog: pytest.LogCaptureFixture, stayed: int
) -> None:
    """As with the token of another application."""
    people = [PersonId(100 + number) for number in range(graces.AT_LEAST)]
    for person in people:
        await nights.agree(person, HERE)
    nights.where.members |= {(HERE, person) for person in people[:stayed]}
    await nights.pass_days(1)
    assert len(await absent(house)) == (10 if stayed == 10 else 0)
    assert ("grace.too_many_gone" in caplog.text) == (stayed == 9)


async def test_whoever_withdrew_meanwhile_gets_no_grace(
    house: House, nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    await nights.agree(SAM, HERE)
    async with house.store.write() as tx:
        await tx.consents.withdraw(SAM, Scope.CHECKINS, at=house.clock.now())
    await nights.pass_days(1)
    assert await absent(house) == {}
    assert "grace.failed" not in caplog.text
