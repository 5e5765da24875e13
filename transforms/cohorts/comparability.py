"""Whether groups that were not assigned can be compared: who is in them, and what about the analysis is to be said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from transforms.cohorts.filters import LANDMARK
from transforms.cohorts.outcomes import Outcome
from transforms.survival.cohort import is_known, is_seen
from transforms.survival.tables import DAYS_PER_YEAR, TELLS_NOTHING

# Groups whose means differ by more than this share of a standard deviation are not alike (Stuart, Stat Sci 2010;25:1).
UNLIKE = 0.25
# Fewer than these in a group, and one patient more or less changes what is read off its curve.
FEW_PATIENTS, FEW_EVENTS = 20, 10
ALPHA = 0.05
COMPARED = ("start_year", "age", "male", "line")
GROUPS = {
    "stratum": pl.String,
    "n": pl.Int64,
    **dict.fromkeys(("start_year", "age", "male", "line"), pl.Float64),
}


@dataclass(frozen=True)
class Caveat:
    """Something that a reader has to know: its code, and the numbers and groups that it is said with."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


def who_is_compared(found: Outcome) -> tuple[pl.DataFrame, dict[str, float]]:
    """Of each group those in its curve (`n`), their median year of start, age and line, and the share of men; and by
    how many standard deviations the two groups farthest apart differ in each (absent where that is not known).
    """
    people = _described(found)
    order = pl.col("stratum").replace_strict({g: i for i, g in enumerate(found.groups)}, return_dtype=pl.Int64)
    medians = people.group_by("stratum").agg(
        pl.len().alias("n"),
        pl.col("start_year", "age", "line").median(),
        pl.col("male").mean(),
    )
    shown = medians.sort(order).select(pl.col(name).cast(dtype) for name, dtype in GROUPS.items())
    known = people.filter(~pl.col("stratum").is_in(TELLS_NOTHING))
    means = known.group_by("stratum").agg(
        *(pl.col(name).mean().alias(f"{name}_mean") for name in COMPARED),
        *(pl.col(name).var().alias(f"{name}_var") for name in COMPARED),
    )
    apart = {name: _apart(means, name) for name in COMPARED}
    return shown, {name: value for name, value in apart.items() if value is not None}


def _described(found: Outcome) -> pl.DataFrame:
    start = pl.col("origin_date")
    return found.people.filter(is_seen()).select(
        "stratum",
        pl.col("line").cast(pl.Float64),
        start_year=start.dt.year() + start.dt.ordinal_day() / DAYS_PER_YEAR,
        age=(start - pl.col("birth_date")).dt.total_days() / DAYS_PER_YEAR,
        male=pl.col("sex").replace_strict({"M": 1.0, "F": 0.0}, default=None, return_dtype=pl.Float64),
    )


def _apart(means: pl.DataFrame, name: str) -> float | None:
    """The largest difference of two groups' means, in standard deviations (the root of the mean of their variances)."""
    groups = means.select(mean=f"{name}_mean", var=f"{name}_var").drop_nulls()
    pairs = groups.join(groups, how="cross", suffix="_other").filter(pl.col("mean") > pl.col("mean_other"))
    deviation = ((pl.col("var") + pl.col("var_other")) / 2).sqrt()
    found = pairs.filter(deviation > 0).select(((pl.col("mean") - pl.col("mean_other")) / deviation).max())
    value = found.item()
    return None if value is None else float(value)


def warnings_of(found: Outcome, apart: dict[str, float]) -> list[Caveat]:
    """What is to be said of an outcome, the most important first."""
    return [*_of_comparison(found, apart), *_of_size(found), *_of_hazards(found), *_of_time(found)]


def _of_comparison(found: Outcome, apart: dict[str, float]) -> list[Caveat]:
    if len(found.known_groups) < 2:
        return []
    said = [Caveat("not_assigned")]
    splits = {"sex": "male", "age_band": "age", "diagnosis_period": "start_year"}  # these differ as was asked for
    by = splits.get(found.analysis.by or "", found.analysis.by)
    unlike = tuple(name for name, value in apart.items() if value > UNLIKE and name != by)
    if unlike:
        said.append(Caveat("unlike", groups=unlike))
    seen = found.people.filter(is_seen(), pl.col("stratum").is_in(found.known_groups))
    shared = seen.group_by("patient_id").agg(n=pl.col("stratum").n_unique()).filter(pl.col("n") > 1).height
    if shared:
        said.append(Caveat("overlap", {"n": shared}))
    if found.models_refused == "too_many_groups":
        said.append(Caveat("too_many_groups", {"n": len(found.known_groups)}))
    return said


def _of_size(found: Outcome) -> list[Caveat]:
    seen = found.people.filter(is_seen())
    said = []
    counts = seen.group_by("stratum").agg(n=pl.len(), events=pl.col("event").sum())
    few = counts.filter((pl.col("n") < FEW_PATIENTS) | (pl.col("events") < FEW_EVENTS))["stratum"].to_list()
    if few := [group for group in few if group in found.known_groups or found.groups == [group]]:
        said.append(Caveat("few", groups=tuple(group for group in found.groups if group in few)))
    if found.analysis.origin == "line_start" and found.analysis.line is None:
        several = seen.group_by("cohort", "stratum", "patient_id").len("n").filter(pl.col("n") > 1)
        n = several["patient_id"].n_unique()
        said += [Caveat("several_lines", {"n": n})] if n else []
    return said


def _of_hazards(found: Outcome) -> list[Caveat]:
    of_group = found.hazard_ratios.filter(~pl.col("adjusted"), pl.col("covariate") == found.split)
    said = []
    p = of_group["p_proportional"].drop_nulls()
    if len(p) and p.min() < ALPHA:  # type: ignore[operator]
        said.append(Caveat("not_proportional", {"p": p.min()}))
    return said


def _of_time(found: Outcome) -> list[Caveat]:
    people = found.people
    seen = people.filter(is_seen())
    said = []
    late, never = seen["entry_days"].count(), _left_out(found, "never_at_risk")
    said += [Caveat("left_truncated", {"n": late})] if late else []
    said += [Caveat("never_at_risk", {"n": never})] if never else []
    unknown = seen["registered_on"].null_count()
    if unknown and people["registered_on"].count():
        said.append(Caveat("entry_unknown", {"n": unknown}))
    broken = _unestimable(found)
    if broken:
        said.append(Caveat("unestimable", groups=tuple(broken)))
    sources = seen.filter(is_known())["progression_source"].drop_nulls().unique().sort().to_list()
    if "reported" in sources:
        said.append(Caveat("reported" if len(sources) == 1 else "mixed"))
    if found.analysis.landmark_months is not None:
        said.append(Caveat("landmark", {"n": _left_out(found, "event_before", "censored_before")}))
    return said


def _left_out(found: Outcome, *reasons: str) -> int:
    """How many are in no curve for these reasons. A landmark leaves the same candidates out of every cohort."""
    excluded = found.excluded.filter(pl.col("reason").is_in(reasons))
    at_landmark = excluded.filter(step=LANDMARK).group_by("cohort").agg(pl.col("n").sum())["n"].max()
    return int(excluded.filter(pl.col("step") != LANDMARK)["n"].sum()) + int(at_landmark or 0)  # type: ignore[arg-type]


def _unestimable(found: Outcome) -> list[str]:
    """Groups with patients and no curve."""
    drawn = set(found.curves["stratum"]) if found.curves.height else set()
    seen = set(found.people.filter(is_seen())["stratum"])
    return [group for group in found.groups if group in seen - drawn]
