"""Whose times go into which curve, and from when on each patient was under observation."""

import polars as pl

from transforms.survival.strata import LAST_LINE, line_stratum, strata, with_columns
from transforms.survival.tables import ALL, COHORT, OF_AMYLOIDOSIS, UNKNOWN, Origin

ENDPOINTS = ("OS", "PFS", "PFS2", "TTD")


def cohort_times(
    time_to_event: pl.DataFrame, staging: pl.DataFrame, patients: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Times of the cohort with `registered_on`, and its patients' strata; refuses what `survival` says it refuses."""
    is_myeloma = pl.col("diagnosis").is_null() | pl.col("diagnosis").is_in(COHORT)
    cohort = patients.filter(is_myeloma)
    times = time_to_event.join(with_columns(cohort, {"registered_on": pl.Date}), on="patient_id")
    _check(times)
    # A column of nulls alone has no type.
    typed = times.with_columns(pl.col("event").cast(pl.Boolean), pl.col("days").cast(pl.Int64))
    return typed, strata(cohort, staging)


def of_origin(times: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """The times that one set of curves is drawn from, with `entry_days`.

    In the order of patients: sums of floats hang on it in their last digits.
    """
    return times.filter(_belongs_to(origin)).sort("patient_id").with_columns(entry_days())


def amyloidosis_times(time_to_event: pl.DataFrame, staging: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """Times from diagnosis of patients with AL amyloidosis, with the strata `overall` and `al_stage`; none where
    `staging` does not tell who has it.
    """
    known = with_columns(staging, {"al_stage": pl.String, "al_stage_unknown_because": pl.List(pl.String)})
    stages = known.filter(pl.col("al_stage_unknown_because").is_not_null()).select(
        "patient_id", overall=pl.lit(ALL), al_stage=pl.col("al_stage").fill_null(UNKNOWN)
    )
    registered = with_columns(patients, {"registered_on": pl.Date})
    from_diagnosis = (pl.col("endpoint") == OF_AMYLOIDOSIS.endpoint) & (pl.col("origin") == "diagnosis")
    times = time_to_event.filter(from_diagnosis).join(stages.join(registered, on="patient_id"), on="patient_id")
    _check(times)
    typed = times.with_columns(entry_days(), pl.col("event").cast(pl.Boolean), pl.col("days").cast(pl.Int64))
    return typed.sort("patient_id")


def of_lines(times: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """The times of all lines with the stratum `line`; of a patient's lines from the sixth on, the first recorded."""
    is_of_endpoint = (pl.col("endpoint") == origin.endpoint) & (pl.col("origin") == origin.origin)
    of_endpoint = times.filter(is_of_endpoint).sort("line", "patient_id")
    first_late = pl.col("line").filter(pl.col("line") >= LAST_LINE).min().over("patient_id")
    return of_endpoint.filter((pl.col("line") < LAST_LINE) | (pl.col("line") == first_late)).with_columns(
        line_stratum().alias("stratum_line"), entry_days()
    )


def entry_days() -> pl.Expr:
    """Days from the start of the time to registration, after which a patient is at risk (left truncation).

    Patients who died before registration were never registered, so no death before it can be seen. Null is not
    truncated: registered at or before the start, or at an unknown date.
    """
    from_start = (pl.col("registered_on") - pl.col("start_date")).dt.total_days()
    return pl.when(from_start > 0).then(from_start).cast(pl.Int64).alias("entry_days")


def is_known() -> pl.Expr:
    """Whether and when are both known."""
    return pl.col("event").is_not_null() & pl.col("days").is_not_null()


def is_seen() -> pl.Expr:
    """For known times: whether the time continues after the day of entry, so that there was anything to see."""
    return is_known() & (pl.col("entry_days").is_null() | (pl.col("days") > pl.col("entry_days")))


def _belongs_to(origin: Origin) -> pl.Expr:
    return (
        (pl.col("endpoint") == origin.endpoint)
        & (pl.col("origin") == origin.origin)
        & pl.col("line").eq_missing(pl.lit(origin.line))
    )


def _check(times: pl.DataFrame) -> None:
    """Refuse what lifelines takes without a word: negative times, and codes that it reads as an event."""
    if times.height and times["event"].dtype not in (pl.Boolean, pl.Null):
        raise ValueError(f"time_to_event.event must be true, false or null, found {times['event'].dtype}")
    # NaN and infinity survive no comparison with their own floor; null stays null and is counted as unknown.
    days = pl.col("days").cast(pl.Float64)
    wrong = times.filter((days < 0) | ~days.is_finite() | (days != days.floor())).height
    if wrong:
        raise ValueError(f"time_to_event.days must be whole days, not negative: {wrong} rows are not")
    repeated = times.filter(
        pl.struct("patient_id", "endpoint", "origin", "line").is_duplicated() & pl.col("endpoint").is_in(ENDPOINTS)
    ).height
    if repeated:
        raise ValueError(f"time_to_event must have one row per patient, endpoint and line: {repeated} share one")
