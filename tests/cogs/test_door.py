"""What discord.py cannot read, and what no button listens for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from supportbot.chat.door import read_json
from tests.cogs.house import COMMAND, PRESS, Answer, House

SUBMIT, SUGGEST = 5, 4


def callbacks(house: House) -> list[Any]:
    return [row.json for row in house.env.http_requests if row.path.endswith("/callback")]


async def refused(house: House, payload: dict[str, Any]) -> str:
    """The one answer to an interaction that discord.py has no object for."""
    before = len(callbacks(house))
    house.env.backend.emit("INTERACTION_CREATE", payload)
    await house.env.settle()
    (body,) = callbacks(house)[before:]
    if body["type"] == 8:
        assert body["data"] == {"choices": []}
        return ""
    assert body["data"]["flags"] == 64
    assert body["data"]["allowed_mentions"] == {"parse": []}
    return body["data"]["content"]


async def test_what_discord_py_cannot_read_is_answered_and_the_next_is_read(house: House) -> None:
    base = {"id": "1", "token": "tokentoken", "locale": "es-ES", "version": 1}
    for number, broken in enumerate(
        (
            {},
            {"type": 2},
            {"type": 2, "data": {"name": "about"}},
            {"type": 3, "data": []},
            {"type": 5, "data": {"custom_id": None}},
            {"type": 2, "data": {"name": "about"}, "locale": 7},
            {"type": 99, "data": {}},
        )
    ):
        payload = {**base, "id": str(1456074443980800012 + number), **broken}
        said = await refused(house, payload)
        assert "ya no funciona" in said or "no longer works" in said
    assert await refused(house, {**base, "type": 4, "data": {"name": "ask"}}) == ""
    assert "supportbot" in (await house.run(house.ann, "about")).text
    assert house.logged("event.unreadable")
    assert "tokentoken" not in house.log_text()


async def test_options_of_another_kind_than_the_commands_are_refused(house: House) -> None:
    for option in ({"type": 3, "value": [1]}, {"type": 4, "value": 5}, {"type": 6, "value": "1"}, {"type": 3}):
        data = house.command("ask") | {"options": [{"name": "question", **option}]}
        house._expected.append(Exception)
        before = len(callbacks(house))
        house.emit(house.ann, COMMAND, data)
        await house.env.settle()
        (body,) = callbacks(house)[before:]
        assert "no longer works" in body["data"]["content"]


async def test_suggestions_that_cannot_be_made_are_none(house: House) -> None:
    house._expected.append(Exception)
    for data in (house.command("ask"), house.command("ask", nothing="x")):
        before = len(callbacks(house))
        house.emit(house.ann, SUGGEST, data)
        await house.env.settle()
        (body,) = callbacks(house)[before:]
        assert body == {"type": 8, "data": {"choices": []}}


async def test_a_form_that_nothing_takes_is_answered(house: House) -> None:
    answer = await house.forge(house.ann, SUBMIT, {"custom_id": "old:form", "components": []})
    assert answer.ephemeral
    assert "no longer works" in answer.text


async def test_a_press_on_a_message_without_that_button_is_answered(house: House) -> None:
    draft = await house.run(house.ann, "checkin start", when="20:30", zone="Europe/Berlin")
    ids = [f"mydata:erase:{house.ann.id}", "checkin:decline:1", "crisis"]
    for custom_id in ids:
        answer: Answer = await house.forge(
            house.ann, PRESS, {"custom_id": custom_id, "component_type": 2}, message=draft.message
        )
        assert "no longer works" in answer.text
        alone = await house.forge(house.ann, PRESS, {"custom_id": custom_id, "component_type": 2})
        assert "no longer works" in alone.text


@pytest.mark.parametrize("text", ['"\\ud800"', '{"a\\udc00": ["x\\ud83d"]}', "NaN", '"💜 \\ud83d\\udc9c"'])
def test_json_that_no_text_can_hold_is_read_all_the_same(text: str) -> None:
    found = str(read_json(text))
    found.encode()
    assert not re.search("[\ud800-\udfff]", found)


def test_what_is_no_json_is_not_read() -> None:
    with pytest.raises(ValueError, match="line 1"):
        read_json("{")
