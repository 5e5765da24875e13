"""All candidates of an analysis, with their time to its endpoint and what is known of them when it starts."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.cohorts.analysis import Analysis
from transforms.cohorts.catalogue import LATER
from transforms.cohorts.later import with_later
from transforms.models.landmark import from_landmark, place_at
from transforms.survival.cohort import entry_days

# Table -> the columns that are read of it.
NEEDED: dict[str, tuple[str, ...]] = {
    "patients": (
        "patient_id",
        "site_id",
        "sex",
        "birth_date",
        "diagnosis_date",
        "registered_on",
        "diagnosis",
        "isotype",
    ),
    "staging": (
        *("patient_id", "iss", "r_iss", "r2_iss", "mass_3", "hr_ims2025", "cytogenetic_risk", "high_risk_hits"),
        *("high_risk_hits_at_most", "high_risk", "r_iss_possible"),
    ),
    "cytogenetics": ("patient_id", "collected_on", "abnormality", "result"),
    "lines": ("patient_id", "line", "start_date", "progression_date", "progression_source"),
    "given_drug": ("patient_id", "line", "phase", "drug", "class", "start_date", "progressed", "progressed_on"),
    "frailty": ("patient_id", "line", "model", "frailty_group"),
    "relapse": ("patient_id", "line", "clinical", "biochemical", "aggressive", "interval_group"),
}
_TIMES = ("patient_id", "line", "start_date", "days", "event", "reason", "progression_source")
TIMES = {"time_to_event": (*_TIMES, "endpoint", "origin"), "pfs_by_censoring": (*_TIMES, "censoring")}
NEEDED_LATER: dict[str, tuple[str, ...]] = {
    "lines": ("patient_id", "line", "progression_date"),
    "visits": ("patient_id", "line", "visit_date", "response", "flags"),
    "mrd_status": ("patient_id", "line", "collected_on", "mrd", "category"),
    "transplant": ("patient_id", "line", "transplanted_on", "is_certain"),
}
TIME = ("days", "event", "reason", "progression_source")
RESPONSE = "DOR"


def candidates(known: pl.DataFrame, frames: Mapping[str, pl.DataFrame], analysis: Analysis) -> pl.DataFrame:
    """One row per patient (origin diagnosis) or line, of every diagnosis: what is `known` (`attributes`) and its time
    to the endpoint. `frames` are the table of times (`times_of`), and, for a landmark, those of `NEEDED_LATER`.

    `start_date` is where time starts (of a duration of response the response; at a landmark its day), `origin_date`
    where it started without a landmark. `days`, `event`, `reason` and `progression_source` are those of time_to_event,
    null where unknown; `entry_days` as `entry_days()` has it; `place` says whether the time stands at the landmark
    (`at_risk`) or why not: `no_time` where there is no such time at all, as of a line of which nothing tells whether it
    progressed. Without a landmark it is null.
    """
    key = ["patient_id"] if analysis.origin == "diagnosis" else ["patient_id", "line"]
    timed = (
        known.join(
            _times(frames, analysis).select(*key, "time_start", *TIME), on=key, how="left", maintain_order="left"
        )
        .with_columns(start_date=pl.coalesce("time_start", "start_date"), has_time=pl.col("time_start").is_not_null())
        .with_columns(entry_days(), origin_date="start_date", place=pl.lit(None, pl.String))
        .drop("time_start")
    )
    return timed if analysis.landmark_months is None else _at_landmark(timed, frames, analysis.landmark_months)


def times_of(analysis: Analysis) -> tuple[str, dict[str, str]]:
    """The table that has the times of an analysis, and what of it: column -> value."""
    if analysis.censoring is not None:
        return "pfs_by_censoring", {"censoring": analysis.censoring}
    origin = "response" if analysis.endpoint == RESPONSE else analysis.origin
    return "time_to_event", {"endpoint": analysis.endpoint, "origin": origin}


def _times(frames: Mapping[str, pl.DataFrame], analysis: Analysis) -> pl.DataFrame:
    table, of = times_of(analysis)
    rows = frames[table].filter(pl.col(name) == value for name, value in of.items())
    return rows.select(
        "patient_id",
        pl.col("line").cast(pl.Int64),
        pl.col("start_date").alias("time_start"),
        pl.col("days").cast(pl.Int64),
        pl.col("event").cast(pl.Boolean),
        "reason",
        "progression_source",
    )


def _at_landmark(timed: pl.DataFrame, frames: Mapping[str, pl.DataFrame], months: float) -> pl.DataFrame:
    """Who is at risk at the landmark with the time from it on and what is known by then; the others as they were."""
    placed = timed.with_columns(place=pl.when("has_time").then(place_at(months)).otherwise(pl.lit("no_time")))
    at_risk = from_landmark(placed.filter(place="at_risk"), months)
    known = with_later(at_risk, frames).with_columns(start_date="day_of_look").drop("day_of_look")
    others = placed.filter(pl.col("place") != "at_risk")
    unasked = [pl.lit(None, pl.String).alias(name) for name in LATER]
    return pl.concat([known, others.with_columns(unasked)]).sort("patient_id", "line", nulls_last=True)
