"""Pictures: drawn once, kept for a while, and never waited for too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from supportbot.domain.pictures import Chart, Table, as_far_as_fits
from supportbot.errors import NotDrawn
from supportbot.services.pictures import Pictures
from tests.support.fakes import PNG, FakeDraw


def table(title: str = "one") -> Table:
    return Table(title, "left", "right", (), ())


@pytest.fixture
def draw() -> FakeDraw:
    return FakeDraw()


async def until(so: Callable[[], object]) -> None:
    """Let the others go on until it is so."""
    while not so():  # noqa: ASYNC110 (what is waited for has no event)
        await asyncio.sleep(0)


async def test_a_picture_is_drawn_once(draw: FakeDraw) -> None:
    pictures = Pictures(draw)
    assert [await pictures.of(table()) for _ in range(3)] == [PNG + b"one"] * 3
    assert await pictures.of(table("uno")) == PNG + b"uno"
    assert draw.drawn == [table(), table("uno")]


async def test_those_who_ask_at_once_get_the_same(draw: FakeDraw) -> None:
    draw.gate = asyncio.Event()
    pictures = Pictures(draw)
    asked = [asyncio.create_task(pictures.of(table())) for _ in range(5)]
    await until(lambda: draw.drawn)
    draw.gate.set()
    assert await asyncio.gather(*asked) == [PNG + b"one"] * 5
    assert len(draw.drawn) == 1


async def test_what_nobody_asked_for_the_longest_goes_first(draw: FakeDraw) -> None:
    pictures = Pictures(draw, keep=2)
    for title in ("a", "b", "a", "c", "a", "b"):
        await pictures.of(table(title))
    assert [each.title for each in draw.drawn] == ["a", "b", "c", "b"]


@pytest.mark.parametrize("error", [NotDrawn("no shape"), MemoryError(), ValueError("secret words"), ImportError()])
async def test_what_fails_is_tried_again(draw: FakeDraw, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    pictures = Pictures(draw)
    draw.error = error
    with pytest.raises(NotDrawn):
        await pictures.of(table())
    assert "secret words" not in caplog.text
    assert await pictures.of(table()) == PNG + b"one"


async def test_nobody_waits_too_long_and_the_work_is_not_lost(draw: FakeDraw) -> None:
    draw.gate = asyncio.Event()
    pictures = Pictures(draw, within=0)
    for _ in range(2):
        with pytest.raises(NotDrawn, match="too long"):
            await pictures.of(table())
    draw.gate.set()
    await until(lambda: not pictures._drawing)
    assert await pictures.of(table()) == PNG + b"one"
    assert len(draw.drawn) == 1


async def test_one_who_gives_up_takes_it_from_nobody(draw: FakeDraw) -> None:
    draw.gate = asyncio.Event()
    pictures = Pictures(draw)
    one, other = (asyncio.create_task(pictures.of(table())) for _ in range(2))
    await until(lambda: draw.drawn)
    one.cancel()
    draw.gate.set()
    assert await other == PNG + b"one"
    assert one.cancelled() or one.cancelling()


async def test_closing_leaves_nothing_behind(draw: FakeDraw) -> None:
    draw.gate = asyncio.Event()
    pictures = Pictures(draw)
    waiting = asyncio.create_task(pictures.of(table()))
    await until(lambda: draw.drawn)
    await pictures.close()
    assert pictures._drawing == {}
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize(
    ("most", "text"),
    [
        (9, "aa. bb. c"),
        (8, "aa. ..."),
        (7, "aa. ..."),
        (6, "..."),
        (2, ".."),
    ],
)
def test_a_text_ends_with_a_whole_sentence(most: int, text: str) -> None:
    assert as_far_as_fits(["aa.", "bb.", "c"], most, rest="...") == text


async def test_what_somebody_answered_is_kept_nowhere(draw: FakeDraw) -> None:
    pictures, chart = Pictures(draw), Chart("mine", 7, (), (), ())
    assert [await pictures.once(chart) for _ in range(2)] == [PNG + b"mine"] * 2
    assert draw.drawn == [chart, chart]
    assert not pictures._kept
    draw.error = RuntimeError("mine")
    with pytest.raises(NotDrawn, match="drawing failed"):
        await pictures.once(chart)
    draw.gate = asyncio.Event()
    with pytest.raises(NotDrawn, match="too long"):
        await Pictures(draw, within=0).once(chart)
