"""The actor API over HTTP: its calls, its errors, its streams, and who may call it."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from supportbot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.small_bot import RunningBot

SUPPORT = "riverside-recovery/support"


class Api:
    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.base, self.session = sandbox.url + "/sandbox/api", session

    async def __call__(self, method: str, path: str, body: Any = None, **kwargs: Any) -> tuple[int, Any]:
        if body is not None:
            kwargs["json"] = body
        async with self.session.request(method, self.base + path, **kwargs) as response:
            return response.status, await response.json()


@pytest.fixture
def api(sandbox: Sandbox, session: aiohttp.ClientSession) -> Api:
    return Api(sandbox, session)


async def event(response: aiohttp.ClientResponse, wanted: str | None = None) -> Any:
    """The data of the next server-sent event (of this type)."""
    name = None
    while True:
        line = (await response.content.readline()).decode().rstrip("\n")
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: ") and wanted in {None, name}:
            return json.loads(line.removeprefix("data: "))


async def test_the_world(api: Api) -> None:
    status, state = await api("GET", "/state")
    assert status == 200
    assert set(state) == {"now", "offset_ms", "bot", "users", "guilds", "alarms", "faults"}
    assert state["bot"]["connected"] is False
    assert state["bot"]["user"]["username"] == "supportbot"
    people = {user["username"]: user for user in state["users"]}
    assert list(people) == ["sam", "mika", "olu", "noor", "alex"]
    assert [user["dms_open"] for user in state["users"]] == [True, True, True, False, True]
    riverside, owls = state["guilds"]
    assert [channel["name"] for channel in riverside["channels"]] == [
        *("welcome", "general", "support", "staff", "helpers"),
    ]
    assert [channel["name"] for channel in owls["channels"]] == ["lobby", "late-talk"]
    assert owls["owner_id"] == riverside["owner_id"] == people["olu"]["id"]
    assert people["alex"]["guilds"] == [riverside["id"], owls["id"]]
    assert (await api("GET", "/state"))[1]["guilds"] == state["guilds"]
    names = {user["id"]: user["username"] for user in [*state["users"], state["bot"]["user"]]}
    seen = {channel["name"]: {names[user_id] for user_id in channel["seen_by"]} for channel in riverside["channels"]}
    assert seen["general"] == {"supportbot", "sam", "mika", "olu", "noor", "alex"}
    assert seen["staff"] == {"mika", "olu"}
    assert seen["helpers"] == {"supportbot", "mika", "olu"}
    assert {names[user_id] for user_id in owls["channels"][0]["seen_by"]} == {"supportbot", "olu", "alex"}


async def test_a_conversation(api: Api, bot: RunningBot) -> None:
    place = {"user": "sam", "channel": SUPPORT}
    status, commands = await api("GET", f"/commands?user=sam&channel={SUPPORT}")
    assert status == 200
    assert "hello" in [row["name"] for row in commands]
    status, result = await api("POST", "/invoke", {**place, "command": "hello", "options": {"name": "Robin"}})
    assert (status, result["outcome"], result["message"]["ephemeral"]) == (200, "message", True)
    status, result = await api("POST", "/invoke", {**place, "command": "buttons"})
    message = result["message"]["id"]
    assert (await api("POST", "/press", {"user": "sam", "message": message, "custom_id": "reply"}))[0] == 200
    modal = (await api("POST", "/press", {"user": "sam", "message": message, "custom_id": "form"}))[1]["modal"]
    sent = await api("POST", "/submit", {"user": "sam", "modal": modal["id"], "values": {"why": "so"}})
    assert sent[1]["outcome"] == "update"
    found = await api(
        "POST", "/autocomplete", {"user": "sam", "channel": "dm", "command": "suggest", "focused": "word", "value": "b"}
    )
    assert found == (200, {"choices": [{"name": "beet", "value": "beet"}]})
    assert (await api("POST", "/message", {**place, "content": "typed"}))[1]["author"]["username"] == "sam"
    channel = (await api("POST", "/dm", {"user": "sam"}))[1]["channel"]
    assert (await api("GET", f"/channels/{channel}/messages?user=sam"))[1] == []
    seen = (await api("GET", f"/channels/{SUPPORT}/messages?user=sam&limit=3"))[1]
    assert [row["content"] for row in seen] == ["because so|", "reply", "typed"]
    assert [row["content"] for row in (await api("GET", f"/channels/{SUPPORT}/messages?user=alex"))[1]] == [
        "because so|",
        "typed",
    ]
    log = (await api("GET", "/requests?after=1&limit=2"))[1]
    assert [row["n"] for row in log["requests"]] == [2, 3]
    assert log["last"] > 3
    assert {"n", "at", "method", "path", "body", "status", "answer", "refused"} <= set(log["requests"][0])
    assert (await api("POST", "/gateway", {"action": "reconnect"}))[1] == {"closed": 1}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/invoke", {"user": "sam"}, 400),
        ("POST", "/invoke", {"user": "sam", "channel": "dm", "command": "x", "optoins": {}}, 400),
        ("POST", "/invoke", {"user": "sam", "channel": "dm", "command": "x", "options": []}, 400),
        ("POST", "/invoke", {"user": "sam", "channel": "dm", "command": "x"}, 404),
        ("POST", "/invoke", {"user": "eve", "channel": "dm", "command": "x"}, 404),
        ("POST", "/invoke", {"user": "supportbot", "channel": "dm", "command": "x"}, 403),
        ("POST", "/invoke", {"user": "sam", "channel": "night-owls/lobby", "command": "x"}, 403),
        ("POST", "/press", {"user": "sam", "message": "1", "custom_id": "x"}, 404),
        ("POST", "/submit", {"user": "sam", "modal": "1", "values": {}}, 404),
        ("POST", "/message", {"user": "sam", "channel": "riverside-recovery/staff", "content": "x"}, 403),
        ("POST", "/message", {"user": "sam", "channel": "dm", "content": " "}, 400),
        ("POST", "/message", {"user": "sam", "channel": "dm", "content": 3}, 400),
        ("POST", "/users", {"username": "Not Good"}, 400),
        ("POST", "/users", {"username": "sam"}, 400),
        ("POST", "/users", {"username": "eve", "locale": "tlh"}, 400),
        ("PATCH", "/users/olu", {"leave": "Night Owls"}, 403),
        ("PATCH", "/users/sam", {"leave": "Night Owls"}, 404),
        ("POST", "/clock", {}, 400),
        ("POST", "/clock", {"advance": 1, "to_alarm": "x"}, 400),
        ("POST", "/clock", {"to": "2026-01-01T00:00:00"}, 400),
        ("POST", "/clock", {"to": "9999-01-01T00:00:00Z"}, 400),
        ("POST", "/clock", {"to_alarm": "none"}, 404),
        ("POST", "/faults", {"kind": "flood"}, 400),
        ("DELETE", "/faults/9", None, 404),
        ("POST", "/gateway", {"action": "explode"}, 400),
        ("GET", "/commands?user=sam", None, 400),
        ("GET", "/requests?after=x", None, 400),
        ("PUT", "/command-permissions", {"guild": "Night Owls"}, 400),
        ("PUT", "/command-permissions", {"guild": "Night Owls", "permissions": {}}, 400),
        ("PUT", "/command-permissions", {"guild": "Nowhere", "permissions": []}, 404),
        ("PUT", "/command-permissions", {"guild": "Night Owls", "command": "x", "permissions": []}, 404),
        ("PUT", "/command-permissions", {"guild": "Night Owls", "permissions": [{"role": "everyone"}]}, 400),
        ("PUT", "/command-permissions", {"guild": "Night Owls", "permissions": ["everyone"]}, 400),
        ("PUT", "/command-permissions", {"guild": "Night Owls", "permissions": [{"role": "x", "allow": True}]}, 404),
        ("PUT", "/channel-permissions", {"channel": SUPPORT, "allow": ["VIEW_CHANNEL"]}, 400),
        ("PUT", "/channel-permissions", {"channel": SUPPORT, "user": "sam", "role": "everyone"}, 400),
        ("PUT", "/channel-permissions", {"channel": SUPPORT, "user": "sam", "deny": ["BREATHE"]}, 400),
        ("PUT", "/channel-permissions", {"channel": "night-owls/nowhere", "user": "sam"}, 404),
        ("DELETE", "/channels/night-owls/nowhere", None, 404),
        ("GET", "/nothing", None, 404),
        ("GET", "/channels/dm/messages?user=eve", None, 404),
    ],
)
async def test_errors_are_one_sentence(api: Api, method: str, path: str, body: Any, status: int) -> None:
    answer = await api(method, path, body)
    assert (answer[0], set(answer[1]) - {"code"}) == (status, {"error"})
    assert answer[1]["error"].endswith(".")


async def test_people_come_and_change(api: Api) -> None:
    body = {"username": "eve", "global_name": "Eve", "guilds": ["Riverside Recovery"], "roles": ["Moderators"]}
    status, eve = await api("POST", "/users", {**body, "locale": "de", "dms_open": False})
    assert (status, eve["locale"], eve["dms_open"], len(eve["guilds"])) == (200, "de", False, 1)
    assert (await api("GET", "/commands?user=eve&channel=riverside-recovery/staff"))[0] == 200
    changed = (await api("PATCH", f"/users/{eve['id']}", {"locale": "fr", "dms_open": True, "join": "Night Owls"}))[1]
    assert (changed["locale"], changed["dms_open"], len(changed["guilds"])) == ("fr", True, 2)
    changed = (await api("PATCH", "/users/eve", {"leave": "riverside-recovery"}))[1]
    assert len(changed["guilds"]) == 1
    assert (await api("GET", "/commands?user=eve&channel=riverside-recovery/general"))[0] == 403


async def test_the_clock(api: Api, sandbox: Sandbox) -> None:
    before = (await api("GET", "/clock"))[1]
    assert before["offset_ms"] == 0
    assert (await api("POST", "/clock", {"advance": 3600}))[1]["offset_ms"] == 3_600_000
    assert (await api("POST", "/clock", {"advance": -7200}))[1]["offset_ms"] == -3_600_000
    there = (await api("POST", "/clock", {"to": "2030-06-01T08:00:00Z"}))[1]["now"]
    assert there.startswith("2030-06-01T08:00:0")
    assert await api("PUT", "/clock/alarms/bot", {"at": "2031-01-01T00:00:00+00:00"}) == (200, {})
    assert (await api("GET", "/state"))[1]["alarms"] == {"bot": "2031-01-01T00:00:00.000000+00:00"}
    assert (await api("POST", "/clock", {"to_alarm": "bot"}))[1]["now"].startswith("2031-01-01T00:00:0")
    assert await api("PUT", "/clock/alarms/bot", {"at": None}) == (200, {})
    assert (await api("GET", "/state"))[1]["alarms"] == {}


async def test_ids_follow_the_clock_and_only_grow(sandbox: Sandbox) -> None:
    actor = sandbox.actor
    ids: list[int] = []
    for days in (0, 365, -800):
        sandbox.clock.advance(timedelta(days=days))
        message = await actor.send_message(user="sam", channel="dm", content="x")
        ids.append(int(message["id"]))
        stamp = datetime.fromisoformat(message["timestamp"])
        assert abs(stamp - sandbox.clock.now()) < timedelta(seconds=5)
    assert ids == sorted(ids)
    assert len(set(ids)) == 3


async def test_the_clock_stream(api: Api, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    async with session.get(sandbox.clock_url + "/stream") as response:
        assert response.content_type == "text/event-stream"
        assert (await event(response))["offset_ms"] == 0
        sandbox.clock.advance(timedelta(seconds=5))
        assert (await event(response))["offset_ms"] == 5000
        await api("POST", "/clock", {"advance": -5})
        assert (await event(response))["offset_ms"] == 0


async def test_everybody_hears_only_their_own(
    sandbox: Sandbox, bot: RunningBot, session: aiohttp.ClientSession
) -> None:
    actor = sandbox.actor
    async with actor.subscribe("sam") as sam, actor.subscribe("alex") as alex, actor.subscribe("mika") as mika:
        secret = await actor.invoke(user="sam", channel=SUPPORT, command="hello", options={"name": "me"})
        await actor.invoke(user="sam", channel="dm", command="buttons")
        await actor.send_message(user="mika", channel="riverside-recovery/staff", content="staff")
        await actor.send_message(user="olu", channel=SUPPORT, content="end")

        async def heard(subscription: Any) -> list[str]:
            found: list[str] = []
            async for event in subscription:
                if event.type == "message_create":
                    found.append(event.data["content"])
                    if found[-1] == "end":
                        return found
            return found

        assert await heard(sam) == [secret["message"]["content"], "buttons", "end"]
        assert await heard(alex) == ["end"]
        assert await heard(mika) == ["staff", "end"]


async def test_the_event_stream(sandbox: Sandbox, bot: RunningBot, session: aiohttp.ClientSession) -> None:
    actor = sandbox.actor
    async with session.get(sandbox.url + "/sandbox/api/events?user=sam") as response:
        await response.content.readline()
        result = await actor.invoke(user="sam", channel="dm", command="slow")
        assert (await event(response, "message_create"))["flags"] == 192
        assert (await event(response, "message_update"))["content"] == "edited"
        assert await event(response, "interaction") == {"id": result["interaction"], "outcome": "message"}
        await actor.add_fault(kind="dropped")
        assert await event(response, "state") == {}
        await actor.gateway(action="close", code=4000)
        assert await event(response, "bot") == {"connected": False}
        assert await event(response, "bot") == {"connected": True}


# --- who may call


async def test_only_its_own_address_and_page(api: Api, rest: Rest, sandbox: Sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    for headers in (
        {"Host": "evil.example"},
        {"Host": f"evil.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"https://127.0.0.1:{port}"},
    ):
        assert (await api("GET", "/state", headers=headers))[0] == 403, headers
        assert (await rest("GET", "/users/@me", headers={**headers, "Authorization": "x"}))[0] == 403
    for headers in ({"Origin": sandbox.url}, {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"}):
        assert (await api("GET", "/state", headers=headers))[0] == 200


async def test_forms_are_not_taken(api: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = await api("POST", "/dm", data=b'{"user": "sam"}', headers={"Content-Type": kind})
        assert answer[0] == 400
    answer = await api("POST", "/dm", data=b"[]", headers={"Content-Type": "application/json"})
    assert answer[0] == 400


async def test_the_page(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    async with session.get(sandbox.url + "/") as response:
        assert response.status in {200, 404}, "the page is built on its own"
        if response.status == 200:
            assert response.content_type == "text/html"
            assert response.headers["Content-Security-Policy"] == "default-src 'self'; frame-ancestors 'none'"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/../server.py", "/%2e%2e/server.py", "/..%2fserver.py", "/nothing.js"):
        async with session.get(sandbox.url + path) as response:
            assert response.status == 404, path


async def test_it_listens_on_this_machine_only(sandbox: Sandbox) -> None:
    assert sandbox._runner is not None
    assert {address[0] for address in sandbox._runner.addresses} == {"127.0.0.1"}
    assert sandbox.api_url == sandbox.url + "/api/v10"
    assert sandbox.gateway_url == sandbox.url.replace("http", "ws") + "/gateway"


async def test_a_taken_port_is_told(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        await Sandbox(port=port).start()


async def test_stopping_does_not_wait_for_anybody(session: aiohttp.ClientSession) -> None:
    sandbox = Sandbox()
    await sandbox.start()
    await sandbox.actor.add_fault(kind="slow", seconds=60)
    slow = asyncio.create_task(session.get(sandbox.api_url + "/gateway"))
    async with session.get(sandbox.clock_url + "/stream") as stream, session.ws_connect(sandbox.gateway_url) as socket:
        await event(stream)
        await socket.receive()
        await sandbox.actor.until(lambda: not sandbox._state.faults.all())
        stopping = asyncio.create_task(sandbox.stop())
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert (await stream.content.read()).strip() == b""
        async with asyncio.timeout(1.5):
            await stopping
    (await slow).close()
