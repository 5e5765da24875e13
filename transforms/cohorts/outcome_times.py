"""Members' times in the groups that are compared; and who is in no curve, and why."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from transforms.cohorts.analysis import Analysis
from transforms.cohorts.catalogue import ATTRIBUTES
from transforms.cohorts.filters import ALL as EVERYONE
from transforms.cohorts.filters import LANDMARK, PLACES
from transforms.survival.cohort import is_known, is_seen
from transforms.survival.tables import ALL, TELLS_NOTHING

COHORTS = "cohort"  # what curves are split by where cohorts stand side by side
PEOPLE = {
    **dict.fromkeys(("cohort", "stratum", "patient_id"), pl.String),
    "line": pl.Int64,
    **dict.fromkeys(("start_date", "origin_date"), pl.Date),
    "days": pl.Int64,
    "event": pl.Boolean,
    **dict.fromkeys(("reason", "progression_source"), pl.String),
    "registered_on": pl.Date,
    "entry_days": pl.Int64,
    "birth_date": pl.Date,
    "sex": pl.String,
}
EXCLUDED = {**dict.fromkeys(("cohort", "step", "reason"), pl.String), "n": pl.Int64}
TIME, STRATUM = "time", "stratum"  # the last steps, after those of the filters
LEFT_OUT, UNKNOWN = "left_out", "unknown"
WHY_NOT = ("no_time", "contradictory", "unreadable", "never_at_risk")


def split_of(analysis: Analysis) -> str:
    """What the curves are split by: overall, cohort, an attribute, or cohort and attribute (`cohort_iss`)."""
    is_one = len(analysis.cohorts) == 1
    if analysis.by is None:
        return "overall" if is_one else COHORTS
    return analysis.by if is_one else f"{COHORTS}_{analysis.by}"


def outcome_times(members: pl.DataFrame, steps: pl.DataFrame, analysis: Analysis) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per member with a time (`PEOPLE`), and how many candidates of each cohort are in no curve (`EXCLUDED`).

    `members` and `steps` are those of the analysis. A member whose time is not known (null `days`, `event`), or over
    by registration, is among the rows, as `survival` takes them. `stratum` is the group: all, the cohort's letter, the
    value of the attribute that splits, or letter and value (`a III`); then who has no known value is in no group.

    `step` is what was asked: an attribute, landmark, time, stratum; `reason`: left_out, unknown (not known); of a
    landmark event_before, censored_before; of a time no_time (the endpoint does not apply, or nothing tells of it),
    contradictory, unreadable (the records), never_at_risk (it was over by registration).
    """
    timed = members.with_columns(why_not=why_not(), group=group_of(analysis))
    no_time, no_group = pl.col("why_not").is_not_null(), pl.col("group").is_null()
    of_time = timed.filter(no_time).group_by("cohort", reason="why_not").len("n").sort("reason")
    of_group = timed.filter(no_group, ~no_time).group_by("cohort").len("n")
    counts = [
        *_of_steps(steps),
        of_time.with_columns(step=pl.lit(TIME)),
        of_group.with_columns(step=pl.lit(STRATUM), reason=pl.lit(UNKNOWN)),
    ]
    excluded = pl.concat([part.select(pl.col(name).cast(to) for name, to in EXCLUDED.items()) for part in counts])
    people = timed.filter(pl.col("why_not").ne_missing("no_time"), ~no_group).with_columns(stratum="group")
    return (
        people.select(pl.col(name).cast(to) for name, to in PEOPLE.items()).sort(
            "cohort", "stratum", "patient_id", "line"
        ),
        excluded.filter(pl.col("n") > 0).sort("cohort", maintain_order=True),
    )


def why_not() -> pl.Expr:
    """Of a member: why its time is in no curve (one of `WHY_NOT`); null where it is in one."""
    return (
        pl.when(pl.col("reason").is_null())
        .then(pl.lit("no_time"))
        .when(~is_known())
        .then(pl.when(pl.col("reason") == "unreadable").then("reason").otherwise(pl.lit("contradictory")))
        .when(~is_seen())
        .then(pl.lit("never_at_risk"))
    )


def _of_steps(steps: pl.DataFrame) -> list[pl.DataFrame]:
    """What each filter left out, and for whom it is not known; of a landmark by where the times stand."""
    places = {f"n_{place}": place for place in PLACES}
    numbered = steps.filter(pl.col("attribute") != EVERYONE).rename({"attribute": "step"}).with_row_index()
    is_landmark = pl.col("step") == LANDMARK
    asked = _counted(numbered.filter(~is_landmark), [LEFT_OUT, UNKNOWN])
    at_landmark = numbered.filter(is_landmark).drop(LEFT_OUT, UNKNOWN).rename(places)
    return [pl.concat([asked, _counted(at_landmark, list(PLACES))]).sort("index", maintain_order=True)]


def _counted(numbered: pl.DataFrame, reasons: list[str]) -> pl.DataFrame:
    return numbered.unpivot(reasons, index=["index", "cohort", "step"], variable_name="reason", value_name="n")


def group_of(analysis: Analysis) -> pl.Expr:
    """The group of a member; null: in none."""
    is_one = len(analysis.cohorts) == 1
    if analysis.by is None:
        return pl.lit(ALL) if is_one else pl.col("cohort")
    if is_one:
        return pl.col("stratum")
    return pl.when(~pl.col("stratum").is_in(TELLS_NOTHING)).then(pl.format("{} {}", "cohort", "stratum"))


def groups_in_order(found: Iterable[str], analysis: Analysis) -> list[str]:
    """The groups that are there: cohorts in theirs, levels in the attribute's order, what tells nothing last."""
    levels = ATTRIBUTES[analysis.by].values if analysis.by else ()

    def place(group: str) -> tuple[object, ...]:
        cohort, level = parts_of(group, analysis)
        return cohort or "", level in TELLS_NOTHING, levels.index(level) if level in levels else len(levels), level

    return sorted(set(found), key=place)


def parts_of(group: str, analysis: Analysis) -> tuple[str | None, str]:
    """The letter of a group's cohort, where there are several, and its level (`all` where it is not split)."""
    if len(analysis.cohorts) == 1:
        return None, group
    letter, _, level = group.partition(" ")
    return letter, level or ALL
