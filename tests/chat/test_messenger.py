"""The messenger over the real client: what each of Discord's refusals means, and finding a message again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from supportbot.app import App
from supportbot.chat.messenger import DiscordMessenger, Rendered
from supportbot.chat.notes import renderer
from supportbot.domain.checkins import Invitation, Note, Welcome
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.errors import ChannelGone, DeliveryError, NotSent, OpeningTooFast, OutcomeUnknown, Unreachable
from supportbot.sandbox.server import Sandbox
from tests.support.running import Person

SAM = PersonId(5)
CHANNEL = ChannelId(6)
FIRST, SECOND = f"{'a' * 16}-1", f"{'a' * 16}-2"
SEND = r"POST /channels/\d+/messages"
OPEN = "POST /users/@me/channels"
READ = r"GET /channels/\d+/messages"


class Refusing:
    """A client whose every request is answered with one status and code."""

    def __init__(self, status: int, code: int) -> None:
        self._answer: Any = SimpleNamespace(status=status, reason="no")
        self._body: Any = {"code": code, "message": "no"}

    async def create_dm(self, _: object) -> None:
        raise discord.HTTPException(self._answer, self._body)

    def get_partial_messageable(self, *_: object, **__: object) -> Refusing:
        return self

    async def send(self, *_: object, **__: object) -> None:
        await self.create_dm(None)

    async def history(self, **_: object):
        await self.create_dm(None)
        yield


Call = Callable[[DiscordMessenger], Awaitable[object]]


def render(_: Note) -> Rendered:
    return Rendered("Hello", None)


async def open_dm(messenger: DiscordMessenger) -> object:
    return await messenger.open_dm(SAM)


async def send(messenger: DiscordMessenger) -> object:
    return await messenger.send(CHANNEL, Welcome("en"), nonce="n")


async def find(messenger: DiscordMessenger) -> object:
    return await messenger.find(CHANNEL, "d-1", after=MessageId(1), since=discord.utils.utcnow())


@pytest.mark.parametrize("call", [open_dm, send, find])
@pytest.mark.parametrize(
    ("status", "code", "kind", "retry_after"),
    [
        (403, 50007, Unreachable, 0),
        (403, 50278, Unreachable, 0),
        (403, 50013, NotSent, 0),
        (404, 10003, ChannelGone, 0),
        (404, 10008, NotSent, 0),
        (400, 40003, OpeningTooFast, 600),
        (400, 50035, NotSent, 0),
        (400, 0, NotSent, 0),
        (401, 0, NotSent, 0),
        (500, 0, OutcomeUnknown, None),
        (503, 0, OutcomeUnknown, None),
    ],
)
async def test_what_a_refusal_means(
    call: Call, status: int, code: int, kind: type[DeliveryError], retry_after: float | None
) -> None:
    client: Any = Refusing(status, code)
    with pytest.raises(DeliveryError) as refused:
        await call(DiscordMessenger(client, render))
    assert type(refused.value) is kind
    assert getattr(refused.value, "retry_after", None) == retry_after
    assert str(code) in str(refused.value) or str(status) in str(refused.value)
    assert refused.value.__suppress_context__, "what Discord said stays out of the log"


# --- over the wire


@pytest.fixture
def messenger(app: App) -> DiscordMessenger:
    return DiscordMessenger(app.bot, renderer(app.bot.voice, app.bot.content.prompts_in))


async def sams_id(sandbox: Sandbox) -> PersonId:
    state = await sandbox.actor.state()
    return PersonId(next(int(user["id"]) for user in state["users"] if user["username"] == "sam"))


@pytest.mark.parametrize(
    ("fault", "kind", "retry_after"),
    [
        ({"kind": "status", "status": 429, "retry_after": 40}, NotSent, 40),
        ({"kind": "status", "status": 500}, OutcomeUnknown, None),
        ({"kind": "status", "status": 502}, OutcomeUnknown, None),
        ({"kind": "stored_then_status", "status": 504}, OutcomeUnknown, None),
        ({"kind": "dropped"}, OutcomeUnknown, None),
        ({"kind": "stored_then_dropped"}, OutcomeUnknown, None),
        ({"kind": "closed_dms", "user": "sam"}, Unreachable, 0),
        ({"kind": "no_mutual_guild", "user": "sam"}, Unreachable, 0),
    ],
    ids=lambda value: value["kind"] + str(value.get("status", "")) if isinstance(value, dict) else None,
)
async def test_one_request_and_what_its_end_means(
    sandbox: Sandbox,
    messenger: DiscordMessenger,
    fault: dict[str, Any],
    kind: type[DeliveryError],
    retry_after: float | None,
) -> None:
    """discord.py by itself would ask again, up to five times."""
    channel = await messenger.open_dm(await sams_id(sandbox))
    await sandbox.actor.add_fault(route=SEND, **fault)
    before = len(sandbox.log.after(0, 10_000))
    with pytest.raises(DeliveryError) as refused:
        await messenger.send(channel, Welcome("en"), nonce="n")
    assert type(refused.value) is kind
    assert getattr(refused.value, "retry_after", None) == retry_after
    assert len(sandbox.log.after(0, 10_000)) == before + 1


@pytest.mark.parametrize(
    ("kind", "status", "is_a"), [("dms_too_fast", None, OpeningTooFast), ("dropped", None, OutcomeUnknown)]
)
async def test_a_dm_that_is_not_opened(
    sandbox: Sandbox, messenger: DiscordMessenger, kind: str, status: int | None, is_a: type[DeliveryError]
) -> None:
    person = await sams_id(sandbox)
    await sandbox.actor.add_fault(kind=kind, **({"route": OPEN} if kind == "dropped" else {}))
    with pytest.raises(DeliveryError) as refused:
        await messenger.open_dm(person)
    assert type(refused.value) is is_a
    if is_a is OpeningTooFast:
        assert refused.value.retry_after == 600, "Discord names no time here, and soon would be too soon"


async def test_a_channel_that_is_gone(messenger: DiscordMessenger) -> None:
    with pytest.raises(ChannelGone):
        await messenger.send(ChannelId(123), Welcome("en"), nonce="n")


async def test_it_is_found_behind_more_messages_than_a_page_has(sandbox: Sandbox, messenger: DiscordMessenger) -> None:
    channel = await messenger.open_dm(await sams_id(sandbox))
    welcome = await messenger.send(channel, Welcome("en"), nonce="welcome")
    sam = Person(sandbox)
    for number in range(120):
        await sam.says(f"{number}")
    wanted = await messenger.send(channel, Invitation(FIRST, "en"), nonce=FIRST)
    later = await messenger.send(channel, Invitation(SECOND, "en"), nonce=SECOND)
    since = discord.utils.snowflake_time(welcome)

    def pages() -> int:
        return sum(exchange.method == "GET" for exchange in sandbox.log.after(0, 10_000))

    before = pages()
    assert await messenger.find(channel, FIRST, after=welcome, since=since) == wanted
    assert pages() == before + 2
    assert await messenger.find(channel, FIRST, after=None, since=since - timedelta(seconds=1)) == wanted
    assert await messenger.find(channel, SECOND, after=wanted, since=since) == later
    assert await messenger.find(channel, FIRST, after=wanted, since=since) is None
    assert await messenger.find(channel, FIRST.removesuffix("-1"), after=welcome, since=since) is None
    assert await messenger.find(channel, FIRST, after=None, since=discord.utils.utcnow() + timedelta(days=9)) is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [({"kind": "status", "status": 500}, OutcomeUnknown), ({"kind": "status", "status": 429}, NotSent)],
)
async def test_a_history_that_cannot_be_read_says_so(
    sandbox: Sandbox, messenger: DiscordMessenger, fault: dict[str, Any], kind: type[DeliveryError]
) -> None:
    channel = await messenger.open_dm(await sams_id(sandbox))
    await sandbox.actor.add_fault(route=READ, **fault)
    with pytest.raises(kind):
        await messenger.find(channel, FIRST, after=None, since=discord.utils.utcnow())


async def test_a_channel_that_was_sent_to_leaves_nothing_behind(
    app: App, sandbox: Sandbox, messenger: DiscordMessenger
) -> None:
    """discord.py would look through all of them at each message for five minutes."""
    buckets: dict[str, Any] = app.bot.http._buckets
    channel = await messenger.open_dm(await sams_id(sandbox))
    others = {key for key in buckets if str(channel) not in key}
    for number in range(2):
        await messenger.send(channel, Welcome("en"), nonce=f"w{number}")
    assert {key for key in buckets if str(channel) not in key} >= others
    assert not [key for key in buckets if str(channel) in key]
    await app.bot.get_partial_messageable(channel).send("not by the messenger")
    assert [key for key in buckets if str(channel) in key], "the table is where it is looked for"
