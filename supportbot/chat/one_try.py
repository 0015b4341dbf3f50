"""Requests that are made once: discord.py would repeat a send that a server may have stored before it answered 5xx."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp

from supportbot.errors import DeliveryError, NotSent, OutcomeUnknown

_dates: ContextVar[list[datetime] | None] = ContextVar("dates", default=None)
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


def trace() -> aiohttp.TraceConfig:
    """The hook to give to `discord.Client(http_trace=...)`; it does nothing outside of `one_try` and `dated`."""
    config = aiohttp.TraceConfig()
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
