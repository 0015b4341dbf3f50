"""`/checkin history`: offered to adults, kept under consent alone, shown to its person alone, erased with a press."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import discord
import pytest

from supportbot.domain.checkins import Answer, Goal, KeptAnswer
from supportbot.domain.consent import Scope
from supportbot.domain.people import PersonId
from supportbot.domain.pictures import Chart
from supportbot.errors import SealingError
from supportbot.storage.keys import KeyRing
from supportbot.storage.sealing import Sealer
from supportbot.storage.store import SqlStore
from tests.cogs.house import Answer as Said
from tests.cogs.house import House, buttons
from tests.cogs.test_handover import here
from tests.support.fakes import PNG

AGREE, STOP, WORDS, CHART = "I am 18 or older and agree", "Stop keeping and erase", "In words only", "With the chart"
SECRET = "my note about the **garden**"


async def keep(house: House, *, dm: bool = False) -> Said:
    offered = await house.run(house.ann, "checkin history", dm=dm)
    return await house.press(house.ann, offered.message, AGREE)


async def answered(house: House, *given: tuple[float, Answer]) -> None:
    """Answers of Ann's, each with how many days ago it was."""
    async with house.store.read() as tx:
        (plan, *_) = await tx.plans.of(PersonId(house.ann.id))
    async with house.store.write() as tx:
        await tx.consents.rely_on(PersonId(house.ann.id), Scope.HISTORY)
        for number, (days, answer) in enumerate(given):
            at = house.clock.now() - timedelta(days=days)
            await tx.answers.save(KeptAnswer(PersonId(house.ann.id), plan.id, f"{number:016d}", at, answer))


async def looked_back(house: House) -> None:
    """Ann keeps answers, and has some."""
    await house.start_checkin(house.ann)
    await keep(house)
    given = [
        (20, Answer(mood=2, craving=3)),
        (3, Answer(mood=3)),
        (2, Answer(mood=3, note=SECRET)),
        (1, Answer(goal=Goal.DONE)),
    ]
    await answered(house, *given)


@pytest.mark.parametrize("dm", [False, True])
async def test_who_did_not_ask_is_offered_it_and_nothing_is_kept(house: House, dm: bool) -> None:
    offered = await house.run(house.ann, "checkin history", dm=dm)
    assert offered.ephemeral
    assert "18 or older" in offered.text
    assert "Your answers are encrypted" in offered.text
    assert buttons(offered.message).keys() == {AGREE, "Not now", "Crisis help"}
    refused = await house.press(house.ann, offered.message, "Not now")
    assert "I keep nothing" in refused.text
    assert await house.rows() == {}
    agreed = await keep(house, dm=dm)
    assert "From now on" in agreed.text
    assert await house.rows() == {"consents": 1}
    empty = await house.run(house.ann, "checkin history", dm=dm)
    assert "I have no answer of yours from these 30 days" in empty.text
    assert empty.message.attachments == []
    assert house.drawing.drawn == []


