"""The delivering side over a real database file and fakes of clock, wake-ups and messenger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from supportbot.domain.checkins import Answer, Invitation, Note, State, Welcome
from supportbot.domain.consent import ConsentEntry, How, Scope
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.domain.prompts import Reply
from supportbot.errors import NotSent, OutcomeUnknown, Unreachable, UserError
from supportbot.services import delivery
from supportbot.services.checkins import Greeting
from supportbot.services.delivery import WAKE_UP
from supportbot.storage.tables import members
from tests.services.house import ALEX, SAM, TEXT, TIMING, House, daily
from tests.storage.rows import agreed


async def test_one_day(house: House) -> None:
    await house.start()
    assert house.messenger.sent_to(SAM) == [Welcome("en")]
    await house.pass_to(20)
    assert not house.invitations(), "not before its time"
    await house.pass_to(0.5)
    assert len(house.invitations()) == 1
    assert await house.states() == [("sent", None), ("planned", None)]
    await house.engine.deliver_due()
    assert len(house.invitations()) == 1


async def test_each_delivery_has_its_own_nonce_and_one_request(house: House) -> None:
    await house.start()
    for hours in (20.5, 24, 24):
        await house.pass_to(hours)
    sends = [message for message in house.messenger.sent if isinstance(message.note, Invitation)]
    assert len({message.nonce for message in sends}) == len(sends) == 3
    assert [call for call, _ in house.messenger.calls] == ["open_dm", "send", "send", "send", "send"]


@pytest.mark.parametrize("stored", [True, False])
async def test_an_open_outcome_is_decided_by_the_history(house: House, stored: bool) -> None:
    await house.start()
    house.messenger.refuse(OutcomeUnknown("reset"), stored=stored)
    await house.pass_to(20.5)
    assert (await house.states())[0] == ("unknown", None)
    await house.engine.deliver_due()
    assert (await house.states())[0] == ("unknown", None), "not before the attempt's window is over"
    await house.pass_to(TIMING.lease / timedelta(hours=1))
    assert (await house.states())[0] == ("sent", None)
    assert len(house.invitations()) == 1


async def test_what_was_deleted_before_it_was_looked_up_is_not_sent_again(house: House) -> None:
    await house.start()
    house.messenger.refuse(OutcomeUnknown("reset"))  # it may have arrived, and its message is deleted
    await house.pass_to(20.5)
    assert (await house.states())[0] == ("unknown", None)
    await house.checkins.sweeping(SAM)
    await house.pass_to(TIMING.lease / timedelta(hours=1))
    assert (await house.states())[0] == ("gave_up", "undecided")
    assert house.invitations() == []


async def test_history_that_cannot_be_read_ends_with_the_window(house: House) -> None:
    await house.start()
    house.messenger.refuse(OutcomeUnknown("reset"))
    house.messenger.refuse(OutcomeUnknown("reset"), of="find", times=100)
    await house.pass_to(20.5)
    await house.pass_to(1)
    assert (await house.states())[0] == ("unknown", None)
    await house.pass_to(1.1)
    assert (await house.states())[0] == ("gave_up", "undecided")
    assert not house.invitations(), "in doubt, not twice"


async def test_a_definite_refusal_is_tried_again_later_each_time(house: House) -> None:
    await house.start()
    house.messenger.refuse(NotSent("400 0"), times=3)
    await house.pass_to(20.5)
    for seconds in (15, 30, 60):
        assert (await house.states())[0] == ("planned", None)
        await house.pass_to((seconds - 1) / 3600)
        assert not house.invitations()
        await house.pass_to(1 / 3600)
    assert len(house.invitations()) == 1
    assert await house.states() == [("sent", None), ("planned", None)], "one ahead, however often it was tried"


async def test_a_refusal_that_lasts_ends_as_not_sent(house: House) -> None:
    await house.start()
    house.messenger.refuse(NotSent("429", retry_after=3 * 3600), times=1)
    await house.pass_to(20.5)
    await house.pass_to(3)
    assert (await house.states())[0] == ("not_sent", "refused")
    assert not house.invitations()


async def test_somebody_who_cannot_be_reached_is_not_tried_again(house: House) -> None:
    await house.start()
    await house.start(at="21:00")
    await house.start(ALEX)
    house.messenger.refuse(Unreachable("50007"), person=SAM, times=100)
    await house.pass_to(20.5)
    assert len(house.invitations(ALEX)) == 1
    tried = len(house.messenger.calls)
    await house.pass_to(0.5)
    assert len(house.messenger.calls) == tried
    assert {view.plan.state for view in await house.checkins.plans(SAM)} == {"paused"}
    states = await house.states()
    assert ("unreachable", "closed_dm") in states
    assert states.count(("planned", None)) == 1, "the other person's; theirs can be planned anew"


async def test_a_claim_whose_holder_died_is_free_again(house: House) -> None:
    await house.start()
    house.clock.advance(hours=20.5)
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        [planned] = await tx.deliveries.to_look_at(house.clock.now(), limit=10)
        ends = house.clock.now() + TIMING.lease
        assert await tx.deliveries.move(planned, State.CLAIMED, at=house.clock.now(), wake_at=ends)
        assert not await tx.deliveries.move(planned, State.CLAIMED, at=house.clock.now(), wake_at=ends), "one wins"
    await house.engine.deliver_due()
    assert not house.invitations()
    await house.pass_to(TIMING.lease / timedelta(hours=1))
    assert len(house.invitations()) == 1


@pytest.mark.parametrize("went_out", [True, False])
async def test_an_attempt_whose_holder_died_is_looked_up(house: House, went_out: bool) -> None:
    await house.start()
    house.clock.advance(hours=20.5)
    async with house.store.write() as tx:
        await agreed(tx, SAM)
        now = house.clock.now()
        [planned] = await tx.deliveries.to_look_at(now, limit=10)
        await tx.deliveries.move(planned, State.CLAIMED, at=now, wake_at=now + TIMING.lease)
        claimed = await tx.deliveries.get(planned.id)
        assert claimed
        await tx.deliveries.move(claimed, State.SENDING, at=now, wake_at=now + TIMING.lease, new_attempt=True)
        dm = await tx.dm_channels.get(SAM)
        assert dm
    if went_out:
        await house.messenger.send(dm.channel, Invitation(planned.id, "en"), nonce=planned.id)
    await house.engine.deliver_due()
    assert len(house.invitations()) == int(went_out), "nothing is done while the attempt may still be under way"
    await house.pass_to(TIMING.lease / timedelta(hours=1))
    assert len(house.invitations()) == 1
    assert (await house.states())[0] == ("sent", None)
    assert [call for call, _ in house.messenger.calls].count("find") == 1


async def test_a_stop_between_claim_and_send_is_kept(house: House) -> None:
    plan = await house.start()
    house.clock.advance(hours=20.5)
    async with house.store.write() as tx:
        [planned] = await tx.deliveries.to_look_at(house.clock.now(), limit=10)
    await house.checkins.stop(SAM, plan)
    await house.engine.deliver_due()
    assert not house.invitations()
    assert await house.states() == [("cancelled", "stopped")]
    assert planned.state is State.PLANNED


async def test_without_consent_nothing_goes_out(house: House) -> None:
    await house.start()
    async with house.store.write() as tx:
        await tx.consents.record(
            ConsentEntry(SAM, None, Scope.CHECKINS, "1", "en", house.clock.now(), How.COMMAND, given=False)
        )
    await house.pass_to(20.5)
    assert not house.invitations()
    assert (await house.states())[0] == ("cancelled", "no_consent")


async def test_days_of_downtime_are_no_burst(house: House) -> None:
    await house.start()
    await house.pass_to(20.5 + 3 * 24 + 2.1)
    assert not house.invitations()
    assert await house.states() == [("not_sent", "late")] * 4 + [("planned", None)]
    await house.pass_to(22)
    assert len(house.invitations()) == 1


async def test_many_at_once_each_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "BATCH", 12)
    people = range(10, 40)
    for person in people:
        await house.start(PersonId(person))
    await house.pass_to(20.5)
    assert [len(house.invitations(person)) for person in people] == [1] * len(people)


async def test_the_first_dm_may_be_in_doubt(house: House) -> None:
    house.messenger.refuse(OutcomeUnknown("reset"))
    started = await house.checkins.agree(SAM, None, daily("20:30"), "UTC", TEXT)
    assert started.greeting is Greeting.UNSURE
    await house.pass_to(20.5)
    assert len(house.invitations()) == 1


async def test_answers_and_their_replies(house: House) -> None:
    await house.start()
    replies = []
    for mood, hours in ((1, 20.5), (2, 24), (5, 24)):
        await house.pass_to(hours)
        here, answer = house.last(), Answer(mood=mood)
        assert await house.arrivals.open(here, "en")
        replies.append((await house.arrivals.answer(here, answer)).reply)
        assert await house.arrivals.open(here, "en") is None
        with pytest.raises(UserError, match="answered_before"):
            await house.arrivals.answer(here, answer)
        with pytest.raises(UserError, match="not_yours"):
            await house.arrivals.answer(house.last(ALEX), answer)
    assert replies == [Reply.LOW, Reply.PLAIN, Reply.PLAIN]


async def test_the_wake_up_is_at_the_earliest_due_instant(house: House) -> None:
    await house.start(at="20:30")
    await house.start(at="08:00")
    await house.engine._arm()
    assert house.wakeups.armed[WAKE_UP] == house.clock.now().replace(hour=8)


async def test_trouble_with_one_does_not_touch_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.start(SAM)
    await house.start(ALEX)
    send = house.messenger.send

    async def breaks_for_sam(channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        if isinstance(note, Invitation) and channel == 5_000_001:
            raise RuntimeError("a bug")
        return await send(channel, note, nonce=nonce)

    monkeypatch.setattr(house.messenger, "send", breaks_for_sam)
    with pytest.raises(RuntimeError, match="a bug"):
        await house.pass_to(20.5)
    assert len(house.invitations(ALEX)) == 1
    monkeypatch.setattr(house.messenger, "send", send)
    await house.pass_to(TIMING.lease / timedelta(hours=1))
    assert len(house.invitations(SAM)) == 1, "looked up in the history, and sent when it was not there"
    assert len(house.invitations(ALEX)) == 1


async def test_a_row_that_cannot_be_opened_holds_nobody_else_up(house: House) -> None:
    await house.start(SAM)
    await house.start(ALEX)
    async with house.database.write() as connection:
        whole = (await connection.execute(select(members.c.zone).where(members.c.person_id == SAM))).scalar_one()
        await connection.execute(update(members).where(members.c.person_id == SAM).values(zone=b"broken"))
    await house.pass_to(20.5)
    assert len(house.invitations(ALEX)) == 1
    assert not house.invitations(SAM)
    async with house.database.write() as connection:
        await connection.execute(update(members).where(members.c.person_id == SAM).values(zone=whole))
    await house.pass_to(0.2)
    assert len(house.invitations(SAM)) == 1, "nothing was lost: it waited for the right key"
