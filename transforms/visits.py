"""Assessments gathered into visits, and the result of every test at each visit (V.visit)."""

from __future__ import annotations

from typing import Any

import polars as pl

from rules.criterion import Edition
from rules.quantities import quantities
from transforms.asof import Side, join_nearest
from transforms.lines import with_line
from transforms.results import JOINING

VISIT = ["patient_id", "line", "visit_date"]


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
    within = edition["V.visit"].joins_within_days
    rows = with_line(results, lines, "date").drop("start_date").filter(pl.col("line").is_not_null())
    sides: tuple[Side, Side] = ("backward", "forward")
    for strategy in sides:
        found = dates.select(
            "patient_id",
            pl.col("visit_date").alias(f"visit_date_{strategy}"),
            pl.col("date").alias(f"assessed_on_{strategy}"),
            pl.col("line").alias(f"line_assessed_{strategy}"),
        )
        rows = join_nearest(rows, found, "date", f"assessed_on_{strategy}", strategy=strategy, within_days=within)
        is_of_line = pl.col(f"line_assessed_{strategy}") == pl.col("line")
        found_here = [f"visit_date_{strategy}", f"assessed_on_{strategy}"]
        rows = rows.with_columns(pl.when(is_of_line).then(name).alias(name) for name in found_here)
    before = pl.col("date") - pl.col("assessed_on_backward")
    after = pl.col("assessed_on_forward") - pl.col("date")
    is_nearer_before = (before <= after).fill_null(pl.col("assessed_on_backward").is_not_null())
    visit_date = pl.when(is_nearer_before).then("visit_date_backward").otherwise("visit_date_forward")
    return (
        rows.with_columns(visit_date=visit_date)
        .filter(pl.col("visit_date").is_not_null())
        .select(*results.collect_schema().names(), "line", "visit_date")
    )


def wide(rows: pl.LazyFrame, key: list[str], columns: dict[str, tuple[str, str]]) -> pl.LazyFrame:
    """One row per key, with a column for each (test, field) named; null where the test was not done."""

    def cell(test: str, field: str) -> pl.Expr:
        return pl.when(pl.col("test") == test).then(pl.col(field)).max()

    return rows.group_by(key).agg(cell(*source).alias(name) for name, source in columns.items())


def figure_columns(when: str = "", **of: Any) -> dict[str, tuple[str, str]]:
    """The columns for `wide` of the figures that make visits or join them: value, upper bound, and value as a nadir."""
    fields = {"": "low", "_max": "high", "_as_nadir": "nadir"}
    measured = [q for q in quantities(**of) if q.visit]
    return {f"{q.at(when)}{part}": (q.name, field) for q in measured for part, field in fields.items()}
