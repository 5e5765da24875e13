"""What a figure of curves consists of, whoever draws it: steps, bands, censor marks and the numbers at risk below.

Curves are rows of a day on which something changes: stratum, day, at_risk, value, ci_low, ci_high (shares; null: no
interval), and censored where censorings are to be marked. flows/drawing/curves_svg.py draws them for a page, by the
dozen, and flows/drawing/curves_altair.py for a journal; neither works anything out again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from flows.drawing.curve_values import at_risk, shape, thinned, ticks
from transforms.survival import DAYS_PER_MONTH

MARKS = 120  # of censored patients


@dataclass(frozen=True)
class Geometry:
    """`steps`, `bands` and `marks` are rows of the curves, with their month; no more of them than can be seen.

    `end`: the last month of the axis; `months`: those to label; `shape`: how a curve goes on from row to row;
    `at_risk`: stratum, month, at_risk for each month labelled.
    """

    end: int
    months: list[int]
    shape: Literal["linear", "step-after"]
    steps: pl.DataFrame
    bands: pl.DataFrame
    marks: pl.DataFrame
    at_risk: pl.DataFrame


def geometry(curves: pl.DataFrame, end: int, steps: int, banded: Collection[Any], of: str | None = None) -> Geometry:
    """The figure of curves up to month `end`, in so many steps; `banded`: the strata whose intervals are shown.

    With `of`, a column, the figures of all its values at once, each with the steps that it has alone.
    """
    curves = curves.with_columns(month=pl.col("day") / DAYS_PER_MONTH)
    limits = curves.filter(pl.col("stratum").is_in(banded)).drop_nulls(["ci_low", "ci_high"])
    has_marks = "censored" in curves.columns
    marks = curves.filter(pl.col("censored") > 0, pl.col("value").is_not_null()) if has_marks else curves.clear()
    return Geometry(
        end,
        ticks(end),
        shape(curves),
        thinned(curves, steps, of),
        thinned(limits, steps, of),
        thinned(marks, MARKS, of),
        at_risk(curves, ticks(end)).select("stratum", "month", "at_risk"),
    )
