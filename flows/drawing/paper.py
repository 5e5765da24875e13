"""From a chart to a figure for a journal: an SVG of a column's or a page's width, and the same as PNG.

Drawn by the report's own kit, so sizes here are its pixels: a column of 85 mm is 353 of them, and 11 of these are
7.5 pt in print.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import vl_convert

from flows.drawing.marks import Drawing
from flows.drawing.render import TEMPLATES
from flows.drawing.svg import FONT, inline_svg

Chart = Any  # a Drawing, or one of altair's, whose types of layered charts differ from one release to the next

COLUMN_MM, PAGE_MM = 85, 170
PIXELS_PER_MM = 353 / COLUMN_MM
LINE, SMALL = 18, 10  # a line of text below the drawing, and its letters
PPI = 600  # what journals ask of line art with text
PRINT_INK = "#000000"
PRINT_FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Figure:
    """A figure to be written: its file name, the chart, its width in print, and what a reader is shown about it."""

    name: str
    chart: Chart
    width_mm: int
    title: str
    says: str


def pixels(millimetres: float) -> float:
    """Pixels of the drawing that this is in print."""
    return millimetres * PIXELS_PER_MM


def svg(figure: Figure, watermark: str = "") -> str:
    """The figure as an SVG file of its width in print, on white, with its title, description and a line below."""
    chart, names = figure.chart, (figure.title, figure.says)
    drawn = str(chart.svg(*names) if isinstance(chart, Drawing) else inline_svg(chart, *names))
    return standing_alone(drawn, watermark, figure.width_mm)


def standing_alone(drawn: str, watermark: str = "", width_mm: int | None = None) -> str:
    """A drawing of a page as such a file; without a width it has a column's, or a page's where it is wider."""
    drawn = re.sub(r"var\((--[\w-]+)\)", lambda found: _colours()[str(found[1])], drawn)
    drawn = drawn.replace("currentColor", PRINT_INK).replace(FONT, PRINT_FONT)
    width, height = (float(size) for size in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)[0])
    width_mm = width_mm or (COLUMN_MM if width <= pixels(COLUMN_MM) else PAGE_MM)
    # Room is added, never scale: text has the same size in all figures.
    canvas = max(width, pixels(width_mm))
    left = (width - canvas) / 2
    if watermark:
        height += LINE
        place = f'x="{left + 4:g}" y="{height - 5:g}" font-size="{SMALL}px" font-family="{PRINT_FONT}"'
        drawn = drawn.replace("</svg>", f'<text {place} font-weight="bold">{watermark}</text></svg>')
    box = f'viewBox="{left:g} 0 {canvas:g} {height:g}"'
    size = f'width="{width_mm}mm" height="{width_mm * height / canvas:.2f}mm"'
    drawn = re.sub(r'viewBox="[^"]*"', f"{box} {size}", drawn, count=1)
    paper = f'<rect x="{left - 1:g}" width="{canvas + 2:g}" height="{height:g}" fill="#ffffff"/>'
    drawn = drawn.replace("</desc>", f"</desc>{paper}", 1).replace("<svg ", f'<svg xmlns="{NAMESPACE}" ', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}\n'


def png(drawn: str) -> bytes:
    """The same figure in dots, as many to the inch as journals ask for."""
    # A millimetre is said in CSS pixels of 1/96 inch there, and `ppi` counts from 72.
    return bytes(vl_convert.svg_to_png(drawn, scale=72 / 96, ppi=PPI))


@cache
def _colours() -> dict[str, str]:
    """The colours of the report by light, which are said once, in its style sheet."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    of_light = style[: style.index("}")]
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", of_light))
