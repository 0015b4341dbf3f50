"""The hook on each request: paced below Discord's global limit, and made once where twice would be wrong.

discord.py waits for the global limit only once it met it, when everything that is queued meets it too; and it would
repeat a send that a server may have stored before it answered 5xx.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp

from supportbot.errors import DeliveryError, NotSent, OutcomeUnknown
from supportbot.services.pacer import Pacer

_dates: ContextVar[list[datetime] | None] = ContextVar("dates", default=None)
_EXEMPT = frozenset({"interactions", "webhooks"})
"""Routes that are replies to somebody."""
_on: ContextVar[bool] = ContextVar("one_try", default=False)


@contextmanager
def one_try() -> Generator[None]:
    """Inside the block, in this task, a request ends with its first answer.

    Raises NotSent for 429 and for a connection that was never made, OutcomeUnknown for 5xx and broken connections.
    """
    token = _on.set(True)
    try:
        yield
    finally:
        _on.reset(token)


@contextmanager
def dated() -> Generator[list[datetime]]:
    """Inside the block, in this task, the list gets the time that each answer names, as aware instants."""
    dates: list[datetime] = []
    token = _dates.set(dates)
    try:
        yield dates
    finally:
        _dates.reset(token)


def trace(pacer: Pacer) -> aiohttp.TraceConfig:
    """The hook to give to `discord.Client(http_trace=...)`.

    Each request but replies to interactions, which do not count against the limit, waits for its turn.
    """
    config = aiohttp.TraceConfig()

    async def at_the_start(
        _: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        if not any(part in _EXEMPT for part in params.url.parts):
            await pacer.pace()

    async def hold_back(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        headers = params.response.headers
        if params.response.status == HTTPStatus.TOO_MANY_REQUESTS and _is_everybodys(headers):
            pacer.hold(_seconds(headers.get("Retry-After")))

    config.on_request_start.append(at_the_start)
    config.on_request_end.append(hold_back)
    config.on_request_end.append(_at_the_end)
    config.on_request_exception.append(_at_an_exception)
    return config


async def _at_the_end(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
    answer = params.response
    _note_date(answer.headers.get("Date"))
    if not _on.get() or (answer.status != 429 and answer.status < 500):
        return
    answer.close()
    if answer.status == 429:
        raise NotSent("429", retry_after=_seconds(answer.headers.get("Retry-After")))
    raise OutcomeUnknown(str(answer.status))


async def _at_an_exception(
    _: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
) -> None:
    error = params.exception
    if not _on.get() or isinstance(error, DeliveryError):
        return
    if isinstance(error, aiohttp.ClientConnectorError):
        raise NotSent("no connection") from None
    if isinstance(error, OSError | aiohttp.ClientError):
        raise OutcomeUnknown(type(error).__name__) from None


def _is_everybodys(headers: Mapping[str, str]) -> bool:
    """Whether a 429 is the whole bot's, and not one route's: one that does not say is taken for it."""
    return "X-RateLimit-Global" in headers or headers.get("X-RateLimit-Scope", "global") == "global"


def _note_date(header: str | None) -> None:
    dates = _dates.get()
    if dates is None or header is None:
        return
    with suppress(ValueError, OverflowError):
        date = parsedate_to_datetime(header)
        dates.append((date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC))


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
