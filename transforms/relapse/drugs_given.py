"""Each drug of each treatment, with its class, and whether the patient progressed on it (RR.refractory)."""

from __future__ import annotations

import polars as pl

from rules.criterion import Edition
from rules.intake.drugs import classes
from rules.verdict import missing_column
from transforms.drugs import with_each_drug
from transforms.judging import decided
from transforms.lines import RADIOTHERAPY
from transforms.lost import EARLIEST, is_lost, refused
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
ROW = ["patient_id", "line", "phase", "start_date", "drug", "last_dose_on"]
MARKS = ["is_unread", "is_refused"]
NAMES_NO_DRUG = [
    "autologous_transplant",
    "allogeneic_transplant",
    "car_t",
    RADIOTHERAPY,
]  # such a row without a name gave none
MISSING = missing_column("RR.refractory")


def given_drugs(
    treatments: pl.LazyFrame, refused_row: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition
) -> pl.LazyFrame:
    """One row per exposure (patient, line, phase, drug and dates): `GIVEN_DRUG`, the tests that an unknown `progressed`
    waits for, `is_unread`: a text that does not tell a drug, or a row that was refused (`is_refused`), and `begun_on`,
    the earliest day on which it may have begun.

    `drug` and `class` are null where the row names none, although its phase is one of drugs, a name is not known, or
    the row was refused: then in each line that it may be of, and `start_date` is null where it could not be read.
    `last_dose_on` is null where the row has no end. `lines` have their progression.
    """
    progressions = lines.filter(pl.col("progression_date").is_not_null()).select(
        "patient_id", first_progression="progression_date"
    )
    of_line = lines.select(
        "patient_id",
        pl.col("line").cast(pl.Int64),
        "next_line_start",
        "progression_source",
        line_start="start_date",
    )
    given = (
        _exposures(pl.concat([_each_drug(treatments), _refused(refused_row, of_line)]))
        .join(of_line, on=["patient_id", "line"], how="left")
        .with_columns(begun_on=pl.coalesce("start_date", "line_start", EARLIEST))
    )
    # a progression on the day the drug began is the last look at what came before
    rows = join_nearest(
        given, progressions, "begun_on", "first_progression", strategy="forward", allow_exact_matches=False
    ).with_columns(
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
        *MARKS,
        "begun_on",
    )


def _exposures(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows that say the same of one drug are one exposure."""
    class_ = pl.col("drug").replace_strict(classes(), default=None, return_dtype=pl.String)
    return rows.group_by(ROW).agg(pl.col(MARKS).any()).with_columns(class_.alias("class"))


def _each_drug(treatments: pl.LazyFrame) -> pl.LazyFrame:
    """What each row gave against myeloma."""
    drug, gave_none = pl.col("drug"), pl.col("drugs").is_null() & pl.col("phase").is_in(NAMES_NO_DRUG)
    is_unread = is_lost("drugs")
    return (
        with_each_drug(treatments, "drugs")
        .filter(drug.is_null() | drug.is_in(list(classes())))
        .filter(is_unread | ~gave_none.fill_null(value=False))
        .with_columns(
            pl.col("line").cast(pl.Int64),
            last_dose_on="end_date",
            is_unread=drug.is_null() & pl.col("drugs").is_not_null() | is_unread,
            is_refused=pl.lit(value=False),
        )
        .select(*ROW, *MARKS)
    )


def _refused(refused_row: pl.LazyFrame, of_line: pl.LazyFrame) -> pl.LazyFrame:
    """What refused rows may have given: any drug, in the line that they name, or else in each begun by then (in none,
    of a patient without a line).
    """
    rows = refused(refused_row, "treatments").select(
        "patient_id", "dated_on", pl.col("kind").alias("phase"), named=pl.col("line").cast(pl.Int64)
    )
    lines = of_line.select(
        "patient_id", "line", "line_start", first_start=pl.col("line_start").min().over("patient_id")
    )
    is_begun = pl.col("line_start") <= pl.max_horizontal("dated_on", "first_start")
    return (
        rows.join(lines, on="patient_id", how="left")
        .filter((pl.col("dated_on").is_null() | is_begun).fill_null(value=True) | pl.col("named").is_not_null())
        .with_columns(
            line=pl.coalesce("named", "line"),
            start_date="dated_on",
            last_dose_on=pl.lit(None, pl.Date),
            drug=pl.lit(None, pl.String),
            is_unread=pl.lit(value=True),
            is_refused=pl.lit(value=True),
        )
        .select(*ROW, *MARKS)
    )


def _days_to(date: str) -> pl.Expr:
    return (pl.col(date) - pl.col("begun_on")).dt.total_days()
