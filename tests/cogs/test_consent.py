"""`/consent`: what somebody agreed to, the text of each, a text that changed, and the way to take it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from supportbot.domain.consent import How, Scope
from supportbot.domain.people import PersonId
from supportbot.errors import StorageBusy
from tests.cogs.house import House, buttons
from tests.storage.rows import entry, line_of
from tests.support.fakes import START

TAKE, YES, NO, ALL, RENEW = (
    "Take it back",
    "Take it back, and erase it",
    "Keep it as it is",
    "Everything I agreed to",
    "I agree to this text",
)
READ = "What I keep: read the new text"


async def ledger(house: House) -> list[tuple[Any, ...]]:
    async with house.store.read() as tx:
        found = await tx.consents.entries(PersonId(house.ann.id))
    return [(entry.scope, entry.text_version, entry.given, entry.how) for entry in found]


async def looked_at(house: House, scope: Scope) -> Any:
    page = await house.run(house.ann, "consent show")
    return await house.choose(house.ann, page.message, scope.value)


def now(house: House) -> str:
    """The version of the text about check-ins."""
    return house.bot.content.consent(Scope.CHECKINS, "en").version


def with_other_text(house: House, scope: Scope, version: str) -> None:
    """The text of a newer version of the program."""
    texts = dict(house.bot.content.consents)
    texts[scope, "en"] = replace(texts[scope, "en"], version=version, body="**Something new** is kept.")
    house.bot.content = replace(house.bot.content, consents=texts)


async def test_who_agreed_to_nothing_is_told_so(house: House) -> None:
    answer = await house.run(house.ann, "consent show")
    assert answer.ephemeral
    assert "You have not agreed to anything" in answer.text
    assert buttons(answer.message) == {"Crisis help": "crisis"}
    refused = await house.run(house.ann, "consent withdraw", which="checkins")
    assert "nothing to take back" in refused.text


async def test_what_was_agreed_to_is_shown_with_its_text(house: House) -> None:
    await house.start_checkin(house.ann)
    page = await house.run(house.ann, "consent show")
    assert page.ephemeral
    assert "Check-ins\nAgreed on <t:" in page.text
    assert f"in **Riverside**, text {now(house)}." in page.text
    text = await house.choose(house.ann, page.message, "checkins")
    assert "**Not what you answer,**" in text.text
    assert set(buttons(text.message)) == {TAKE, ALL, "Crisis help"}
    back = await house.press(house.ann, text.message, ALL)
    assert "Choose one below" in back.text


@pytest.mark.parametrize("way", ["command", "pages"])
async def test_taking_it_back_ends_it_and_erases_what_rested_on_it(house: House, way: str) -> None:
    await house.start_checkin(house.ann)
    await house.start_checkin(house.bea)
    async with house.store.write() as tx:
        await tx.consents.record(entry(PersonId(house.ann.id), scope=Scope.REGION))
        await tx.member_regions.save(PersonId(house.ann.id), "JP", at=START)
        await tx.own_helplines.add(line_of(PersonId(house.ann.id)))
    if way == "command":
        asked = await house.run(house.ann, "consent withdraw", which="Check-ins")
    else:
        asked = await house.press(house.ann, (await looked_at(house, Scope.CHECKINS)).message, TAKE)
    assert "• check-in plans: 1" in asked.text
    assert "country" not in asked.text
    for said in ("stays in the list for a year at most", "a keyed hash"):
        assert said in asked.text
    kept = await house.press(house.ann, asked.message, NO)
    assert "nothing has changed" in kept.text
    asked, second = [await house.run(house.ann, "consent withdraw", which="checkins") for _ in range(2)]
    done = await house.press(house.ann, asked.message, YES)
    assert "You took it back: Check-ins. 4 entries" in done.text
    assert "a scrambled number" in done.text
    assert [(row[0], row[2]) for row in await ledger(house)] == [
        (Scope.CHECKINS, True),
        (Scope.REGION, True),
        (Scope.CHECKINS, False),
    ]
    async with house.store.read() as tx:
        for person, left in ((house.ann, 0), (house.bea, 1)):
            assert len(await tx.plans.export(PersonId(person.id))) == left
        assert await tx.member_regions.get(PersonId(house.ann.id)) == "JP"
        assert await tx.own_helplines.export(PersonId(house.ann.id))
    house.clock.advance(hours=20.5)
    await house.engine.deliver_due()
    assert (len(house.dms(house.ann)), len(house.dms(house.bea))) == (1, 2)
    page = await house.run(house.ann, "consent show")
    assert "Check-ins\nTaken back on" in page.text
    again = await house.press(house.ann, second.message, YES)
    assert "nothing to take back" in again.text
    await house.start_checkin(house.ann)
    assert (await ledger(house))[-1][:3] == (Scope.CHECKINS, now(house), True)


async def test_a_text_that_changed_asks_at_the_next_use_and_never_assumes(house: House) -> None:
    before = now(house)
    await house.start_checkin(house.ann)
    with_other_text(house, Scope.CHECKINS, "99")
    page = await house.run(house.ann, "consent show")
    assert "The text has changed since then" in page.text
    house.clock.advance(hours=20.5)
    await house.engine.deliver_due()
    opened = await house.press(house.ann, house.dms(house.ann)[-1], "Open")
    text = await house.press(house.ann, opened.message, READ)
    assert "**Something new** is kept." in text.text
    assert "You agreed to an older one" in text.text
    assert "about erasing sooner holds already" in text.text
    assert [row[1] for row in await ledger(house)] == [before], "reading is not agreeing"
    agreed = await house.press(house.ann, text.message, RENEW)
    assert "From now on this text counts" in agreed.text
    assert await ledger(house) == [
        (Scope.CHECKINS, before, True, How.BUTTON),
        (Scope.CHECKINS, "99", True, How.BUTTON),
    ]
    text = await looked_at(house, Scope.CHECKINS)
    assert RENEW not in buttons(text.message)


async def test_agreeing_to_a_text_that_changed_again_shows_it_first(house: House) -> None:
    await house.start_checkin(house.ann)
    with_other_text(house, Scope.CHECKINS, "98")
    text = await looked_at(house, Scope.CHECKINS)
    with_other_text(house, Scope.CHECKINS, "99")
    shown = await house.press(house.ann, text.message, RENEW)
    assert RENEW in buttons(shown.message)
    assert len(await ledger(house)) == 1


async def test_what_was_taken_back_is_not_agreed_to_by_an_old_button(house: House) -> None:
    await house.start_checkin(house.ann)
    with_other_text(house, Scope.CHECKINS, "99")
    text = await looked_at(house, Scope.CHECKINS)
    asked = await house.run(house.ann, "consent withdraw", which="checkins")
    await house.press(house.ann, asked.message, YES)
    refused = await house.press(house.ann, text.message, RENEW)
    assert "it needs your consent" in refused.text
    assert [row[2] for row in await ledger(house)] == [True, False]


async def test_a_database_that_is_locked_is_said_and_nothing_is_taken_back(house: House) -> None:
    await house.start_checkin(house.ann)
    asked = await house.run(house.ann, "consent withdraw", which="checkins")
    house.store.broken = True
    refused = await house.press(house.ann, asked.message, YES)
    assert "nothing was changed" in refused.last
    house.store.broken = False
    assert len(await ledger(house)) == 1
    done = await house.press(house.ann, asked.message, YES)
    assert "You took it back" in done.text


async def test_what_is_not_a_scope_is_answered_kindly(house: House) -> None:
    refused = await house.run(house.ann, "consent withdraw", which="everything @everyone")
    assert "Choose one from the list" in refused.text
    assert "@everyone" not in refused.text
    offered = await house.ann.autocomplete(house.general, "consent withdraw", "which", "check")
    assert [(row["name"], row["value"]) for row in offered] == [("Check-ins", "checkins")]


@pytest.mark.parametrize("way", ["consent withdraw", "mydata delete"])
async def test_what_cannot_be_overwritten_yet_is_said(house: House, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    async def busy() -> None:
        raise StorageBusy("a reader is in the way")

    await house.start_checkin(house.ann)
    if way == "consent withdraw":
        asked, yes = await house.run(house.ann, way, which="checkins"), YES
    else:
        asked, yes = await house.run(house.ann, way, what="checkins"), "Erase this kind"
    monkeypatch.setattr(house.store, "scrub", busy)
    done = await house.press(house.ann, asked.message, yes)
    assert "remains of the erased entries leave its files a little later" in done.text
    async with house.store.read() as tx:
        assert await tx.plans.export(PersonId(house.ann.id)) == []
