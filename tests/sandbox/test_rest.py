"""REST without a library: what a bot may do, and every refusal with its status and code."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from supportbot.sandbox.ratelimits import UNLIMITED
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.world import read_world
from tests.sandbox.conftest import AUTHORIZED, COMMANDS, Factory, Listener, Rest

GENERAL, STAFF = "riverside-recovery/general", "riverside-recovery/staff"
TEXT_INPUT = {"type": 4, "custom_id": "t", "style": 1, "label": "Why"}


@pytest.fixture
async def sandbox(make_sandbox: Factory) -> Sandbox:
    return await make_sandbox(answer_within=0.3, limits=UNLIMITED)


async def run(listener: Listener, user: str = "sam", channel: str = GENERAL) -> tuple[Any, dict[str, Any]]:
    """Somebody runs /ask; the task of the result, and the interaction."""
    task = asyncio.create_task(listener.sandbox.actor.invoke(user=user, channel=channel, command="ask"))
    return task, await listener.interaction()


# --- who and what


async def test_every_plain_route(rest: Rest, ids: dict[str, int], dm: str) -> None:
    guild, general = ids["Riverside Recovery"], ids["general"]
    paths = [
        "/users/@me",
        "/users/@me/guilds",
        "/oauth2/applications/@me",
        "/applications/@me",
        "/gateway",
        "/gateway/bot",
        f"/users/{ids['sam']}",
        f"/guilds/{guild}",
        f"/guilds/{guild}?with_counts=true",
        f"/guilds/{guild}/channels",
        f"/guilds/{guild}/roles",
        f"/guilds/{guild}/members/{ids['mika']}",
        f"/channels/{general}",
        f"/channels/{dm}",
        f"/channels/{dm}/messages",
        f"/applications/{ids['supportbot']}/commands",
        f"/applications/{ids['supportbot']}/guilds/{guild}/commands?with_localizations=true",
    ]
    for path in paths:
        assert (await rest("GET", path))[0] == 200, path
    assert (await rest("POST", f"/channels/{dm}/typing"))[0] == 204
    assert (await rest("DELETE", f"/channels/{dm}"))[0] == 200


async def test_the_token_is_checked(rest: Rest) -> None:
    unauthorized = {"message": "401: Unauthorized", "code": 0}
    for headers in ({}, {"Authorization": "Bot wrong"}, {"Authorization": AUTHORIZED["Authorization"][4:]}):
        assert await rest("GET", "/users/@me", headers=headers) == (401, unauthorized)


async def test_unknown_things(rest: Rest, sandbox: Sandbox, ids: dict[str, int], dm: str) -> None:
    guild, general, app = ids["Riverside Recovery"], ids["general"], ids["supportbot"]
    eve = (await sandbox.actor.add_user(username="eve"))["id"]
    await sandbox.actor.edit_user(user="supportbot", leave="Night Owls")
    cases: list[tuple[str, str, Any, int, int]] = [
        ("GET", "/nowhere", None, 404, 0),
        ("PUT", "/users/@me", None, 405, 0),
        ("GET", "/users/1", None, 404, 10013),
        ("GET", "/guilds/1", None, 404, 10004),
        ("GET", f"/guilds/{ids['Night Owls']}", None, 403, 50001),
        ("GET", f"/guilds/{guild}/members/1", None, 404, 10013),
        ("GET", f"/guilds/{guild}/members/{eve}", None, 404, 10007),
        ("GET", "/channels/1", None, 404, 10003),
        ("GET", "/channels/x", None, 400, 50035),
        ("GET", f"/channels/{ids['staff']}", None, 403, 50001),
        ("GET", f"/channels/{ids['lobby']}/messages", None, 403, 50001),
        ("GET", f"/channels/{general}/messages/1", None, 404, 10008),
        ("GET", f"/channels/{general}/messages?limit=101", None, 400, 50035),
        ("PATCH", f"/channels/{general}/messages/1", {"content": "x"}, 404, 10008),
        ("POST", "/channels/1/messages", {"content": "x"}, 404, 10003),
        ("POST", f"/channels/{ids['staff']}/messages", {"content": "x"}, 403, 50001),
        ("POST", f"/channels/{general}/messages", {"content": ""}, 400, 50006),
        ("POST", f"/channels/{general}/messages", {"content": "x" * 2001}, 400, 50035),
        ("POST", f"/channels/{dm}/messages", {"content": "x", "message_reference": {"message_id": "1"}}, 400, 50035),
        ("POST", f"/channels/{dm}/messages", {"content": "x", "flags": 64}, 400, 50035),
        ("DELETE", f"/channels/{general}", None, 403, 50013),
        ("POST", "/users/@me/channels", {"recipient_id": 1}, 400, 50033),
        ("POST", "/users/@me/channels", {"recipient_id": app}, 400, 50007),
        ("POST", "/users/@me/channels", {}, 400, 50035),
        ("PUT", "/applications/1/commands", [], 404, 10002),
        ("GET", f"/applications/1/guilds/{guild}/commands/{app}/permissions", None, 404, 10002),
        ("GET", f"/applications/{app}/guilds/1/commands/{app}/permissions", None, 404, 10004),
        ("GET", f"/applications/{app}/guilds/{guild}/commands/1/permissions", None, 404, 10063),
        ("GET", f"/applications/{app}/guilds/{guild}/commands/{app}/permissions", None, 404, 10066),
        ("PUT", f"/applications/{app}/commands", [{"name": "Bad Name", "description": "d"}], 400, 50035),
    ]
    for method, path, body, status, code in cases:
        answer = await rest(method, path, body)
        assert (answer[0], answer[1]["code"]) == (status, code), (method, path, answer)


async def test_bodies_that_are_no_json(rest: Rest, dm: str) -> None:
    path = f"/channels/{dm}/messages"
    json_type = {**AUTHORIZED, "Content-Type": "application/json"}
    assert (await rest("POST", path, data=b"{", headers=json_type))[1]["code"] == 50109
    text_type = {**AUTHORIZED, "Content-Type": "text/plain"}
    status, answer = await rest("POST", path, data=b'{"content": "x"}', headers=text_type)
    assert (status, answer["code"]) == (400, 50035)


# --- messages


async def test_a_message_from_create_to_delete(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    sent = {
        "content": " hi <@1> ",
        "embeds": [{"title": "T", "description": None, "fields": [{"name": "n", "value": "v"}]}],
        "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}],
        "nonce": "n1",
    }
    status, message = await rest("POST", f"/channels/{dm}/messages", sent)
    assert status == 200
    assert (message["content"], message["nonce"]) == ("hi <@1>", "n1")
    assert message["embeds"] == [
        {"type": "rich", "title": "T", "fields": [{"inline": False, "name": "n", "value": "v"}]}
    ]
    button = message["components"][0]["components"][0]
    assert (message["components"][0]["id"], button["id"], button["disabled"]) == (1, 2, False)
    assert "id" not in sent["components"][0], "what was sent is not changed"
    path = f"/channels/{dm}/messages/{message['id']}"
    status, edited = await rest("PATCH", path, {"content": "new", "components": []})
    assert (edited["content"], edited["components"], status) == ("new", [], 200)
    assert edited["edited_timestamp"] is not None
    assert (await rest("GET", path))[1] == edited
    assert (await rest("PATCH", path, {"content": "", "embeds": []}))[1]["code"] == 50006
    assert (await rest("GET", path))[1]["content"] == "new"
    assert (await rest("DELETE", path))[0] == 204
    assert (await rest("GET", path))[1]["code"] == 10008
    assert await sandbox.actor.messages(user="sam", channel="dm") == []


async def test_others_messages(rest: Rest, sandbox: Sandbox, ids: dict[str, int], dm: str) -> None:
    for channel, code in ((GENERAL, 50013), ("dm", 50003)):
        message = await sandbox.actor.send_message(user="sam", channel=channel, content="mine")
        path = f"/channels/{message['channel_id']}/messages/{message['id']}"
        answer = await rest("PATCH", path, {"content": "yours"})
        assert (answer[0], answer[1]["code"]) == (403, 50005)
        answer = await rest("DELETE", path)
        assert (answer[0], answer[1]["code"]) == (403, code)


async def test_content_is_withheld_over_rest_too(rest: Rest, sandbox: Sandbox, ids: dict[str, int]) -> None:
    for content, given in (("secret", ""), (f"<@{ids['supportbot']}> look", f"<@{ids['supportbot']}> look")):
        message = await sandbox.actor.send_message(user="sam", channel=GENERAL, content=content)
        assert (await rest("GET", f"/channels/{ids['general']}/messages?limit=1"))[1][0]["content"] == given
        assert (await rest("GET", f"/channels/{ids['general']}/messages/{message['id']}"))[1]["content"] == given


async def test_replies(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    said = await sandbox.actor.send_message(user="sam", channel="dm", content="question")
    body = {"content": "answer", "message_reference": {"message_id": said["id"]}}
    reply = (await rest("POST", f"/channels/{dm}/messages", body))[1]
    assert (reply["type"], reply["referenced_message"]["content"]) == (19, "question")
    gone = {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}}
    assert (await rest("POST", f"/channels/{dm}/messages", gone))[1]["type"] == 0


async def test_permissions_in_a_channel(make_sandbox: Factory, session: aiohttp.ClientSession) -> None:
    world = read_world(
        """
        [[users]]
        username = "ann"
        [[guilds]]
        name = "G"
        owner = "ann"
        members = ["ann"]
        everyone = ["VIEW_CHANNEL", "READ_MESSAGE_HISTORY"]
        bot_permissions = ["SEND_MESSAGES", "MANAGE_CHANNELS"]
        [[guilds.channels]]
        name = "open"
        [[guilds.channels]]
        name = "mute"
        deny = {supportbot = ["SEND_MESSAGES", "READ_MESSAGE_HISTORY"]}
        """
    )
    sandbox = await make_sandbox(world=world)
    rest = Rest(sandbox, session)
    (guild,) = world.guilds.values()
    opened, mute = guild.channels
    cases = [
        ("POST", f"/channels/{opened}/messages", {"content": "x"}, 200, None),
        ("POST", f"/channels/{opened}/messages", {"embeds": [{"title": "x"}]}, 403, 50013),
        ("POST", f"/channels/{mute}/messages", {"content": "x"}, 403, 50013),
        ("POST", f"/channels/{mute}/typing", None, 403, 50013),
        ("GET", f"/channels/{mute}/messages/1", None, 403, 50001),
        ("GET", f"/channels/{mute}/messages", None, 200, None),
        ("DELETE", f"/channels/{mute}", None, 200, None),
        ("GET", f"/channels/{mute}", None, 404, 10003),
    ]
    for method, path, body, status, code in cases:
        answer = await rest(method, path, body)
        found = answer[1].get("code") if isinstance(answer[1], dict) else None
        assert (answer[0], found) == (status, code), (method, path, answer)
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("files[0]", io.BytesIO(b"x"), filename="x.txt")
    assert (await rest("POST", f"/channels/{opened}/messages", data=form))[1]["code"] == 50013
    with pytest.raises(ValueError, match="no role 'Kings'"):
        read_world(
            '[[users]]\nusername="a"\n[[guilds]]\nname="G"\nowner="a"\n[[guilds.channels]]\nname="c"\nonly=["Kings"]'
        )


async def test_history(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    made = [(await rest("POST", f"/channels/{dm}/messages", {"content": str(n)}))[1]["id"] for n in range(7)]

    async def page(query: str) -> list[str]:
        return [row["content"] for row in (await rest("GET", f"/channels/{dm}/messages?{query}"))[1]]

    assert await page("limit=3") == ["6", "5", "4"]
    assert await page(f"before={made[3]}&limit=2") == ["2", "1"]
    assert await page(f"after={made[3]}&limit=2") == ["5", "4"]
    assert await page(f"around={made[3]}&limit=3") == ["4", "3", "2"]
    assert await page(f"around={made[0]}&limit=4") == ["3", "2", "1", "0"]
    assert len(await page("")) == 7


async def test_a_nonce_is_remembered_for_some_minutes(rest: Rest, sandbox: Sandbox, dm: str) -> None:
    body = {"content": "once", "nonce": "abc", "enforce_nonce": True}
    path = f"/channels/{dm}/messages"
    first = (await rest("POST", path, body))[1]
    assert (await rest("POST", path, body)) == (200, first)
    assert (await rest("POST", path, {**body, "enforce_nonce": False}))[1]["id"] != first["id"]
    sandbox.clock.advance(timedelta(seconds=301))
    assert (await rest("POST", path, body))[1]["id"] != first["id"]
    await sandbox.actor.add_fault(kind="nonce_memory", seconds=0)
    ids = {(await rest("POST", path, body))[1]["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("allowed", "mentioned"),
    [(None, (1, 1, True)), ({"parse": []}, (0, 0, False)), ({"parse": ["everyone"]}, (0, 0, True))],
)
async def test_mentions(rest: Rest, sandbox: Sandbox, ids: dict[str, int], allowed: Any, mentioned: Any) -> None:
    guild = sandbox.world.guilds[ids["Riverside Recovery"]]
    role = next(role.id for role in guild.roles.values() if role.name == "Moderators")
    body = {"content": f"<@{ids['sam']}> <@&{role}> @everyone"} | ({"allowed_mentions": allowed} if allowed else {})
    message = (await rest("POST", f"/channels/{ids['general']}/messages", body))[1]
    found = (len(message["mentions"]), len(message["mention_roles"]), message["mention_everyone"])
    assert found == mentioned


async def test_components_v2(rest: Rest, dm: str) -> None:
    tree = [
        {
            "type": 17,
            "components": [
                {"type": 10, "content": "hi"},
                {"type": 14},
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "text"}],
                    "accessory": {"type": 2, "style": 2, "label": "b", "custom_id": "b"},
                },
                {"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}}]},
            ],
        }
    ]
    status, message = await rest("POST", f"/channels/{dm}/messages", {"flags": 1 << 15, "components": tree})
    assert status == 200
    path = f"/channels/{dm}/messages/{message['id']}"
    assert (await rest("PATCH", path, {"content": "no"}))[1]["code"] == 50035
    gallery = message["components"][0]["components"][3]["items"][0]
    assert gallery["media"]["url"] == "https://example.org/a.png"
    again = await rest("PATCH", path, {"flags": 1 << 15, "components": tree[0]["components"][:1]})
    assert again[1]["components"] == [{"type": 10, "id": 1, "content": "hi"}]


# --- commands


async def test_overwriting_commands(rest: Rest, sandbox: Sandbox, ids: dict[str, int]) -> None:
    path = f"/applications/{ids['supportbot']}/commands"
    wanted = [{**COMMANDS[0], "name_localizations": {"de": "frag"}, "default_member_permissions": 32, "contexts": [0]}]
    first = (await rest("PUT", path, wanted))[1][0]
    assert (first["default_member_permissions"], first["name_localizations"]) == ("32", {"de": "frag"})
    again = (await rest("PUT", path, wanted))[1][0]
    assert (again["id"], again["version"]) == (first["id"], first["version"])
    changed = (await rest("PUT", path, [{**wanted[0], "description": "Other"}]))[1][0]
    assert changed["id"] == first["id"]
    assert changed["version"] != first["version"]
    assert "name_localizations" not in (await rest("GET", path))[1][0]
    assert "name_localizations" in (await rest("GET", path + "?with_localizations=1"))[1][0]
    guild_path = f"/applications/{ids['supportbot']}/guilds/{ids['Night Owls']}/commands"
    assert (await rest("PUT", guild_path, [{"name": "here", "description": "d"}]))[1][0]["guild_id"]
    assert [row["name"] for row in (await rest("GET", path))[1]] == ["ask"]
    names = [row["name"] for row in await sandbox.actor.commands(user="alex", channel="night-owls/lobby")]
    assert names == ["here"]


async def test_200_new_commands_a_day(rest: Rest, sandbox: Sandbox, ids: dict[str, int]) -> None:
    path = f"/applications/{ids['supportbot']}/commands"
    for batch in ("a", "b"):
        rows = [{"name": f"{batch}{n}", "description": "d"} for n in range(100)]
        assert (await rest("PUT", path, rows))[0] == 200
    more = [{"name": "more", "description": "d"}]
    assert (await rest("PUT", path, more))[1]["code"] == 30034
    sandbox.clock.advance(timedelta(days=1, seconds=1))
    assert (await rest("PUT", path, more))[0] == 200


# --- interactions


async def test_an_interactions_fields(listener: Listener, ids: dict[str, int]) -> None:
    task, seen = await run(listener)
    for key in ("application_id", "channel", "app_permissions", "entitlements", "attachment_size_limit", "guild"):
        assert key in seen
    owners = {"0": str(ids["Riverside Recovery"])}
    assert (seen["context"], seen["authorizing_integration_owners"]) == (0, owners)
    assert (seen["locale"], seen["guild_locale"]) == ("en-US", "en-US")
    assert seen["member"]["user"]["id"] == str(ids["sam"])
    assert int(seen["member"]["permissions"]) & 2048
    assert "user" not in seen
    assert "guild_id" not in seen["data"], "only commands of one community carry it"
    await listener.answer(seen, {"type": 4, "data": {"content": "x"}})
    await task
    task, seen = await run(listener, channel="dm")
    assert (seen["context"], seen["authorizing_integration_owners"]) == (1, {"0": "0"})
    assert not {"guild_id", "member", "guild_locale"} & set(seen)
    assert seen["channel"]["type"] == 1
    assert seen["user"]["id"] == str(ids["sam"])
    await listener.answer(seen, {"type": 4, "data": {"content": "x"}})
    await task


async def test_one_answer_and_no_second(listener: Listener) -> None:
    task, seen = await run(listener)
    status, body = await listener.answer(seen, {"type": 4, "data": {"content": "x", "flags": 64}})
    assert status == 200
    assert body["interaction"]["response_message_ephemeral"] is True
    assert body["resource"]["message"]["id"] == body["interaction"]["response_message_id"]
    again = await listener.answer(seen, {"type": 4, "data": {"content": "y"}})
    assert (again[0], again[1]["code"]) == (400, 40060)
    assert (await task)["message"]["content"] == "x"


async def test_without_with_response_there_is_no_body(listener: Listener) -> None:
    task, seen = await run(listener)
    assert await listener.answer(seen, {"type": 5}, "") == (204, None)
    assert (await task)["outcome"] == "deferred"


async def test_late_wrong_and_early(listener: Listener, rest: Rest) -> None:
    task, seen = await run(listener)
    wrong = await listener.answer({**seen, "token": "wrong"}, {"type": 5})
    assert (wrong[0], wrong[1]["code"]) == (404, 10062)
    for method, path, body in (
        ("POST", "", {"content": "x"}),
        ("PATCH", "/messages/@original", {"content": "x"}),
        ("GET", "/messages/@original", None),
    ):
        early = await rest(method, listener.hook(seen, path), body, headers={})
        assert (early[0], early[1]["code"]) == (404, 10015)
    assert (await task)["outcome"] == "failed"
    late = await listener.answer(seen, {"type": 4, "data": {"content": "x"}})
    assert (late[0], late[1]["code"]) == (404, 10062)


@pytest.mark.parametrize(
    "body",
    [
        {"type": 6},
        {"type": 7, "data": {"content": "x"}},
        {"type": 8, "data": {"choices": []}},
        {"type": 3},
        {"type": 4, "data": {"content": "x" * 2001}},
        {"type": 5, "data": {"flags": 4}},
        {"type": 9, "data": {"custom_id": "m", "title": "x" * 46, "components": []}},
    ],
)
async def test_answers_that_do_not_fit_a_command(listener: Listener, body: Any) -> None:
    task, seen = await run(listener)
    answer = await listener.answer(seen, body)
    assert (answer[0], answer[1]["code"]) == (400, 50035)
    assert (await listener.answer(seen, {"type": 4, "data": {"content": "ok"}}))[0] == 200, "a bad answer is no answer"
    await task


async def test_answers_that_do_not_fit_a_form(listener: Listener) -> None:
    """A form from a command updates nothing, a form from a button may; none opens another form."""
    actor = listener.sandbox.actor
    modal = {"custom_id": "m", "title": "T", "components": [{"type": 1, "components": [TEXT_INPUT]}]}
    task, seen = await run(listener)
    await listener.answer(seen, {"type": 9, "data": modal})
    opened = (await task)["modal"]["id"]
    task = asyncio.create_task(actor.submit(user="sam", modal=opened, values={"t": "x"}))
    seen = await listener.interaction()
    assert seen["data"]["components"][0]["components"][0]["value"] == "x"
    assert "message" not in seen
    for body in ({"type": 6}, {"type": 7, "data": {"content": "x"}}, {"type": 9, "data": modal}):
        assert (await listener.answer(seen, body))[1]["code"] == 50035
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "b", "custom_id": "b"}]}
    await listener.answer(seen, {"type": 4, "data": {"content": "x", "components": [row]}})
    message = (await task)["message"]["id"]
    task = asyncio.create_task(actor.press(user="sam", message=message, custom_id="b"))
    await listener.answer(await listener.interaction(), {"type": 9, "data": modal})
    opened = (await task)["modal"]["id"]
    task = asyncio.create_task(actor.submit(user="sam", modal=opened, values={"t": "x"}))
    seen = await listener.interaction()
    assert seen["message"]["id"] == message
    assert (await listener.answer(seen, {"type": 7, "data": {"content": "new"}}))[1]["resource"]["type"] == 7
    assert (await task)["outcome"] == "update"


async def test_taking_the_waiting_message_away(listener: Listener, rest: Rest) -> None:
    actor = listener.sandbox.actor
    invoke = actor.invoke(user="sam", channel="dm", command="ask", wait="final")
    task = asyncio.create_task(invoke)
    seen = await listener.interaction()
    await listener.answer(seen, {"type": 5})
    assert (await rest("DELETE", listener.hook(seen, "/messages/@original"), headers={}))[0] == 204
    assert (await task)["outcome"] == "deleted"
    assert await actor.messages(user="sam", channel="dm") == []


async def test_an_empty_answer(listener: Listener) -> None:
    task, seen = await run(listener)
    answer = await listener.answer(seen, {"type": 4, "data": {}})
    assert (answer[0], answer[1]["code"]) == (400, 50006)
    await task


async def test_follow_ups(listener: Listener, rest: Rest) -> None:
    task, seen = await run(listener)
    await listener.answer(seen, {"type": 4, "data": {"content": "x"}})
    await task
    status, message = await rest("POST", listener.hook(seen, "?wait=true"), {"content": "y", "flags": 64}, headers={})
    assert (status, message["flags"]) == (200, 64)
    assert message["interaction_metadata"]["original_response_message_id"]
    assert await rest("POST", listener.hook(seen), {"content": "z"}, headers={}) == (204, None)
    path = listener.hook(seen, f"/messages/{message['id']}")
    assert (await rest("PATCH", path, {"content": "w"}, headers={}))[1]["content"] == "w"
    assert (await rest("GET", path, headers={}))[1]["content"] == "w"
    assert (await rest("DELETE", path, headers={}))[0] == 204
    assert (await rest("GET", path, headers={}))[1]["code"] == 10008
    assert (await rest("GET", "/channels/{}/messages/{}".format(seen["channel_id"], message["id"])))[1]["code"] == 10008
    other = await listener.sandbox.actor.send_message(user="alex", channel=GENERAL, content="other")
    strange = await rest("PATCH", listener.hook(seen, f"/messages/{other['id']}"), {"content": "w"}, headers={})
    assert (strange[0], strange[1]["code"]) == (404, 10008)
    unknown = await rest("POST", f"/webhooks/1/{seen['token']}", {"content": "x"}, headers={})
    assert (unknown[0], unknown[1]["code"]) == (404, 10015)
    assert (await rest("POST", listener.hook(seen), {"content": ""}, headers={}))[1]["code"] == 50006


async def test_a_token_lives_15_minutes_of_the_sandbox(listener: Listener, rest: Rest) -> None:
    task, seen = await run(listener)
    await listener.answer(seen, {"type": 5, "data": {"flags": 64}})
    await task
    path = listener.hook(seen, "/messages/@original")
    listener.sandbox.clock.advance(timedelta(minutes=14, seconds=58))
    assert (await rest("PATCH", path, {"content": "just in time"}, headers={}))[0] == 200
    listener.sandbox.clock.advance(timedelta(seconds=3))
    dead = await rest("PATCH", path, {"content": "too late"}, headers={})
    assert (dead[0], dead[1]["code"]) == (401, 50027)


async def test_closed_and_lost_people(rest: Rest, sandbox: Sandbox, ids: dict[str, int]) -> None:
    async def send(user: str) -> tuple[int, int]:
        channel = (await rest("POST", "/users/@me/channels", {"recipient_id": str(ids[user])}))[1]["id"]
        status, answer = await rest("POST", f"/channels/{channel}/messages", {"content": "x"})
        return status, answer.get("code", 0)

    assert await send("noor") == (403, 50007)
    assert await send("sam") == (200, 0)
    await sandbox.actor.edit_user(user="sam", leave="Riverside Recovery")
    assert await send("sam") == (403, 50278)
    await sandbox.actor.edit_user(user="sam", join="Night Owls", dms_open=False)
    assert await send("sam") == (403, 50007)
