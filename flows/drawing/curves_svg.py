"""A Kaplan-Meier plot: steps, bands, censor marks, numbers at risk below, and the rule that the reader moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

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


def plot(curve: pl.DataFrame, strata: list[Stratum], end: int, month: int | None, words: Words) -> Drawing:
    """The curves of these strata up to month `end`, with the rule at `month`, if one is to be read off."""
    drawn = Drawing(LEFT + WIDTH + RIGHT, TOP + AT_RISK + ROW * len(strata) + BOTTOM, LEFT, TOP)
    known = [stratum.code for stratum in strata if stratum.is_known or len(strata) == 1]
    curves = curve.sort("stratum", "day").rename({"survival": "value"})
    figure = geometry(curves, end, STEPS, known if len(known) <= MOST_BANDS else ())
    drawn.add(*_axes(figure, words), *_bands(figure, strata))
    if month is not None:
        drawn.add(line((WIDTH * month / end, 0), 0, HEIGHT, RULE, 1.5))
    drawn.add(*_steps(figure, strata), *_censored(figure, strata), *_at_risk_rows(figure, strata, words))
    return drawn


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


def _axes(figure: Geometry, words: Words) -> list[str]:
    shares = [(HEIGHT * (1 - quarter / 4), f"{25 * quarter}\u202f%") for quarter in range(5)]
    months = [(WIDTH * month / figure.end, str(month)) for month in figure.months]
    return [
        *(line((CRISP, y + CRISP), WIDTH, 0) for y, _ in shares),
        *(line((x + CRISP, HEIGHT + CRISP), 0, 5) for x, _ in months),
        *(text(x + CRISP, HEIGHT + 16.5, said, "middle") for x, said in months),
        text(WIDTH / 2 + CRISP, HEIGHT + 31.5, words.t("chart.months"), "middle"),
        *(text(-5.5, y + 4.5, said, "end") for y, said in shares),
    ]


def _steps(figure: Geometry, strata: list[Stratum]) -> list[str]:
    """One line per stratum, with a gap where nothing is shown."""
    placed = _placed(figure.steps, figure.end).with_columns(run=pl.col("y").is_null().rle_id().over("stratum"))
    runs: dict[str, list[Points]] = {stratum.code: [] for stratum in strata}
    for (of, _), run in _parts(placed.drop_nulls("y"), "stratum", "run"):
        runs.get(of, []).append(_corners(run, "y", figure))
    return [stroke(runs[stratum.code], stratum.fill, 2, stratum.dash) for stratum in strata]


def _bands(figure: Geometry, strata: list[Stratum]) -> list[str]:
    fills = {stratum.code: stratum.fill for stratum in strata}
    outlines = {
        of: [*_corners(rows, "low", figure), *reversed(_corners(rows, "high", figure))]
        for (of,), rows in _parts(_placed(figure.bands, figure.end), "stratum")
    }
    return [area(outlines[of], fills[of], BAND) for of in fills if of in outlines]


def _parts(rows: pl.DataFrame, *by: str) -> Iterable[tuple[tuple[str, ...], pl.DataFrame]]:
    return rows.partition_by(*by, as_dict=True, maintain_order=True).items()


def _corners(rows: pl.DataFrame, y: str, figure: Geometry) -> Points:
    points = list(zip(rows["x"].to_list(), rows[y].to_list(), strict=True))
    return stepped(points) if figure.shape == "step-after" else points


def _censored(figure: Geometry, strata: list[Stratum]) -> list[str]:
    fills = {stratum.code: stratum.fill for stratum in strata}
    marked = _placed(figure.marks, figure.end).select("stratum", "x", "y").rows()
    return [line((x, y - 4), 0, 8, fills[of]) for of, x, y in marked if of in fills]


def _at_risk_rows(figure: Geometry, strata: list[Stratum], words: Words) -> list[str]:
    base = {stratum.code: AT_RISK + ROW * place + 13 for place, stratum in enumerate(strata)}
    numbers = [row for row in figure.at_risk.sort("month", "stratum").rows() if row[0] in base]
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
            text(WIDTH * month / figure.end, base[of], words.count(n), "middle")
            for of, month, n in numbers
            if of in base
        ),
    ]
