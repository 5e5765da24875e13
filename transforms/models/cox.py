"""Cox models of survival and progression by what is known at diagnosis, alone and adjusted for age and sex."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from transforms.models.fits import Fit, cox
from transforms.models.inputs import (
    KEY,
    LEVELS,
    OS,
    OS_FROM_DIAGNOSIS,
    PFS,
    PFS2,
    Origin,
    Tables,
    as_table,
    is_seen,
    strata,
    table,
    times_of,
)

DAYS_PER_DECADE = 3652.5

HAZARD_RATIO = {
    **KEY,
    "factor": pl.String,
    "adjusted": pl.Boolean,
    "covariate": pl.String,
    "level": pl.String,
    "reference": pl.String,
    **dict.fromkeys(("n", "events", "n_level", "events_level"), pl.Int64),
    **dict.fromkeys(("n_stratum_unknown", "n_left_out", "n_entered_late"), pl.Int64),
    **dict.fromkeys(("hazard_ratio", "ci_low", "ci_high", "p", "p_proportional"), pl.Float64),
    "reason": pl.String,
    "left_out": pl.String,
    "unsettled_by": pl.String,
}
# The name of each covariate that a model is adjusted for, and its level in the table.
ADJUSTED_FOR = {"age": ("age", "per 10 years", None), "male": ("sex", "M", "F")}


def hazard_ratios(tables: Tables) -> pl.DataFrame:
    """One row per coefficient of a model: an endpoint by a factor, unadjusted or adjusted for age and sex.

    `n`, `events`: patients in the model. `n_stratum_unknown`: omitted because their factor is unknown;
    `n_left_out`: of the others, those whose time or event (or, adjusted, age or sex) is not known, or whose follow-up
    by the registry began no earlier than it ended. A patient counts from `registered_on` on, where that is later than
    the start. Null hazard ratio: `reason` says why (one_level, too_few_events, no_events_in_level, separation,
    no_convergence, constant, not_recorded). A level without events takes no part in the model: its hazard ratio would
    be 0, and the others are the same without it. Nor does age or sex where all have the same, or it is recorded of
    no one: nothing can be adjusted for what does not differ, and `left_out` names it. `unsettled_by` names, where a
    model has no maximum, each covariate without which it would have one.
    """
    rows: list[dict[str, Any]] = []
    for origin in (OS_FROM_DIAGNOSIS, OS, PFS, PFS2):
        people = _people(tables, origin)
        for factor in LEVELS:
            for adjusted in (False, True):
                rows += model(people, origin, factor, LEVELS[factor], adjusted=adjusted)
    return as_table(rows, HAZARD_RATIO)


def _people(tables: Tables, origin: Origin) -> pl.DataFrame:
    """One row per patient: time, event, entry, factors, `age` in decades at the start, `male`."""
    persons = table(tables, "patients").select("patient_id", "birth_date", "sex")
    return (
        times_of(tables, origin)
        .join(persons, on="patient_id", how="left")
        .join(strata(tables), on="patient_id", how="left")
        .with_columns(age_and_sex())
    )


def age_and_sex() -> list[pl.Expr]:
    """`age` in decades when time starts, and `male` (1, 0); null where not known."""
    age = (pl.col("start_date") - pl.col("birth_date")).dt.total_days() / DAYS_PER_DECADE
    male = pl.col("sex").replace_strict({"M": 1, "F": 0}, default=None, return_dtype=pl.Int64)
    return [age.alias("age"), male.alias("male")]


def model(
    people: pl.DataFrame, origin: Origin, factor: str, order: Sequence[str], *, adjusted: bool
) -> Iterator[dict[str, Any]]:
    """The rows of one model (`hazard_ratios`) of a factor, a column of the people, whose levels have this order."""
    known = people.filter(pl.col(factor).is_not_null())
    delayed = bool(people["entry_days"].is_not_null().any())
    recorded = [name for name in ADJUSTED_FOR if adjusted and known[name].count()]
    used = known.filter(is_seen(), *(pl.col(name).is_not_null() for name in recorded))
    counts = used.group_by(factor).agg(n=pl.len(), events=pl.col("event").sum()).rows_by_key(factor, named=True)
    levels = [level for level in order if level in counts]
    with_events = [level for level in levels if counts[level][0]["events"]]
    fitted = used.filter(pl.col(factor).is_in(with_events))
    left_out = _tell_nothing(fitted, recorded) if adjusted else {}
    fit = _fit(fitted, factor, with_events, [name for name in recorded if name not in left_out], delayed=delayed)
    base = {
        **origin._asdict(),
        "factor": factor,
        "adjusted": adjusted,
        "n": fitted.height,
        "events": fitted["event"].sum(),
        "n_stratum_unknown": people.height - known.height,
        "n_left_out": known.height - used.height,
        "n_entered_late": fitted["entry_days"].count(),
        "left_out": _named(left_out),
        "unsettled_by": _named(fit.unsettled_by),
    }
    reference = with_events[0] if with_events else None
    others: list[str | None] = [level for level in levels if level != reference]
    for level in others or [None]:
        found = counts[level][0] if level else {"n": None, "events": None}
        row = {**base, "covariate": factor, "level": level, "reference": reference}
        row |= {"n_level": found["n"], "events_level": found["events"]}
        lacks_events = level is not None and level not in with_events and reference is not None
        yield {**row, **_estimated(fit, str(level), "no_events_in_level" if lacks_events else None)}
    for name, (covariate, level, compared_with) in ADJUSTED_FOR.items() if adjusted else ():
        row = {**base, "covariate": covariate, "level": level, "reference": compared_with}
        yield {**row, **_estimated(fit, name, left_out.get(name))}


def _tell_nothing(fitted: pl.DataFrame, recorded: list[str]) -> dict[str, str]:
    """What can't be adjusted for, and why: never recorded, or the same in all."""
    constant = {name: "constant" for name in recorded if fitted[name].n_unique() < 2}
    why = {name: constant.get(name) if name in recorded else "not_recorded" for name in ADJUSTED_FOR}
    return {name: reason for name, reason in why.items() if reason}


def _named(covariates: Iterable[str]) -> str | None:
    """Covariates as the table names them; null where there is none."""
    return ", ".join(ADJUSTED_FOR[name][0] if name in ADJUSTED_FOR else name for name in covariates) or None


def _fit(fitted: pl.DataFrame, factor: str, levels: list[str], others: list[str], *, delayed: bool) -> Fit:
    if len(levels) < 2:
        return Fit({}, "one_level" if levels else "too_few_events")
    dummies = [(pl.col(factor) == level).cast(pl.Int8).alias(level) for level in levels[1:]]
    return cox(fitted.with_columns(dummies), [*levels[1:], *others], delayed=delayed)


def _estimated(fit: Fit, name: str, reason: str | None = None) -> dict[str, Any]:
    estimate = fit.estimates.get(name)
    return vars(estimate) if estimate else {"reason": reason or fit.reason}
