"""Cumulative incidence of progression with death competing (Aalen-Johansen), and Gray's test."""

from __future__ import annotations

import math
import warnings
from typing import Any

import polars as pl

from transforms.models.inputs import (
    KEY,
    LEVELS,
    TTP,
    UNKNOWN,
    Tables,
    as_table,
    is_told,
    strata,
    times_of,
)

STRATA = ("overall", "iss", "r_iss")
CAUSES = ("progression", "death")
State = pl.Enum(["censored", *CAUSES])

CUMULATIVE_INCIDENCE = {
    **KEY,
    "stratum_by": pl.String,
    "stratum": pl.String,
    "cause": pl.String,
    **dict.fromkeys(("day", "at_risk", "events"), pl.Int64),
    **dict.fromkeys(("incidence", "ci_low", "ci_high"), pl.Float64),
}
COMPETING_RISK_TEST = {
    **KEY,
    "stratum_by": pl.String,
    "cause": pl.String,
    **dict.fromkeys(("n", "events", "n_stratum_unknown", "n_unknown"), pl.Int64),
    "strata": pl.Int64,
    "statistic": pl.Float64,
    "df": pl.Int64,
    "p_gray": pl.Float64,
    "reason": pl.String,
}


def competing_risks(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Curves (a row is a day of a stratum and cause) and tests (a row is a cause compared between known strata).

    Progression as for TTP of line 1; a death without it competes; everything else censors. A patient of whom that is
    not known is left out and counted in `n_unknown`. An unknown stratum has a curve and no part in the test. Limits are
    null while the incidence is 0 and once it is 1. A test that can't be had has a `reason`: one_stratum, no_events,
    singular.
    """
    people = _people(tables)
    told = people.filter(is_told())
    curves = [
        _curve(told.filter(pl.col(by) == stratum), by, stratum)
        for by in STRATA
        for stratum in told[by].unique().sort().to_list()
    ]
    tests = [_test(people, by, cause) for by in STRATA[1:] for cause in CAUSES]
    return pl.concat([pl.DataFrame(schema=CUMULATIVE_INCIDENCE), *curves]), as_table(tests, COMPETING_RISK_TEST)


def _people(tables: Tables) -> pl.DataFrame:
    """One row per patient: time, `state` at its end, strata (`unknown` where null)."""
    state = (
        pl.when("event").then(pl.lit(CAUSES[0])).when(pl.col("reason") == "death").then(pl.lit(CAUSES[1]))
    ).otherwise(pl.lit("censored"))
    return (
        times_of(tables, TTP)
        .join(strata(tables), on="patient_id", how="left")
        .with_columns(state=state.cast(State), overall=pl.lit("all"))
        .with_columns(pl.col(STRATA[1:]).fill_null(UNKNOWN))
    )


def _response(told: pl.DataFrame) -> Any:
    import greenwood

    return greenwood.Surv(told["days"].to_numpy(), event=told["state"])


def _curve(told: pl.DataFrame, stratum_by: str, stratum: str) -> pl.DataFrame:
    """Both causes' curves of one stratum, with log-log limits (R: survfit of a factor, conf.type="log-log")."""
    from greenwood import AalenJohansen

    steps = AalenJohansen(conf_type="log-log").fit(_response(told)).to_frame(format="polars")
    ends = told.group_by(pl.col("state").cast(pl.String).alias("cause"), pl.col("days").alias("day")).agg(
        events=pl.len().cast(pl.Int64)
    )
    start = pl.DataFrame(
        {"cause": CAUSES, "day": 0, "at_risk": told.height, "incidence": 0.0},
        schema_overrides={"day": pl.Int64, "at_risk": pl.Int64},
    )
    found = steps.select(
        "cause",
        day=pl.col("time").cast(pl.Int64),
        at_risk=pl.col("n_risk").cast(pl.Int64),
        incidence="estimate",
        ci_low=pl.col("conf_low").fill_nan(None),
        ci_high=pl.col("conf_high").fill_nan(None),
    )
    if found["day"].min() != 0:
        found = pl.concat([start, found], how="diagonal")
    key: dict[str, object] = {**TTP._asdict(), "stratum_by": stratum_by, "stratum": stratum}
    names = {name: pl.lit(value, CUMULATIVE_INCIDENCE[name]) for name, value in key.items()}
    return (
        found.join(ends, on=["cause", "day"], how="left")
        .with_columns(pl.col("events").fill_null(0), pl.col("incidence", "ci_low", "ci_high").round(9), **names)
        .select(*CUMULATIVE_INCIDENCE)
        .sort(pl.col("cause").replace_strict({cause: i for i, cause in enumerate(CAUSES)}), "day")
    )


def _test(people: pl.DataFrame, by: str, cause: str) -> dict[str, Any]:
    known = people.filter(pl.col(by) != UNKNOWN)
    told = known.filter(is_told())
    row: dict[str, Any] = {
        **TTP._asdict(),
        "stratum_by": by,
        "cause": cause,
        "n": told.height,
        "events": told.filter(pl.col("state") == cause).height,
        "n_stratum_unknown": people.height - known.height,
        "n_unknown": known.height - told.height,
        "strata": told[by].n_unique(),
    }
    return row | _gray(told, by, cause)


def _gray(told: pl.DataFrame, by: str, cause: str) -> dict[str, Any]:
    """Gray's k-sample test (Ann Stat 1988;16:1141), rho = 0: the subdistribution hazards of all strata are one."""
    if told[by].n_unique() < 2:
        return {"reason": "one_stratum"}
    if not told.filter(pl.col("state") == cause).height:
        return {"reason": "no_events"}
    from greenwood import grays_test
    from numpy.linalg import LinAlgError

    order = {level: i for i, level in enumerate(LEVELS[by])}
    with warnings.catch_warnings():
        # Of the expected number of a stratum that is used up, which the statistic doesn't take.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            found = grays_test(_response(told), group=told[by].replace_strict(order).to_numpy(), cause=cause)
        except LinAlgError:  # nobody of one stratum is there when another has its events
            return {"reason": "singular"}
    if not math.isfinite(found.p_value):
        return {"reason": "singular"}
    return {"statistic": found.statistic, "df": found.df, "p_gray": found.p_value}
