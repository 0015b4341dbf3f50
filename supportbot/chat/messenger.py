"""The Messenger port over Discord: DMs, found again by the delivery id in their buttons."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import discord

from supportbot.chat.buckets import forget_sends
from supportbot.chat.one_try import one_try
from supportbot.domain.checkins import Note
from supportbot.domain.people import ChannelId, MessageId, PersonId
from supportbot.errors import ChannelGone, NotSent, OpeningTooFast, OutcomeUnknown, TooLarge, Unreachable
from supportbot.services.ports import DmPage, ExportFile

NO_MUTUAL_GUILD = 50278
REFUSES = frozenset({50007, NO_MUTUAL_GUILD})
"""Cannot send messages to this user; no mutual guild."""

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
TOO_LARGE = 40005
OPENING_TOO_FAST = 40003
LONG = 600.0
PAGE = 100
"""Messages that Discord gives at once."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A note as Discord takes it."""

    text: str
    view: discord.ui.View | None


class DiscordMessenger:
    """Sends through the client's own session, each request once."""

    def __init__(self, client: discord.Client, render: Callable[[Note], Rendered]) -> None:
        self._client = client
        self._render = render

    async def open_dm(self, person: PersonId) -> ChannelId:
        """The DM channel; one request. Raises Unreachable, NotSent, OutcomeUnknown."""
        async with translated():
            channel = await self._client.create_dm(discord.Object(person))
        return ChannelId(channel.id)

    async def send(self, channel: ChannelId, note: Note, *, nonce: str) -> MessageId:
        """One request with an enforced nonce. Raises Unreachable, NotSent, OutcomeUnknown."""
        rendered = self._render(note)
        parts: dict[str, Any] = {} if rendered.view is None else {"view": rendered.view}
        async with translated():
            sent = await self._dm(channel).send(rendered.text, nonce=nonce, **parts)
        forget_sends(self._client.http, channel)
        return MessageId(sent.id)

    async def find(
        self, channel: ChannelId, delivery: str, *, after: MessageId | None, since: datetime
    ) -> MessageId | None:
        """Read the history to its end for a message of ours with this delivery's buttons."""
        start = discord.Object(after) if after is not None else since
        async with translated():
            async for message in self._dm(channel).history(limit=None, after=start, oldest_first=True):
                if any(delivery in custom_id.split(":") for custom_id in _custom_ids(message.components)):
                    return MessageId(message.id)
        return None

    async def send_file(self, channel: ChannelId, text: str, file: ExportFile) -> MessageId:
        """One request. Raises TooLarge, Unreachable, NotSent, OutcomeUnknown."""
        async with translated():
            sent = await self._dm(channel).send(text, file=discord.File(io.BytesIO(file.content), filename=file.name))
        return MessageId(sent.id)

    async def page_back(self, channel: ChannelId, *, before: MessageId | None) -> DmPage:
        """One request, as often as discord.py repeats it. Raises NotSent, OutcomeUnknown."""
        start = None if before is None else discord.Object(before)
        me = self._client.user
        async with refusals():
            found = [message async for message in self._dm(channel).history(limit=PAGE, before=start)]
        own = tuple(MessageId(each.id) for each in found if me is not None and each.author.id == me.id)
        return DmPage(own, MessageId(found[-1].id) if len(found) == PAGE else None)

    async def delete(self, channel: ChannelId, message: MessageId) -> bool:
        """One request, as often as discord.py repeats it. Raises NotSent, OutcomeUnknown."""
        async with refusals():
            try:
                await self._dm(channel).get_partial_message(message).delete()
            except discord.NotFound as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
                return False
        return True

    def _dm(self, channel: ChannelId) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel, type=discord.ChannelType.private)


def _custom_ids(components: Iterable[Any]) -> Iterable[str]:
    for component in components:
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
        yield from _custom_ids(getattr(component, "children", ()))


@asynccontextmanager
async def translated() -> AsyncGenerator[None]:
    """Discord's refusals as ours, of requests that are made once."""
    async with refusals():
        with one_try():
            yield


@asynccontextmanager
async def refusals() -> AsyncGenerator[None]:
    """Discord's refusals as ours."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code in REFUSES:
            raise Unreachable(str(error.code), gone=error.code == NO_MUTUAL_GUILD) from None
        if error.code == UNKNOWN_CHANNEL:
            raise ChannelGone(str(error.code)) from None
        if error.code == TOO_LARGE or error.status == 413:
            raise TooLarge(str(error.code)) from None
        if error.status >= 500:
            raise OutcomeUnknown(str(error.status)) from None
        if error.code == OPENING_TOO_FAST:
            raise OpeningTooFast(str(error.code), retry_after=LONG) from None
        raise NotSent(f"{error.status} {error.code}") from None
    except (aiohttp.ClientError, OSError) as error:
        raise OutcomeUnknown(type(error).__name__) from None
