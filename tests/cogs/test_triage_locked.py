"""The triage while nothing can be read or written: it keeps nothing, so it goes on, and help comes."""

from __future__ import annotations

import pytest

from supportbot.content import load_triage
from supportbot.domain.communities import CommunitySettings
from supportbot.domain.people import CommunityId
from supportbot.domain.triage import AnswerId, Step
from tests.cogs.house import Answer, House, buttons

FIRST = load_triage().start
LOCAL = "call your local emergency number"
DIRECTORIES = ("findahelpline.com", "befrienders.org")


async def broken(house: House) -> None:
    """The community has a country, which nobody can read any more."""
    async with house.store.write() as tx:
        await tx.communities.save(CommunitySettings(CommunityId(house.guild.id), "DE"), at=house.clock.now())
    house.store.broken = True


async def opened(house: House, *, dm: bool) -> Answer:
    """`/triage`, and through the door."""
    reply = await house.run(house.ann, "triage", dm=dm)
    door = reply.message if dm else house.dms(house.ann)[-1]
    return await house.press(house.ann, door, "Open")


async def answered(house: House, page: Answer, *answers: str, step: Step = FIRST) -> Answer:
    """Give these answers from this step on."""
    for answer in map(AnswerId, answers):
        assert step.question is not None
        if len(step.question.answers) > 4:
            page = await house.choose(house.ann, page.message, str(step.question.answers.index(answer)))
        else:
            said = house.bot.voice("en-US")(f"triage.answer.{step.question.id}.{answer}")
            page = await house.press(house.ann, page.message, said)
        step = step.after[answer]
    return page


def assert_help_without_a_country(page: Answer) -> None:
    assert LOCAL in page.text
    assert all(directory in page.text for directory in DIRECTORIES)
    assert "(Germany)" not in page.text


IN = pytest.mark.parametrize("dm", [False, True], ids=["in a community", "in a DM"])


@IN
async def test_a_result_comes(house: House, dm: bool) -> None:
    await broken(house)
    page = await answered(
        house, await opened(house, dm=dm), "no", "someone_else", "substance", "no", "no", "no", "no", "yes"
    )
    assert house.bot.voice("en-US")("triage.outcome.interventionist.title") in page.text


@IN
@pytest.mark.parametrize("answers", [["yes"], ["no", "self", "substance", "now"]], ids="=".join)
async def test_danger_brings_help(house: House, answers: list[str], dm: bool) -> None:
    await broken(house)
    assert_help_without_a_country(await answered(house, await opened(house, dm=dm), *answers))


@IN
@pytest.mark.parametrize("answer", ["unsure", "skip"])
async def test_not_being_sure_brings_help_and_a_way_on(house: House, answer: str, dm: bool) -> None:
    await broken(house)
    page = await answered(house, await opened(house, dm=dm), answer)
    assert_help_without_a_country(page)
    page = await house.press(house.ann, page.message, "Continue")
    page = await answered(house, page, "self", "life", "yes", step=FIRST.after[AnswerId(answer)])
    assert house.bot.voice("en-US")("triage.outcome.therapist.title") in page.text


@IN
async def test_fear_brings_safe_help(house: House, dm: bool) -> None:
    await broken(house)
    page = await answered(house, await opened(house, dm=dm), "no", "someone_else", "life", "unsafe")
    assert house.bot.voice("en-US")("triage.outcome.safe_help.title") in page.text
    assert all(directory in page.text for directory in DIRECTORIES)


async def test_one_press_brings_help_from_any_screen(house: House) -> None:
    page = await opened(house, dm=False)
    await broken(house)
    for _ in range(2):
        help_page = await house.press(house.ann, page.message, "Get crisis help now")
        assert help_page.ephemeral
        assert_help_without_a_country(help_page)
        page = await answered(house, page, "no") if "Back" not in buttons(page.message) else page


async def test_dms_closed_too(house: House) -> None:
    house.close_dms(house.ann)
    await broken(house)
    page = await answered(house, await house.run(house.ann, "triage"), "yes")
    assert page.ephemeral
    assert_help_without_a_country(page)
