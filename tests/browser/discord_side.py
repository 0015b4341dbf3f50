"""The other side of the page in tests: posts as the bot through REST."""

import json
import struct
import zlib
from typing import Any

import aiohttp

from supportbot.sandbox.server import Sandbox

Json = dict[str, Any]
TOKEN = "sandbox.token.not-a-secret"


def png(width: int = 64, height: int = 40) -> bytes:
    """A plain green picture."""
    rows = b"".join(b"\x00" + b"\x2f\x8d\x62" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class DiscordSide:
    """What the bot does through REST."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session

    async def channel_id(self, place: str) -> str:
        """The id of "community/channel", or of "name's dm"."""
        if place.endswith("'s dm"):
            return (await self.sandbox.actor.open_dm(user=place.removesuffix("'s dm")))["channel"]
        guild_name, name = place.split("/")
        state = await self.sandbox.actor.state()
        guild = next(guild for guild in state["guilds"] if guild["name"] == guild_name)
        return next(channel["id"] for channel in guild["channels"] if channel["name"] == name)

    async def post(
        self, body: Json, place: str = "Riverside Recovery/general", files: dict[str, bytes] | None = None
    ) -> Json:
        """The bot sends a message; returns it."""
        return await self._send("POST", f"/channels/{await self.channel_id(place)}/messages", body, files)

    async def edit(self, message: Json, body: Json) -> Json:
        """The bot edits its message."""
        return await self._send("PATCH", f"/channels/{message['channel_id']}/messages/{message['id']}", body)

    async def delete(self, message: Json) -> None:
        """The bot deletes its message."""
        await self._send("DELETE", f"/channels/{message['channel_id']}/messages/{message['id']}")

    async def _send(
        self, method: str, path: str, body: Json | None = None, files: dict[str, bytes] | None = None
    ) -> Json:
        headers = {"Authorization": f"Bot {TOKEN}"}
        payload: Json = {"json": body} if body is not None else {}
        if files:
            payload = {"data": _multipart(body or {}, files)}
        async with self._session.request(method, f"{self.sandbox.api_url}{path}", headers=headers, **payload) as answer:
            data = await answer.json() if answer.status != 204 else {}
            assert answer.status < 300, data
            return data


def _multipart(body: Json, files: dict[str, bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps(body), content_type="application/json")
    for index, (name, data) in enumerate(files.items()):
        kind = "image/png" if name.endswith(".png") else "text/csv"
        form.add_field(f"files[{index}]", data, filename=name, content_type=kind)
    return form
