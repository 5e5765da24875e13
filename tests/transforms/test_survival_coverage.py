"""Made-up registries whose truth is known: 95 % intervals hold it in 95 % of them, as far as chance allows.

Each replicate is a site, so that one call draws them all. Deaths come at a constant hazard with a median of 30 months.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import polars as pl
import pytest

from transforms.survival import DAYS_PER_MONTH, survival

REPLICATES, PATIENTS = 100, 120
MEDIAN = 30.0
HAZARD = math.log(2) / MEDIAN
TRUTH = {
    "at_12": math.exp(-12 * HAZARD),
    "at_36": math.exp(-36 * HAZARD),
    "median": MEDIAN,
    "rmst": (1 - math.exp(-60 * HAZARD)) / HAZARD,
}
LIMITS = {
    "at_12": ("at_12_low", "at_12_high"),
    "at_36": ("at_36_low", "at_36_high"),
    "median": ("median_ci_low", "median_ci_high"),
    "rmst": ("rmst_ci_low", "rmst_ci_high"),
}
# Four standard errors of a share of 95 %.
LEAST, MOST = 0.95 - 4 * math.sqrt(0.95 * 0.05 / REPLICATES), 0.995
DIAGNOSED = date(2001, 1, 1)


def made(seed: int, *, is_late: bool, patients: int = PATIENTS, sites: int = REPLICATES) -> pl.DataFrame:
    """One row per patient seen by the registry: site, days of registration and end, event."""
    random = np.random.default_rng(seed)
    n = patients * sites
    death = random.exponential(1 / HAZARD, n) * DAYS_PER_MONTH
    censored = random.uniform(40, 110, n) * DAYS_PER_MONTH
    entry = np.where(random.random(n) < 0.5, random.uniform(0, 24, n), 0) * DAYS_PER_MONTH * int(is_late)
    everyone = pl.DataFrame(
        {
            "patient_id": np.arange(n).astype(str),
            "site_id": np.repeat(np.arange(sites), patients).astype(str),
            "entry": entry.astype(int),
            "days": np.ceil(np.minimum(death, censored)).astype(int),
            "event": death <= censored,
        }
    )
    # Who dies before being registered never gets into a registry: that is what makes the others look hardy.
    return everyone.filter(pl.col("days") > pl.col("entry"))


def summaries(seen: pl.DataFrame, *, is_registered: bool, origin: str = "diagnosis") -> pl.DataFrame:
    """The registry's figures by site; without dates of registration all count from the start."""
    start = pl.lit(DIAGNOSED)
    times = seen.select(
        "patient_id",
        "days",
        "event",
        endpoint=pl.lit("PFS" if origin == "line_start" else "OS"),
        origin=pl.lit(origin),
        line=pl.lit(1 if origin == "line_start" else None, pl.Int64),
        start_date=start,
        progression_source=pl.lit(None, pl.String),
    )
    registered = start + pl.duration(days="entry") if is_registered else pl.lit(None, pl.Date)
    patients = seen.select("patient_id", "site_id", diagnosis=pl.lit("MM"), registered_on=registered)
    return survival(times, seen.select("patient_id"), patients)[0].filter(stratum_by="site")


def coverage(found: pl.DataFrame, name: str) -> float:
    low, high = LIMITS[name]
    covered = (pl.col(low) <= TRUTH[name]) & (pl.col(high).fill_null(math.inf) >= TRUTH[name])
    return float(found.select(covered.mean()).item())


@pytest.mark.parametrize("is_late", [False, True], ids=["from diagnosis", "delayed entry"])
def test_intervals_hold_the_truth_as_often_as_they_say(is_late: bool) -> None:
    found = summaries(made(11, is_late=is_late), is_registered=True)
    assert found.height == REPLICATES
    shares = {name: coverage(found, name) for name in TRUTH}
    assert all(LEAST <= share <= MOST for share in shares.values()), shares


def test_without_delayed_entry_the_same_registries_look_too_good() -> None:
    seen = made(11, is_late=True, sites=60)
    right, naive = (summaries(seen, is_registered=known) for known in (True, False))
    assert coverage(naive, "at_12") < 0.8 < coverage(right, "at_12")
    bias_naive, bias_right = (of.select(pl.col("at_12").mean() - TRUTH["at_12"]).item() for of in (naive, right))
    assert bias_naive > 0.03 > abs(bias_right)


def test_from_the_start_of_a_line_the_true_median_is_held_and_the_naive_interval_is_beyond_it() -> None:
    """One registry of thousands, half registered up to two years after line 1 began; the true median is 30 months."""
    seen = made(21, is_late=True, patients=6000, sites=1)
    right, naive = (
        summaries(seen, is_registered=known, origin="line_start").row(0, named=True) for known in (True, False)
    )
    assert right["median_ci_low"] < MEDIAN < right["median_ci_high"]
    assert right["median_ci_high"] - right["median_ci_low"] < 3
    assert naive["median_ci_low"] > MEDIAN


def test_p_values_are_uniform_where_nothing_differs() -> None:
    """Three sites of one hazard: a p below 5 % comes about 5 % of the time, with delayed entry too."""
    from transforms.survival.comparisons import p_values

    seen = made(12, is_late=True, patients=90, sites=100).with_columns(
        entry_days=pl.when(pl.col("entry") > 0).then("entry"), arm=pl.col("patient_id").cast(pl.Int64) % 3
    )
    levels = ("0", "1", "2")
    trials = [of.with_columns(pl.col("arm").cast(pl.String)) for _, of in seen.group_by("site_id", maintain_order=True)]
    for p in zip(*(p_values(of, "arm", levels) for of in trials), strict=True):
        rejected = sum(value < 0.05 for value in p if value is not None) / len(trials)
        assert abs(rejected - 0.05) < 4 * math.sqrt(0.05 * 0.95 / len(trials))
