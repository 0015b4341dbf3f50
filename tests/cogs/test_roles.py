"""`/roles …`."""

from __future__ import annotations

import pytest

from supportbot.chat.asking import CRISIS
from supportbot.content import Content
from supportbot.domain.roles import Aspect
from tests.cogs.house import House, buttons, words


async def test_the_classic_two_stand_side_by_side(house: House, content: Content) -> None:
    answer = await house.run(house.ann, "roles compare")
    told = content.comparison("interventionist", "therapist", ["en"])
    (embed,) = answer.message.embeds
    assert answer.ephemeral
    assert told.pair is not None
    assert embed.title == told.pair.title
    for (_, left, right), field in zip(told.rows(), embed.fields, strict=False):
        assert f"**{told.left.name}:** {left}" in str(field.value)
        assert f"**{told.right.name}:** {right}" in str(field.value)
    assert [field.value for field in embed.fields[-2:]] == [told.pair.together, told.pair.note]
    assert house.general.history(viewer=house.bea) == []
    assert await house.rows() == {}


async def test_any_two_can_be_set_side_by_side(house: House, content: Content) -> None:
    roles = content.knowledge.shelf("roles", ["en"])
    assert len(roles) >= 7
    for one in roles:
        for other in roles:
            answer = await house.run(house.ann, "roles compare", a=one.id, b=other.id)
            if one.id == other.id:
                assert "are the same" in str(answer.message.content)
                assert buttons(answer.message).keys() == {one.title, "Crisis help"}
                continue
            (embed,) = answer.message.embeds
            assert len(embed.fields) >= len(Aspect)
            assert f"**{one.title}:**" in str(embed.fields[0].value)
            assert f"**{other.title}:**" in str(embed.fields[0].value)


@pytest.mark.parametrize("typed", ["therapist", "Therapist", "THERAPISTS", "terapist", "psychotherapist"])
async def test_a_role_is_found_by_what_people_type(house: House, typed: str) -> None:
    answer = await house.run(house.ann, "roles about", role=typed)
    assert answer.ephemeral
    assert answer.message.embeds[0].title == "Therapist"


@pytest.mark.parametrize("typed", ["plumber", "@everyone", "🙂🙂", " ", "'; drop table plans; --", "cbt"])
async def test_a_role_that_nobody_knows(house: House, typed: str) -> None:
    answer = await house.run(house.ann, "roles about", role=typed)
    (embed,) = answer.message.embeds
    assert embed.title == "Who can help"
    assert typed.strip() == "" or typed not in words(answer.message)
    assert "Therapist" in buttons(answer.message)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("roles about", {"role": "i want to kill myself"}),
        ("roles about", {"role": CRISIS}),
        ("roles compare", {"a": "therapist", "b": "quiero morir"}),
    ],
)
async def test_words_of_crisis_bring_help_first(house: House, command: str, options: dict[str, str]) -> None:
    answer = await house.run(house.ann, command, **options)
    assert answer.ephemeral
    assert house.bot.voice("en")("crisis.need.a") in buttons(answer.message)
    assert "kill" not in house.log_text()


async def test_a_role_inside_a_word_is_none(house: House) -> None:
    answer = await house.run(house.ann, "roles about", role="rape")
    assert answer.message.embeds[0].title == "Who can help"
