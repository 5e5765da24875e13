"""A Kaplan-Meier plot: steps, bands, censor marks, numbers at risk below, and the rule that the reader moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from flows.drawing.curve_values import ticks
from flows.drawing.geometry import Geometry, geometry
from flows.drawing.marks import CRISP, TEXT, Drawing, Points, area, line, shortened, stepped, stroke, symbol, text
from flows.drawing.strata_looks import Stratum
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
DIAMOND = "M0,-5L5,0L0,5L-5,0Z"


@dataclass
class Curve:
    """A curve in pixels: what is drawn of it, its band if it has one, its censor marks, and by month who is at risk."""

    runs: list[Points] = field(default_factory=list)
    band: Points = ()
    censored: list[tuple[float, float]] = field(default_factory=list)
    at_risk: dict[int, int] = field(default_factory=dict)


def plot(curve: pl.DataFrame, strata: list[Stratum], end: int, month: int | None, words: Words) -> Drawing:
    """The curves of these strata up to month `end`, with the rule at `month`, if one is to be read off."""
    return drawn(in_pixels(curve, end, banded(strata)), strata, end, month, words)


def banded(strata: list[Stratum]) -> list[str]:
    """The strata whose intervals are drawn."""
    known = [stratum.code for stratum in strata if stratum.is_known or len(strata) == 1]
    return known if len(known) <= MOST_BANDS else []


def in_pixels(
    curves: pl.DataFrame, end: int, banded: Collection[Any], of: str | None = None
) -> defaultdict[Any, Curve]:
    """By stratum its curve up to month `end`, as `geometry` has it: all in one go, as a page has dozens of figures."""
    figure = geometry(curves.sort("stratum", "day").rename({"survival": "value"}), end, STEPS, banded, of)
    found: defaultdict[Any, Curve] = defaultdict(Curve)
    placed = _placed(figure.steps, end).with_columns(run=pl.col("y").is_null().rle_id().over("stratum"))
    for (stratum, _), run in _parts(placed.drop_nulls("y"), "stratum", "run"):
        found[stratum].runs.append(_corners(run, "y", figure))
    for (stratum,), rows in _parts(_placed(figure.bands, end), "stratum"):
        found[stratum].band = [*_corners(rows, "low", figure), *reversed(_corners(rows, "high", figure))]
    for stratum, *point in _placed(figure.marks, end).select("stratum", "x", "y").rows():
        found[stratum].censored.append(tuple(point))
    for stratum, month, number in figure.at_risk.rows():
        found[stratum].at_risk[month] = number
    return found


def drawn(curves: Mapping[str, Curve], strata: list[Stratum], end: int, month: int | None, words: Words) -> Drawing:
    """As `plot`, of curves that are there in pixels."""
    drawing = Drawing(LEFT + WIDTH + RIGHT, TOP + AT_RISK + ROW * len(strata) + BOTTOM, LEFT, TOP)
    by_code = sorted(strata, key=lambda stratum: stratum.code)
    drawing.add(*_axes(end, words))
    drawing.add(*(area(band, stratum.fill, BAND) for stratum in strata if (band := curves[stratum.code].band)))
    if month is not None:
        drawing.add(line((WIDTH * month / end, 0), 0, HEIGHT, RULE, 1.5))
    drawing.add(*(stroke(curves[stratum.code].runs, stratum.fill, 2, stratum.dash) for stratum in strata))
    drawing.add(*(line((x, y - 4), 0, 8, of.fill) for of in by_code for x, y in curves[of.code].censored))
    drawing.add(*_at_risk_rows(curves, strata, by_code, end, words))
    return drawing


def published_medians(medians: Mapping[str, float], strata: list[Stratum], end: int) -> list[str]:
    """A diamond at one half for each stratum's median, in months, that others have published; none beyond the axis."""
    return [
        symbol(WIDTH * month / end, HEIGHT / 2, DIAMOND, stroke=stratum.fill, stroke_width=1.5)
        for stratum in strata
        if (month := medians.get(stratum.code)) is not None and month <= end
    ]


def _placed(rows: pl.DataFrame, end: int) -> pl.DataFrame:
    return rows.with_columns(
        x=pl.col("day") * (WIDTH / DAYS_PER_MONTH / end),
        **{name: HEIGHT * (1 - pl.col(of)) for name, of in (("y", "value"), ("low", "ci_low"), ("high", "ci_high"))},
    )


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


def _parts(rows: pl.DataFrame, *by: str) -> Iterable[tuple[tuple[Any, ...], pl.DataFrame]]:
    return rows.partition_by(*by, as_dict=True, maintain_order=True).items()


def _corners(rows: pl.DataFrame, y: str, figure: Geometry) -> Points:
    points = list(zip(rows["x"].to_list(), rows[y].to_list(), strict=True))
    return stepped(points) if figure.shape == "step-after" else points


def _at_risk_rows(
    curves: Mapping[str, Curve], strata: list[Stratum], by_code: list[Stratum], end: int, words: Words
) -> list[str]:
    base = {stratum.code: AT_RISK + ROW * place + 13 for place, stratum in enumerate(strata)}
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
        *(
            text(WIDTH * month / end, base[of.code], words.count(curves[of.code].at_risk[month]), "middle")
            for month in ticks(end)
            for of in by_code
            if month in curves[of.code].at_risk
        ),
    ]
