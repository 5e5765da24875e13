"""Survival from a landmark, by what was known at it: the patients still at risk then, and nothing they learnt later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from transforms.models.fits import CURVE
from transforms.models.inputs import KEY, OS, PFS, Origin, Tables, as_table, is_known, is_seen, times_of
from transforms.models.known import BEFORE, history, state_on
from transforms.survival import DAYS_PER_MONTH
from transforms.survival.comparisons import p_logrank
from transforms.survival.curves import kaplan_meier, read_off, rounded
from transforms.survival.tables import LANDMARKS, TELLS_NOTHING

# ⚙ months from the start of line 1; the default is the one to quote unless the protocol named another beforehand.
LANDMARK_MONTHS = (6, 12, 18)
DEFAULT_LANDMARK_MONTHS = 12
ENDPOINTS = (OS, PFS)

LANDMARK = {
    **KEY,
    "landmark_months": pl.Int64,
    "is_default": pl.Boolean,
    "factor": pl.String,
    "stratum": pl.String,
    **dict.fromkeys(
        ("n", "events", "n_entered_late", "n_event_before", "n_censored_before", "n_never_at_risk", "n_unknown"),
        pl.Int64,
    ),
    **dict.fromkeys(("median_months", "median_ci_low", "median_ci_high"), pl.Float64),
    **{f"at_{months}": pl.Float64 for months in LANDMARKS},
    "p_logrank": pl.Float64,
}
LANDMARK_CURVE = {
    **KEY,
    "landmark_months": pl.Int64,
    "factor": pl.String,
    "stratum": pl.String,
    **CURVE,
}
NAMED = [name for name in LANDMARK_CURVE if name not in CURVE]
# What is needed of a patient's time.
TIME = ("days", "event", "entry_days")
NOT_AT_RISK = ("event_before", "censored_before", "never_at_risk", "unknown")
COUNTS = {"n": pl.len(), "events": pl.col("event").sum(), "n_entered_late": pl.col("entry_days").count()}


def landmark_analysis(
    tables: Tables,
    factors: Sequence[str] = tuple(BEFORE),
    months: Sequence[int] = LANDMARK_MONTHS,
    endpoints: Sequence[Origin] = ENDPOINTS,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries (a row is a stratum at a landmark) and curves (a row is a day, counted from the landmark).

    At risk are those without the event and still followed after the landmark's day; who was registered after it counts
    from then on (`n_entered_late` of `n`). Who had the event or was censored up to the landmark is in no stratum and
    counted in `n_event_before` and `n_censored_before`, whose time was over before registration in `n_never_at_risk`,
    whose time or event is not known in `n_unknown` (the same numbers for every stratum of a landmark).
    `median_months` and `at_…` count from the landmark. The log-rank test omits uninformative states (not_tested,
    not_evaluable) and is null where nothing can be compared. Where no patient is left at risk before the last patients
    enter there is no curve and no figure.
    """
    parts: list[pl.DataFrame] = []
    constants: list[dict[str, Any]] = []
    histories = {factor: history(tables, factor) for factor in factors}
    for origin in endpoints:
        people = times_of(tables, origin)
        for landmark in months:
            at_risk, base = _at_landmark(people, landmark)
            base |= {**origin._asdict(), "landmark_months": landmark}
            base["is_default"] = landmark == DEFAULT_LANDMARK_MONTHS
            for factor in factors:
                placed = state_on(histories[factor], at_risk, factor)
                constants.append({**base, "factor": factor, "p_logrank": p_logrank(placed, "state")})
                parts.append(placed.sort("state").select(*TIME, part=pl.lit(len(parts), pl.UInt32), stratum="state"))
    return _estimated(pl.concat(parts), constants)


def place_at(months: float) -> pl.Expr:
    """Where a patient's time stands at a landmark: `at_risk` (without the event and followed beyond its day), or why
    not: `event_before`, `censored_before`, `never_at_risk`, `unknown`.
    """
    is_over = pl.col("days") <= _day(months)
    return (
        pl.when(~is_known())
        .then(pl.lit("unknown"))
        .when(~is_seen())
        .then(pl.lit("never_at_risk"))
        .when(~is_over)
        .then(pl.lit("at_risk"))
        .when("event")
        .then(pl.lit("event_before"))
        .otherwise(pl.lit("censored_before"))
    )


def from_landmark(at_risk: pl.DataFrame, months: float) -> pl.DataFrame:
    """Those at risk with their days, and the day of their entry, from the landmark on, and its date `day_of_look`."""
    day = _day(months)
    return at_risk.with_columns(
        pl.col("days") - day,
        pl.when(pl.col("entry_days") > day).then(pl.col("entry_days") - day),
        day_of_look=pl.col("start_date") + pl.duration(days=day),
    )


def _day(months: float) -> int:
    return math.floor(months * DAYS_PER_MONTH)


def _at_landmark(people: pl.DataFrame, months: int) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Who is followed beyond the landmark, with days from it and `day_of_look`; and how many are not."""
    placed = people.with_columns(place=place_at(months))
    counts = {f"n_{name}": placed.filter(place=name).height for name in NOT_AT_RISK}
    return from_landmark(placed.filter(place="at_risk").drop("place"), months), counts


def _estimated(placed: pl.DataFrame, constants: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Summaries and curves of every stratum, in the order of the rows; `constants`: what is the same in all strata of
    a part.
    """
    of_part = pl.DataFrame(constants, schema={name: LANDMARK[name] for name in constants[0]}).with_row_index("part")
    is_tested = ~pl.col("stratum").is_in(TELLS_NOTHING)
    keys = (
        placed.select("part", "stratum")
        .unique(maintain_order=True)
        .with_row_index("curve")
        .join(of_part, on="part", how="left", maintain_order="left")
        .with_columns(pl.when(is_tested).then("p_logrank"))
    )
    split = ["part", "stratum"]
    followed = placed.join(keys.select("curve", *split), on=split, how="left", maintain_order="left")
    steps = rounded(kaplan_meier(followed))
    found = (
        keys.join(followed.group_by("curve").agg(**COUNTS), on="curve", how="left", maintain_order="left")
        .join(read_off(steps), on="curve", how="left", maintain_order="left")
        .select(*LANDMARK)
    )
    named = steps.join(keys.select("curve", *NAMED), on="curve", how="left", maintain_order="left")
    return as_table(found.to_dicts(), LANDMARK), named.select(*LANDMARK_CURVE)
