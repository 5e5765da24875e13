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
from transforms.cohorts.outcome_times import WHY_NOT, outcome_times, why_not
from transforms.survival.cohort import is_seen

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


def without_link(asked: Asked, letter: str, reason: str) -> str:
    """Where the members of a cohort are who have no curve for a reason of their time."""
    return asked.link("patients", of=of("outcome_without", letter, reason))


@lists("outcome_without")
def without_curve(asked: Asked, letter: str, reason: str) -> Listing:
    """The members of a cohort who are in no curve for a reason of their time."""
    words, cohorts = asked.words, dict(zip(LETTERS, asked.analysis.cohorts, strict=False))
    if letter not in cohorts or reason not in WHY_NOT:
        raise WrongAddressError(words.t("explore_patients.no_listing", of=reason))
    rows = asked.registry.members(asked.analysis).filter(pl.col("cohort") == letter, why_not() == reason)
    of_lines = ["line"] if rows["line"].count() else []
    why = words.t(f"explore_outcome.reason.{reason}")
    title = words.t("explore_outcome.list_without", group=cohort_name(cohorts[letter], words), why=why)
    return Listing(title, rows.select("patient_id", *of_lines))
