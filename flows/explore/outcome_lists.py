"""The members behind a number of an outcome: of a group those with a time, and those with the event; of a cohort who
is in no curve for want of a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.listing import Listing, lists, of, with_months
from flows.explore.outcome_names import cohort_name, split_of
from flows.query.asked_outcome import outcome_of
from transforms.cohorts.analysis import LETTERS
from transforms.cohorts.filters import LANDMARK
from transforms.cohorts.outcome_times import STRATUM, TIME, WHY_NOT, group_of, outcome_times, why_not
from transforms.survival.cohort import is_seen

NO_GROUP = "no_group"
PARTS = {"n": pl.lit(value=True), "events": pl.col("event")}


def link_to(asked: Asked, row: Mapping[str, Any], part: str) -> str:
    """Where the list of a number in a group's row is."""
    return asked.link("patients", of=of("outcome", row["stratum"].code, part))


@lists("outcome")
def in_group(asked: Asked, group: str, part: str) -> Listing:
    """The members whose time is in a group's curve (`n`), or those of them who had the event (`events`)."""
    words, analysis = asked.words, asked.analysis
    names = {stratum.code: stratum.name for stratum in split_of(outcome_of(asked.registry, analysis), words).strata}
    if group not in names or part not in PARTS:
        raise WrongAddressError(words.t("explore_patients.no_listing", of=group))
    people, _ = outcome_times(asked.registry.members(analysis), asked.registry.steps(analysis), analysis)
    rows = with_months(people.filter(pl.col("stratum") == group, is_seen(), PARTS[part])).drop("stratum")
    title = words.t(f"explore_patients.outcome_{part}", endpoint=analysis.endpoint, group=names[group])
    return Listing(title, rows)


def without_link(asked: Asked, letter: str, step: str, reason: str) -> str:
    """Where those of a cohort are who are in no curve: at a step, for a reason."""
    if step in (TIME, STRATUM):
        return asked.link("patients", of=of("outcome_without", letter, reason if step == TIME else NO_GROUP))
    return asked.link("patients", of=of("step", letter, step, f"n_{reason}" if step == LANDMARK else reason))


def within_link(asked: Asked, letter: str) -> str:
    """Where those of a cohort are who are in a curve."""
    return asked.link("patients", of=of("outcome_within", letter))


@lists("outcome_without")
def without_curve(asked: Asked, letter: str, reason: str) -> Listing:
    """The members of a cohort who are in no curve for a reason of their time, or as their group is not known."""
    if reason not in (*WHY_NOT, NO_GROUP):
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=reason))
    has_no_group = group_of(asked.analysis).is_null() & why_not().is_null()
    rows = _of_cohort(asked, letter).filter(has_no_group if reason == NO_GROUP else why_not() == reason)
    why = asked.words.t(f"explore_outcome.reason.{reason}")
    return _listed(asked, letter, rows, "explore_outcome.list_without", why)


@lists("outcome_within")
def within_curve(asked: Asked, letter: str) -> Listing:
    """The members of a cohort who are in a curve."""
    rows = _of_cohort(asked, letter).filter(why_not().is_null(), group_of(asked.analysis).is_not_null())
    return _listed(asked, letter, rows, "explore_outcome.list_within", "")


def _of_cohort(asked: Asked, letter: str) -> pl.DataFrame:
    if letter not in LETTERS[: len(asked.analysis.cohorts)]:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=letter))
    return asked.registry.members(asked.analysis).filter(pl.col("cohort") == letter)


def _listed(asked: Asked, letter: str, rows: pl.DataFrame, title: str, why: str) -> Listing:
    of_lines = ["line"] if rows["line"].count() else []
    group = cohort_name(asked.analysis.cohorts[LETTERS.index(letter)], asked.words)
    return Listing(asked.words.t(title, group=group, why=why), rows.select("patient_id", *of_lines))
