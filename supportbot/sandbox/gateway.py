"""Discord's gateway v10 over one websocket: hello, identify, resume, heartbeats, limits and close codes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from supportbot.sandbox import TOKEN
from supportbot.sandbox.compose import as_list, as_object
from supportbot.sandbox.compression import Compressor, compressor
from supportbot.sandbox.model import Json
from supportbot.sandbox.objects import guild_create, own_user_object
from supportbot.sandbox.ratelimits import FixedWindow
from supportbot.sandbox.sessions import ALL_INTENTS, PRIVILEGED, Intent, Op, Session
from supportbot.sandbox.state import State

UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED = (
    4001,
    4002,
    4003,
    4004,
    4005,
)
INVALID_SEQ, RATE_LIMITED, SESSION_TIMED_OUT, INVALID_SHARD = 4007, 4008, 4009, 4010
INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = 4012, 4013, 4014
GOING_AWAY, NORMAL = 1001, 1000
_ENDS_SESSION = frozenset(
    {NORMAL, GOING_AWAY, AUTHENTICATION_FAILED, INVALID_SEQ, SESSION_TIMED_OUT, 4010, 4011, 4012, 4013, 4014}
)
_ACK_AFTER = 0.05
_IGNORED = frozenset({Op.PRESENCE, Op.VOICE_STATE, Op.REQUEST_MEMBERS})


class Violation(Exception):
    """The client broke a rule; the connection ends with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Connection:
    """One websocket. What is to be sent waits in a queue, so that events may come from anywhere."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, packer: Compressor | None
    ) -> None:
        self._socket = socket
        self._transport = transport
        self._packer = packer
        self._queue: asyncio.Queue[Json | int] = asyncio.Queue()
        self.closed_with: int | None = None

    def send(self, payload: Json) -> None:
        """Queue one payload."""
        self._queue.put_nowait(payload)

    def close(self, code: int) -> None:
        """Close after what is queued."""
        if self.closed_with is None:
            self.closed_with = code
            self._queue.put_nowait(code)

    def drop(self) -> None:
        """Cut the connection without a close frame."""
        self.closed_with = 0
        if self._transport is not None:
            self._transport.abort()

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        while not isinstance(item := await self._queue.get(), int):
            text = _as_text({"t": None, "s": None, "d": None, **item})
            try:
                if self._packer is None:
                    await self._socket.send_str(text)
                else:
                    await self._socket.send_bytes(self._packer.pack(text.encode()))
            except ConnectionError:
                return
        await self._socket.close(code=item)


def _as_text(payload: Json) -> str:
    """JSON; half a character, which no bytes can hold, by its name."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(payload, separators=(",", ":"))
    return text


