"""`/triage` on SimCord: where the page stands, who may press it, and what becomes of it."""

from __future__ import annotations

from tests.cogs.house import House, buttons


async def test_in_a_server_only_the_member_sees_the_answer_and_the_page_is_in_their_dm(house: House) -> None:
    answer = await house.run(house.ann, "triage")
    assert answer.ephemeral
    (door,) = house.dms(house.ann)
    assert (door.content, door.embeds) == ("Your private page is ready.", [])
    await house.press(house.ann, door, "Open")
    (page,) = house.dms(house.ann)
    assert page.id == door.id
    assert "Is anybody in danger right now?" in str(page.embeds[0].description)


async def test_in_the_dm_the_answer_is_the_page(house: House) -> None:
    answer = await house.run(house.ann, "triage", dm=True)
    assert not answer.ephemeral
    assert answer.text == "Your private page is ready."
    await house.press(house.ann, answer.message, "Open")
    (page,) = house.dms(house.ann)
    await house.press(house.ann, page, "Yes, somebody is in danger now")
    (page,) = house.dms(house.ann)
    assert page.embeds[0].title == "Help right now"


async def test_with_dms_closed_the_page_is_the_answer(house: House) -> None:
    house.close_dms(house.ann)
    answer = await house.run(house.ann, "triage")
    assert answer.ephemeral
    assert "only you can see it" in answer.text.lower()
    assert "No, nobody is in danger" in buttons(answer.message)
    await house.press(house.ann, answer.message, "No, nobody is in danger")
    assert house.dms(house.ann) == []


async def test_a_stolen_press_is_refused(house: House) -> None:
    await house.run(house.ann, "triage")
    (door,) = house.dms(house.ann)
    stolen = await house.steal(house.bea, door, "Open")
    assert "belongs to somebody else" in stolen.text
    (page,) = house.dms(house.ann)
    assert page.content == "Your private page is ready."
