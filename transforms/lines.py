"""Lines of therapy, and the line that a date belongs to (V.line)."""

from __future__ import annotations

import polars as pl

from transforms.nearest import join_nearest

RADIOTHERAPY = "radiotherapy"  # a phase that gives no drug


def lines(treatments: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient and line: start, end (null where a treatment's end is not recorded; radiotherapy's does not
    count beside drugs), next start, drugs.

    Lines follow each other by start date, then by number; `next_line_start` is null for the last.
    """
    is_drug = gives_drugs()
    end = pl.col("end_date").filter(is_drug | ~is_drug.any())
    names = pl.col("drugs").str.split(";").list.eval(pl.element().str.strip_chars()).explode()
    return (
        treatments.group_by("patient_id", "line")
        .agg(
            start_date=pl.col("start_date").min(),
            end_date=pl.when(end.is_not_null().all()).then(end.max()),
            drugs=names.drop_nulls().unique().sort().str.join(";"),
        )
        .with_columns(pl.col("drugs").replace("", None))
        .sort("patient_id", "start_date", "line")
        .with_columns(next_line_start=pl.col("start_date").shift(-1).over("patient_id"))
    )


def gives_drugs() -> pl.Expr:
    """Whether a treatment is one of drugs, or may be: any but radiotherapy."""
    return (pl.col("phase") != RADIOTHERAPY).fill_null(value=True)


def line_starts(patients: pl.LazyFrame, lines_: pl.LazyFrame) -> pl.LazyFrame:
    """Each line's start as `on_date`; of a patient without any line the diagnosis, with `line` null."""
    starts = lines_.select("patient_id", "line", on_date="start_date")
    untreated = patients.join(lines_, on="patient_id", how="anti")
    return pl.concat([starts, untreated.select("patient_id", on_date="diagnosis_date")], how="diagonal")


def with_line(rows: pl.LazyFrame, lines_: pl.LazyFrame, date: str) -> pl.LazyFrame:
    """Rows with the `line` whose start is the latest strictly before the date; null up to the first line's start."""
    starts = lines_.select("patient_id", "line", "start_date").sort("line")
    return join_nearest(rows, starts, date, "start_date", allow_exact_matches=False)