async def test_the_chart_and_the_same_in_words(house: House) -> None:
    await looked_back(house)
    page = await house.run(house.ann, "checkin history")
    assert page.ephemeral
    (file,) = page.message.attachments
    assert (await file.read()).startswith(PNG)
    assert "You answered on 4 of 30 days." in page.text
    assert "Mood: 1 very low … 5 very good. Most often 3; from 2 to 3." in page.text
    assert "Craving: 0 none … 4 very strong. One answer: 3." in page.text
    assert "Goal: done 1, partly 0, not that day 0." in page.text
    assert "There is 1 note." in page.text
    assert "garden" not in page.text
    assert str(file.description).startswith("A chart. Your answers, Dec 3, 2025 – Jan 1, 2026.")
    assert "Most often 3; from 2 to 3." in str(file.description)
    (drawn,) = house.drawing.drawn
    assert isinstance(drawn, Chart)
    assert [[len(run) for run in curve.runs] for curve in drawn.curves] == [[1, 2], [1]]
    assert drawn.ticks[-1].label == "Jan 1"
    # In words alone, and with the chart again, in place; then another period, which has no picture of the first.
    in_words = await house.press(house.ann, page.message, WORDS)
    assert in_words.message.id == page.message.id
    assert in_words.message.attachments == []
    assert "Most often 3" in in_words.text
    again = await house.press(house.ann, in_words.message, CHART)
    assert len(again.message.attachments) == 1
    week = await house.choose(house.ann, again.message, "7")
    assert "You answered on 3 of 7 days." in week.text
    assert "Craving" not in week.text
    whole = await house.choose(house.ann, week.message, "all")
    assert "You answered on 4 of 21 days." in whole.text
    assert "garden" not in house.log_text()
    assert house.general.history(viewer=house.bea) == []
    # Bea's are her own: there are none.
    assert "Keep your answers" in (await house.run(house.bea, "checkin history")).text


async def test_in_words_and_in_spanish(house: House) -> None:
    await looked_back(house)
    page = await house.run(house.ann, "checkin history", period="365", words=True)
    assert page.message.attachments == []
    assert "You answered on 4 of 365 days." in page.text
    assert house.drawing.drawn == []
    language = await house.run(house.ann, "language")
    await house.choose(house.ann, language.message, "es")
    page = await house.run(house.ann, "checkin history", period="90")
    assert "Respondiste 4 de 90 días." in page.text
    (drawn,) = house.drawing.drawn
    assert drawn.title == "Tus respuestas, 4 oct 2025 – 1 ene 2026"


async def test_stopping_erases_every_answer(house: House) -> None:
    await looked_back(house)
    page = await house.run(house.ann, "checkin history", words=True)
    before = await house.rows()
    assert before["answers"] == 4
    asked = await house.press(house.ann, page.message, STOP)
    assert "your answers to check-ins: 4" in asked.text
    assert (await house.rows())["answers"] == 4
    await house.press(house.ann, asked.message, "Take it back, and erase it")
    after = await house.rows()
    assert "answers" not in after
    assert after["plans"] == 1, "check-ins go on"
    stale = await house.press(house.ann, page.message, CHART)
    assert "This has changed" in stale.last
    assert "Keep your answers" in (await house.run(house.ann, "checkin history")).text


async def test_a_picture_that_fails_leaves_the_words(house: House) -> None:
    await looked_back(house)
    house.drawing.error = ValueError("any")
    page = await house.run(house.ann, "checkin history")
    assert page.message.attachments == []
    assert "I could not draw the chart" in page.text
    assert "Most often 3" in page.text


async def test_an_old_text_is_agreed_to_by_nobody(house: House) -> None:
    offered = await house.run(house.ann, "checkin history")
    data = {"custom_id": "history:agree:0", "component_type": int(discord.ComponentType.button)}
    stale = await house.forge(house.ann, 3, data, message=offered.message, carried=True)
    assert "This has changed" in stale.text
    assert await house.rows() == {}


async def test_it_is_offered_once_and_what_is_answered_then_is_kept(house: House) -> None:
    message = await house.arrived_checkin(house.ann)
    question = await house.press(house.ann, message, "Open")
    heavy, offered = "1 very low", "Would you like me to keep your answers, for you alone?"
    said = await house.press(house.ann, question.message, "4 good")
    assert offered in said.last
    shown = await house.press(house.ann, said.followups[-1], "Tell me more")
    await house.press(house.ann, shown.message, AGREE)
    assert "answers" not in await house.rows(), "what was answered before is not kept"
    await house.deliver_next()
    question = await house.press(house.ann, house.dms(house.ann)[-1], "Open")
    kept = await house.press(house.ann, question.message, heavy)
    assert "in your history" in kept.last
    assert offered not in kept.last
    assert (await house.rows())["answers"] == 1
    page = await house.run(house.ann, "checkin history", dm=True)
    assert "One answer: 1." in page.text
    asked = await house.press(house.ann, page.message, STOP)
    await house.press(house.ann, asked.message, "Take it back, and erase it")
    await house.deliver_next()
    question = await house.press(house.ann, house.dms(house.ann)[-1], "Open")
    assert offered not in (await house.press(house.ann, question.message, "4 good")).last


