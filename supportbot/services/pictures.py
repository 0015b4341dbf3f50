"""Pictures: what the bot explains is drawn once and kept for those who ask next; what somebody answered is not."""

from __future__ import annotations

import asyncio

import structlog

from supportbot.domain.pictures import Chart, Picture, Table
from supportbot.errors import NotDrawn
from supportbot.services.ports import DrawPicture

log = structlog.stdlib.get_logger(__name__)

KEPT = 64
WITHIN = 20.0
"""Seconds. The first picture also waits for its library, on a small machine for some of them."""


class Pictures:
    """Tables as PNG. What is drawn from is what a picture is kept by: another language is another table."""

    def __init__(self, draw: DrawPicture, *, keep: int = KEPT, within: float = WITHIN) -> None:
        self._draw, self._keep, self._within = draw, keep, within
        self._kept: dict[Table, bytes] = {}
        self._drawing: dict[Table, asyncio.Task[bytes]] = {}

    async def of(self, table: Table) -> bytes:
        """The picture of this table. Who asks while it is drawn waits for the same one. Raises NotDrawn."""
        if table in self._kept:
            self._kept[table] = self._kept.pop(table)  # asked for last, so it goes last
            return self._kept[table]
        drawing = self._drawing.get(table) or self._begin(table)
        try:
            async with asyncio.timeout(self._within):
                # One who gives up leaves the drawing to the others, and to whoever asks next.
                return await asyncio.shield(drawing)
        except TimeoutError:
            log.warning("picture.too_slow", seconds=self._within)
            raise NotDrawn("drawing took too long") from None

    async def once(self, chart: Chart) -> bytes:
        """The picture of this chart, which is of what somebody answered: it is kept nowhere. Raises NotDrawn."""
        try:
            async with asyncio.timeout(self._within):
                return await self._drawn(chart)
        except TimeoutError:
            log.warning("picture.too_slow", seconds=self._within)
            raise NotDrawn("drawing took too long") from None

    async def close(self) -> None:
        """Let go of what is still being drawn."""
        left = list(self._drawing.values())
        for drawing in left:
            drawing.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _begin(self, table: Table) -> asyncio.Task[bytes]:
        drawing = asyncio.create_task(self._drawn(table), name="picture")
        self._drawing[table] = drawing
        drawing.add_done_callback(lambda done: self._ended(table, done))
        return drawing

    async def _drawn(self, picture: Picture) -> bytes:
        try:
            return await self._draw(picture)
        except NotDrawn as error:
            log.warning("picture.not_drawn", reason=str(error))
            raise
        except Exception as error:  # noqa: BLE001 (whatever is wrong with the drawing, the table is there as text)
            log.warning("picture.not_drawn", reason=type(error).__name__)
            raise NotDrawn("drawing failed") from None

    def _ended(self, table: Table, drawing: asyncio.Task[bytes]) -> None:
        del self._drawing[table]
        if drawing.cancelled() or drawing.exception() is not None:
            return
        self._kept[table] = drawing.result()
        while len(self._kept) > self._keep:
            del self._kept[next(iter(self._kept))]
