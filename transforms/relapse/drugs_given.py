"""Each drug of each treatment, with its class, and whether the patient progressed on it (RR.refractory)."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from rules.intake.drugs import classes
from rules.verdict import missing_column
from transforms.drugs import with_each_drug
from transforms.judging import decided
from transforms.nearest import join_nearest

GIVEN_DRUG = [
    "patient_id",
    "line",
    "phase",
    "drug",
    "class",
    "start_date",
    "last_dose_on",
    "progressed",
    "progressed_on",
]
NAMES_NO_DRUG = ["autologous_transplant", "allogeneic_transplant", "car_t"]  # such a row without a name gave none
MISSING = missing_column("RR.refractory")


def given_drugs(treatments: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per exposure (patient, line, phase, drug and dates): `GIVEN_DRUG`, the tests that an unknown `progressed`
    waits for, and `is_unread`: a name that the vocabulary does not know.

    `drug` and `class` are null where the row names none, although its phase is one of drugs, or a name is not known;
    `last_dose_on` where the row has no end. `lines` have their progression.
    """
    progressions = lines.filter(pl.col("progression_date").is_not_null()).select(
        "patient_id", first_progression="progression_date"
    )
    # a progression on the day the drug began is the last look at what came before
    rows = join_nearest(
        _each_drug(treatments),
        progressions,
        "start_date",
        "first_progression",
        strategy="forward",
        allow_exact_matches=False,
    )
    of_line = lines.select("patient_id", pl.col("line").cast(pl.Int64), "next_line_start", "progression_source")
    rows = rows.join(of_line, on=["patient_id", "line"], how="left").with_columns(
        progression_days=_days_to("first_progression"),
        last_dose_days=_days_to("last_dose_on").clip(0),
        next_line_days=_days_to("next_line_start"),
        course_is_known=pl.col("progression_source").is_not_null(),
    )
    return decided(rows, ["RR.refractory"], edition).select(
        *GIVEN_DRUG[:-2],
        pl.col("RR.refractory").alias("progressed"),
        pl.when("RR.refractory").then("first_progression").alias("progressed_on"),
        MISSING,
        "is_unread",
    )


def _each_drug(treatments: pl.LazyFrame) -> pl.LazyFrame:
    """What each row gave against myeloma; rows that say the same of one drug are one exposure."""
    drug, gave_none = pl.col("drug"), pl.col("drugs").is_null() & pl.col("phase").is_in(NAMES_NO_DRUG)
    return (
        with_each_drug(treatments, "drugs")
        .filter(drug.is_null() | drug.is_in(list(classes())))
        .filter(~gave_none.fill_null(value=False))
        .group_by("patient_id", pl.col("line").cast(pl.Int64), "phase", "start_date", "drug", last_dose_on="end_date")
        .agg(is_unread=pl.col("unread").is_not_null().any())
        .with_columns(drug.replace_strict(classes(), default=None, return_dtype=pl.String).alias("class"))
    )


def _days_to(date: str) -> pl.Expr:
    return (pl.col(date) - pl.col("start_date")).dt.total_days()