async def test_after_a_heavy_answer_nothing_is_offered(house: House) -> None:
    message = await house.arrived_checkin(house.ann)
    question = await house.press(house.ann, message, "Open")
    said = await house.press(house.ann, question.message, "1 very low")
    assert "keep your answers" not in said.last


async def test_who_said_in_the_triage_that_they_are_under_18_is_offered_nothing(house: House) -> None:
    offered = await house.run(house.ann, "checkin history")
    triage, ann = house.bot.services.triage, PersonId(house.ann.id)
    flow = triage.begin(ann, here(house))
    triage.is_under_18(ann, flow.token, flow.number)
    for answer in (
        await house.press(house.ann, offered.message, AGREE),
        await house.run(house.ann, "checkin history"),
    ):
        assert "only for people who are 18 or older" in answer.last
    assert await house.rows() == {}


async def test_it_says_since_when_answers_are_kept_and_whose_days_these_are(house: House) -> None:
    await house.start_checkin(house.ann)
    await keep(house)
    house.clock.set(house.clock.now() + timedelta(days=10))
    await answered(house, (3, Answer(mood=4)))
    page = await house.run(house.ann, "checkin history", words=True)
    assert "I keep your answers since January 1, 2026. There are none from before." in page.text
    assert "Days as in Europe/Berlin" in page.text
    week = await house.choose(house.ann, page.message, "7")
    assert "since" not in week.text, "all of that week was kept"
    assert "One answer: 4." in week.text
    await answered(house, *((days, Answer(mood=mood, craving=1)) for days, mood in ((3, 4), (18, 2), (19, 4), (20, 2))))
    page = await house.run(house.ann, "checkin history", words=True)
    assert "since December 22, 2025" in page.text, "what is there was kept, whatever the ledger still knows"
    assert "Most often 2 and 4; from 2 to 4." in page.text
    assert "4 very strong. Each time 1." in page.text


async def test_many_charts_are_held_up_and_the_words_never(house: House) -> None:
    await looked_back(house)
    page = await house.run(house.ann, "checkin history")
    for _ in range(30):
        page = await house.press(house.ann, page.message, WORDS)
        page = await house.press(house.ann, page.message, CHART)
    assert len(house.drawing.drawn) == 20
    assert page.message.attachments == []
    assert "many charts in a short time" in page.text
    assert "Most often 3" in page.text


async def test_a_text_that_changed_can_be_read_from_there(house: House) -> None:
    await looked_back(house)
    read = "What I keep: read the new text"
    page = await house.run(house.ann, "checkin history", words=True)
    assert read not in buttons(page.message)
    ann = PersonId(house.ann.id)
    async with house.store.write() as tx:
        (entry,) = [each for each in await tx.consents.entries(ann) if each.scope is Scope.HISTORY]
        await tx.consents.record(replace(entry, text_version="0"))
    page = await house.run(house.ann, "checkin history", words=True)
    text = await house.press(house.ann, page.message, read)
    assert "Your answers are encrypted" in text.text


async def test_answers_whose_key_is_gone_are_not_called_none(house: House) -> None:
    await looked_back(house)
    house.expect(SealingError)
    house.bot.services.histories._store = SqlStore(
        house.store._store._database, Sealer(KeyRing("new", {"new": b"n" * 32}))
    )
    page = await house.run(house.ann, "checkin history")
    assert "I cannot open your answers" in page.last
    assert (await house.rows())["answers"] == 4
