"""The members behind a number of an outcome: of a group those with a time, and those with the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from flows.explore.asked import Asked
from flows.explore.fields import WrongAddressError
from flows.explore.listing import Listing, lists, of, with_months
from flows.explore.outcome_names import split_of
from flows.query.asked_outcome import outcome_of
from transforms.cohorts.outcome_times import outcome_times
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
