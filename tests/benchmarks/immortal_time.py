"""MRD that has nothing to do with outcome: what the analyses make of it, replicate after replicate.

    python -m tests.benchmarks.immortal_time [REPLICATES]

Prints the deciles of the p-values of mspike's landmark and time-varying analyses, which must be those of a uniform
distribution, and of the analysis that mspike doesn't offer: "ever negative" against never, from the start. To be ever
found negative one has to live to the test.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta

import numpy as np
import polars as pl

from transforms.models.inputs import PFS, Tables, times_of
from transforms.models.landmark import landmark_analysis
from transforms.models.time_varying import time_varying_analysis
from transforms.survival.comparisons import p_logrank

SEED = 20261123
PATIENTS = 120
MEDIAN_MONTHS = 24
FOLLOWED_MONTHS = (24, 72)
TEST_MONTHS = np.arange(6, 61, 6)
P_NEGATIVE = 0.25  # at each test, whatever the patient's hazard and earlier results
MONTH = 30.4375
START = date(2015, 1, 1)


def registry(rng: np.random.Generator, patients: int = PATIENTS) -> Tables:
    """One made-up registry: exponential PFS, MRD tested every six months while event-free and followed."""
    event_days = np.ceil(rng.exponential(MEDIAN_MONTHS / np.log(2), patients) * MONTH).astype(int)
    last_days = np.ceil(rng.uniform(*FOLLOWED_MONTHS, patients) * MONTH).astype(int)
    days, ids = np.minimum(event_days, last_days), [f"P{i:03}" for i in range(patients)]
    test_days = np.floor(TEST_MONTHS * MONTH).astype(int)
    who, which = np.nonzero(test_days[None, :] < days[:, None])
    is_negative = rng.random(len(who)) < P_NEGATIVE
    times = pl.DataFrame({"patient_id": ids, "days": days, "event": event_days <= last_days}).with_columns(
        endpoint=pl.lit("PFS"), origin=pl.lit("line_start"), line=pl.lit(1), start_date=pl.lit(START), reason=pl.lit("")
    )
    results = pl.DataFrame(
        {
            "patient_id": [ids[i] for i in who],
            "collected_on": [START + timedelta(days=int(test_days[i])) for i in which],
            "mrd": np.where(is_negative, "negative", "positive"),
        }
    ).with_columns(line=pl.lit(1), category=pl.lit("flow"))
    patients_ = pl.DataFrame({"patient_id": ids}).with_columns(diagnosis=pl.lit("MM"))
    return {"time_to_event": times, "mrd_status": results, "patients": patients_}


def ever_negative_from_the_start(tables: Tables) -> float | None:
    """The naive log-rank p, for comparison only."""
    ever = tables["mrd_status"].filter(pl.col("mrd") == "negative")["patient_id"].unique()
    state = pl.col("patient_id").is_in(ever.implode()).cast(pl.String)
    return p_logrank(times_of(tables, PFS).with_columns(state=state), "state")


def p_values(replicates: int, seed: int = SEED) -> pl.DataFrame:
    """One row per replicate: the p-value of `landmark` (12 months), `time_varying` and `naive`."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(replicates):
        tables = registry(rng)
        landmark, _ = landmark_analysis(tables, ["mrd"], [12], [PFS])
        time_varying, _ = time_varying_analysis(tables, ["mrd"], [PFS], with_curves=False)
        tested = landmark.filter(pl.col("stratum") == "negative")
        rows.append((tested["p_logrank"][0], time_varying["p"][0], ever_negative_from_the_start(tables)))
    return pl.DataFrame(rows, schema=["landmark", "time_varying", "naive"], orient="row")


def main() -> None:
    """Print deciles and rejection rates."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    found = p_values(replicates)
    sys.stdout.write(f"{replicates} replicates of {PATIENTS} patients whose MRD is independent of their outcome\n")
    sys.stdout.write("p-value deciles (uniform: 0.1, 0.2, ... 0.9)\n")
    for name in found.columns:
        deciles = " ".join(f"{found[name].quantile(q / 10):9.2g}" for q in range(1, 10))
        rejected = (found[name] < 0.05).mean()
        sys.stdout.write(f"{name:>13} {deciles}   p < 0.05 in {100 * float(str(rejected)):.1f} %\n")


if __name__ == "__main__":
    main()
