"""Medians with their intervals, a row each, on one axis of months."""

from __future__ import annotations

import math

import polars as pl
from markupsafe import Markup

from flows.drawing.curve_values import ticks
from flows.drawing.marks import CRISP, Drawing, line, symbol, text, width_of
from flows.drawing.words import Words

WIDTH, ROW = 340, 22
TEXT = 11
TOP, RIGHT, BOTTOM, BESIDE = 6, 74, 38, 8
ACCENT = "var(--accent)"
DOT = "M4,0A4,4,0,1,1,-4,0A4,4,0,1,1,4,0"
ARROW = "M5,0L-3,-4V4Z"


def medians(rows: pl.DataFrame, words: Words, title: str, axis: str) -> Markup:
    """A row per `row`: `median`, `low` and `high` in months. A limit that is not reached ends in an arrow, a median
    that is not has no dot. Nothing to show gives empty markup.
    """
    shown = rows.filter(pl.any_horizontal(pl.col("median", "low", "high").is_not_null()))
    if shown.is_empty():
        return Markup("")
    left = BESIDE + max(width_of(str(row), TEXT) for row in rows["row"])
    last = shown.select(pl.max_horizontal("median", "low", "high").max()).item()
    end = 12 * max(1, math.ceil(last / 12))
    drawn = Drawing(left + WIDTH + RIGHT, TOP + ROW * rows.height + BOTTOM, left, TOP)
    drawn.add(*_axes(rows, end, axis))
    for place, (median, low, high) in enumerate(rows.select("median", "low", "high").rows()):
        drawn.add(*_row(ROW * (place + 0.5), end, median, low, high))
        drawn.add(text(WIDTH + 8, ROW * (place + 0.5) + 4, words.decimal(median), size=TEXT))
    return drawn.svg(title, _says(rows, words))


def _axes(rows: pl.DataFrame, end: int, axis: str) -> list[str]:
    height = ROW * rows.height
    places = [(WIDTH * month / end, str(month)) for month in ticks(end)]
    return [
        *(line((x + CRISP, 0), 0, height + 5) for x, _ in places),
        *(text(x + CRISP, height + 16, said, "middle", size=TEXT) for x, said in places),
        text(WIDTH / 2, height + 32, axis, "middle", size=TEXT),
        *(text(-BESIDE, ROW * (place + 0.5) + 4, str(row), "end", size=TEXT) for place, row in enumerate(rows["row"])),
    ]


def _row(y: float, end: int, median: float | None, low: float | None, high: float | None) -> list[str]:
    if low is None and median is None:
        return []
    start = WIDTH * (low if low is not None else median or 0) / end
    stop = WIDTH if high is None else WIDTH * high / end
    drawn = [line((start, y), stop - start, 0, ACCENT, 1.6)]
    if high is None:
        drawn.append(symbol(WIDTH, y, ARROW, fill=ACCENT))
    if median is not None:
        drawn.append(symbol(WIDTH * median / end, y, DOT, fill=ACCENT, stroke="var(--card)", stroke_width=1))
    return drawn


def _says(rows: pl.DataFrame, words: Words) -> str:
    said = [f"{row} {words.decimal(median)}" for row, median in rows.select("row", "median").rows()]
    return words.t("chart.separator").join(said)