class Gateway:
    """Serves `/gateway`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._open: set[Connection] = set()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from upgrade to close."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20, compress=False, timeout=2.0)
        try:
            packer = compressor(request.query.get("compress"))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        await socket.prepare(request)
        connection = Connection(socket, request.transport, packer)
        client = _Client(self._state, connection)
        self._open.add(connection)
        writer = asyncio.create_task(connection.write(), name="gateway writer")
        try:
            await self._converse(client, socket, request)
        finally:
            self._open.discard(connection)
            client.gone(connection.closed_with or socket.close_code)
            if not connection.closed_with:
                writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    async def _converse(self, client: _Client, socket: web.WebSocketResponse, request: web.Request) -> None:
        try:
            client.start(request.query.get("v", "10"), request.query.get("encoding", "json"))
            patience = self._state.options.heartbeat_interval * 2
            while True:
                message = await socket.receive(timeout=patience)
                if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    return
                client.frame(message)
        except TimeoutError:
            client.connection.close(SESSION_TIMED_OUT)
        except Violation as violation:
            client.connection.close(violation.code)

    def stop(self) -> None:
        """Close every connection."""
        for connection in list(self._open):
            connection.close(GOING_AWAY)


class _Client:
    """The server's side of one connection's conversation."""

    def __init__(self, state: State, connection: Connection) -> None:
        self._state = state
        self.connection = connection
        self._session: Session | None = None
        self._frames = FixedWindow(state.options.frames)

    def start(self, version: str, encoding: str) -> None:
        """HELLO, or a close for what the sandbox does not speak."""
        if version != "10":
            raise Violation(INVALID_VERSION, "only version 10")
        if encoding != "json":
            raise Violation(DECODE_ERROR, "only JSON")
        interval = round(self._state.options.heartbeat_interval * 1000)
        self.connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": interval}})

    def frame(self, message: WSMessage) -> None:
        """Act on one frame of the client. Raises Violation."""
        raw = message.data.encode() if isinstance(message.data, str) else bytes(message.data)
        if len(raw) > self._state.options.frame_size:
            raise Violation(DECODE_ERROR, "frame too large")
        if self._frames.take(self._state.real_time()) is not None:
            raise Violation(RATE_LIMITED, "too many frames")
        try:
            payload = json.loads(raw)
        except ValueError:
            raise Violation(DECODE_ERROR, "not JSON") from None
        if not isinstance(payload, dict) or not isinstance(as_object(payload).get("op"), int):
            raise Violation(DECODE_ERROR, "no op")
        self._act(as_object(payload))

    def _act(self, payload: Json) -> None:
        op, data = payload["op"], payload.get("d")
        if op == Op.HEARTBEAT:
            # Never at once, which no network does: a client that notes when it has sent only after the sending, as
            # discord.py's thread does, would read the time since the beat before as latency.
            asyncio.get_running_loop().call_later(_ACK_AFTER, self.connection.send, {"op": Op.ACK})
        elif op == Op.IDENTIFY:
            self._identify(as_object(data))
        elif op == Op.RESUME:
            self._resume(as_object(data))
        elif op not in _IGNORED:
            raise Violation(UNKNOWN_OPCODE, "unknown op")
        elif self._session is None:
            raise Violation(NOT_AUTHENTICATED, "identify first")

    def _identify(self, data: Json) -> None:
        if self._session is not None:
            raise Violation(ALREADY_AUTHENTICATED, "identified already")
        _check_token(data)
        intents = _intents(data, self._state.options.privileged_intents)
        shard, shards = _shard(data)
        self._state.identifies += 1
        session = Session(shard, shards, intents, "shard" in data)
        self._state.sessions.add(session)
        self._begin(session)
        self._ready(session)
        self._state.sessions.changed()

    def _begin(self, session: Session) -> None:
        if session.link is not None:
            session.link.close(4000)
        session.link = self.connection
        self._session = session

    def _ready(self, session: Session) -> None:
        world = self._state.world
        guilds = [guild for guild in world.guilds_of(world.bot_id) if session.owes(guild.id, 0)]
        ready: Json = {
            "v": 10,
            "user": own_user_object(world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._state.gateway_url,
            "application": {"id": str(world.bot_id), "flags": 0},
            "private_channels": [],
            "_trace": ["sandbox"],
        }
        if session.shard_sent:
            ready["shard"] = [session.shard, session.shards]
        session.dispatch("READY", ready)
        if session.intents & Intent.GUILDS:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", guild_create(guild, world))

    def _resume(self, data: Json) -> None:
        if self._session is not None:
            raise Violation(ALREADY_AUTHENTICATED, "identified already")
        _check_token(data)
        session = self._state.sessions.get(str(data.get("session_id")))
        if session is None:
            self.connection.send({"op": Op.INVALID_SESSION, "d": False})
            return
        seq = data.get("seq")
        if not isinstance(seq, int) or seq > session.seq:
            raise Violation(INVALID_SEQ, "seq was never sent")
        missed = session.missed(seq)
        if missed is None:
            self._state.sessions.forget(session)
            self.connection.send({"op": Op.INVALID_SESSION, "d": False})
            return
        self._begin(session)
        for payload in missed:
            self.connection.send(payload)
        session.dispatch("RESUMED", {"_trace": ["sandbox"]})
        self._state.sessions.changed()

    def gone(self, code: int | None) -> None:
        """The connection ended with this close code; 0 or None when it was cut."""
        if self._session is not None:
            self._state.sessions.left(self._session, self.connection, resumable=code not in _ENDS_SESSION)


def _check_token(data: Json) -> None:
    if str(data.get("token")).removeprefix("Bot ") != TOKEN:
        raise Violation(AUTHENTICATION_FAILED, "wrong token")


def _intents(data: Json, privileged: int) -> int:
    intents: Any = data.get("intents")
    if not isinstance(intents, int) or isinstance(intents, bool) or intents & ~ALL_INTENTS:
        raise Violation(INVALID_INTENTS, "unknown intents")
    if intents & PRIVILEGED & ~privileged:
        raise Violation(DISALLOWED_INTENTS, "privileged intents are not enabled")
    return intents


def _shard(data: Json) -> tuple[int, int]:
    if "shard" not in data:
        return 0, 1
    match as_list(data["shard"]):
        case [int(shard), int(shards)] if 0 <= shard < shards:
            return shard, shards
        case _:
            raise Violation(INVALID_SHARD, "a shard is [number, count]")
