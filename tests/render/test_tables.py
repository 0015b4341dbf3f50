"""Tables as pictures: every text is inside its cell, large and dark enough to be read on a phone."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text

from supportbot import content
from supportbot.chat.knowledge import table as table_of
from supportbot.chat.words import Mentions, Voice, Words
from supportbot.domain.pictures import Table, TableRow
from supportbot.errors import NotDrawn
from supportbot.render import tables
from supportbot.render.sheets import Face, width_of
from supportbot.render.tables import Drawing, laid_out
from tests.support.fakes import PNG
from tests.support.pseudo import pseudo

CONTENT = content.load()
WORDS = Words(CONTENT.catalogues)
READABLE = 4.5
"""WCAG's contrast for text of any size."""

SMALLEST = 25
"""Pixels of 1080. A phone that is 390 points wide shows them as 9 points, and larger when the picture is tapped."""

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SMALL = Table("Who?", "Left", "Right", (TableRow("Focus", "One thing.", "Another thing."),), ("Below both.",))


def shipped() -> Iterator[tuple[str, Table]]:
    """The classic two, and each role beside its neighbour, in every language."""
    for language in ("en", "es"):
        voice = Voice(WORDS, language, Mentions({}))
        ids = [each.id for each in CONTENT.knowledge.shelf("roles", [language])]
        for left, right in [("interventionist", "therapist"), *pairwise(ids)]:
            yield f"{language}-{left}-{right}", table_of(voice, CONTENT.comparison(left, right, [language]))


SHIPPED = dict(shipped())


def every_text(table: Table) -> list[str]:
    rows = [text for row in table.rows for text in (row.label, row.left, row.right)]
    return [table.title, table.left, table.right, *rows, "".join(table.foot)]


def longer(table: Table) -> Table:
    rows = (TableRow(pseudo(row.label), pseudo(row.left), pseudo(row.right)) for row in table.rows)
    return Table(
        pseudo(table.title), pseudo(table.left), pseudo(table.right), tuple(rows), tuple(map(pseudo, table.foot))
    )


def require_good(drawing: Drawing, table: Table) -> None:
    """What holds for every picture."""
    renderer = drawing.sheet.canvas.get_renderer()
    require_lines_inside(drawing, renderer)
    require_a_tiling(drawing)
    said = ["".join(line.get_text() for line in cell.lines) for cell in drawing.cells]
    assert list(map(_letters, said)) == list(map(_letters, every_text(table)))
    for cell in drawing.cells:
        assert contrast(cell.ink, cell.paper) >= READABLE
        assert all(line.get_color() == cell.ink for line in cell.lines)
        assert all(line.get_fontsize() >= SMALLEST for line in cell.lines)


def require_lines_inside(drawing: Drawing, renderer: RendererAgg) -> None:
    for cell in drawing.cells:
        below = cell.box.top
        for line in cell.lines:
            if not line.get_text():
                continue
            inked = line.get_window_extent(renderer)
            top, bottom = drawing.height - inked.y1, drawing.height - inked.y0
            assert cell.box.left < inked.x0, line.get_text()
            assert inked.x1 < cell.box.right, line.get_text()
            assert below <= top, f"{line.get_text()} runs into what is above it"
            assert bottom < cell.box.bottom, line.get_text()
            below = bottom
            measured = width_of(line.get_text(), face_of(line), line.get_fontsize())
            assert inked.width == pytest.approx(measured, abs=3), "it is not drawn as it is written"


def face_of(line: Text) -> Face:
    return Face(Path(str(line.get_fontproperties().get_file())).name)


def require_a_tiling(drawing: Drawing) -> None:
    """The cells fill the sheet and none covers another."""
    boxes = [cell.box for cell in drawing.cells]
    assert sum((box.right - box.left) * (box.bottom - box.top) for box in boxes) == tables.WIDTH * drawing.height
    for one, other in combinations(boxes, 2):
        assert one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top


