"""A flood is held up kindly; help in a crisis, and the ways out, never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from supportbot.domain.people import PersonId
from supportbot.services.limits import LIMITS, Costly
from tests.cogs.house import Answer, House, buttons

NO_MORE = "That was a lot in a short time"


def use_up(house: House, *what: Costly) -> None:
    limits = house.bot.services.limits
    for each in what or Costly:
        while limits.take(PersonId(house.ann.id), each) is None:
            pass


def refused(answer: Answer) -> bool:
    if NO_MORE not in answer.last:
        return False
    message = [answer.message, *answer.followups][-1]
    assert message.flags.ephemeral
    assert "Crisis help" in buttons(message)
    assert "<t:" in message.content
    return True


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("ask", {"question": "what is dbt"}),
        ("glossary", {"term": "stigma"}),
        ("mydata export", {}),
    ],
)
async def test_over_it_a_kind_sentence_says_when(house: House, command: str, options: dict[str, str]) -> None:
    await house.start_checkin(house.ann)
    use_up(house)
    assert refused(await house.run(house.ann, command, **options))
    assert not refused(await house.run(house.bea, command, **options))
    house.clock.set(house.clock.now() + max(limit.within for limit in LIMITS.values()))
    assert not refused(await house.run(house.ann, command, **options))


async def test_a_picture_and_a_page_for_the_dm(house: House) -> None:
    shown = await house.run(house.ann, "roles compare")
    use_up(house)
    assert refused(await house.press(house.ann, shown.message, "As a picture"))
    assert house.drawing.drawn == []


async def test_a_checkin_is_not_started(house: House) -> None:
    draft = await house.run(house.ann, "checkin start", when="20:30", zone="Europe/Berlin")
    use_up(house)
    assert refused(await house.press(house.ann, draft.message, "I agree, start"))
    assert await house.rows() == {}


async def test_the_menu_of_a_message(house: House) -> None:
    use_up(house)
    for text, is_free in (("What is a warmline?", False), ("I want to kill myself", True)):
        message = await house.bea.send(house.general, text)
        answer = house._answer(await house.ann.context_menu(house.general, "Explain words", message))
        assert refused(answer) is not is_free


async def test_suggestions_are_none(house: House) -> None:
    for command, option in (("ask", "question"), ("glossary", "term")):
        assert await house.ann.autocomplete(house.general, command, option, "craving") != []
        use_up(house)
        assert await house.ann.autocomplete(house.general, command, option, "craving") == []
        (crisis,) = await house.ann.autocomplete(house.general, command, option, "kill myself")
        assert crisis["value"] == "crisis-help"
        house.clock.set(house.clock.now() + timedelta(hours=1))


FREE: Sequence[tuple[str, dict[str, str]]] = (
    ("crisis", {}),
    ("crisis", {"country": "Germany"}),
    ("ask", {"question": "I want to kill myself"}),
    ("ask", {"question": "crisis-help"}),
    ("glossary", {"term": "I want to die"}),
    ("triage", {}),
    ("checkin list", {}),
    ("checkin start", {"when": "20:30", "zone": "Europe/Berlin"}),
    ("checkin stop", {"which": "all"}),
    ("mydata delete", {}),
    ("language", {}),
    ("help", {}),
)


async def test_help_in_a_crisis_and_the_ways_out_are_never_held_up(house: House) -> None:
    await house.start_checkin(house.ann)
    await house.deliver_next()
    use_up(house)
    question = await house.press(house.ann, house.dms(house.ann)[-1], "Open")
    assert not refused(await house.press(house.ann, question.message, "4 good"))
    for command, options in FREE:
        for _ in range(40 if command == "crisis" and not options else 1):
            assert not refused(await house.run(house.ann, command, **options)), command
    erase = await house.run(house.ann, "mydata delete")
    assert not refused(await house.press(house.ann, erase.message, "Erase it all"))
    assert house.bot.services.limits.take(PersonId(house.ann.id), Costly.SEARCH) is None, "forgotten with the rest"


async def test_it_works_again_when_it_says(house: House) -> None:
    use_up(house, Costly.SEARCH)
    answer = await house.run(house.ann, "ask", question="what is dbt")
    at = int(answer.text.split("<t:")[1].split(":")[0])
    house.clock.set(datetime.fromtimestamp(at, tz=house.clock.now().tzinfo))
    assert not refused(await house.run(house.ann, "ask", question="what is dbt"))
