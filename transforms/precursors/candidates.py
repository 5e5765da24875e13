"""Who has a precursor: MGUS or smouldering myeloma, recorded or derived."""

from __future__ import annotations

import polars as pl

from rules.clauses.diagnosis import is_diagnosed

PRECURSORS = ("MGUS", "SMM")


def precursors(diagnosed: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient and precursor, with the day of diagnosis as `on_date` and `first_line_start` (null: none).

    `diagnosed` has `diagnosis_date` and the diagnosis as `recorded` and as `derived`. Where these differ a patient can
    have both.
    """
    first_line = lines.group_by("patient_id").agg(first_line_start=pl.col("start_date").min())
    about = diagnosed.select("patient_id", "recorded", "derived", on_date="diagnosis_date")
    return (
        pl.concat([about.filter(is_diagnosed(name).truth).with_columns(precursor=pl.lit(name)) for name in PRECURSORS])
        .join(first_line, on="patient_id", how="left")
        .select("patient_id", "precursor", "on_date", "first_line_start", "recorded")
    )
