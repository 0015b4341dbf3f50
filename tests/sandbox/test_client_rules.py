"""What Discord's client does not let a person send: options, selects and forms, each kind."""

from __future__ import annotations

from typing import Any

import pytest

from supportbot.sandbox.client_components import modal_components, press_data
from supportbot.sandbox.client_options import Filler, split_command
from supportbot.sandbox.model import Json, User
from supportbot.sandbox.places import ActorError, find_channel, find_user
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.state import State


class Stage:
    """Sam in Riverside's #general."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.user: User = find_user(state, "sam")
        self.channel = find_channel(state, self.user, "riverside-recovery/general")
        self.filler = Filler(state, self.user.id, self.channel)

    def press(self, component: Json, values: Any = None) -> Json:
        shape = {"id": 2, "custom_id": "c", **component}
        row = {"type": 1, "id": 1, "components": [shape]}
        return press_data(self.state, self.user, self.filler, [row], custom_id="c", values=values)

    def submit(self, field: Json, values: Json, *, label: bool = True) -> Json:
        shape = {"id": 2, "custom_id": "f", **field}
        top = {"type": 18, "id": 1, "component": shape} if label else {"type": 1, "id": 1, "components": [shape]}
        rows = modal_components(
            self.state, self.user, self.filler, {"components": [{"type": 10, "id": 9}, top]}, values
        )
        assert rows[0] == {"type": 10, "id": 9}
        return rows[1]["component"] if label else rows[1]["components"][0]

    def id(self, username: str) -> str:
        return str(find_user(self.state, username).id)


@pytest.fixture
def stage(sandbox: Sandbox) -> Stage:
    return Stage(sandbox._state)


async def test_every_kind_of_select(stage: Stage) -> None:
    users = stage.press({"type": 5, "max_values": 2}, ["mika", "alex"])
    assert users["values"] == [stage.id("mika"), stage.id("alex")]
    assert set(users["resolved"]["members"]) == set(users["values"])
    role = stage.press({"type": 6}, ["Moderators"])
    assert list(role["resolved"]["roles"]) == role["values"]
    assert stage.press({"type": 7}, ["@everyone"])["values"] == [str(stage.channel.guild_id)]
    assert stage.press({"type": 7}, ["mika"])["values"] == [stage.id("mika")]
    channel = stage.press({"type": 8}, ["riverside-recovery/support"])
    assert channel["resolved"]["channels"][channel["values"][0]]["name"] == "support"
    with pytest.raises(ActorError, match="no role"):
        stage.press({"type": 6}, ["Kings"])
    with pytest.raises(ActorError, match="exactly 1"):
        stage.press({"type": 5}, [])


async def test_a_button_takes_no_values(stage: Stage) -> None:
    assert stage.press({"type": 2})["component_type"] == 2
    with pytest.raises(ActorError, match="no values"):
        stage.press({"type": 2}, ["x"])
    with pytest.raises(ActorError, match="cannot be pressed"):
        stage.press({"type": 4})


async def test_every_kind_of_field(stage: Stage) -> None:
    options = [{"label": name, "value": name} for name in "abc"]
    text = {"type": 4, "style": 1}
    assert stage.submit(text, {"f": "hi"})["value"] == "hi"
    assert stage.submit({**text, "value": "as it was"}, {}, label=False)["value"] == "as it was"
    assert stage.submit({**text, "required": False}, {})["value"] == ""
    assert stage.submit({"type": 3, "options": options}, {"f": "b"})["values"] == ["b"]
    assert stage.submit({"type": 3, "options": options, "required": False}, {})["values"] == []
    assert stage.submit({"type": 5}, {"f": ["mika"]})["values"] == [stage.id("mika")]
    assert stage.submit({"type": 21, "options": options}, {"f": "c"})["value"] == "c"
    assert stage.submit({"type": 21, "options": options, "required": False}, {})["value"] is None
    assert stage.submit({"type": 22, "options": options}, {"f": ["a", "c"]})["values"] == ["a", "c"]
    assert stage.submit({"type": 23}, {"f": True})["value"] is True
    for field in (text, {"type": 3, "options": options}, {"type": 21, "options": options}):
        with pytest.raises(ActorError, match="is required"):
            stage.submit(field, {})


@pytest.mark.parametrize(
    ("option", "given", "sent"),
    [
        ({"type": 3}, "text", "text"),
        ({"type": 10}, 1.5, 1.5),
        ({"type": 10}, 2, 2),
        ({"type": 4, "choices": [{"name": "two", "value": 2}]}, 2, 2),
        ({"type": 5}, False, False),
    ],
)
async def test_values_that_are_sent(stage: Stage, option: Json, given: Any, sent: Any) -> None:
    (row,) = stage.filler.fill([{"name": "o", **option}], {"o": given})
    assert row == {"name": "o", "type": option["type"], "value": sent}


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ({"type": 3}, 5),
        ({"type": 4}, 1.5),
        ({"type": 4}, True),
        ({"type": 4}, 2**53 + 1),
        ({"type": 10, "max_value": 1}, 1.5),
        ({"type": 4, "choices": [{"name": "two", "value": 2}]}, 3),
        ({"type": 11}, "file"),
        ({"type": 7, "channel_types": [2]}, "general"),
    ],
)
async def test_values_that_are_not_sent(stage: Stage, option: Json, given: Any) -> None:
    with pytest.raises(ActorError, match="'o'"):
        stage.filler.fill([{"name": "o", **option}], {"o": given})


async def test_mentionables_and_partial_filling(stage: Stage) -> None:
    wanted: list[Json] = [{"name": "who", "type": 9, "required": True}, {"name": "word", "type": 3, "required": True}]
    rows = stage.filler.fill(wanted, {"who": "Moderators", "word": 3}, focused="word", partial=True)
    assert list(stage.filler.resolved) == ["roles"]
    assert rows[1] == {"name": "word", "type": 3, "value": "3", "focused": True}
    assert stage.filler.fill(wanted, {"who": "alex"}, partial=True)[0]["value"] == stage.id("alex")


async def test_a_name_belongs_to_its_type() -> None:
    commands: list[Json] = [{"name": "ask", "type": 1}, {"name": "ask", "type": 2}]
    assert split_command(commands, "ask", 2)[0]["type"] == 2
    assert split_command(commands, "/ask", None)[0]["type"] == 1
