"""Commands in the menu of a message or a person: what the bot is told, what it may answer, and what is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from supportbot.sandbox.places import ActorError
from supportbot.sandbox.posting import edit
from supportbot.sandbox.server import Sandbox
from tests.sandbox.conftest import AUTHORIZED, Listener, Rest
from tests.sandbox.small_bot import RunningBot
from tests.support.contract import Contract

GENERAL, SUPPORT, LOBBY = "riverside-recovery/general", "riverside-recovery/support", "night-owls/lobby"


async def look_at(listener: Listener, target: str, command: str = "Explain Words", channel: str = GENERAL) -> Any:
    """Sam runs a menu's command; the task of the result, and the interaction."""
    asked = listener.sandbox.actor.invoke(user="sam", channel=channel, command=command, target=target)
    task = asyncio.create_task(asked)
    return task, await listener.interaction()


async def test_the_bot_is_handed_the_whole_message(
    listener: Listener, discord_contract: Contract, ids: dict[str, int]
) -> None:
    said = await listener.sandbox.actor.send_message(user="mika", channel=GENERAL, content="what is **CBT**?")
    task, seen = await look_at(listener, said["id"])
    data = seen["data"]
    assert seen["type"] == 2
    assert set(data) == {"id", "name", "type", "target_id", "resolved"}
    assert (data["name"], data["type"], data["target_id"]) == ("Explain Words", 3, said["id"])
    assert list(data["resolved"]) == ["messages"]
    message = data["resolved"]["messages"][said["id"]]
    assert message["content"] == "what is **CBT**?", "without the intent for message content"
    assert (message["author"]["id"], message["channel_id"]) == (str(ids["mika"]), str(ids["general"]))
    assert not {"ephemeral", "reply_to_command"} & set(message), "what only the page is told"
    assert discord_contract.schema("MessageResponse", message) == []
    answered = await listener.answer(seen, {"type": 4, "data": {"content": "a therapy", "flags": 64}})
    shown = answered[1]["resource"]["message"]
    assert (shown["type"], shown["interaction_metadata"]["target_message_id"]) == (23, said["id"])
    assert (await task)["message"]["reply_to_command"] == {"name": "Explain Words", "user": "sam"}


async def test_over_rest_the_same_message_has_no_content(listener: Listener, rest: Rest, ids: dict[str, int]) -> None:
    said = await listener.sandbox.actor.send_message(user="mika", channel=GENERAL, content="between us")
    read = await rest("GET", f"/channels/{ids['general']}/messages/{said['id']}")
    assert (read[0], read[1]["content"]) == (200, "")


async def test_a_message_is_handed_over_as_it_was(listener: Listener, rest: Rest, ids: dict[str, int]) -> None:
    path = f"/channels/{ids['general']}/messages"
    told = (await rest("POST", path, {"content": "before"}))[1]
    asked = listener.sandbox.actor.invoke(user="sam", channel=GENERAL, command="Explain Words", target=told["id"])
    task = asyncio.create_task(asked)
    await asyncio.sleep(0)  # asked, and not yet on the wire
    stored = listener.sandbox._state.messages.find(int(told["id"]))
    assert stored is not None
    edit(listener.sandbox._state, stored, {"content": "after"})
    seen = await listener.interaction()
    assert seen["data"]["resolved"]["messages"][told["id"]]["content"] == "before"
    await listener.answer(seen, {"type": 4, "data": {"content": "x"}})
    await task


async def test_in_direct_messages(listener: Listener) -> None:
    said = await listener.sandbox.actor.send_message(user="sam", channel="dm", content="help?")
    task, seen = await look_at(listener, said["id"], channel="dm")
    assert (seen["context"], seen["data"]["resolved"]["messages"][said["id"]]["content"]) == (1, "help?")
    await listener.answer(seen, {"type": 4, "data": {"content": "x"}})
    assert (await task)["outcome"] == "message"


