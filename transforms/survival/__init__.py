"""Kaplan-Meier curves, their summaries and tests, overall and by what is known when time starts.

Days are whole; a month is 30.4375 of them. Intervals are 95 %, log-log (R: conf.type="log-log").
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import polars as pl

from transforms.survival.cohort import amyloidosis_times, cohort_times, is_known, is_seen, of_lines, of_origin
from transforms.survival.comparisons import p_values
from transforms.survival.curves import kaplan_meier, rounded, summaries
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
    OF_AMYLOIDOSIS,
    SURVIVAL,
    SURVIVAL_CURVE,
    TELLS_NOTHING,
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
    "OF_AMYLOIDOSIS",
    "STRATA",
    "SURVIVAL",
    "SURVIVAL_CURVE",
    "TELLS_NOTHING",
    "TIME",
    "UNKNOWN",
    "Origin",
    "curves_of",
    "line_strata",
    "survival",
]

# Ways to split, in the order of the tables.
BY = (*STRATA, *LINE_STRATA, "line")
# What is needed of a patient's time.
TIME = ("patient_id", "days", "event", "entry_days", "registered_on", "progression_source")
ROWS_AT_ONCE = 500_000  # a tenth of a GiB; more patients are split in fewer ways at once


def survival(
    time_to_event: pl.DataFrame,
    staging: pl.DataFrame,
    patients: pl.DataFrame,
    of_each_line: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries (a row is a curve) and curves (a row is a day on which a curve, or who is at risk, changes).

    The cohort is every patient with myeloma, plasma cell leukaemia or no diagnosis recorded. Time from diagnosis and
    from line 1 is split by each of `STRATA`, time from the start of a line by what is known then (`of_each_line`, as
    `line_strata` has it), and it is also compared between the lines (`stratum_by` line, `line` null).
    AL amyloidosis has curves of its own, from diagnosis, by cardiac stage (`OF_AMYLOIDOSIS`). A patient whose event or
    time is unknown is left out of the curve and counted in `n_unknown`; `n` counts those used. What is null for a
    patient is the stratum `unknown`: it has a curve, and no part in the tests.

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
    times, of_each_patient = cohort_times(time_to_event, staging, patients)
    of_amyloidosis = amyloidosis_times(time_to_event, staging, patients)
    by_stage = _unpivoted(of_amyloidosis, ["overall", "al_stage"], OF_AMYLOIDOSIS)
    # One after the other, and none is kept: they are the largest by far.
    parts = list(map(curves_of, chain(_splits(times, of_each_patient, of_each_line), by_stage)))
    return (
        pl.concat([pl.DataFrame(schema=SURVIVAL), *(table for table, _ in parts)]),
        pl.concat([pl.DataFrame(schema=SURVIVAL_CURVE), *(steps for _, steps in parts)]),
    )


def _splits(
    times: pl.DataFrame, of_each_patient: pl.DataFrame, of_each_line: pl.DataFrame | None
) -> Iterator[pl.DataFrame]:
    """The times of one origin after the other, each patient once in each of some ways to split them: with `KEY`."""
    for origin in CURVES:
        of_curve = of_origin(times, origin).join(of_each_patient, on="patient_id", how="left", maintain_order="left")
        split_by = list(STRATA if origin.line in (None, 1) and origin.endpoint != "TTD" else STRATA[:1])
        if of_each_line is not None and origin.line is not None:
            of_curve = of_curve.join(of_each_line, on=["patient_id", "line"], how="left", maintain_order="left")
            of_curve = of_curve.with_columns(pl.col(LINE_STRATA).fill_null(UNKNOWN))
            split_by += strata_of_line(origin)
        yield from _unpivoted(of_curve, split_by, origin)
    for origin in BY_LINE:
        by_line = of_lines(times, origin).with_columns(stratum_by=pl.lit("line"), stratum="stratum_line")
        yield _keyed(by_line, origin)


def _unpivoted(times: pl.DataFrame, split_by: list[str], origin: Origin) -> Iterator[pl.DataFrame]:
    at_once = max(ROWS_AT_ONCE // max(times.height, 1), 1)
    for first in range(0, len(split_by), at_once):
        ways = split_by[first : first + at_once]
        yield _keyed(times.unpivot(ways, index=TIME, variable_name="stratum_by", value_name="stratum"), origin)


def _keyed(times: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    key = {name: pl.lit(value, KEY[name]) for name, value in origin._asdict().items()}
    return times.select(*TIME, "stratum_by", "stratum", **key)


def curves_of(times: pl.DataFrame, *, by_patient: bool = False) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries and steps of every stratum of one origin, in the order of their names, as `survival` describes them.

    `times` have `TIME`, in days checked to be whole, and `KEY`, each patient once in a stratum of each split. Where a
    patient may be in a stratum, or in several of a split, more than once, tests are robust `by_patient`.
    """
    order = pl.col("stratum_by").replace_strict(
        {by: place for place, by in enumerate(BY)}, default=len(BY), return_dtype=pl.Int64
    )
    keys = times.select(*KEY).unique().sort(order, "stratum_by", "stratum").with_row_index("curve")
    split = ["stratum_by", "stratum"]
    of_curves = times.select(*TIME, *split)
    placed = of_curves.join(keys.select("curve", *split), on=split, how="left", maintain_order="left")
    followed = placed.filter(is_seen())
    steps = kaplan_meier(followed)
    table = keys
    for found in (_counts(placed), summaries(followed, steps)):
        table = table.join(found, on="curve", how="left", maintain_order="left")
    tests = _tests(followed, by_patient=by_patient)
    table = table.join(tests, on="stratum_by", how="left", maintain_order="left")
    is_tested = ~pl.col("stratum").is_in(TELLS_NOTHING)
    return (
        table.with_columns(
            pl.col("n", "events", "n_entered_late").fill_null(0),
            pl.when(is_tested).then(pl.col("p_logrank", "p_trend")),
        ).select(pl.col(name).cast(dtype) for name, dtype in SURVIVAL.items()),
        rounded(steps)
        .join(keys, on="curve", how="left", maintain_order="left")
        .select(pl.col(name).cast(dtype) for name, dtype in SURVIVAL_CURVE.items()),
    )


