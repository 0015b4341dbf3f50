"""The buttons of a check-in that has arrived."""

from __future__ import annotations

import pytest

from tests.cogs.house import PRESS, House, buttons, unpacked


async def test_it_is_discreet_then_opened_and_answered_and_the_answer_is_kept_nowhere(house: House) -> None:
    invitation = await house.arrived_checkin(house.ann)
    assert invitation.content == "A moment for yourself?"
    assert buttons(invitation).keys() == {"Open", "Stop these"}
    opened = await house.press(house.ann, invitation, "Open")
    assert opened.message.id == invitation.id
    assert "How are you right now?" in opened.text
    assert list(buttons(opened.message)) == [
        "1 very low",
        "2 low",
        "3 in between",
        "4 good",
        "5 very good",
        "Clear this",
        "Stop these",
        "Crisis help",
    ]
    thanked = await house.press(house.ann, opened.message, "4 good")
    assert thanked.text == "Done."
    assert buttons(thanked.message) == {}
    (reply,) = thanked.followups
    assert reply.flags.ephemeral
    assert "I do not keep what you answered" in reply.content
    exported = (await house.run(house.ann, "mydata export")).message.attachments[0]
    data, page = unpacked(await exported.read())
    assert "answered" in {row["state"] for row in data["held"]["deliveries"]}
    assert "Answered" in page
    assert "good" not in house.log_text()


async def test_a_very_low_answer_is_met_with_care(house: House) -> None:
    opened = await house.press(house.ann, await house.arrived_checkin(house.ann), "Open")
    thanked = await house.press(house.ann, opened.message, "1 very low")
    assert "you do not have to carry it alone" in thanked.last
    assert buttons(thanked.followups[0]) == {
        "Ride out ten minutes": "calm:begin",
        "Talk to somebody": "calm:talk",
        "Crisis help": "crisis",
    }
    shown = await house.press(house.ann, thanked.followups[0], "Crisis help")
    assert "call your local emergency number" in shown.text


async def test_it_can_be_cleared_away(house: House) -> None:
    opened = await house.press(house.ann, await house.arrived_checkin(house.ann), "Open")
    hand = house.ann.user
    result = await hand.click(opened.message, label="Clear this")
    assert result.acknowledged
    assert [row.content for row in house.dms(house.ann)] == [house.dms(house.ann)[0].content]
    assert "Every day" in (await house.run(house.ann, "checkin list")).text


async def test_it_can_stop_its_plan(house: House) -> None:
    opened = await house.press(house.ann, await house.arrived_checkin(house.ann), "Open")
    stopped = await house.press(house.ann, opened.message, "Stop these")
    assert "The daily check-in at 20:30 will not come any more" in stopped.text
    assert "You have no check-ins" in (await house.run(house.ann, "checkin list")).text


@pytest.mark.parametrize("label", ["1 very low", "Stop these"])
async def test_it_works_for_nobody_else(house: House, label: str) -> None:
    opened = await house.press(house.ann, await house.arrived_checkin(house.ann), "Open")
    before = await house.rows()
    forged = house.emit(
        house.bea, PRESS, {"custom_id": buttons(opened.message)[label], "component_type": 2}, message=opened.message
    )
    await house.env.settle()
    assert forged.acknowledged
    assert await house.rows() == before
    assert "Every day" in (await house.run(house.ann, "checkin list")).text
    answered = await house.press(house.ann, house.dms(house.ann)[-1], "3 in between")
    assert answered.text == "Done."


async def test_a_second_answer_is_not_taken(house: House) -> None:
    """Two presses on their way at once."""
    opened = await house.press(house.ann, await house.arrived_checkin(house.ann), "Open")
    ids = buttons(opened.message)
    presses = [
        house.emit(house.ann, PRESS, {"custom_id": ids[label], "component_type": 2}, message=opened.message)
        for label in ("2 low", "5 very good")
    ]
    await house.env.settle()
    assert all(press.acknowledged for press in presses)
    said = [row.content for press in presses if press.response for row in [press.response, *press.followups]]
    assert "You answered this one already. Thank you. The next one comes at its time." in said
    assert sum("I do not keep what you answered" in text for text in said) == 1


async def test_a_plan_whose_dms_are_closed_is_paused_and_says_so(house: House) -> None:
    await house.start_checkin(house.ann)
    house.close_dms(house.ann)
    await house.deliver_next()
    listed = await house.run(house.ann, "checkin list")
    assert "Every day at 20:30 (Europe/Berlin). Paused" in listed.text
    assert "**Privacy Settings**" in listed.text


async def test_a_member_who_left_every_community_is_not_written_to(house: House) -> None:
    await house.start_checkin(house.ann)
    channel = house.ann.user.dm_channel.id
    house.env.inject_error("POST", f"/channels/{channel}/messages", status=403, code=50278, times=None)
    await house.deliver_next()
    assert "Paused" in (await house.run(house.ann, "checkin list", dm=True)).text