async def test_a_menu_may_open_a_form_and_never_updates(listener: Listener) -> None:
    said = await listener.sandbox.actor.send_message(user="mika", channel=GENERAL, content="x")
    task, seen = await look_at(listener, said["id"])
    assert (await listener.answer(seen, {"type": 7, "data": {"content": "mine now"}}))[1]["code"] == 50035
    field = {"type": 4, "custom_id": "why", "style": 1, "label": "Why"}
    form = {"custom_id": "form", "title": "Why", "components": [{"type": 1, "components": [field]}]}
    assert (await listener.answer(seen, {"type": 9, "data": form}))[0] == 200
    assert (await task)["outcome"] == "modal"


async def test_a_person_is_handed_over_with_their_membership(
    listener: Listener, discord_contract: Contract, ids: dict[str, int]
) -> None:
    task, seen = await look_at(listener, "mika", command="Look")
    data, mika = seen["data"], str(ids["mika"])
    assert (data["type"], data["target_id"], set(data["resolved"])) == (2, mika, {"users", "members"})
    assert discord_contract.schema("UserResponse", data["resolved"]["users"][mika]) == []
    assert "user" not in data["resolved"]["members"][mika]
    await listener.answer(seen, {"type": 4, "data": {"content": "x"}})
    await task


async def test_refusals_have_discords_codes(listener: Listener, rest: Rest, sandbox: Sandbox) -> None:
    actor = sandbox.actor
    elsewhere = (await actor.send_message(user="alex", channel=LOBBY, content="owls"))["id"]
    beside = (await actor.send_message(user="sam", channel=SUPPORT, content="beside"))["id"]
    here = (await actor.send_message(user="sam", channel=GENERAL, content="here"))["id"]
    task, seen = await look_at(listener, here)
    await listener.answer(seen, {"type": 4, "data": {"content": "only you", "flags": 64}})
    secret = (await task)["message"]["id"]
    cases: list[tuple[dict[str, Any], int, int | None]] = [
        ({"target": "123"}, 404, 10008),
        ({"target": "words"}, 404, 10008),
        ({"target": beside}, 404, 10008),
        ({"target": elsewhere}, 403, 50001),
        ({"target": secret}, 403, 10008),
        ({"target": secret, "user": "alex"}, 403, 10008),
        ({"target": here, "channel": LOBBY}, 403, 50001),
        ({"target": here, "channel": "riverside-recovery/nowhere"}, 404, 10003),
        ({"target": here, "command": "Explain words"}, 404, 10063),
        ({"target": here, "type": 2}, 404, 10063),
        ({"target": "nobody", "command": "Look"}, 404, 10013),
        ({}, 400, None),
        ({"target": here, "options": {"what": "x"}}, 400, None),
    ]
    for change, status, code in cases:
        body = {"user": "sam", "channel": GENERAL, "command": "Explain Words", **change}
        async with rest.session.post(f"{sandbox.url}/sandbox/api/invoke", json=body) as response:
            answer = await response.json()
        assert (response.status, answer.get("code")) == (status, code), (change, answer)
        assert set(answer) == ({"error"} if code is None else {"error", "code"})


async def test_a_deleted_message_is_unknown(listener: Listener, rest: Rest, ids: dict[str, int]) -> None:
    path = f"/channels/{ids['general']}/messages"
    told = (await rest("POST", path, {"content": "x"}, headers=AUTHORIZED))[1]["id"]
    assert (await rest("DELETE", f"{path}/{told}"))[0] == 204
    with pytest.raises(ActorError) as refused:
        await listener.sandbox.actor.invoke(user="sam", channel=GENERAL, command="Explain Words", target=told)
    assert refused.value.refusal is not None
    assert (refused.value.refusal.status, refused.value.refusal.code) == (404, 10008)


async def test_a_library_finds_the_author_and_the_content(sandbox: Sandbox, bot: RunningBot) -> None:
    said = await sandbox.actor.send_message(user="alex", channel=SUPPORT, content="a & b")
    quoted = await sandbox.actor.invoke(user="sam", channel=SUPPORT, command="Quote it", target=said["id"])
    assert (quoted["message"]["content"], quoted["message"]["type"]) == ("> a & b", 23)
    (message,) = bot.interactions[-1].data["resolved"]["messages"].values()
    assert message["author"]["username"] == "alex"
