"""Sheets to write and fill, in pixels, and the letters there are. Imports matplotlib: only `painter` imports this."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from supportbot.errors import NotDrawn

Thing = TypeVar("Thing", bound=Artist)

Dashes = tuple[float, Sequence[float]]
"""Where a line begins, and how long, in its own widths, it is there and not there by turns; with nothing, all of it."""

DOTS_AN_INCH = 72
"""With as many dots as points an inch, a point, in which matplotlib measures letters, is a pixel."""


class Face(StrEnum):
    """A kind of letters. matplotlib brings both files, so no font of the machine plays a part."""

    PLAIN = "DejaVuSans.ttf"
    BOLD = "DejaVuSans-Bold.ttf"


class Sheet:
    """A figure measured in pixels, from the bottom left. Its height is given at the end, with `cut`."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._figure = Figure(figsize=(width / DOTS_AN_INCH, 1), dpi=DOTS_AN_INCH, facecolor="white")
        self.canvas = FigureCanvasAgg(self._figure)

    def write(self, line: str, left: float, feet: float, *, face: Face, size: float, ink: str) -> Text:
        """Put one line on the sheet; its letters stand at `feet`."""
        letters = _letters(face, size)
        # Without `parse_math`, what stands between two dollar signs would be a formula.
        return self._add(Text(left, feet, line, color=ink, fontproperties=letters, va="baseline", parse_math=False))

    def fill(self, *, left: float, right: float, top: float, bottom: float, colour: str) -> None:
        """A plain area, behind what is written."""
        area = Rectangle((left, bottom), right - left, top - bottom, facecolor=colour, linewidth=0, zorder=0)
        self._add(area)

    def rule(self, at: float, *, top: float, bottom: float, colour: str) -> None:
        """An upright line."""
        self._add(Line2D([at, at], [bottom, top], color=colour, linewidth=2, zorder=1, solid_capstyle="butt"))

    def trace(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str,
        width: float,
        above: float,
        style: Dashes = (0, ()),
        faint: float = 1.0,
    ) -> None:
        """A line through these points. What lies higher `above` the paper is drawn over the rest."""
        across, up = zip(*points, strict=True)
        line = Line2D(across, up, color=colour, linewidth=width, linestyle=style, alpha=faint, zorder=above)
        self._add(line)

    def marks(self, points: Sequence[tuple[float, float]], *, colour: str, marker: str, size: float, edge: str) -> None:
        """A shape at each of these points, with an edge that parts it from what is below."""
        across, up = zip(*points, strict=True)
        shapes = Line2D(across, up, linestyle="none", marker=marker, markersize=size, color=colour, zorder=4)
        shapes.set_markeredgecolor(edge)
        shapes.set_markeredgewidth(2)
        self._add(shapes)

    def cut(self, height: int) -> None:
        """Give the sheet its height."""
        self._figure.set_size_inches(self._width / DOTS_AN_INCH, height / DOTS_AN_INCH)

    def png(self) -> bytes:
        """What is on the sheet."""
        self.canvas.draw()
        width, height = self.canvas.get_width_height()
        return _png(width, height, bytes(self.canvas.buffer_rgba()))

    def _add(self, thing: Thing) -> Thing:
        thing.set_transform(IdentityTransform())
        self._figure.add_artist(thing)
        return thing


def _png(width: int, height: int, pixels: bytes) -> bytes:
    """Rows of red, green, blue and alpha as PNG (W3C, Portable Network Graphics, third edition, 5).

    zlib lets the event loop go on meanwhile; matplotlib's own way to PNG holds it up all the while.
    """
    row = 4 * width
    # Each row begins with the number of its filter: none.
    rows = b"".join(b"\0" + pixels[start : start + row] for start in range(0, height * row, row))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, parts))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    name, data = part
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def own_look() -> None:
    """Forget a matplotlibrc in the folder that the bot was started from, or one of its user."""
    mpl.rcdefaults()


def require_letters(texts: Iterable[str]) -> None:
    """Raises NotDrawn where a box would stand for a letter."""
    there = _shapes(Face.PLAIN) & _shapes(Face.BOLD)
    if any(ord(each) not in there for text in texts for each in text if not each.isspace()):
        raise NotDrawn("there is no shape for some of the letters")


@lru_cache(8192)
def width_of(text: str, face: Face, size: float) -> float:
    """How wide one line is. Kept, because most words come again."""
    return _ruler().get_text_width_height_descent(text, _letters(face, size), ismath=False)[0]


@cache
def _ruler() -> RendererAgg:
    return RendererAgg(1, 1, DOTS_AN_INCH)


@cache
def _letters(face: Face, size: float) -> FontProperties:
    return FontProperties(fname=str(_file(face)), size=size)


@cache
def _shapes(face: Face) -> frozenset[int]:
    return frozenset(FT2Font(str(_file(face))).get_charmap())


def _file(face: Face) -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / face.value
