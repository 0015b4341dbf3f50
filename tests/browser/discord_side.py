"""The other side of the page in tests: posts as the bot through REST."""

import json
from typing import Any

import aiohttp

from supportbot.sandbox.server import Sandbox

Json = dict[str, Any]
TOKEN = "sandbox.token.not-a-secret"


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
