"""What is offered when it is hard."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cogs.house import PRESS, Answer, House, buttons


async def offered(house: House, custom_id: str) -> Answer:
    """The answer to a press on one of the offers."""
    message: Any = await house.arrived_checkin(house.ann)
    data = {"custom_id": custom_id, "component_type": 2}
    return await house.forge(house.ann, PRESS, data, message=message, carried=True)


async def test_ten_steps_one_at_a_time_with_a_way_out_and_crisis_help_on_each(house: House) -> None:
    step = await offered(house, "calm:begin")
    assert step.ephemeral
    before = await house.rows()
    seen = [step.text]
    for number in range(1, 10):
        assert step.text.startswith(f"**{number} of 10**")
        assert {"Next", "That is enough", "Crisis help"} == buttons(step.message).keys()
        first = step.message.id
        step = await house.press(house.ann, step.message, "Next")
        assert step.message.id == first, "in the same message"
        seen.append(step.text)
    assert len(set(seen)) == 10
    assert {"From the start", "That is enough", "Crisis help"} == buttons(step.message).keys()
    again = await house.press(house.ann, step.message, "From the start")
    assert again.text == seen[0]
    left = await house.press(house.ann, again.message, "That is enough")
    assert "You can come back" in left.text or "come back to this" in left.text
    assert {"Ride out ten minutes", "Talk to somebody", "Crisis help"} == buttons(left.message).keys()
    assert await house.rows() == before, "nothing is kept"


async def test_it_can_be_left_at_any_step(house: House) -> None:
    step = await offered(house, "calm:begin")
    step = await house.press(house.ann, step.message, "Next")
    assert "Nothing was kept" in (await house.press(house.ann, step.message, "That is enough")).text


async def test_who_there_is_to_talk_to_with_nobody_set_up(house: House) -> None:
    talk = await offered(house, "calm:talk")
    assert talk.ephemeral
    assert "A friend" in talk.text
    assert list(buttons(talk.message)) == ["Lines to talk to", "Crisis help"]
    lines = await house.press(house.ann, talk.message, "Lines to talk to")
    assert "Other lines" in buttons(lines.message)


async def test_a_communitys_team_is_offered_where_there_is_one(house: House) -> None:
    team = house.guild.create_text_channel("team")
    await house.run(house.mia, "setup staff-channel", channel=team)
    talk = await offered(house, "calm:talk")
    assert list(buttons(talk.message)) == ["Ask for somebody to talk to", "Lines to talk to", "Crisis help"]
    assert "You see what would be posted" in talk.text


async def test_talking_is_offered_also_without_the_database(house: House) -> None:
    message = await house.arrived_checkin(house.ann)
    house.store.broken = True
    data = {"custom_id": "calm:talk", "component_type": 2}
    talk = await house.forge(house.ann, PRESS, data, message=message, carried=True)
    assert list(buttons(talk.message)) == ["Lines to talk to", "Crisis help"]


@pytest.mark.parametrize("custom_id", ["calm:step:0", "calm:step:11", "calm:step:1:1"])
async def test_other_steps_are_none(house: House, custom_id: str) -> None:
    assert not house.bot.knows_button(custom_id)
