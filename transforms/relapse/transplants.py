"""Autologous transplants, and of each progression the first before it and how long the response to it lasted."""

from __future__ import annotations

import polars as pl

from transforms.lost import EARLIEST, is_lost

TRANSPLANT = ["patient_id", "line", "transplanted_on", "is_certain"]
PHASE = "autologous_transplant"


def transplants(treatments: pl.LazyFrame, given: pl.LazyFrame) -> pl.LazyFrame:
    """One row per patient, line and day of an autologous transplant, or (`is_certain` false) of a treatment that may
    have been one: it names one among its drugs, or has no phase, and names no drug or melphalan alone, or what would
    tell could not be read, or all of it was refused (null day: not known). `given` is `given_drugs`.
    """
    is_one, is_unread = pl.col("phase") == PHASE, is_lost("phase") | (pl.col("phase").is_null() & is_lost("drugs"))
    by_phase = treatments.filter(is_one | is_unread).select(
        "patient_id", pl.col("line").cast(pl.Int64), "start_date", is_certain=is_one.fill_null(value=False)
    )
    drug = pl.col("drug")
    names_one = (drug == PHASE).any()
    only_melphalan = (drug.fill_null("melphalan") == "melphalan").all() | pl.col("is_refused").any()
    is_of_no_phase = pl.col("phase").is_null().first()
    possible = (
        given.group_by("patient_id", "line", "phase", "start_date", "last_dose_on")
        .agg(may_be=names_one | (is_of_no_phase & only_melphalan) | (pl.col("phase") == PHASE).first())
        .filter("may_be")
        .select("patient_id", "line", "start_date", is_certain=False)
    )
    return (
        pl.concat([by_phase, possible])
        .group_by("patient_id", "line", transplanted_on="start_date")
        .agg(pl.col("is_certain").any())
        .select(TRANSPLANT)
    )


def first_transplant(relapses: pl.LazyFrame, grafts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per progression: `had_transplant` before it (null: a treatment may have been one), its date where there
    was one, and the first progression after it. `grafts` are `transplants`.
    """
    progression, transplanted = pl.col("progression_date"), pl.col("transplanted_on")
    first = {
        "transplanted_on": transplanted.filter("is_certain").min(),
        "may_be_transplanted_on": transplanted.fill_null(EARLIEST).filter(~pl.col("is_certain")).min(),
    }
    rows = relapses.select("patient_id", "line", "progression_date").join(
        grafts.group_by("patient_id").agg(**first), on="patient_id", how="left"
    )
    first_after = progression.filter(progression > transplanted).min().over("patient_id")
    had_one = (transplanted < progression).fill_null(value=False)
    may_have = (pl.col("may_be_transplanted_on") < progression).fill_null(value=False)
    return rows.with_columns(
        progressed_after_transplant_on=first_after,
        had_transplant=pl.when(had_one).then(True).when(~may_have).then(False),
        transplanted_on=pl.when(had_one).then(transplanted),
    ).drop("may_be_transplanted_on")
