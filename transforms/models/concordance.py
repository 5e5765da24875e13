"""Concordance of survival with stage (Harrell): in what share of pairs the worse stage has the event earlier."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from transforms.models.inputs import (
    KEY,
    LEVELS,
    OS_FROM_DIAGNOSIS,
    PFS,
    Origin,
    Tables,
    as_table,
    is_seen,
    strata,
    times_of,
)
from transforms.survival.risk_sets import FROM_START, NORMAL_QUANTILE, Array

STAGINGS = ("iss", "r_iss", "r2_iss", "mass_3", "hr_ims2025")

CONCORDANCE = {
    **KEY,
    "patients": pl.String,
    "staging": pl.String,
    **dict.fromkeys(("n", "events", "n_stage_unknown", "n_left_out", "n_entered_late"), pl.Int64),
    **dict.fromkeys(("pairs", "concordance", "standard_error", "ci_low", "ci_high"), pl.Float64),
    "reason": pl.String,
}


def concordances(tables: Tables) -> pl.DataFrame:
    """One row per endpoint and staging, of the patients whose every staging is known (`same`), and of all that the
    staging itself is known of (`own`): only `same` compares stagings with each other.

    A staging that is known of no patient counts in no other's way. A pair is comparable where the one has the event
    while the other is at risk; who enters late is at risk from registration on. Pairs of one stage count one half. The
    standard error is that of the infinitesimal jackknife; limits are 95 %, normal. `n_stage_unknown`: omitted as a
    staging is not known; `n_left_out`: of the others, those whose time or event is not known, or was over at entry.
    Null concordance: `reason` no_pairs.
    """
    rows: list[dict[str, Any]] = []
    for origin in (OS_FROM_DIAGNOSIS, PFS):
        people = times_of(tables, origin).join(strata(tables), on="patient_id", how="left")
        known = [staging for staging in STAGINGS if people[staging].count()]
        for staging in STAGINGS:
            rows += [
                _row(people, origin, "same", staging, {*known, staging}),
                _row(people, origin, "own", staging, {staging}),
            ]
    return as_table(rows, CONCORDANCE)


def _row(people: pl.DataFrame, origin: Origin, patients: str, staging: str, needed: set[str]) -> dict[str, Any]:
    known = people.filter(pl.col(name).is_not_null() for name in needed)
    used = known.filter(is_seen())
    place = {level: place for place, level in enumerate(LEVELS[staging])}
    found = concordance(
        used["days"].to_numpy(),
        used["event"].to_numpy(),
        used[staging].replace_strict(place, return_dtype=pl.Int64).to_numpy(),
        used["entry_days"].fill_null(FROM_START).to_numpy(),
    )
    counts = {
        "n": used.height,
        "events": used["event"].sum(),
        "n_stage_unknown": people.height - known.height,
        "n_left_out": known.height - used.height,
        "n_entered_late": used["entry_days"].count(),
    }
    return {**origin._asdict(), "patients": patients, "staging": staging, **counts, **found}


def concordance(days: Array, event: Array, level: Array, entry: Array) -> dict[str, Any]:
    """Comparable pairs, the share of them in which the higher level has the event first, and its standard error.

    Of two events on one day neither came first; who was censored on the day of an event was at risk then.
    """
    last = int(level.max()) if len(level) else 0
    of_event, of_other = np.zeros((2, last + 1, len(days)))
    for each in range(last + 1):
        is_level = level == each
        censored = np.sort(days[is_level & ~event])
        events = np.sort(days[is_level & event])
        # at risk of this level at the time of each patient's event ...
        after = is_level.sum() - np.searchsorted(censored, days, "left") - np.searchsorted(events, days, "right")
        of_event[each] = (after - _not_before(np.sort(entry[is_level]), days)) * event
        # ... and events of this level while each patient was at risk
        until = np.where(event, np.searchsorted(events, days, "left"), np.searchsorted(events, days, "right"))
        of_other[each] = until - np.searchsorted(events, entry, "right")
    levels = np.arange(last + 1)[:, None]
    lower, same, higher = levels < level, levels == level, levels > level
    pairs = (of_event + of_other).sum(axis=0)
    # the event first with the higher level: with this patient's event, or with another's while this one was at risk
    good = (of_event * (lower + same / 2)).sum(axis=0) + (of_other * (higher + same / 2)).sum(axis=0)
    total = pairs.sum() / 2  # each pair was counted from both sides
    if not total:
        return {"pairs": 0.0, "reason": "no_pairs"}
    share = good.sum() / 2 / total
    influence = (good - share * pairs) / total
    error = float(np.sqrt((influence**2).sum()))
    low, high = max(share - NORMAL_QUANTILE * error, 0.0), min(share + NORMAL_QUANTILE * error, 1.0)
    found = {"concordance": float(share), "standard_error": error, "ci_low": low, "ci_high": high}
    return {"pairs": float(total), **found}


def _not_before(entries: Array, days: Array) -> Array:
    """How many of the sorted entries are on the day or later, so that they are not at risk on it."""
    return np.asarray(len(entries) - np.searchsorted(entries, days, "left"))
