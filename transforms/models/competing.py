"""Cumulative incidence of progression with death competing (Aalen-Johansen), and Gray's test."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl

from transforms.models.aalen_johansen import aalen_johansen
from transforms.models.gray import grays_test
from transforms.models.inputs import (
    KEY,
    TTP,
    UNKNOWN,
    Origin,
    Tables,
    as_table,
    is_known,
    is_seen,
    strata,
    times_of,
)
from transforms.survival.risk_sets import FROM_START, Array
from transforms.survival.risk_table import is_estimable
from transforms.survival.tables import TELLS_NOTHING

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
    **dict.fromkeys(("n", "events", "n_entered_late", "n_stratum_unknown", "n_never_at_risk", "n_unknown"), pl.Int64),
    "strata": pl.Int64,
    "statistic": pl.Float64,
    "df": pl.Int64,
    "p_gray": pl.Float64,
    "reason": pl.String,
}


def competing_risks(tables: Tables) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Curves (a row is a day of a stratum and cause) and tests (a row is a cause compared between known strata).

    Progression as for TTP of line 1; a death without it competes; everything else censors. A patient for whom that is
    not known is left out and counted in `n_unknown`. A patient counts from registration on; whose time was over by then
    is left out and counted in `n_never_at_risk`, and where none is left at risk before the last patients enter there
    is no curve. An unknown stratum has a curve and no part in the test. Limits are null while the incidence is 0 and
    once it is 1. A test that can't be had has a `reason`: one_stratum, no_events, none_at_risk (a stratum without a
    curve), singular.
    """
    people = _people(tables)
    seen = people.filter(is_seen())
    curves = [incidence_curves(seen, TTP, by) for by in STRATA]
    tests = [grays_tests(people, TTP, by) for by in STRATA[1:]]
    return pl.concat(curves), pl.concat(tests)


def incidence_curves(seen: pl.DataFrame, origin: Origin, by: str) -> pl.DataFrame:
    """Every cause's curve of each stratum (`by`) of patients who are seen, with their `state`; as `competing_risks`."""
    strata = seen[by].unique().sort().to_list()
    curves = [_curve(seen.filter(pl.col(by) == stratum), origin, by, stratum) for stratum in strata]
    return pl.concat([pl.DataFrame(schema=CUMULATIVE_INCIDENCE), *curves])


def grays_tests(people: pl.DataFrame, origin: Origin, by: str) -> pl.DataFrame:
    """Of each cause the test between the strata of which something is known."""
    return as_table([_test(people, origin, by, cause) for cause in _causes(people)], COMPETING_RISK_TEST)


def _causes(people: pl.DataFrame) -> list[str]:
    """What ends the time, by `state`."""
    return people.schema["state"].categories.to_list()[1:]  # type: ignore[attr-defined]


def _people(tables: Tables) -> pl.DataFrame:
    """One row per patient: time, `state` at its end, strata (`unknown` where null)."""
    return (
        times_of(tables, TTP)
        .join(strata(tables), on="patient_id", how="left")
        .with_columns(state(), pl.col(STRATA[1:]).fill_null(UNKNOWN), overall=pl.lit("all"))
    )


def state() -> pl.Expr:
    """How the time to progression of a row ends: with it, with a death without it, or otherwise."""
    is_death = pl.col("reason") == "death"
    found = pl.when("event").then(pl.lit(CAUSES[0])).when(is_death).then(pl.lit(CAUSES[1]))
    return found.otherwise(pl.lit("censored")).cast(State).alias("state")


def _arrays(seen: pl.DataFrame) -> tuple[Array, Array, Array]:
    """Days, state (0 censored, then the causes), and the day after which each patient is at risk."""
    return (
        seen["days"].to_numpy(),
        seen["state"].to_physical().cast(pl.Int64).to_numpy(),
        seen["entry_days"].fill_null(FROM_START).to_numpy(),
    )


def _has_curve(seen: pl.DataFrame) -> bool:
    return is_estimable(seen.with_columns(event=pl.col("state") != "censored"))


def _curve(seen: pl.DataFrame, origin: Origin, stratum_by: str, stratum: str) -> pl.DataFrame:
    """The causes' curves of one stratum, with log-log limits (R: survfit of a factor, conf.type="log-log")."""
    if not _has_curve(seen):
        return pl.DataFrame(schema=CUMULATIVE_INCIDENCE)
    causes = _causes(seen)
    found = aalen_johansen(*_arrays(seen), len(causes))
    from_start = {"day": 0, "at_risk": seen["entry_days"].null_count(), "events": 0, "incidence": 0.0}
    key: dict[str, object] = {**origin._asdict(), "stratum_by": stratum_by, "stratum": stratum}
    rows = [
        pl.DataFrame(
            {
                "day": found.days,
                "at_risk": found.at_risk,
                "events": found.events[:, i],
                "incidence": found.estimate[:, i],
                "ci_low": found.ci_low[:, i],
                "ci_high": found.ci_high[:, i],
            }
        ).select(pl.lit(cause).alias("cause"), pl.all().fill_nan(None))
        for i, cause in enumerate(causes)
    ]
    if found.days[0] > 0:
        rows += [pl.DataFrame({"cause": cause, **from_start}) for cause in causes]
    names = {name: pl.lit(value, CUMULATIVE_INCIDENCE[name]) for name, value in key.items()}
    return (
        pl.concat(rows, how="diagonal")
        .with_columns(pl.col("incidence", "ci_low", "ci_high").round(9), **names)
        .select(pl.col(name).cast(dtype) for name, dtype in CUMULATIVE_INCIDENCE.items())
        .sort(pl.col("cause").replace_strict({cause: i for i, cause in enumerate(causes)}), "day")
    )


def _test(people: pl.DataFrame, origin: Origin, by: str, cause: str) -> dict[str, Any]:
    known = people.filter(~pl.col(by).is_in(TELLS_NOTHING))
    followed, seen = known.filter(is_known()), known.filter(is_seen())
    row: dict[str, Any] = {
        **origin._asdict(),
        "stratum_by": by,
        "cause": cause,
        "n": seen.height,
        "events": seen.filter(pl.col("state") == cause).height,
        "n_entered_late": seen["entry_days"].count(),
        "n_stratum_unknown": people.height - known.height,
        "n_never_at_risk": followed.height - seen.height,
        "n_unknown": known.height - followed.height,
        "strata": seen[by].n_unique(),
    }
    return row | _gray(seen, by, cause)


def _gray(seen: pl.DataFrame, by: str, cause: str) -> dict[str, Any]:
    if seen[by].n_unique() < 2:
        return {"reason": "one_stratum"}
    if not seen.filter(pl.col("state") == cause).height:
        return {"reason": "no_events"}
    if not all(_has_curve(of_stratum) for _, of_stratum in seen.group_by(by, maintain_order=True)):
        return {"reason": "none_at_risk"}
    from scipy.special import chdtrc  # takes long to load

    days, state, entry = _arrays(seen)
    asked = np.where(state == _causes(seen).index(cause) + 1, 1, np.where(state > 0, 2, 0))
    try:
        found = grays_test(days, asked, entry, seen[by].rank("dense").to_numpy() - 1)
    except np.linalg.LinAlgError:  # one stratum has no patient at risk when another has its events
        return {"reason": "singular"}
    p = float(chdtrc(found.df, found.statistic))
    return {"statistic": found.statistic, "df": found.df, "p_gray": p} if math.isfinite(p) else {"reason": "singular"}