def contrast(one: str, other: str) -> float:
    """WCAG's ratio."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _letters(text: str) -> str:
    """Without spaces, and without the hyphens at which words are broken."""
    return "".join(text.split()).replace("-", "")


def size_of(png: bytes) -> Sequence[int]:
    assert png.startswith(PNG)
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped(name: str) -> None:
    table = SHIPPED[name]
    drawing = laid_out(table)
    require_good(drawing, table)
    assert drawing.height <= tables.TALLEST


@pytest.mark.parametrize("name", [name for name in SHIPPED if name.startswith("en-")])
def test_a_longer_language_with_an_accent_on_each_letter(name: str) -> None:
    table = longer(SHIPPED[name])
    require_good(laid_out(table), table)


def test_the_image_has_the_size_of_what_was_laid_out(caplog: pytest.LogCaptureFixture) -> None:
    drawing = laid_out(longer(SHIPPED["en-interventionist-therapist"]))
    png = drawing.png()
    assert size_of(png) == (1080, drawing.height)
    assert len(png) < 1_000_000
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_the_same_table_is_the_same_picture() -> None:
    assert tables.png(SMALL) == tables.png(SMALL)


@pytest.mark.parametrize(
    "said",
    [
        LONG,
        f"see {LONG} and {LONG}",
        "W" * 300,
        "a " * 400,
        "$x^2$ and $5 or \\frac",
        r"$\frac{a}{b}$",
        "ÁÉÍÓÚÑ Ẁ Ḿ ĝ ş ¿qué? ¡sí! – “so” …",
        "Привет, Ελλάδα",
        "",
        "x",
        "two\nlines\t and  spaces",
        "**bold** _not_ <@1> </crisis:1>",
    ],
)
def test_whatever_is_said_stays_in_its_cell(said: str) -> None:
    table = Table(said, said, "Right", (TableRow(said, said, "short"), TableRow("short", "short", said)), (said,))
    drawing = laid_out(table)
    require_good(drawing, table)
    drawing.png()


def test_nothing_below_both() -> None:
    table = Table("Who?", "Left", "Right", SMALL.rows, ())
    drawing = laid_out(table)
    assert len(drawing.cells) == 6
    require_a_tiling(drawing)


def test_both_columns_stand_at_the_same_height() -> None:
    table = Table("?", "ace", "Ŵĝ", (TableRow("F", "ace", "Ŵĝ"),), ())
    cells = laid_out(table).cells
    for left, right in ((cells[1], cells[2]), (cells[4], cells[5])):
        assert left.lines[0].get_position()[1] == right.lines[0].get_position()[1]


def test_letters_are_smaller_before_a_picture_is_too_tall_for_a_phone() -> None:
    drawings = [laid_out(Table("Who?", "Left", "Right", SMALL.rows * count, ())) for count in range(1, 25)]
    sizes = [drawing.cells[1].lines[0].get_fontsize() for drawing in drawings]
    assert sorted(set(sizes), reverse=True) == list(tables.SIZES)
    assert sizes == sorted(sizes, reverse=True)
    assert all(
        drawing.height <= tables.TALLEST or size == tables.SIZES[-1]
        for drawing, size in zip(drawings, sizes, strict=True)
    )


@pytest.mark.parametrize("said", ["漢字", "日本語のことば", "🙂", "क"])
def test_letters_without_a_shape_are_refused_rather_than_drawn_as_boxes(said: str) -> None:
    for table in (Table(said, "a", "b", (), ()), Table("t", "a", "b", (TableRow("l", "a", said),), ())):
        with pytest.raises(NotDrawn, match="no shape") as raised:
            laid_out(table)
        assert said not in str(raised.value)


def test_a_table_is_plain_text() -> None:
    """A picture would show Markdown as its signs."""
    for name, table in SHIPPED.items():
        for text in every_text(table):
            assert not set(text) & set("*_`~|<>{}"), f"{name}: {text}"
