"""How long regimens lasted, and which followed refractoriness: Kaplan-Meier from a line's start, as in the report.

A patient counts from registration on.
"""

from __future__ import annotations

import polars as pl

from transforms.cohorts.courses import DIED, NEXT_LINE, with_times
from transforms.cohorts.regimens import MEMBER_LINE
from transforms.cohorts.responses import is_at_least
from transforms.cohorts.shares import shares
from transforms.survival.cohort import is_known, is_seen
from transforms.survival.curves import kaplan_meier, rounded, summaries
from transforms.survival.line_strata import LINE

ALIVE = "alive"
THEN = (NEXT_LINE, DIED, ALIVE)  # of who is refractory
ENDPOINTS = ("TTD", "TTNT", "PFS")
READ_OFF = ("n", "events", "median_months", "median_ci_low", "median_ci_high")


def duration_curves(timed: pl.DataFrame, by: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries and steps of the time of `with_times`, a curve for each group of `by`.

    A line whose time is not known is in no curve and counted in `n_unknown`, one that was over before registration in
    `n_never_at_risk`, and one that the endpoint is not asked of (TTD of a line of radiotherapy) nowhere.
    """
    asked = timed.filter("is_asked")
    keys = asked.select(by).unique().sort(by).with_row_index("curve")
    placed = asked.join(keys, on=by, how="left", maintain_order="left")
    followed = placed.filter(is_seen()).with_columns(pl.col("event").cast(pl.Boolean), pl.col("days").cast(pl.Int64))
    followed = followed.sort("curve", *MEMBER_LINE)
    left_out = placed.group_by("curve").agg(
        n_unknown=(~is_known()).sum().cast(pl.Int64), n_never_at_risk=(is_known() & ~is_seen()).sum().cast(pl.Int64)
    )
    steps = kaplan_meier(followed)
    table = keys
    for found in (left_out, summaries(followed, steps)):
        table = table.join(found, on="curve", how="left", maintain_order="left")
    drawn = rounded(steps).join(keys, on="curve", how="left", maintain_order="left")
    return table.with_columns(pl.col("n", "events").fill_null(0)).drop("curve"), drawn.drop("curve")


def drugs_failed(refractoriness: pl.DataFrame) -> pl.DataFrame:
    """The drugs and classes by which refractoriness is judged and that any patient is refractory to: `kind`,
    `code`, `n`.
    """
    failed = refractoriness.filter(pl.col("refractory") & pl.col("class").is_not_null())
    parts = [
        failed.select("patient_id", kind=pl.lit(kind), code=kind).unique().group_by("kind", "code").agg(n=pl.len())
        for kind in ("class", "drug")
    ]
    return pl.concat(parts).sort("kind", -pl.col("n").cast(pl.Int64), "code")


def refractory_to(members: pl.DataFrame, refractoriness: pl.DataFrame, code: str) -> pl.DataFrame:
    """A row per member's patient who had the drug (or one of the class), or may have: `refractory` and `since`.

    Refractory null: the record does not decide, as a drug is not named, or the course of a line is not known.
    """
    is_it = (pl.col("drug") == code) | (pl.col("class") == code)
    failed = pl.col("refractory")
    return (
        members.select("cohort", "patient_id")
        .unique()
        .join(refractoriness.filter(is_it.fill_null(value=False) | pl.col("drug").is_null()), on="patient_id")
        .with_columns(is_named=pl.col("drug").is_not_null())
        .group_by("cohort", "patient_id")
        .agg(
            exposed=pl.when(pl.col("is_named").any()).then(statement=True),
            refractory=pl.when((failed & pl.col("is_named")).any())
            .then(statement=True)
            .when(failed.is_not_null().all())
            .then(statement=False),
            since=pl.col("since").filter(pl.col("is_named")).min(),
        )
        .sort("cohort", "patient_id")
    )


def of_answer(members: pl.DataFrame, failed: pl.DataFrame, answer: str) -> pl.DataFrame:
    """The patients, a row each, of one answer (`ANSWERS`) of `refractory_to`. Raises KeyError on another."""
    found = _answered(members, failed).filter(ANSWERS[answer])
    return found.select("cohort", "patient_id").sort("cohort", "patient_id")


def _answered(members: pl.DataFrame, failed: pl.DataFrame) -> pl.DataFrame:
    """A row per member's patient, with what its answer follows from."""
    people = members.select("cohort", "patient_id").unique()
    found = failed.with_columns(may=pl.lit(value=True))
    return people.join(found, on=["cohort", "patient_id"], how="left").with_columns(
        had=pl.col("exposed").fill_null(value=False), may=pl.col("may").fill_null(value=False)
    )


# Everyone is one of these. `had`: the drug is known to have been given; `may`: it was, or a drug is not named.
ANSWERS = {
    "refractory": pl.col("refractory").fill_null(value=False),
    "not_refractory": pl.col("had") & ~pl.col("refractory").fill_null(value=True),
    "unknown": (pl.col("had") & pl.col("refractory").is_null()) | (pl.col("may") & ~pl.col("had")),
    "not_exposed": ~pl.col("may"),
}


def counted_refractory(members: pl.DataFrame, failed: pl.DataFrame) -> pl.DataFrame:
    """A row per cohort: `patients`, and how many of them each of `ANSWERS` is of."""
    counts = {name: answer.sum().cast(pl.Int64) for name, answer in ANSWERS.items()}
    by_cohort = _answered(members, failed).group_by("cohort")
    return by_cohort.agg(patients=pl.len().cast(pl.Int64), **counts).sort("cohort")


def next_lines(failed: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Of each refractory patient the first line begun on the day of refractoriness or after it; null: none so far."""
    since = failed.filter("refractory").select("cohort", "patient_id", "since")
    later = since.join(lines, on="patient_id", how="inner").filter(pl.col("start_date") >= pl.col("since"))
    first = later.sort("start_date", "line").unique(["cohort", "patient_id"], keep="first", maintain_order=True)
    return since.join(first.drop("since"), on=["cohort", "patient_id"], how="left").sort("cohort", "patient_id")


def with_became(following: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """`next_lines` with `became`: next_line, died before one, or alive without."""
    known = following.join(patients.select("patient_id", "vital_status"), on="patient_id", how="left")
    became = (
        pl.when(pl.col("line").is_not_null())
        .then(pl.lit(NEXT_LINE))
        .when(pl.col("vital_status") == "dead")
        .then(pl.lit(DIED))
        .otherwise(pl.lit(ALIVE))
    )
    return known.with_columns(became=became).drop("vital_status")


def without_next(following: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """A row per cohort: how many refractory patients came to a `next_line`, `died` before one, are `alive` without."""
    counts = {name: (pl.col("became") == name).sum().cast(pl.Int64) for name in THEN}
    return with_became(following, patients).group_by("cohort").agg(**counts).sort("cohort")


def lasted(lines: pl.DataFrame, time_to_event: pl.DataFrame, patients: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """A row per group of `by`: `lines`, response (PR or better of the evaluable), and of each of `ENDPOINTS`
    `NAME_n`, `NAME_events`, `NAME_median_months` and its limits, `NAME_n_unknown`.
    """
    best = pl.col("best_response")
    table = (
        lines.group_by(by)
        .agg(
            lines=pl.len().cast(pl.Int64),
            evaluable=(best != "NE").sum().cast(pl.Int64),
            responded=is_at_least("best_response", "PR").sum().cast(pl.Int64),
        )
        .with_columns(**shares("response_share", pl.col("responded"), pl.col("evaluable")))
    )
    timed = [
        with_times(lines, time_to_event, patients, endpoint).with_columns(endpoint=pl.lit(endpoint))
        for endpoint in ENDPOINTS
    ]
    found, _ = duration_curves(pl.concat(timed), [*by, "endpoint"])
    for endpoint in ENDPOINTS:
        names = {f"{endpoint}_{name}": name for name in (*READ_OFF, "n_unknown")}
        table = table.join(found.filter(endpoint=endpoint).select(*by, **names), on=by, how="left")
    return table.sort(by)


def given_again(lines: pl.DataFrame, given_drug: pl.DataFrame, code: str) -> pl.DataFrame:
    """The lines in which the drug (or one of the class) was given: patient_id, line."""
    is_it = ((pl.col("drug") == code) | (pl.col("class") == code)).fill_null(value=False)
    return lines.select(LINE).unique().join(given_drug.filter(is_it).select(LINE).unique(), on=LINE, how="semi")
