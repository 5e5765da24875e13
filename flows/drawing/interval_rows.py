"""Estimates with their intervals, a row each, on one axis: medians in months, or shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from flows.drawing.curve_values import ticks
from flows.drawing.marks import CRISP, Drawing, line, symbol, text, width_of
from flows.drawing.words import Words

WIDTH, ROW = 340, 22
TEXT = 11
TOP, BOTTOM, BESIDE = 6, 38, 8
ACCENT = "var(--accent)"
DOT = "M4,0A4,4,0,1,1,-4,0A4,4,0,1,1,4,0"
ARROW = "M5,0L-3,-4V4Z"


@dataclass(frozen=True)
class Axis:
    """From 0 to `end`, with what is written at which value, and its title."""

    end: float
    ticks: Sequence[tuple[float, str]]
    title: str


def of_months(rows: pl.DataFrame, title: str) -> Axis:
    """An axis of months on which every limit of the rows is."""
    last = rows.select(pl.max_horizontal("value", "low", "high").max()).item() or 1
    end = 12 * max(1, math.ceil(last / 12))
    return Axis(end, [(month, str(month)) for month in ticks(end)], title)


def of_shares(title: str) -> Axis:
    """An axis of shares."""
    return Axis(1, [(place / 5, f"{20 * place}\u202f%") for place in range(6)], title)


def interval_rows(rows: pl.DataFrame, axis: Axis, words: Words, title: str) -> Markup:
    """A dot and an interval for each row: `row` (its name), `value`, `low`, `high`, and `said`, what stands beside it.

    A limit that is not reached ends in an arrow, a value that is not has no dot. Nothing to show gives empty markup.
    """
    shown = rows.filter(pl.any_horizontal(pl.col("value", "low", "high").is_not_null()))
    if shown.is_empty():
        return Markup("")
    left = BESIDE + max(width_of(str(row), TEXT) for row in rows["row"])
    right = 2 * BESIDE + max(width_of(str(said), TEXT) for said in rows["said"])
    drawn = Drawing(left + WIDTH + right, TOP + ROW * rows.height + BOTTOM, left, TOP)
    drawn.add(*_axes(rows, axis))
    for place, (value, low, high, said) in enumerate(rows.select("value", "low", "high", "said").rows()):
        y = ROW * (place + 0.5)
        drawn.add(*_row(y, axis.end, value, low, high), text(WIDTH + BESIDE, y + 4, said, size=TEXT))
    listed = [f"{row} {said}" for row, said in rows.select("row", "said").rows()]
    return drawn.svg(title, words.t("chart.separator").join(listed))


def _axes(rows: pl.DataFrame, axis: Axis) -> list[str]:
    height = ROW * rows.height
    places = [(WIDTH * value / axis.end, said) for value, said in axis.ticks]
    return [
        *(line((x + CRISP, 0), 0, height + 5) for x, _ in places),
        *(text(x + CRISP, height + 16, said, "middle", size=TEXT) for x, said in places),
        text(WIDTH / 2, height + 32, axis.title, "middle", size=TEXT),
        *(text(-BESIDE, ROW * (place + 0.5) + 4, str(row), "end", size=TEXT) for place, row in enumerate(rows["row"])),
    ]


def _row(y: float, end: float, value: float | None, low: float | None, high: float | None) -> list[str]:
    if low is None and value is None:
        return []
    start = WIDTH * (value if low is None else low) / end  # type: ignore[operator]
    stop = WIDTH if high is None else WIDTH * high / end
    drawn = [line((start, y), stop - start, 0, ACCENT, 1.6)]
    if high is None:
        drawn.append(symbol(WIDTH, y, ARROW, fill=ACCENT))
    if value is not None:
        drawn.append(symbol(WIDTH * value / end, y, DOT, fill=ACCENT, stroke="var(--card)", stroke_width=1))
    return drawn
