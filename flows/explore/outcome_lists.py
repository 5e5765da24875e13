"""The patients behind the numbers of an outcome: of a group's curve, and of a cohort in no curve for want of a time."""

from __future__ import annotations

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.listing import Listing, lists, of
from flows.explore.outcome_names import cohort_name, strata, title_of
from flows.query.asked_outcome import outcome_of
from transforms.cohorts.analysis import LETTERS
from transforms.cohorts.outcome_times import WHY_NOT, why_not
from transforms.survival import DAYS_PER_MONTH
from transforms.survival.cohort import is_seen


def group_link(asked: Asked, group: str) -> str:
    """Where the patients of a group's curve are."""
    return asked.link("patients", of=of("outcome", group))


def without_link(asked: Asked, letter: str, reason: str) -> str:
    """Where the members of a cohort are who have no curve for a reason of their time."""
    return asked.link("patients", of=of("outcome_without", letter, reason))


@lists("outcome")
def in_curve(asked: Asked, group: str) -> Listing:
    """Who is in the curve of a group, with the time."""
    found = outcome_of(asked.registry, asked.analysis)
    names = {stratum.code: stratum.name for stratum in strata(found, asked.words)}
    if group not in names:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=group))
    rows = found.people.filter(is_seen(), pl.col("stratum") == group)
    title = asked.words.t("explore_outcome.list_group", group=names[group], title=title_of(found.analysis, asked.words))
    return _listing(asked, title, rows)


@lists("outcome_without")
def without_curve(asked: Asked, letter: str, reason: str) -> Listing:
    """Who of a cohort is in no curve for a reason of the time."""
    cohorts = dict(zip(LETTERS, asked.analysis.cohorts, strict=False))
    if letter not in cohorts or reason not in WHY_NOT:
        raise WrongAddressError(asked.words.t("explore_patients.no_listing", of=reason))
    members = asked.registry.members(asked.analysis).filter(pl.col("cohort") == letter)
    rows = members.filter(why_not() == reason)
    why = asked.words.t(f"explore_outcome.reason.{reason}")
    group = cohort_name(cohorts[letter], asked.words)
    return _listing(asked, asked.words.t("explore_outcome.list_without", group=group, why=why), rows)


def _listing(asked: Asked, title: str, rows: pl.DataFrame) -> Listing:
    of_lines = ["line"] if rows["line"].count() else []
    months = (pl.col("days") / DAYS_PER_MONTH).alias("months")
    shown = rows.select("patient_id", *of_lines, months, "event", "reason")
    return Listing(title, shown, {"reason": asked.words.t("explore_outcome.ended_by")})
