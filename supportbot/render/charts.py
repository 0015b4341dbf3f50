"""Draws a chart as a PNG for the width of a phone: curves below one another, told apart by shape as well as colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from supportbot.domain.pictures import Chart, Curve, Mark, Shape, Tick
from supportbot.render.sheets import Dashes, Face, Sheet, require_letters, width_of
from supportbot.render.tables import ASCENT, INK, PAPER, SPACING, WIDTH, wrapped

MARGIN, AXIS = 44, 60
"""Pixels at the edges, and at the left for the numbers."""

FIELD_HEIGHT, PADDING = 330, 34
"""Pixels of a field, and from its edges to its outermost lines: a mark on these is whole."""

TITLE, HEADING, LABEL, FOOT = 40, 34, 30, 30
"""Pixels of the letters. None is smaller."""

FIELD, GRID = "#F3F6F9", "#C9D5DF"
SPACE = 18


@dataclass(frozen=True, slots=True)
class Look:
    """How a curve is drawn. Each colour can be read on the paper, and told from the other by whoever sees no red, no
    green or no blue; shape and dashes say the same without any.
    """

    colour: str
    marker: str
    style: Dashes
    larger: float


LOOKS = {
    Shape.ROUND: Look("#005A9C", "o", (0, ()), 1.0),
    Shape.SQUARE: Look("#B34700", "s", (0, (4, 2)), 0.86),
}


@dataclass(frozen=True, slots=True)
class Field:
    """Where a curve stands, in pixels from the top left."""

    left: float
    right: float
    top: float
    bottom: float
    days: int
    curve: Curve

    def across(self, at: float) -> float:
        """Where a moment is."""
        return self.left + (self.right - self.left) * at / self.days

    def down(self, value: float) -> float:
        """Where a value is."""
        share = (value - self.curve.lowest) / (self.curve.highest - self.curve.lowest)
        return self.bottom - PADDING - (self.bottom - self.top - 2 * PADDING) * share


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart laid out, not yet an image."""

    sheet: Sheet
    fields: tuple[Field, ...]
    height: int

    def png(self) -> bytes:
        """The image."""
        return self.sheet.png()


def png(chart: Chart) -> bytes:
    """The chart as an image. Slow: for a thread. Raises NotDrawn for letters that there is no shape for."""
    return laid_out(chart).png()


def laid_out(chart: Chart) -> Drawing:
    """Everything in its place. Raises NotDrawn."""
    names = [curve.name for curve in chart.curves]
    require_letters([chart.title, *names, *(tick.label for tick in chart.ticks), *chart.foot])
    page = _Page()
    page.write([chart.title], Face.BOLD, TITLE, INK)
    for curve in chart.curves:
        page.field(curve, chart)
    page.write(chart.foot, Face.PLAIN, FOOT, INK)
    return page.finished()


class _Page:
    """Puts texts and fields below one another. Heights are from the top; the sheet counts from the bottom."""

    def __init__(self) -> None:
        self._texts: list[tuple[str, float, float, Face, int, str]] = []
        self._fields: list[tuple[Field, Sequence[Tick]]] = []
        self._top = float(SPACE)

    def write(self, paragraphs: Sequence[str], face: Face, size: int, ink: str, *, left: float = MARGIN) -> None:
        """Paragraphs over the whole width."""
        for paragraph in paragraphs:
            for line in wrapped(paragraph, face, size, WIDTH - left - MARGIN):
                self._texts.append((line, left, self._top + size * ASCENT, face, size, ink))
                self._top += math.ceil(size * SPACING)
            self._top += SPACE / 2

    def field(self, curve: Curve, chart: Chart) -> None:
        """A curve under its name, with the days below it."""
        self._top += SPACE
        self.write([curve.name], Face.BOLD, HEADING, LOOKS[curve.shape].colour)
        field = Field(MARGIN + AXIS, WIDTH - MARGIN, self._top, self._top + FIELD_HEIGHT, days=chart.days, curve=curve)
        self._fields.append((field, chart.ticks))
        self._label(field)
        self._top = field.bottom + SPACE / 2
        self._name_days(field, chart.ticks)
        self._top += math.ceil(LABEL * SPACING) + SPACE

    def _name_days(self, field: Field, ticks: Sequence[Tick]) -> None:
        """The last one first, and none that would touch the one after it."""
        end = WIDTH - MARGIN / 2
        for tick in reversed(ticks):
            wide = width_of(tick.label, Face.PLAIN, LABEL)
            left = min(max(field.across(tick.at) - wide / 2, MARGIN), WIDTH - MARGIN - wide)
            if left + wide + SPACE <= end:
                self._texts.append((tick.label, left, self._top + LABEL * ASCENT, Face.PLAIN, LABEL, INK))
                end = left

    def _label(self, field: Field) -> None:
        for value in range(field.curve.lowest, field.curve.highest + 1):
            left = field.left - SPACE - width_of(str(value), Face.PLAIN, LABEL)
            self._texts.append((str(value), left, field.down(value) + LABEL * 0.37, Face.PLAIN, LABEL, INK))

    def finished(self) -> Drawing:
        """Everything on a sheet that ends where the last line does."""
        height = math.ceil(self._top + SPACE / 2)
        sheet = Sheet(WIDTH)
        sheet.fill(left=0, right=WIDTH, top=height, bottom=0, colour=PAPER)
        for field, marked in self._fields:
            _draw(sheet, field, marked, height)
        for line, left, feet, face, size, ink in self._texts:
            sheet.write(line, round(left), round(height - feet), face=face, size=size, ink=ink)
        sheet.cut(height)
        return Drawing(sheet, tuple(field for field, _ in self._fields), height)


def _draw(sheet: Sheet, field: Field, marked: Sequence[Tick], height: int) -> None:
    top, bottom = height - field.top, height - field.bottom
    sheet.fill(left=field.left, right=field.right, top=top, bottom=bottom, colour=FIELD)
    for value in range(field.curve.lowest, field.curve.highest + 1):
        level = height - field.down(value)
        sheet.trace([(field.left, level), (field.right, level)], colour=GRID, width=2, above=0.5)
    for tick in marked:
        at = field.across(tick.at)
        sheet.trace([(at, top), (at, bottom)], colour=GRID, width=2, above=0.5)
    for run in field.curve.runs:
        _draw_run(sheet, field, run, height)


def _draw_run(sheet: Sheet, field: Field, run: Sequence[Mark], height: int) -> None:
    look = LOOKS[field.curve.shape]
    size = _mark_size(field)
    for mark in run:
        if mark.low != mark.high:
            ends = [(field.across(mark.at), height - field.down(value)) for value in (mark.low, mark.high)]
            sheet.trace(ends, colour=look.colour, width=4, above=2, faint=0.45)
    points = [(field.across(mark.at), height - field.down(mark.value)) for mark in run]
    if len(points) > 1:
        sheet.trace(points, colour=look.colour, width=4, above=3, style=look.style)
    sheet.marks(points, colour=look.colour, marker=look.marker, size=size * look.larger, edge=PAPER)


def _mark_size(field: Field) -> float:
    """Pixels: as large as fits where each day has one, within what can be seen and told apart."""
    return min(24.0, max(13.0, (field.right - field.left) / field.days))
