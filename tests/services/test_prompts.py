"""Questions as a community words them: looked over, listed, counted, in the audit, and gone with the community."""

from __future__ import annotations

import pytest

from supportbot import content
from supportbot.domain.audit import Act
from supportbot.domain.checkins import Asks
from supportbot.domain.people import CommunityId, PersonId
from supportbot.domain.prompt_review import KINDS, LONGEST_PROMPT, MOST_PROMPTS, objections
from supportbot.errors import UserError
from supportbot.services.prompts import CommunityPrompts
from supportbot.storage.store import new_id
from tests.services.house import House

HERE, THERE, MIA = CommunityId(77), CommunityId(78), PersonId(9)
CONTENT = content.load()


@pytest.fixture
def prompts(house: House) -> CommunityPrompts:
    means_crisis = CONTENT.typed.mean_crisis
    return CommunityPrompts(house.store, house.clock, CONTENT.wordings, means_crisis=means_crisis, new_id=new_id)


async def test_a_wording_is_taken_listed_and_removed(house: House, prompts: CommunityPrompts) -> None:
    taken = await prompts.add(HERE, MIA, Asks.MOOD, "en", "  How is the  river today? ")
    assert taken.prompt is not None
    assert [each.words for each in await prompts.of(HERE)] == ["How is the river today?"]
    assert await prompts.of(THERE) == []
    with pytest.raises(UserError, match=r"prompts\.there"):
        await prompts.add(HERE, MIA, Asks.MOOD, "en", "How is the river today?")
    with pytest.raises(UserError, match=r"prompts\.gone"):
        await prompts.remove(THERE, taken.prompt.id, MIA)
    await prompts.remove(HERE, taken.prompt.id, MIA)
    with pytest.raises(UserError, match=r"prompts\.gone"):
        await prompts.remove(HERE, taken.prompt.id, MIA)
    async with house.store.read() as tx:
        page = await tx.audit.newest(HERE, limit=10)
    assert [each.change and each.change.act for each in page.entries] == [Act.PROMPT_REMOVED, Act.PROMPT_ADDED]
    assert {each.by for each in page.entries} == {MIA}


@pytest.mark.parametrize(
    ("language", "words", "rule"),
    [
        ("en", "Are you clean today?", "clean-dirty"),
        ("en", "Well done so far. How is it?", "praise"),
        ("en", "You should answer this.", "orders"),
        ("es", "¿Sigues limpio?", "clean-dirty"),
        ("en", "How are you!", "exclamation"),
        ("en", "🙂", "emoji"),
        ("en", "See https://example.org/x", "link"),
        ("en", "Call 555 0100?", "phone-number"),
        ("en", "Hello @everyone", "mention"),
        ("en", "Hello {words}", "mention"),
        ("en", "Hello <@123>", "mention"),
        ("en", "x" * (LONGEST_PROMPT + 1), "long"),
        ("en", " \n ", "empty"),
        ("en", "Do you want to kill yourself?", "crisis"),
    ],
)
async def test_what_stands_against_a_wording_is_said(
    prompts: CommunityPrompts, language: str, words: str, rule: str
) -> None:
    reviewed = await prompts.add(HERE, MIA, Asks.MOOD, language, words)
    assert reviewed.prompt is None
    assert rule in {each.rule for each in reviewed.objections}
    assert await prompts.of(HERE) == []


async def test_only_so_many_of_a_kind(prompts: CommunityPrompts) -> None:
    for number in range(MOST_PROMPTS):
        assert (await prompts.add(HERE, MIA, Asks.HELLO, "en", f"Hello from here, {number}.")).prompt
    with pytest.raises(UserError, match="too_many"):
        await prompts.add(HERE, MIA, Asks.HELLO, "es", "Hola desde aquí.")
    assert (await prompts.add(HERE, MIA, Asks.MOOD, "en", "How is it?")).prompt
    assert (await prompts.add(THERE, MIA, Asks.HELLO, "en", "Hello.")).prompt


async def test_the_members_own_words_are_not_the_communitys(prompts: CommunityPrompts) -> None:
    for asks in set(Asks) - set(KINDS):
        with pytest.raises(UserError, match=r"prompts\.kind"):
            await prompts.add(HERE, MIA, asks, "en", "How is it?")
    with pytest.raises(UserError, match=r"prompts\.language"):
        await prompts.add(HERE, MIA, Asks.MOOD, "xx", "How is it?")


async def test_they_go_with_the_community(house: House, prompts: CommunityPrompts) -> None:
    await prompts.add(HERE, MIA, Asks.MOOD, "en", "How is it?")
    async with house.store.write() as tx:
        await tx.departures.note([], at=house.clock.now())
        assert HERE in await tx.departures.all()
        assert await tx.departures.erase(HERE) == 1
    assert await prompts.of(HERE) == []


def test_what_is_shipped_would_be_taken() -> None:
    for language, shipped in CONTENT.prompts.items():
        for asks in KINDS:
            for words in shipped.questions[asks]:
                assert not [each for each in objections(words, CONTENT.wordings[language]) if each.rule != "long"], (
                    words
                )
