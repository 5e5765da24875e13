"""Two consecutive assessments (section 6): confirmed response, confirmed progression, best response.

Works on any series of categories per line, derived or recorded: one row is one visit, sorted by line and date, with
`response`, `is_evaluable` (whether it is one of the run of consecutive assessments: those that are not are skipped),
`needs_no_confirmation` (a progression by a finding), `next_line_start` and `death_date`; under an edition that takes
two markers for a confirmation `ROUTINE.two_markers` too.
"""

from __future__ import annotations

import datetime

import polars as pl

from rules.categories import CATEGORIES
from rules.clauses.routine import NEXT_LINE, TWO_MARKERS
from rules.criterion import Edition
from transforms.routine import relaxations
from transforms.within_line import PLACES, has_been_before, highest_known, last_known, next_known, previous, with_places

LINE = ["patient_id", "line"]
Response = pl.Enum(CATEGORIES)
ConfirmedBy = pl.Enum(["finding", "assessment", "next_line", "death", "two_markers"])
ONE_FLUID_MISSING = "one_fluid_missing"  # flag of a visit that has a response, SD, and is skipped as NE is
FINDINGS = ["PD.marrow", "PD.bone", "PD.plasmacytoma", "PD.calcium"]


def with_confirmation(visits: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """Add `confirmed_response`, `progression_confirmed_by` (null unless a confirmed PD) and `best_response` so far."""
    return (
        with_places(visits)
        .with_columns(_evaluable_neighbours())
        .with_columns(progression_confirmed_by=_confirmed_by(edition))
        .with_columns(confirmed_response=_confirmed_response())
        .with_columns(*_confirmed_by_next_line(edition))
        .with_columns(best_response=_best_so_far())
        .drop("response_before", "response_after", *PLACES)
    )


def _evaluable_neighbours() -> list[pl.Expr]:
    evaluable = pl.when("is_evaluable").then("response")
    return [
        previous(last_known(evaluable)).alias("response_before"),
        next_known(evaluable).alias("response_after"),
    ]


def _confirmed_by(edition: Edition) -> pl.Expr:
    """What confirms a visit of PD (CONF.pd), null where nothing does."""
    before, after = pl.col("response_before"), pl.col("response_after")
    is_last = after.is_null()
    days_to_death = (pl.col("death_date") - pl.col("visit_date")).dt.total_days()
    died_soon = days_to_death.is_between(0, edition["CONF.pd"].death_within_days)
    confirmed_by = (
        pl.when("needs_no_confirmation")
        .then(pl.lit("finding", ConfirmedBy))
        .when((before == "PD") | (after == "PD"))
        .then(pl.lit("assessment", ConfirmedBy))
        .when(is_last & pl.col("next_line_start").is_not_null())
        .then(pl.lit("next_line", ConfirmedBy))
        .when(is_last & died_soon)
        .then(pl.lit("death", ConfirmedBy))
    )
    if TWO_MARKERS in relaxations(edition):
        confirmed_by = confirmed_by.when(TWO_MARKERS).then(pl.lit("two_markers", ConfirmedBy))
    return pl.when(pl.col("response") == "PD").then(confirmed_by)


def _confirmed_response() -> pl.Expr:
    """CONF.response: the better, over both neighbours that are not PD, of the lower of the two; SD at least."""
    response, stable = pl.col("response"), pl.lit("SD")

    def shared_with(neighbour: str) -> pl.Expr:
        other = pl.col(neighbour)
        lower = pl.when(other < response).then(other).otherwise(response)
        return pl.when(other.is_not_null() & (other != "PD")).then(lower).otherwise(stable)

    before, after = shared_with("response_before"), shared_with("response_after")
    better = pl.when(before > after).then(before).otherwise(after)
    return (
        pl.when(response == "NE")
        .then(response)
        .when((response == "PD") & pl.col("progression_confirmed_by").is_not_null())
        .then(response)
        .when(response == "PD")
        .then(stable)
        .otherwise(better)
    )


def _confirmed_by_next_line(edition: Edition) -> list[pl.Expr]:
    """Where an edition takes it so, the next line's start confirms the response at the line's last evaluable visit."""
    if NEXT_LINE not in relaxations(edition):
        return []
    response, confirmed = pl.col("response"), pl.col("confirmed_response")
    is_last = pl.col("is_evaluable") & pl.col("response_after").is_null() & pl.col("next_line_start").is_not_null()
    is_confirmed = is_last & (response != "PD") & (confirmed < response)
    return [
        pl.when(is_confirmed).then(response).otherwise(confirmed).alias("confirmed_response"),
        is_confirmed.alias("is_confirmed_by_next_line"),
    ]


def _best_so_far() -> pl.Expr:
    """BEST up to this visit: the highest confirmed category up to the line's confirmed progression."""
    is_progression = pl.col("confirmed_response") == "PD"
    counted = pl.when(~has_been_before(is_progression)).then(pl.col("confirmed_response").to_physical())
    return highest_known(counted, len(CATEGORIES)).cat.to(Response)


def line_outcomes(visits: pl.LazyFrame, cutoff: datetime.date | None = None) -> pl.LazyFrame:
    """What a line came to: best response and its date, progression, first response, last evaluable assessment (up to
    the `cutoff`).

    One row per patient and line that has a visit; a date is null where the thing did not happen.
    """
    is_progression = pl.col("confirmed_response") == "PD"
    is_before = is_progression.cast(pl.Int8).cum_sum().over(LINE) == 0
    date, best = pl.col("visit_date"), pl.col("best_response").last()
    at_best = pl.col("confirmed_response") == best.over(LINE)
    responds = pl.col("confirmed_response") >= "PR"
    is_evaluable = pl.col("is_evaluable") & (date <= pl.lit(cutoff, pl.Date)).fill_null(value=True)
    return (
        visits.with_columns(is_before=is_before)
        .with_columns(at_best=at_best & (pl.col("is_before") | is_progression), responds=responds & pl.col("is_before"))
        .group_by(LINE)
        .agg(
            best_response=best,
            best_response_date=date.filter(pl.col("at_best")).min(),
            response_date=date.filter(pl.col("responds")).min(),
            progression_date=date.filter(is_progression).min(),
            progression_confirmed_by=pl.col("progression_confirmed_by").filter(is_progression).first().cast(pl.String),
            last_evaluable_date=date.filter(is_evaluable).max(),
            last_evaluable_before_progression=date.filter(is_evaluable & pl.col("is_before")).max(),
        )
    )
