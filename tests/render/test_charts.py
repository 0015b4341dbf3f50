"""Charts as pictures: points where they belong, nothing in a gap, readable by whoever sees few colours or none."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest
from PIL import Image

from supportbot.domain.pictures import Chart, Curve, Mark, Shape, Tick
from supportbot.errors import NotDrawn
from supportbot.render import charts
from supportbot.render.charts import FIELD, LOOKS, PAPER, WIDTH, Field, laid_out
from supportbot.render.painter import Painter
from tests.render.test_tables import READABLE, contrast, size_of
from tests.support.fakes import PNG
from tests.support.pseudo import pseudo

SEEN = 3.0
"""WCAG's contrast for lines and shapes."""

THEMES = ("#313338", "#FFFFFF")
"""What Discord puts around a picture."""

FEW_COLOURS = {
    # Machado, Oliveira and Fernandes 2009, severity 1, on linear light.
    "no red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "no green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "no blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
    "none": ((0.213, 0.715, 0.072),) * 3,
}


def runs(*days: Sequence[tuple[float, float]]) -> tuple[tuple[Mark, ...], ...]:
    return tuple(tuple(Mark(at, value, value, value) for at, value in run) for run in days)


def chart(*curves: Curve, days: int = 30, title: str = "Your answers") -> Chart:
    ticks = tuple(Tick(day + 0.5, f"{day + 1} Nov") for day in range(2, days, 6))
    return Chart(title, days, curves, ticks, ("A gap is a time without an answer.",))


MOOD = Curve(
    "Mood: 1 very low … 5 very good", 1, 5, Shape.ROUND, runs([(0.5, 1), (1.5, 5)], [(10.5, 3)], [(20.5, 2), (21.5, 2)])
)
CRAVING = Curve("Craving: 0 none … 4 very strong", 0, 4, Shape.SQUARE, runs([(3.5, 0), (4.5, 4), (5.5, 4)]))


@pytest.fixture(scope="module")
def both() -> tuple[Image.Image, tuple[Field, ...]]:
    drawing = laid_out(chart(MOOD, CRAVING))
    return Image.open(io.BytesIO(drawing.png())).convert("RGB"), drawing.fields


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:], 16)


def inked(image: Image.Image, field: Field, days: tuple[float, float]) -> bool:
    """Whether the curve's colour is anywhere in the field between these days."""
    box = tuple(map(round, (field.across(days[0]), field.top, field.across(days[1]), field.bottom)))
    colours = image.crop(box).getcolors(1 << 20) or []
    return rgb(LOOKS[field.curve.shape].colour) in {colour for _, colour in colours}


def test_every_answer_is_at_its_place(both: tuple[Image.Image, tuple[Field, ...]]) -> None:
    image, fields = both
    for field in fields:
        for mark in (mark for run in field.curve.runs for mark in run):
            spot = round(field.across(mark.at)), round(field.down(mark.value))
            assert image.getpixel(spot) == rgb(LOOKS[field.curve.shape].colour)


def test_a_gap_is_empty_and_a_run_is_joined(both: tuple[Image.Image, tuple[Field, ...]]) -> None:
    image, (mood, craving) = both
    assert inked(image, mood, (0.9, 1.1))
    assert inked(image, mood, (20.9, 21.1))
    assert inked(image, craving, (3.9, 4.1))
    for field, gap in ((mood, (2, 10)), (mood, (11, 20)), (mood, (22, 29.9)), (craving, (0, 3)), (craving, (6, 29.9))):
        assert not inked(image, field, gap)


def test_one_answer_is_seen() -> None:
    drawing = laid_out(chart(Curve("Mood", 1, 5, Shape.ROUND, runs([(3.5, 4)])), days=7))
    image = Image.open(io.BytesIO(drawing.png())).convert("RGB")
    assert inked(image, drawing.fields[0], (3.4, 3.6))


def test_a_week_shows_from_where_to_where() -> None:
    drawing = laid_out(Chart("Mood", 365, (Curve("Mood", 1, 5, Shape.ROUND, ((Mark(100, 3, 1, 5),),)),), (), ()))
    image = Image.open(io.BytesIO(drawing.png())).convert("RGB")
    (field,) = drawing.fields
    for value in (1.5, 4.5):
        assert image.getpixel((round(field.across(100)), round(field.down(value)))) != rgb(FIELD)
        assert image.getpixel((round(field.across(110)), round(field.down(value)))) == rgb(FIELD)


def test_its_own_paper_covers_it_in_both_themes(both: tuple[Image.Image, tuple[Field, ...]]) -> None:
    image, _ = both
    raw = Image.open(io.BytesIO(charts.png(chart(MOOD))))
    assert raw.mode == "RGB" or raw.getextrema()[3] == (255, 255)
    for spot in ((0, 0), (WIDTH - 1, 0), (0, image.height - 1), (WIDTH - 1, image.height - 1)):
        assert image.getpixel(spot) == rgb(PAPER)
    for theme in THEMES:
        whole = Image.new("RGB", image.size, theme)
        whole.paste(raw, mask=raw.getchannel("A") if raw.mode == "RGBA" else None)
        assert whole.getpixel((0, 0)) == rgb(PAPER)


def seen_with(colour: str, few: tuple[tuple[float, ...], ...]) -> str:
    parts = [part / 255 for part in rgb(colour)]
    light = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    mixed = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, light, strict=True)))) for row in few]
    shown = [12.92 * each if each <= 0.0031308 else 1.055 * each ** (1 / 2.4) - 0.055 for each in mixed]
    return "#" + "".join(f"{round(255 * each):02X}" for each in shown)


def test_without_some_colours_too() -> None:
    assert (
        len({look.marker for look in LOOKS.values()}) == len({str(look.style) for look in LOOKS.values()}) == len(Shape)
    )
    for look in LOOKS.values():
        assert contrast(look.colour, PAPER) >= READABLE
        for few in FEW_COLOURS.values():
            assert contrast(seen_with(look.colour, few), seen_with(FIELD, few)) >= SEEN


def boxes(drawing: charts.Drawing) -> Iterator[tuple[float, float, float, float]]:
    renderer = drawing.sheet.canvas.get_renderer()
    for text in drawing.sheet.canvas.figure.texts or drawing.sheet.canvas.figure.artists:
        if hasattr(text, "get_text"):
            box = text.get_window_extent(renderer)
            yield box.x0, box.y0, box.x1, box.y1


@pytest.mark.parametrize("days", [1, 7, 30, 120, 365, 731])
def test_words_are_on_the_sheet_and_none_covers_another(days: int) -> None:
    ticks = tuple(Tick(days * share / 7, pseudo("November 2026")) for share in range(8))
    drawing = laid_out(
        Chart(
            pseudo("Your answers in the last days"), days, (MOOD, CRAVING), ticks, (pseudo("A gap is no answer. " * 4),)
        )
    )
    found = list(boxes(drawing))
    assert len(found) > 15
    for left, bottom, right, top in found:
        assert left >= 0
        assert bottom >= 0
        assert right <= WIDTH
        assert top <= drawing.height
    for one, other in combinations(found, 2):
        # A line's box has room for letters that it does not hold: a few pixels of two lines' boxes may meet.
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 6 or other[3] <= one[1] + 6


async def test_the_painter_draws_charts() -> None:
    painter = Painter()
    png = await painter.draw(chart(MOOD, CRAVING))
    assert png.startswith(PNG)
    assert size_of(png)[0] == WIDTH
    with pytest.raises(NotDrawn):
        await painter.draw(chart(MOOD, title="漢字"))
    painter.close()
    await asyncio.sleep(0)
