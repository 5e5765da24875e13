"""Assessments gathered into visits, and the result of every test at each visit (V.visit)."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from transforms.history import with_latest_marrow
from transforms.lines import with_line
from transforms.nearest import join_nearest_on_either_side
from transforms.results import JOINING, LOST, SIGNS_OF_IMAGING
from transforms.wide import figure_columns, wide

VISIT = ["patient_id", "line", "visit_date"]
COLUMNS = {
    **figure_columns(),
    "calcium_attributed": ("calcium", "positive"),
    "serum_immunofixation_positive": ("serum_immunofixation", "positive"),
    "urine_immunofixation_positive": ("urine_immunofixation", "positive"),
    **{name: (name, "positive") for name in (*SIGNS_OF_IMAGING, *LOST)},
    **{f"{sign}_on": (sign, "date") for sign in SIGNS_OF_IMAGING},
    **{f"{sign}_lost_on": (f"{sign}_lost", "date") for sign in SIGNS_OF_IMAGING},
}


def visits(dates: pl.LazyFrame, results: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Visits of every line, with their values and those of their line's baseline, sorted by line and date.

    One row is one visit after a line's start. `lines` are those of `baselines`. Units are in the columns' names; a null
    value was not measured.
    """
    dated = visit_dates(dates, lines, edition)
    by_test = results_by_visit(results, dated, lines, edition)
    each_visit = dated.filter(pl.col("line").is_not_null()).select(VISIT).unique()
    return (
        with_latest_marrow(each_visit, results, lines, edition)
        .join(wide(by_test, VISIT, COLUMNS), on=VISIT, how="left")
        .join(lines, on=["patient_id", "line"], how="left")
        .sort(VISIT)
    )


def visit_dates(dates: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Which visit each assessment date belongs to: one row per patient and date, with line and `visit_date`.

    `line` is null up to the first line's start. A chain of dates longer than the rule allows falls apart.
    """
    rule = edition["V.visit"]
    gap = (pl.col("date") - pl.col("date").shift()).dt.total_days()
    starts_visit = (gap > rule.max_gap_days) | pl.struct("patient_id", "line").ne_missing(
        pl.struct("patient_id", "line").shift()
    )
    first, last = pl.col("date").min().over("visit"), pl.col("date").max().over("visit")
    is_one_visit = (last - first).dt.total_days() <= rule.max_span_days
    return (
        with_line(dates, lines, "date")
        .select("patient_id", "line", "date")
        .sort("patient_id", "date")
        .with_columns(visit=starts_visit.cum_sum())
        .select("patient_id", "line", "date", visit_date=pl.when(is_one_visit).then(first).otherwise("date"))
    )


def results_by_visit(results: pl.LazyFrame, dates: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """The result of each test that counts at each visit: the latest date's. One row per visit of a line and test."""
    keys = ["patient_id", "date"]
    joining = pl.col("test").is_in(JOINING)
    of_assessments = results.filter(~joining).join(dates, on=keys)
    joined = _nearest_visit(results.filter(joining), dates, lines, edition)
    return (
        pl.concat([of_assessments, joined])
        .filter(pl.col("line").is_not_null())
        .sort("date")
        .unique([*VISIT, "test"], keep="last")
    )


def _nearest_visit(results: pl.LazyFrame, dates: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Results that make no visit, with the visit of the nearest assessment of the same line; those too far are left
    out.
    """
    rows = with_line(results, lines, "date").drop("start_date").filter(pl.col("line").is_not_null())
    assessed = dates.select("patient_id", "visit_date", "line", assessed_on="date")
    within_days = edition["V.visit"].joins_within_days
    return (
        join_nearest_on_either_side(rows, assessed, "date", "assessed_on", within_days=within_days, alike=["line"])
        .filter(pl.col("visit_date").is_not_null())
        .select(*results.collect_schema().names(), "line", "visit_date")
    )
