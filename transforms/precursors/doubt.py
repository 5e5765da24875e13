"""What may have ended a precursor's course, and can't be determined as a record of it could not be read."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from rules.criterion import Edition
from rules.verdict import bit, mask_where
from transforms.diagnosis.looked_for import Tables
from transforms.lines import gives_drugs
from transforms.lost import refused
from transforms.precursors.candidates import COURSE

# What shows a progression that would still be there when it is looked for again.
LASTING = ("bone_imaging", "mri", "marrow", "biopsy_proven_plasmacytoma", "al_amyloidosis")
# What may have been due to it, or not, on the day.
ATTRIBUTIONS = ("calcium", "creatinine", "creatinine_clearance", "hemoglobin")


def in_doubt_of(
    candidates: pl.LazyFrame, judged: pl.LazyFrame, refused_row: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """One row per patient and precursor: `in_doubt` masks what may have shown a progression and could not be read.

    A lesion that was not read is no doubt any more where it was looked for again and was not there. `judged` are the
    dates asked about, with what the clause of progression `waits_for` on each, and what was `lost` near it.
    """
    tests = (*LASTING, *(f"{analyte}_attribution" for analyte in ATTRIBUTIONS))
    waits = {test: (pl.col("waits_for") & bit(test)) != 0 for test in tests}
    is_lost = {test: (pl.col("lost") & bit(test)) != 0 for test in tests}
    still = {
        test: waits[test].cast(pl.Int8).cum_min(reverse=True).over(COURSE, order_by="on_date") == 1 for test in LASTING
    }
    in_doubt = {test: waits[test] & is_lost[test] & still.get(test, pl.lit(value=True)) for test in tests}
    of_tests = (
        judged.select(*COURSE, *(found.alias(test) for test, found in in_doubt.items()))
        .group_by(COURSE)
        .agg(pl.col(test).any() for test in tests)
        .select(*COURSE, in_doubt=reduce(or_, (mask_where(pl.col(test), test) for test in tests)))
    )
    return (
        pl.concat([of_tests, _lost_progressions(candidates, refused_row, edition)])
        .group_by(COURSE)
        .agg(pl.col("in_doubt").bitwise_or())
    )


def _lost_progressions(candidates: pl.LazyFrame, refused_row: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Refused assessments that may have recorded a progression, up to the first treatment (where that ends the
    course).
    """
    on, until = pl.col("dated_on"), pl.col("treated_on")
    is_in_time = (on >= pl.col("on_date")).fill_null(value=True)
    if edition["SMM.progression"].treatment == "censors":
        is_in_time = is_in_time & (on <= until).fill_null(value=True)
    return (
        refused(refused_row, "assessments", ["PD"])
        .join(candidates.select(*COURSE, "on_date", "treated_on"), on="patient_id")
        .filter(is_in_time)
        .select(*COURSE, in_doubt=mask_where(pl.lit(value=True), "assessment"))
        .unique()
    )


def may_be_treated_on(candidates: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """One row per patient whose refused treatment may have been the first, with the earliest day that it may be of
    as `may_be_treated_on`.
    """
    first = tables["treatments"].filter(gives_drugs()).group_by("patient_id").agg(first_line=pl.col("line").min())
    is_first = (pl.col("line") <= pl.col("first_line")).fill_null(value=True)
    return (
        refused(tables["refused_row"], "treatments")
        .join(first, on="patient_id", how="left")
        .filter(is_first)
        .join(candidates.select("patient_id", "on_date", "treated_on").unique(), on="patient_id")
        .with_columns(begun_on=pl.coalesce("dated_on", "on_date"))
        .filter((pl.col("begun_on") < pl.col("treated_on")).fill_null(value=True))
        .group_by("patient_id")
        .agg(may_be_treated_on=pl.col("begun_on").min())
    )
