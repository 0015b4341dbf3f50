"""`/checkin` in words: start with every kind of rule, edit, pause, resume, skip; and all that can stand in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from supportbot.domain.cadence import Cadence
from supportbot.domain.checkins import Asks, Paused, Plan, PlanState
from supportbot.domain.people import PersonId
from tests.cogs.house import Answer, House, buttons
from tests.cogs.test_language import choose

AGREE = "I agree, start"
CRISIS = "I want to kill myself"
"""A phrase of the lists."""


async def plans(house: House, who: object = None) -> list[Plan]:
    person = PersonId(house.ann.id if who is None else who.id)  # type: ignore[attr-defined]
    async with house.store.read() as tx:
        return await tx.plans.of(person)


async def begin(house: House, when: str = "20:30", zone: str = "Europe/Berlin", **more: object) -> Answer:
    return await house.run(house.ann, "checkin start", when=when, zone=zone, **more)


async def started(house: House, when: str = "20:30", **more: object) -> Plan:
    draft = await begin(house, when, **more)
    agreed = await house.press(house.ann, draft.message, AGREE)
    assert "Your check-in runs" in agreed.text
    return (await plans(house))[-1]


def stamp(moment: datetime) -> str:
    return f"<t:{int(moment.timestamp())}:F>"


async def test_a_rule_in_words_is_shown_before_it_counts_and_kept_as_shown(house: House) -> None:
    draft = await begin(house, "every monday & thursday at eight thirty in the evening", ask="hello", plain=True)
    assert "**Every Monday and Thursday at 20:30**, time zone **Europe/Berlin**" in draft.text
    assert "It asks about: **nothing, just a hello**" in draft.text
    assert "The question shows at once" in draft.text
    first = datetime(2026, 1, 1, 19, 30, tzinfo=UTC)
    assert [stamp(first + timedelta(days=ahead)) in draft.text for ahead in (0, 4, 7, 8)] == [True, True, True, False]
    assert await house.rows() == {}
    assert all(len(each) <= 100 for each in buttons(draft.message).values())
    await house.press(house.ann, draft.message, AGREE)
    (plan,) = await plans(house)
    assert (plan.rule.cadence, plan.rule.days, plan.asks, plan.discreet) == (Cadence.WEEKLY, (0, 3), Asks.HELLO, False)
    listed = await house.run(house.ann, "checkin list")
    assert "Every Monday and Thursday at 20:30 (Europe/Berlin)" in listed.text
    assert "nothing, just a hello · made in Riverside" in listed.text

    for when, said in {
        "weekdays at 8:30": "Monday to Friday at 08:30",
        "every 3 days 9pm": "Every 3 days at 21:00",
        "on the 31st of every month at noon": "On the last day of every month at 12:00",
        "on the 30th of every month at noon": "On day 30 of every month, or its last day, at 12:00",
        "8 and 20:30": "Every day at 08:00 and 20:30",
        "cada 2 días a las 9 de la noche": "Every 2 days at 21:00",
    }.items():
        assert f"**{said}**" in (await begin(house, when)).text
    guessed = await begin(house, "half past eight")
    assert "For the evening, write it like **8:30 pm**" in guessed.text


async def test_the_end_is_in_words_too_and_what_would_never_come_is_refused(house: House) -> None:
    draft = await begin(house, "every monday 20:00", until="in 3 weeks")
    assert "Every Monday at 20:00, until January 22, 2026" in draft.text
    for until, why in {
        "yesterday": "That day is over already",
        "whenever": "I did not understand that date",
        "3/4": "two different dates",
        "2090-01-01": "further away than I can plan",
        "tomorrow": "That check-in would never come",
    }.items():
        assert why in (await begin(house, "every monday 20:00", until=until)).text
    assert await house.rows() == {}
    await house.press(house.ann, draft.message, AGREE)
    (plan,) = await plans(house)
    assert str(plan.rule.until) == "2026-01-22"


async def test_the_zone_is_asked_for_once(house: House) -> None:
    missing = await house.run(house.ann, "checkin start", when="20:30")
    assert "choose your city or time zone" in missing.text
    await started(house)
    again = await house.run(house.ann, "checkin start", when="07:00")
    assert "**Every day at 07:00**, time zone **Europe/Berlin**" in again.text


async def test_ways_to_say_when_are_suggested_and_understood(house: House) -> None:
    offered = await house.ann.autocomplete(house.general, "checkin start", "when", "")
    assert len(offered) == 6
    assert len(await house.ann.autocomplete(house.general, "checkin start", "when", "mond")) == 2
    for each in offered:
        assert f"**{each['value']}**" in (await begin(house, each["value"])).text


async def test_own_words_are_in_no_id_and_gone_when_not_agreed_to(house: House) -> None:
    draft = await begin(house, ask="goal", words="A  walk *before* <@1> noon")
    assert "In your words: A walk \\*before\\* \\<\\@1\\> noon" in draft.text
    assert not any("walk" in custom_id for custom_id in buttons(draft.message).values())
    assert await house.rows() == {}
    house.clock.advance(minutes=14)
    await house.press(house.ann, draft.message, AGREE)
    (plan,) = await plans(house)
    assert (plan.asks, plan.words) == (Asks.GOAL, "A walk before <@1> noon".replace("before", "*before*"))
    assert "walk" not in house.log_text()

    late = await begin(house, "07:00", words="Did I eat today?")
    assert "It asks about: **a question of your own**" in late.text
    house.clock.advance(minutes=15)
    gone = await house.press(house.ann, late.message, AGREE)
    assert "Please start again" in gone.text
    assert len(await plans(house)) == 1


async def test_own_words_that_fit_nothing_are_refused(house: House) -> None:
    assert "please write it in the words box" in (await begin(house, ask="goal")).text
    assert "please write it in the words box" in (await begin(house, ask="question", words="  ")).text
    assert "Words of your own go with a goal" in (await begin(house, ask="mood", words="walk")).text
    assert await house.rows() == {}


async def test_words_of_crisis_bring_the_crisis_page_at_once(house: House) -> None:
    answer = await begin(house, ask="goal", words=CRISIS)
    assert "988" in answer.text or "emergency" in answer.text.lower()
    assert answer.ephemeral
    assert "Your check-in, before it starts" in answer.last, "nobody decides for them"
    assert house.dms(house.ann) == []


async def test_an_edit_is_shown_first_and_keeps_the_slot_of_a_time_that_moved(house: House) -> None:
    before = await started(house, "8:00 and 20:30")
    draft = await house.run(house.ann, "checkin edit", when="7:30 and 21:00 and 12:00", until="24 December", plain=True)
    assert "Your check-in, as it would be" in draft.text
    assert "Every day at 07:30, 12:00, and 21:00, until December 24, 2026" in draft.text
    assert (await plans(house))[0] == before
    changed = await house.press(house.ann, draft.message, "Yes, change it")
    assert "Changed. The next one comes" in changed.text
    (after,) = await plans(house)
    slots = {f"{slot.at:%H:%M}": slot.id for slot in after.rule.slots}
    old = {f"{slot.at:%H:%M}": slot.id for slot in before.rule.slots}
    assert (slots["07:30"], slots["21:00"]) == (old["08:00"], old["20:30"])
    assert slots["12:00"] not in old.values()
    assert (str(after.rule.until), after.discreet, after.asks) == ("2026-12-24", False, Asks.MOOD)
    forever = await house.run(house.ann, "checkin edit", until="never")
    await house.press(house.ann, forever.message, "Yes, change it")
    (after,) = await plans(house)
    assert after.rule.until is None
    kept = await house.press(
        house.ann, (await house.run(house.ann, "checkin edit", when="22:00")).message, "Leave it as it is"
    )
    assert "Nothing was changed" in kept.text
    assert (await plans(house))[0] == after


async def test_an_edit_keeps_the_words_or_takes_new_ones(house: House) -> None:
    await started(house, ask="goal", words="walk")
    later = await house.run(house.ann, "checkin edit", when="21:00")
    await house.press(house.ann, later.message, "Yes, change it")
    assert (await plans(house))[0].words == "walk"
    other = await house.run(house.ann, "checkin edit", words="swim")
    await house.press(house.ann, other.message, "Yes, change it")
    (plan,) = await plans(house)
    assert (plan.words, plan.asks) == ("swim", Asks.QUESTION)
    none = await house.run(house.ann, "checkin edit", ask="mood")
    await house.press(house.ann, none.message, "Yes, change it")
    (plan,) = await plans(house)
    assert (plan.words, plan.asks) == (None, Asks.MOOD)
    assert "please write it in the words box" in (await house.run(house.ann, "checkin edit", ask="goal")).text
    assert "I did not understand" in (await house.run(house.ann, "checkin edit", when="whenever")).text


async def test_somebody_elses_plan_cannot_be_changed(house: House) -> None:
    plan = await started(house)
    for command in ("checkin edit", "checkin pause", "checkin resume", "checkin skip"):
        refused = await house.run(house.bea, command, which=plan.id)
        assert "I find no such check-in" in refused.text, command
        assert "You have no check-ins" in (await house.run(house.bea, command)).text
    draft = await house.run(house.ann, "checkin edit", when="21:00")
    assert "belongs to somebody else" in (await house.steal(house.bea, draft.message, "Yes, change it")).text
    assert (await plans(house))[0].rule == plan.rule


async def test_pause_and_resume(house: House) -> None:
    await started(house)
    paused = await house.run(house.ann, "checkin pause")
    assert "Paused: Every day at 20:30" in paused.text
    (plan,) = await plans(house)
    assert (plan.state, plan.paused) == (PlanState.PAUSED, Paused.MEMBER)
    async with house.store.read() as tx:
        assert await tx.deliveries.next_wake() is None
    assert "Paused by you" in (await house.run(house.ann, "checkin list")).text
    before = len(house.dms(house.ann))
    resumed = await house.run(house.ann, "checkin resume")
    assert "Your check-ins run again" in resumed.text
    assert len(house.dms(house.ann)) == before, "DMs reached them all along"
    async with house.store.read() as tx:
        assert await tx.deliveries.next_wake() == datetime(2026, 1, 1, 19, 30, tzinfo=UTC)
    assert "No check-in of yours is paused" in (await house.run(house.ann, "checkin resume")).text


async def test_a_pause_until_a_day_goes_on_by_itself(house: House) -> None:
    await started(house)
    for until, why in {
        "today": "That day is over",
        "yesterday": "That day is over",
        "x": "did not understand that date",
    }.items():
        assert why in (await house.run(house.ann, "checkin pause", until=until)).text
    rests = await house.run(house.ann, "checkin pause", until="10 January")
    first = datetime(2026, 1, 10, 19, 30, tzinfo=UTC)
    assert "Resting until January 10, 2026" in rests.text
    assert stamp(first) in rests.text
    assert "Resting. Next" in (await house.run(house.ann, "checkin list")).text
    await house.deliver_next()
    assert house.clock.now() == first
    assert "A moment for yourself" in house.dms(house.ann)[-1].content


async def test_several_are_told_apart(house: House) -> None:
    await started(house)
    house.clock.advance(minutes=1)
    await started(house, "every monday 8:00", ask="hello")
    assert "choose which one from the list" in (await house.run(house.ann, "checkin pause")).text
    offered = await house.ann.autocomplete(house.general, "checkin pause", "which", "")
    assert [row["name"] for row in offered] == [
        "Every day at 20:30 · how you feel",
        "Every Monday at 08:00 · nothing, just a hello",
        "All of my check-ins",
    ]
    assert len(await house.ann.autocomplete(house.general, "checkin skip", "which", "")) == 2
    both = await house.run(house.ann, "checkin pause", which="all")
    assert "Paused: Every day at 20:30" in both.text
    assert "Paused: Every Monday at 08:00" in both.text
    await house.run(house.ann, "checkin resume", which=offered[1]["value"])
    assert [plan.state for plan in await plans(house)] == [PlanState.PAUSED, PlanState.ACTIVE]


async def test_skip_names_what_does_not_come(house: House) -> None:
    await started(house)
    skipped = await house.run(house.ann, "checkin skip")
    first = datetime(2026, 1, 1, 19, 30, tzinfo=UTC)
    assert f"the one {stamp(first)}" in skipped.text
    assert f"The next one comes {stamp(first + timedelta(days=1))}" in skipped.text
    await house.deliver_next()
    assert house.clock.now() == first + timedelta(days=1)
    await house.run(house.ann, "checkin pause")
    assert "Nothing is planned that could be skipped" in (await house.run(house.ann, "checkin skip")).text


async def test_snooze_puts_off_the_one_that_came_last(house: House) -> None:
    assert "No check-in is waiting" in (await house.run(house.ann, "checkin snooze")).text
    await started(house)
    assert "No check-in is waiting" in (await house.run(house.ann, "checkin snooze")).text
    await house.deliver_next()
    first = house.clock.now()
    put_off = await house.run(house.ann, "checkin snooze", **{"for": "15"})
    again = first + timedelta(minutes=15)
    assert f"It comes again {stamp(again)}" in put_off.text
    before = len(house.dms(house.ann))
    await house.deliver_next()
    assert (house.clock.now(), len(house.dms(house.ann))) == (again, before + 1)
    assert stamp(again + timedelta(hours=1)) in (await house.run(house.ann, "checkin snooze")).text
    house.clock.advance(days=2)
    assert "No check-in is waiting" in (await house.run(house.bea, "checkin snooze")).text


async def test_the_same_plan_twice_is_refused_unless_it_asks_something_else(house: House) -> None:
    await started(house)
    assert "You have this check-in already" in (await begin(house)).text
    assert "before it starts" in (await begin(house, ask="hello")).text


async def test_spanish_is_spoken_throughout(house: House) -> None:
    await choose(house, "es")
    rosa = house.ann
    draft = await house.run(rosa, "checkin start", when="lunes y jueves a las nueve de la noche", zone="Europe/Madrid")
    assert "**Cada lunes y jueves a las 21:00**" in draft.text
    refused = await house.run(rosa, "checkin start", when="mañana", zone="Europe/Madrid")
    assert "No entendí esta parte: manana" in refused.text
    until = await house.run(rosa, "checkin start", when="diario 20:30", zone="Europe/Madrid", until="el 15 de marzo")
    assert "hasta el 15 de marzo de 2026" in until.text
