"""The first autologous transplant before each progression, and how long the response to it lasted."""

from __future__ import annotations

import polars as pl


def first_transplant(relapses: pl.LazyFrame, treatments: pl.LazyFrame, given: pl.LazyFrame) -> pl.LazyFrame:
    """One row per progression: `had_transplant` before it (null: a treatment may have been one), its date
    where there was one, and the first progression after it.
    """
    grafts = treatments.filter(pl.col("phase") == "autologous_transplant").group_by("patient_id")
    progression, transplanted = pl.col("progression_date"), pl.col("transplanted_on")
    rows = (
        relapses.select("patient_id", "line", "progression_date")
        .join(grafts.agg(transplanted_on=pl.col("start_date").min()), on="patient_id", how="left")
        .join(_may_be_transplants(given), on="patient_id", how="left")
    )
    first_after = progression.filter(progression > transplanted).min().over("patient_id")
    had_one = (transplanted < progression).fill_null(value=False)
    may_have = (pl.col("may_be_transplanted_on") < progression).fill_null(value=False)
    return rows.with_columns(
        progressed_after_transplant_on=first_after,
        had_transplant=pl.when(had_one).then(True).when(~may_have).then(False),
        transplanted_on=pl.when(had_one).then(transplanted),
    ).drop("may_be_transplanted_on")


def _may_be_transplants(given: pl.LazyFrame) -> pl.LazyFrame:
    """The first treatment of each patient that names a transplant among its drugs, or has no phase and names no drug, or
    melphalan alone.
    """
    drug = pl.col("drug")
    names_one = (drug == "autologous_transplant").any()
    return (
        given.group_by("patient_id", "line", "phase", "start_date", "last_dose_on")
        .agg(may_be=names_one | (drug.fill_null("melphalan") == "melphalan").all() & pl.col("phase").is_null().first())
        .filter("may_be")
        .group_by("patient_id")
        .agg(may_be_transplanted_on=pl.col("start_date").min())
    )
