"""The gateway, spoken to without a library."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import zstandard

from supportbot.sandbox import TOKEN
from supportbot.sandbox.ratelimits import Rate
from supportbot.sandbox.server import Sandbox
from supportbot.sandbox.state import Options

GUILDS, GUILD_MESSAGES, DMS, CONTENT, MEMBERS = 1, 1 << 9, 1 << 12, 1 << 15, 1 << 1
GENERAL = "riverside-recovery/general"


class Line:
    """One connection; packed frames are unpacked as one stream."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, unpack: Callable[[bytes], bytes] | None = None) -> None:
        self.socket = socket
        self.unpack = unpack
        self.raw: list[bytes] = []

    async def send(self, op: int, data: Any = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def next(self) -> dict[str, Any]:
        message = await self.socket.receive(timeout=5)
        if message.type is aiohttp.WSMsgType.BINARY:
            assert self.unpack is not None
            self.raw.append(message.data)
            return json.loads(self.unpack(message.data))
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return json.loads(message.data)

    async def until(self, event: str) -> dict[str, Any]:
        while (payload := await self.next())["t"] != event:
            pass
        return payload

    async def identify(self, intents: int = GUILDS, **more: Any) -> dict[str, Any]:
        await self.send(2, {"token": TOKEN, "intents": intents, "properties": {}, **more})
        return (await self.until("READY"))["d"]

    async def closed(self) -> int | None:
        while (await self.socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
            pass
        return self.socket.close_code


@pytest.fixture
def dial(session: aiohttp.ClientSession) -> Callable[..., Any]:
    @asynccontextmanager
    async def dial(sandbox: Sandbox, query: str = "?v=10&encoding=json", unpack: Any = None) -> AsyncIterator[Line]:
        async with session.ws_connect(sandbox.gateway_url + query) as socket:
            line = Line(socket, unpack)
            yield line

    return dial


async def hello(line: Line) -> None:
    payload = await line.next()
    assert payload["op"] == 10
    assert 0 < payload["d"]["heartbeat_interval"] < 60_000


async def test_from_hello_to_ready(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line:
        await hello(line)
        await line.send(1, None)
        assert (await line.next())["op"] == 11
        ready = await line.identify()
        assert ready["v"] == 10
        assert ready["resume_gateway_url"] == sandbox.gateway_url
        assert [guild["unavailable"] for guild in ready["guilds"]] == [True, True]
        first, second = await line.next(), await line.next()
        assert [first["d"]["name"], second["d"]["name"]] == ["Riverside Recovery", "Night Owls"]
        assert (first["s"], second["s"]) == (2, 3)
        assert first["d"]["unavailable"] is False
        assert [member["user"]["id"] for member in first["d"]["members"]] == [ready["user"]["id"]]


async def test_nothing_about_communities_without_the_intent(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line:
        await line.identify(0)
        await line.send(1, 1)
        assert (await line.next())["op"] == 11


async def test_zlib_stream(sandbox: Sandbox, dial: Any) -> None:
    inflate = zlib.decompressobj()
    async with dial(sandbox, "?v=10&encoding=json&compress=zlib-stream", inflate.decompress) as line:
        await hello(line)
        await line.identify()
        await line.until("GUILD_CREATE")
        assert all(frame.endswith(b"\x00\x00\xff\xff") for frame in line.raw)


async def test_zstd_stream(sandbox: Sandbox, dial: Any) -> None:
    inflate = zstandard.ZstdDecompressor().decompressobj()
    async with dial(sandbox, "?v=10&encoding=json&compress=zstd-stream", inflate.decompress) as line:
        await hello(line)
        await line.identify()
        await line.until("GUILD_CREATE")
        assert len(line.raw) == 3


async def test_resume_replays_what_was_missed(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line:
        ready = await line.identify(DMS)
        await sandbox.actor.send_message(user="sam", channel="dm", content="one")
        assert (await line.until("MESSAGE_CREATE"))["s"] == 2
        await line.socket.close(code=4000)
    await sandbox.actor.send_message(user="sam", channel="dm", content="two")
    await sandbox.actor.send_message(user="sam", channel="dm", content="three")
    async with dial(sandbox) as line:
        await hello(line)
        await line.send(6, {"token": TOKEN, "session_id": ready["session_id"], "seq": 2})
        two, three, resumed = await line.next(), await line.next(), await line.next()
        assert [two["d"]["content"], three["d"]["content"]] == ["two", "three"]
        assert [two["s"], three["s"], resumed["s"]] == [3, 4, 5]
        assert (resumed["t"], type(resumed["d"])) == ("RESUMED", dict)


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_clean_close_ends_the_session(sandbox: Sandbox, dial: Any, code: int) -> None:
    async with dial(sandbox) as line:
        ready = await line.identify()
        await line.socket.close(code=code)
    await sandbox.actor.until(lambda: not list(sandbox._state.sessions))
    async with dial(sandbox) as line:
        await hello(line)
        await line.send(6, {"token": TOKEN, "session_id": ready["session_id"], "seq": 1})
        assert (await line.next())["op"] == 9


async def test_close_codes(sandbox: Sandbox, dial: Any) -> None:
    resume = {"token": TOKEN, "session_id": "?", "seq": 1}
    cases: list[tuple[int, Any, int]] = [
        (2, {"token": "wrong", "intents": 1}, 4004),
        (2, {"token": TOKEN, "intents": MEMBERS}, 4014),
        (2, {"token": TOKEN, "intents": CONTENT}, 4014),
        (2, {"token": TOKEN, "intents": 1 << 40}, 4013),
        (2, {"token": TOKEN, "intents": "1"}, 4013),
        (2, {"token": TOKEN, "intents": 1, "shard": [2, 2]}, 4010),
        (6, {**resume, "token": "wrong"}, 4004),
        (99, None, 4001),
        (3, {}, 4003),
    ]
    for op, data, code in cases:
        async with dial(sandbox) as line:
            await line.send(op, data)
            assert await line.closed() == code, (op, data)
    async with dial(sandbox) as line:
        await line.socket.send_str("{")
        assert await line.closed() == 4002
    async with dial(sandbox) as line:
        await line.identify()
        await line.send(2, {"token": TOKEN, "intents": 1})
        assert await line.closed() == 4005
    async with dial(sandbox, "?v=9") as line:
        assert await line.closed() == 4012


async def test_a_seq_from_the_future(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line:
        ready = await line.identify()
        await line.socket.close(code=4000)
    async with dial(sandbox) as line:
        await line.send(6, {"token": TOKEN, "session_id": ready["session_id"], "seq": 100})
        assert await line.closed() == 4007


async def test_a_client_frame_has_4096_bytes_at_most(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line:
        await hello(line)
        await line.socket.send_str(json.dumps({"op": 1, "d": None}).ljust(4096))
        assert (await line.next())["op"] == 11
        await line.socket.send_str(json.dumps({"op": 1, "d": None}).ljust(4097))
        assert await line.closed() == 4002


async def test_120_frames_a_minute(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line:
        await hello(line)
        for _ in range(120):
            await line.send(1)
        for _ in range(120):
            assert (await line.next())["op"] == 11
        await line.send(1)
        assert await line.closed() == 4008


async def test_a_heartbeat_is_acknowledged_after_the_way_there_and_back(sandbox: Sandbox, dial: Any) -> None:
    """discord.py takes the time of sending after it has sent: an answer before that counts as a whole interval late."""
    async with dial(sandbox) as line:
        await hello(line)
        began = time.monotonic()
        await line.send(1)
        assert (await line.next())["op"] == 11
        assert 0.04 < time.monotonic() - began < 1


async def test_silence_ends_the_connection(make_sandbox: Any, dial: Any) -> None:
    sandbox = await make_sandbox(options=Options(heartbeat_interval=0.02))
    async with dial(sandbox) as line:
        assert await line.closed() == 4009


async def test_frames_can_be_limited_otherwise(make_sandbox: Any, dial: Any) -> None:
    sandbox = await make_sandbox(options=replace(Options(), frames=Rate(1, 60.0)))
    async with dial(sandbox) as line:
        await line.send(1)
        await line.send(1)
        assert await line.closed() == 4008


async def test_events_need_their_intent(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line, dial(sandbox) as other:
        await line.identify(DMS)
        await other.identify(GUILD_MESSAGES)
        await sandbox.actor.send_message(user="sam", channel="dm", content="direct")
        await sandbox.actor.send_message(user="sam", channel=GENERAL, content="public")
        assert (await line.until("MESSAGE_CREATE"))["d"]["content"] == "direct"
        public = (await other.until("MESSAGE_CREATE"))["d"]
        assert public["content"] == "", "message content is withheld without its intent"
        assert public["member"]["roles"] == []
        assert public["guild_id"]


async def test_message_content_is_given_where_it_is_enabled(make_sandbox: Any, dial: Any) -> None:
    sandbox = await make_sandbox(options=Options(privileged_intents=CONTENT))
    async with dial(sandbox) as line:
        await line.identify(GUILD_MESSAGES | CONTENT)
        await sandbox.actor.send_message(user="sam", channel=GENERAL, content="public")
        assert (await line.until("MESSAGE_CREATE"))["d"]["content"] == "public"


async def test_shards_hear_their_own_communities(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as zero, dial(sandbox) as one:
        lines = [zero, one]
        for number, line in enumerate(lines):
            ready = await line.identify(GUILDS | GUILD_MESSAGES | DMS, shard=[number, 2])
            assert ready["shard"] == [number, 2]
            assert all((int(guild["id"]) >> 22) % 2 == number for guild in ready["guilds"])
        await sandbox.actor.send_message(user="sam", channel="dm", content="direct")
        assert (await zero.until("MESSAGE_CREATE"))["d"]["content"] == "direct"
        message = await sandbox.actor.send_message(user="sam", channel=GENERAL, content="public")
        guild = next(guild for guild in sandbox.world.guilds.values() if guild.name == "Riverside Recovery")
        event = await lines[(guild.id >> 22) % 2].until("MESSAGE_CREATE")
        assert event["d"]["id"] == message["id"]


async def test_reconnect_and_invalid_session(sandbox: Sandbox, dial: Any) -> None:
    async with dial(sandbox) as line:
        await line.identify(0)
        assert await sandbox.actor.gateway(action="reconnect") == {"closed": 1}
        assert (await line.next())["op"] == 7
        await sandbox.actor.gateway(action="invalid_session", resumable=True)
        assert await line.next() == {"op": 9, "d": True, "t": None, "s": None}


async def test_another_sites_page_gets_no_gateway(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect(sandbox.gateway_url, origin="http://evil.example")
    assert refused.value.status == 403
