"""Kaplan-Meier curves, their summaries and tests, overall and by what is known when time starts.

Days are whole; a month is 30.4375 of them. Intervals are 95 %, log-log (R: conf.type="log-log").
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from transforms.survival.cohort import cohort_times, is_known, is_seen, of_lines, of_origin
from transforms.survival.comparisons import p_logrank, p_trend
from transforms.survival.curves import curve, summary
from transforms.survival.line_strata import LINE_STRATA, NEEDED, ORDERED_OF_LINES, line_strata, strata_of_line
from transforms.survival.strata import ORDERED, STRATA
from transforms.survival.tables import (
    BY_LINE,
    COHORT,
    CURVES,
    DAYS_PER_MONTH,
    DECIMALS,
    KEY,
    LANDMARKS,
    SURVIVAL,
    SURVIVAL_CURVE,
    UNKNOWN,
    Origin,
)

__all__ = [
    "BY_LINE",
    "COHORT",
    "CURVES",
    "DAYS_PER_MONTH",
    "DECIMALS",
    "KEY",
    "LANDMARKS",
    "LINE_STRATA",
    "NEEDED",
    "STRATA",
    "SURVIVAL",
    "SURVIVAL_CURVE",
    "UNKNOWN",
    "Origin",
    "line_strata",
    "survival",
]

Rows = Iterator[tuple[dict[str, Any], pl.DataFrame]]


def survival(
    time_to_event: pl.DataFrame,
    staging: pl.DataFrame,
    patients: pl.DataFrame,
    of_each_line: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries (a row is a curve) and curves (a row is a day on which a curve, or who is at risk, changes).

    The cohort is every patient with myeloma, plasma cell leukaemia or no diagnosis recorded. Time from diagnosis and
    from line 1 is split by each of `STRATA`, time from the start of a line by what is known then (`of_each_line`, as
    `line_strata` has it), and it is also compared between the lines (`stratum_by` line, `line` null). A patient whose
    event or time is unknown is left out of the curve and counted in `n_unknown`; `n` counts those used. What is null
    for a patient is the stratum `unknown`: it has a curve, and no part in the tests.

    A patient counts from registration on (`delayed_entry`, wherever any registration is dated): `n_entered_late` of
    `n` were registered after the start of the time; whose time was over by then is left out (`n_never_at_risk`), and
    who has no date of registration counts from the start (`n_entry_unknown`). Such a curve is of those who survive to
    `at_risk_from_day`, the first day with a patient at risk. Where no patient is left at risk before the last patients
    enter there is no curve and no figure, and `unestimable_because` says so.

    `median_months` and its limits are null where the curve (the limit) never comes down to one half, `at_…` where
    no patient is followed that far, intervals before the first event and once none survives, `p_logrank` and `p_trend`
    where fewer than two known strata can be compared, `p_trend` also where the strata have no order. The restricted
    mean is to `rmst_to_months`: 60, or what is followed. `progression_source` is null but for PFS and PFS2.

    Raises ValueError on a negative, fractional or undefined number of days, on an event that isn't true or
    false, and on a patient who is in one curve twice.
    """
    times = cohort_times(time_to_event, staging, patients)
    summaries: list[dict[str, Any]] = []
    curves: list[pl.DataFrame] = []
    for key, figures, steps in _all(times, of_each_line):
        summaries.append({**key, **figures})
        curves.append(_keyed(steps, key))
    return (
        pl.DataFrame(summaries, schema=SURVIVAL),
        pl.concat(curves) if curves else pl.DataFrame(schema=SURVIVAL_CURVE),
    )


def _all(
    times: pl.DataFrame, of_each_line: pl.DataFrame | None
) -> Iterator[tuple[dict[str, Any], dict[str, Any], pl.DataFrame]]:
    for origin in CURVES:
        of_curve = of_origin(times, origin)
        known_before = STRATA if origin.line in (None, 1) and origin.endpoint != "TTD" else STRATA[:1]
        if of_each_line is not None and origin.line is not None:
            of_curve = of_curve.join(of_each_line, on=["patient_id", "line"], how="left", maintain_order="left")
            of_curve = of_curve.with_columns(pl.col(LINE_STRATA).fill_null(UNKNOWN))
        for stratum_by in (*known_before, *(strata_of_line(origin) if of_each_line is not None else ())):
            for figures, steps in _stratified(of_curve, stratum_by, stratum_by):
                yield {**origin._asdict(), "stratum_by": stratum_by, "stratum": figures.pop("stratum")}, figures, steps
    for origin in BY_LINE:
        for figures, steps in _stratified(of_lines(times, origin), "line", "stratum_line"):
            yield {**origin._asdict(), "stratum_by": "line", "stratum": figures.pop("stratum")}, figures, steps


def _stratified(times: pl.DataFrame, stratum_by: str, column: str) -> Rows:
    """Figures and curve of each stratum, in the order of their names."""
    seen = times.filter(is_seen())
    delayed = times["registered_on"].is_not_null().any()
    by_patient = stratum_by == "line"
    p = None if stratum_by == "overall" else p_logrank(seen, column, by_patient=by_patient)
    levels = (ORDERED | ORDERED_OF_LINES).get(stratum_by)
    trend = p_trend(seen, column, levels, by_patient=by_patient) if levels else None
    for stratum in times[column].unique().sort().to_list():
        of_stratum = times.filter(pl.col(column) == stratum)
        used = of_stratum.filter(is_seen())
        steps = curve(used)
        tested = stratum != UNKNOWN
        yield (
            {
                "stratum": stratum,
                "progression_source": _source(used),
                "n_unknown": of_stratum.filter(~is_known()).height,
                **summary(used, steps),
                "p_logrank": p if tested else None,
                "p_trend": trend if tested else None,
                "delayed_entry": delayed,
                "n_entered_late": used["entry_days"].count(),
                "n_never_at_risk": of_stratum.filter(is_known() & ~is_seen()).height,
                "n_entry_unknown": used["registered_on"].null_count() if delayed else 0,
            },
            steps,
        )


def _source(followed: pl.DataFrame) -> str | None:
    """Where the progressions of these patients come from; `mixed` where not all from one place."""
    found = followed["progression_source"].drop_nulls().unique().to_list()
    return "mixed" if len(found) > 1 else next(iter(found), None)


def _keyed(steps: pl.DataFrame, key: dict[str, Any]) -> pl.DataFrame:
    named = [pl.lit(key[name], dtype=dtype).alias(name) for name, dtype in KEY.items()]
    return steps.select(*named, *(name for name in SURVIVAL_CURVE if name not in KEY))
