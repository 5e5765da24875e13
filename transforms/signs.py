"""Signs that the clinic looked for, from the table findings."""

from __future__ import annotations

import polars as pl


def signs_looked_for(findings: pl.LazyFrame, *names: str) -> pl.LazyFrame:
    """One row per record that says whether a sign was there, as `nearest` reads it; the other records say nothing."""
    return findings.filter(pl.col("finding").is_in(names) & pl.col("present").is_not_null()).select(
        "patient_id", test="finding", date="observed_on", positive="present"
    )