def _counts(placed: pl.DataFrame) -> pl.DataFrame:
    """Of each curve who is in it and who is not, and where the progressions come from: `mixed` where not all from one
    place.
    """
    sources = pl.col("progression_source").filter(is_seen()).drop_nulls()
    entry_unknown = (is_seen() & pl.col("registered_on").is_null()).sum()
    delayed = placed["registered_on"].is_not_null().any()
    return placed.group_by("curve").agg(
        progression_source=pl.when(sources.n_unique() > 1).then(pl.lit("mixed")).otherwise(sources.first()),
        n_unknown=(~is_known()).sum(),
        delayed_entry=pl.lit(delayed),
        n_never_at_risk=(is_known() & ~is_seen()).sum(),
        n_entry_unknown=entry_unknown if delayed else pl.lit(0),
    )


def _tests(followed: pl.DataFrame, *, by_patient: bool) -> pl.DataFrame:
    """Both tests' p by `stratum_by`; null where there is none, as overall."""
    compared = followed.select("stratum_by", "stratum", "patient_id", "days", "event", "entry_days")
    splits = compared.group_by("stratum_by", maintain_order=True)
    rows = [_tested(split, str(by), by_patient=by_patient or by == "line") for (by,), split in splits]
    return pl.DataFrame(rows, schema={"stratum_by": pl.String, "p_logrank": pl.Float64, "p_trend": pl.Float64})


def _tested(split: pl.DataFrame, stratum_by: str, *, by_patient: bool) -> dict[str, Any]:
    levels = (ORDERED | ORDERED_OF_LINES).get(stratum_by, ())
    p_logrank, p_trend = p_values(split, "stratum", levels, by_patient=by_patient)
    return {"stratum_by": stratum_by, "p_logrank": p_logrank, "p_trend": p_trend}
