"""**As a picture**: two roles side by side, for those who look rather than read."""

from __future__ import annotations

from itertools import pairwise

import pytest

from supportbot.chat.knowledge import LONGEST_ALT
from supportbot.content import Content
from tests.cogs.house import House, buttons, words
from tests.support.fakes import PNG

LABEL = "As a picture"


@pytest.mark.parametrize("dm", [False, True])
async def test_the_picture_comes_beside_the_text(house: House, content: Content, dm: bool) -> None:
    text = await house.run(house.ann, "roles compare", dm=dm)
    answer = await house.press(house.ann, text.message, LABEL)
    (file,) = answer.message.attachments
    assert answer.ephemeral
    assert buttons(answer.message).keys() == {"Crisis help"}
    assert file.filename == "interventionist-therapist.png"
    assert await file.read() == PNG + b"Interventionist or therapist?"
    told = content.comparison("interventionist", "therapist", ["en"])
    (drawn,) = house.drawing.drawn
    assert [(row.left, row.right) for row in drawn.rows] == [(one, other) for _, one, other in told.rows()]
    assert told.pair is not None
    assert drawn.foot == (told.pair.together, told.pair.note)
    assert house.general.history(viewer=house.bea) == []
    assert await house.rows() == {}


async def test_its_description_says_it_in_words(house: House, content: Content) -> None:
    text = await house.run(house.ann, "roles compare")
    answer = await house.press(house.ann, text.message, LABEL)
    (file,) = answer.message.attachments
    alt = str(file.description)
    assert len(alt) <= LONGEST_ALT
    assert alt.startswith("A table: Interventionist or therapist? On the left: Interventionist.")
    told = [row for row in content.comparison("interventionist", "therapist", ["en"]).rows() if row[1] in alt]
    assert len(told) >= 4
    assert all(other in alt for _, _, other in told)
    assert alt.endswith("The rest is in the text.")


async def test_a_shorter_table_is_told_whole(house: House, content: Content) -> None:
    """No two shipped roles are too long for most of their rows; every description fits, and says when it does not."""
    roles = [each.id for each in content.knowledge.shelf("roles", ["en"])]
    for one, other in pairwise(roles):
        text = await house.run(house.ann, "roles compare", a=one, b=other)
        answer = await house.press(house.ann, text.message, LABEL)
        alt = str(answer.message.attachments[0].description)
        assert len(alt) <= LONGEST_ALT
        rows = list(content.comparison(one, other, ["en"]).rows())
        whole = all(left in alt and right in alt for _, left, right in rows)
        assert alt.endswith("The rest is in the text.") != (whole and "local emergency number." in alt)


async def test_a_picture_that_goes_round_says_where_help_is(house: House) -> None:
    text = await house.run(house.ann, "roles compare", a="counsellor", b="psychologist")
    await house.press(house.ann, text.message, LABEL)
    (drawn,) = house.drawing.drawn
    assert "call your local emergency number" in " ".join(drawn.foot)


async def test_a_shared_one_answers_only_whoever_presses(house: House) -> None:
    text = await house.run(house.ann, "roles compare")
    asked = await house.press(house.ann, text.message, "Share here")
    await house.press(house.ann, asked.message, "Share it")
    (shared,) = house.general.history(viewer=house.bea)
    answer = await house.press(house.bea, shared, LABEL)
    assert answer.ephemeral
    assert len(answer.message.attachments) == 1
    assert len(house.general.history(viewer=house.mia)) == 1


@pytest.mark.parametrize("error", [MemoryError(), ValueError("any")])
async def test_what_cannot_be_drawn_is_said_kindly(house: House, error: Exception) -> None:
    text = await house.run(house.ann, "roles compare")
    house.drawing.error = error
    answer = await house.press(house.ann, text.message, LABEL)
    assert answer.ephemeral
    assert "Nothing is lost" in answer.text
    assert answer.message.attachments == []
    assert "Looks with you at feelings" in words(text.message)
    assert len(house.logged("picture.not_drawn")) == 1
    assert buttons(answer.message).keys() == {"Back to the page", "Crisis help"}
    back = await house.press(house.ann, answer.message, "Back to the page")
    assert "Looks with you at feelings" in back.text
    again = await house.press(house.ann, text.message, LABEL)
    assert len(again.message.attachments) == 1


async def test_only_two_roles_have_it(house: House) -> None:
    about = await house.run(house.ann, "roles about", role="therapist")
    assert LABEL not in buttons(about.message)
