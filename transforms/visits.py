"""Assessments gathered into visits, and the result of every test at each visit (V.visit)."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from transforms.history import with_latest_marrow
from transforms.lines import with_line
from transforms.nearest import join_nearest_on_either_side, patient_and_day
from transforms.results import JOINING, LOST, SIGNS_OF_IMAGING
from transforms.wide import figure_columns, placed

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
    dated = visit_dates(dates, lines, edition).collect().lazy()
    by_test = results_by_visit(results, dated, lines, edition)
    of_line = dated.filter(pl.col("line").is_not_null())
    places = of_line.select(VISIT).unique().sort(VISIT).with_row_index("place").collect().lazy()
    known = with_latest_marrow(places, results, lines, edition).sort("place").drop("place").collect()
    place_of = places.select("place", visit=patient_and_day(places, "visit_date"))
    of_visits = by_test.with_columns(visit=patient_and_day(by_test, "visit_date"))
    found = of_visits.join(place_of, on="visit", maintain_order="left").collect()
    values = placed(found, "place", known.height, COLUMNS)
    return known.hstack(values).lazy().join(lines, on=["patient_id", "line"], how="left", maintain_order="left")


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
    """The results of each visit of a line, with its line and date: of several of one test the last row, which is the
    latest date's, counts.
    """
    joining = pl.col("test").is_in(JOINING)
    day = "patient_and_day"
    of_dates = dates.filter(pl.col("line").is_not_null()).select(
        "line", "visit_date", patient_and_day(dates, "date").alias(day)
    )
    of_assessments = (
        results.filter(~joining).with_columns(patient_and_day(results, "date").alias(day)).join(of_dates, on=day)
    )
    joined = _nearest_visit(results.filter(joining), dates, lines, edition)
    return pl.concat([of_assessments.drop(day), joined]).sort("date")


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
