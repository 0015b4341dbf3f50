"""Draws a table as a PNG for the width of a phone: two columns, and over each row what it is about."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.text import Text

from supportbot.domain.pictures import Table
from supportbot.render.sheets import Face, Sheet, require_letters, width_of

WIDTH = 1080
"""Pixels: three for each point of a usual phone, which shows the whole width."""

TALLEST = 2400
"""Pixels that a phone shows whole at that width. A table is set in smaller letters before it is taller."""

SIZES = (38, 35, 32)
"""Pixels of the letters in the rows, from the most to the least. None is smaller, however long the table."""

MARGIN, PADDING = 44, 20

SPACING, ASCENT = 1.35, 1.02
"""From line to line, and from a line's upper end to the feet of its letters, as shares of the letters' size. There is
room for the accent on a capital letter and for the tail of a g.
"""

PAPER, INK = "#FFFFFF", "#1B2733"
HEAD, HEAD_INK = "#35536E", "#FFFFFF"
BAND, BAND_INK = "#DFE8F0", "#20384D"
FOOT, FOOT_INK = "#F3F6F9", "#1B2733"
LINE = "#7F95A8"


@dataclass(frozen=True, slots=True)
class Box:
    """Where something is, in pixels from the top left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A box with its colours, and the lines that must be inside."""

    box: Box
    paper: str
    ink: str
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A table laid out, not yet an image."""

    sheet: Sheet
    cells: tuple[Cell, ...]
    height: int

    def png(self) -> bytes:
        """The image."""
        return self.sheet.png()


def png(table: Table) -> bytes:
    """The table as an image. Slow: for a thread. Raises NotDrawn for letters that there is no shape for."""
    return laid_out(table).png()


def laid_out(table: Table) -> Drawing:
    """The table in the largest letters with which a phone shows it whole, else in the smallest. Raises NotDrawn."""
    require_letters([table.title, table.left, table.right, *_texts(table), *table.foot])
    drawing = _drawing(table, SIZES[0])
    for size in SIZES[1:]:
        if drawing.height <= TALLEST:
            break
        drawing = _drawing(table, size)
    return drawing


def _texts(table: Table) -> Iterator[str]:
    for row in table.rows:
        yield from (row.label, row.left, row.right)


def _drawing(table: Table, size: int) -> Drawing:
    page = _Page(Sheet(WIDTH), size)
    page.across([table.title], Style(Face.BOLD, PAPER, INK, larger=1.25))
    page.beside([table.left, table.right], Style(Face.BOLD, HEAD, HEAD_INK))
    for row in table.rows:
        page.across([row.label], Style(Face.BOLD, BAND, BAND_INK, larger=0.9, padding=PADDING / 2))
        page.beside([row.left, row.right], Style(Face.PLAIN, PAPER, INK))
    if table.foot:
        page.across(table.foot, Style(Face.PLAIN, FOOT, FOOT_INK, larger=0.85))
    return page.finished()


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks. `larger` is a share of the size of the letters in the rows."""

    face: Face
    paper: str
    ink: str
    larger: float = 1.0
    padding: float = PADDING


class _Page:
    """Puts cells below one another."""

    def __init__(self, sheet: Sheet, size: int) -> None:
        self._sheet, self._size = sheet, size
        self._cells: list[Cell] = []
        self._ruled: list[tuple[float, float]] = []
        self._top = 0.0

    def across(self, paragraphs: Sequence[str], style: Style) -> None:
        """One cell of the whole width."""
        self._row([_Column(paragraphs, 0, WIDTH, MARGIN, MARGIN)], style)

    def beside(self, texts: Sequence[str], style: Style) -> None:
        """Two cells, with a line between them."""
        top, middle = self._top, WIDTH / 2
        left, right = texts
        # A narrower edge inside than outside: the two belong together.
        columns = [_Column([left], 0, middle, MARGIN, PADDING), _Column([right], middle, WIDTH, PADDING, MARGIN)]
        self._row(columns, style)
        self._ruled.append((top, self._top))

    def finished(self) -> Drawing:
        """Everything in its place, on a sheet that ends where the last cell does."""
        height = math.ceil(self._top)
        # Cells are laid from the top; matplotlib counts from the bottom.
        for each in self._cells:
            box = each.box
            top, bottom = height - box.top, height - box.bottom
            self._sheet.fill(left=box.left, right=box.right, top=top, bottom=bottom, colour=each.paper)
            for line in each.lines:
                line.set_y(height - line.get_position()[1])
        for top, bottom in self._ruled:
            self._sheet.rule(WIDTH / 2, top=height - top, bottom=height - bottom, colour=LINE)
        self._sheet.cut(height)
        return Drawing(self._sheet, tuple(self._cells), height)

    def _row(self, columns: Sequence[_Column], style: Style) -> None:
        size = self._size * style.larger
        step = math.ceil(size * SPACING)
        written = [self._written(each, style, size, step) for each in columns]
        bottom = math.ceil(max(end for _, end in written) + style.padding)
        for column, (lines, _) in zip(columns, written, strict=True):
            box = Box(column.left, self._top, column.right, bottom)
            self._cells.append(Cell(box, style.paper, style.ink, tuple(lines)))
        self._top = bottom

    def _written(self, column: _Column, style: Style, size: float, step: int) -> tuple[list[Text], float]:
        """The lines of a cell, and where the last one ends."""
        start, end = column.left + column.before, column.right - column.after
        lines: list[Text] = []
        top = self._top + style.padding
        for number, paragraph in enumerate(column.paragraphs):
            top += step / 2 if number else 0
            for line in wrapped(paragraph, style.face, size, end - start):
                feet = round(top + size * ASCENT)
                lines.append(self._sheet.write(line, start, feet, face=style.face, size=size, ink=style.ink))
                top += step
        return lines, top


@dataclass(frozen=True, slots=True)
class _Column:
    """What stands between two edges, and how far from them."""

    paragraphs: Sequence[str]
    left: float
    right: float
    before: float
    after: float


def wrapped(text: str, face: Face, size: float, width: float) -> list[str]:
    """The text in lines that are no wider than this; a word that is wider by itself is broken."""
    lines: list[str] = []
    space = width_of(" ", face, size)
    line, used = "", 0.0
    for word in text.split():
        *whole_lines, end = _broken(word, face, size, width)
        wide = width_of(end, face, size)
        if line and not whole_lines and used + space + wide <= width:
            line, used = f"{line} {end}", used + space + wide
        else:
            lines += [*([line] if line else []), *whole_lines]
            line, used = end, wide
    return [*lines, line]


def _broken(word: str, face: Face, size: float, width: float) -> list[str]:
    """The word; where it is too wide, in pieces that fill a line each, but for the last."""
    pieces: list[str] = []
    while len(word) > 1 and width_of(word, face, size) > width:
        ends = range(1, len(word))
        # How many of the beginnings fit; one letter goes into a line whether or not it fits.
        at = max(1, bisect_right(ends, width, key=lambda end: width_of(f"{word[:end]}-", face, size)))
        pieces.append(f"{word[:at]}-")
        word = word[at:]
    return [*pieces, word]
