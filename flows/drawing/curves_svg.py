"""A Kaplan-Meier plot: steps, bands, censor marks, numbers at risk below, and the rule that the reader moves."""

from __future__ import annotations

import polars as pl

from flows.drawing.curves import MARKS, at_risk, shape, thinned, ticks
from flows.drawing.marks import CRISP, TEXT, Drawing, Points, area, line, shortened, stepped, stroke, text
from flows.drawing.strata import Stratum
from flows.drawing.words import Words
from transforms.survival import DAYS_PER_MONTH

WIDTH, HEIGHT, ROW = 470, 260, 18
# Room for a stratum's name: all plots of a panel have one place and one length.
LABELS = 128
LEFT, TOP, RIGHT, BOTTOM = 133, 11, 16, 5
# The first row of numbers at risk, below the axis and its title; and what stands between a name and its numbers.
AT_RISK, BESIDE = 320, 27
STEPS = 300
BAND = 0.15
# More bands than these lie over one another and say nothing; the table has every interval.
MOST_BANDS = 4
RULE = "var(--rule)"


def plot(curve: pl.DataFrame, strata: list[Stratum], end: int, month: int, words: Words) -> Drawing:
    """The curves of these strata up to month `end`, with the rule at `month`."""
    drawn = Drawing(LEFT + WIDTH + RIGHT, TOP + AT_RISK + ROW * len(strata) + BOTTOM, LEFT, TOP)
    placed = curve.sort("stratum", "day").with_columns(
        x=pl.col("day") * (WIDTH / DAYS_PER_MONTH / end),
        **{name: HEIGHT * (1 - pl.col(of)) for name, of in (("y", "survival"), ("low", "ci_low"), ("high", "ci_high"))},
    )
    told = [stratum for stratum in strata if stratum.is_told or len(strata) == 1]
    drawn.add(*_axes(end, words))
    if len(told) <= MOST_BANDS:
        drawn.add(*_bands(placed, told))
    drawn.add(line((WIDTH * month / end, 0), 0, HEIGHT, RULE, 1.5))
    drawn.add(*_steps(placed, strata), *_censored(placed, strata), *_at_risk_rows(curve, strata, end, words))
    return drawn


def _axes(end: int, words: Words) -> list[str]:
    shares = [(HEIGHT * (1 - quarter / 4), f"{25 * quarter}\u202f%") for quarter in range(5)]
    months = [(WIDTH * month / end, str(month)) for month in ticks(end)]
    return [
        *(line((CRISP, y + CRISP), WIDTH, 0) for y, _ in shares),
        *(line((x + CRISP, HEIGHT + CRISP), 0, 5) for x, _ in months),
        *(text(x + CRISP, HEIGHT + 16.5, said, "middle") for x, said in months),
        text(WIDTH / 2 + CRISP, HEIGHT + 31.5, words.t("chart.months"), "middle"),
        *(text(-5.5, y + 4.5, said, "end") for y, said in shares),
    ]


def _steps(placed: pl.DataFrame, strata: list[Stratum]) -> list[str]:
    """A line a stratum, with a gap where nothing is told."""
    steps = thinned(placed, STEPS)
    drawn = []
    for stratum in strata:
        rows = steps.filter(stratum=stratum.code).with_columns(run=pl.col("y").is_null().rle_id())
        runs = [_corners(run, "y") for run in rows.drop_nulls("y").partition_by("run", maintain_order=True)]
        drawn.append(stroke(runs, stratum.fill, 2, stratum.dash))
    return drawn


def _bands(placed: pl.DataFrame, strata: list[Stratum]) -> list[str]:
    limits = placed.filter(pl.col("stratum").is_in([stratum.code for stratum in strata])).drop_nulls(["low", "high"])
    limits = thinned(limits, STEPS) if limits.height else limits
    drawn = []
    for stratum in strata:
        rows = limits.filter(stratum=stratum.code)
        outline = [*_corners(rows, "low"), *reversed(_corners(rows, "high"))]
        drawn += [area(outline, stratum.fill, BAND)] if outline else []
    return drawn


def _corners(rows: pl.DataFrame, y: str) -> Points:
    points = rows.select("x", y).rows()
    return stepped(points) if shape(rows) == "step-after" else points


def _censored(placed: pl.DataFrame, strata: list[Stratum]) -> list[str]:
    fills = {stratum.code: stratum.fill for stratum in strata}
    found = placed.filter(pl.col("censored") > 0, pl.col("y").is_not_null())
    marked = thinned(found, MARKS) if found.height else found
    return [line((x, y - 4), 0, 8, fills[of]) for of, x, y in marked.select("stratum", "x", "y").rows() if of in fills]


def _at_risk_rows(curve: pl.DataFrame, strata: list[Stratum], end: int, words: Words) -> list[str]:
    base = {stratum.code: AT_RISK + ROW * place + 13 for place, stratum in enumerate(strata)}
    numbers = at_risk(curve, ticks(end)).sort("month", "stratum").select("stratum", "month", "at_risk").rows()
    return [
        text(-LABELS, AT_RISK - 9, words.t("chart.at_risk")),
        *(
            text(
                CRISP - BESIDE,
                base[stratum.code] + CRISP,
                shortened(stratum.name, LABELS - BESIDE, TEXT),
                "end",
                bold=True,
                fill=stratum.fill,
            )
            for stratum in strata
        ),
        *(text(WIDTH * month / end, base[of], words.count(n), "middle") for of, month, n in numbers if of in base),
    ]
