"""Calibration of a model: predicted against observed by risk group, with its 95 % interval."""

from __future__ import annotations

from typing import Any

import polars as pl
from markupsafe import Markup

from flows.drawing.marks import CRISP, TEXT, Drawing, line, shortened, stroke, symbol, text, width_of
from flows.drawing.words import Words

SIDE = 220  # of the plot, a square: both axes are shares
LEFT, TOP, RIGHT, BOTTOM = 44, 11, 52, 38
SOFT, ACCENT = "var(--soft)", "var(--accent)"
CIRCLE = "M4.2,0A4.2,4.2,0,1,1,-4.2,0A4.2,4.2,0,1,1,4.2,0"
BESIDE = 8  # from the dot to its name
STEPS = (0.1, 0.2, 0.25)  # between ticks: the first that makes five or fewer


def calibration_plot(groups: pl.DataFrame, words: Words, title: str) -> Markup:
    """Groups (`risk_group`, `predicted`, `observed` and its limits, as fractions) about the line on which both agree.

    A group of which either is null is not drawn. Nothing to draw gives empty markup.
    """
    shown = groups.drop_nulls(["predicted", "observed"])
    if shown.is_empty():
        return Markup("")
    end, step = _axis(shown)
    drawn = Drawing(LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM, LEFT, TOP)
    drawn.add(*_axes(end, step, words), stroke([[(0, SIDE), (SIDE, 0)]], SOFT, 1.2, [6, 3]))
    for row in shown.to_dicts():
        drawn.add(*_group(row, SIDE / end))
    said = words.t("chart.separator").join(_group_in_words(row, words) for row in shown.to_dicts())
    return Markup('<figure class="calibration">{}</figure>').format(drawn.svg(title, said))


def _axis(shown: pl.DataFrame) -> tuple[float, float]:
    """Where both axes end, and the step between their ticks."""
    most = max(shown.select(pl.max_horizontal("predicted", "observed", "observed_high").max()).item(), STEPS[0])
    step = next((step for step in STEPS if most <= 5 * step), STEPS[-1])
    return min(1.0, step * -(-most // step)), step


def _axes(end: float, step: float, words: Words) -> list[str]:
    ticks = [step * place for place in range(round(end / step) + 1)]
    places = [(round(SIDE * tick / end), words.share(tick)) for tick in ticks]
    return [
        *(line((CRISP, SIDE - place + CRISP), SIDE, 0) for place, _ in places),
        *(line((place + CRISP, SIDE + CRISP), 0, 5) for place, _ in places),
        *(text(place + CRISP, SIDE + 16.5, said, "middle") for place, said in places if place),
        *(text(-5.5, SIDE - place + 4, said, "end") for place, said in places),
        text(SIDE / 2, SIDE + 31.5, words.t("chart.calibration_x"), "middle"),
        text(4, 10, words.t("chart.calibration_y")),
    ]


def _group(row: dict[str, Any], scale: float) -> list[str]:
    x, y = scale * row["predicted"], SIDE - scale * row["observed"]
    marks = [symbol(x, y, CIRCLE, fill=ACCENT, stroke="var(--card)", stroke_width=1)]
    if row["observed_low"] is not None and row["observed_high"] is not None:
        top = SIDE - scale * min(row["observed_high"], SIDE / scale)
        marks.insert(0, line((x, top), 0, SIDE - scale * row["observed_low"] - top, ACCENT, 1.4))
    name = row["risk_group"]
    # a long name (eMP+eHb+plasma_cells) of a group far to the right has its room on the left
    right, left = SIDE + RIGHT - x - BESIDE, LEFT + x - BESIDE
    if width_of(name, TEXT) <= right or right >= left:
        return [*marks, text(x + BESIDE, y + 4, shortened(name, right, TEXT), bold=True)]
    return [*marks, text(x - BESIDE, y + 4, shortened(name, left, TEXT), "end", bold=True)]


def _group_in_words(row: dict[str, Any], words: Words) -> str:
    return words.t(
        "chart.calibration_group",
        group=row["risk_group"],
        predicted=words.share(row["predicted"]),
        observed=words.share(row["observed"]),
        interval=words.interval_of_shares(row["observed_low"], row["observed_high"]),
    )
