"""The cohort's times, as every model takes them: checked, with the strata known at the start."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from transforms.survival import COHORT
from transforms.survival.cohort import entry_days, is_known, is_seen
from transforms.survival.strata import ORDERED, hits_found, risk_of_2025, with_columns

__all__ = [
    "KEY",
    "LEVELS",
    "OS",
    "OS_FROM_DIAGNOSIS",
    "PFS",
    "PFS2",
    "TTP",
    "UNKNOWN",
    "Origin",
    "Tables",
    "as_table",
    "is_known",
    "is_seen",
    "strata",
    "table",
    "times_of",
]

Tables = dict[str, pl.DataFrame]

STAGES = ("iss", "r_iss", "r2_iss")
UNKNOWN = "unknown"
DECIMALS = 9  # significant figures: enough to read, too few to show in which order a sum was taken
# The levels of each factor known at diagnosis, the usual reference first.
LEVELS = {
    **{name: ORDERED[name] for name in ("iss", "r_iss", "r2_iss", "mass_3")},
    "hr_ims2025": ("standard", "high"),
    "cytogenetic_risk": ("standard", "high"),
    "hits": ORDERED["high_risk_hits"],
}


class Origin(NamedTuple):
    """What is followed: an endpoint, where its time starts, and the line (null: from diagnosis)."""

    endpoint: str
    origin: str
    line: int | None


OS_FROM_DIAGNOSIS = Origin("OS", "diagnosis", None)
OS = Origin("OS", "line_start", 1)
PFS = Origin("PFS", "line_start", 1)
PFS2 = Origin("PFS2", "line_start", 1)
TTP = Origin("TTP", "line_start", 1)

KEY = {"endpoint": pl.String, "origin": pl.String, "line": pl.Int64}


def table(tables: Tables, name: str) -> pl.DataFrame:
    """One of the tables; raises ValueError where it was not handed in."""
    if name not in tables:
        raise ValueError(f"the models need the table {name}; it is not among {', '.join(sorted(tables))}")
    return tables[name]


def times_of(tables: Tables, origin: Origin) -> pl.DataFrame:
    """One row per patient of the cohort with this endpoint: `patient_id`, `start_date`, `days`, `event`, `reason`, and
    `entry_days`, after which the patient is at risk (null: from the start).

    The cohort is every patient with myeloma, plasma cell leukaemia or no diagnosis recorded. Null `days` or `event`:
    it is unknown. Raises ValueError on times that aren't whole days, events that aren't true or false, and on a
    patient who is there twice.
    """
    is_myeloma = pl.col("diagnosis").is_null() | pl.col("diagnosis").is_in(COHORT)
    cohort = with_columns(table(tables, "patients").filter(is_myeloma), {"registered_on": pl.Date})
    rows = table(tables, "time_to_event").filter(
        pl.col("endpoint") == origin.endpoint,
        pl.col("origin") == origin.origin,
        pl.col("line").eq_missing(pl.lit(origin.line, pl.Int64)),
    )
    rows = rows.join(cohort, on="patient_id").sort("patient_id")
    _check(rows)
    return rows.select(
        "patient_id",
        "start_date",
        pl.col("days").cast(pl.Int64),
        pl.col("event").cast(pl.Boolean),
        "reason",
        entry_days(),
    )


def _check(rows: pl.DataFrame) -> None:
    """Refuse what the libraries take without a word: negative times, and codes that they read as an event."""
    if rows.height and rows["event"].dtype not in (pl.Boolean, pl.Null):
        raise ValueError(f"time_to_event.event must be true, false or null, found {rows['event'].dtype}")
    days = pl.col("days").cast(pl.Float64)
    wrong = rows.filter((days < 0) | ~days.is_finite() | (days != days.floor())).height
    if wrong:
        raise ValueError(f"time_to_event.days must be whole days, not negative: {wrong} rows are not")
    repeated = rows.filter(pl.col("patient_id").is_duplicated()).height
    if repeated:
        raise ValueError(f"time_to_event must have one row per patient, endpoint and line: {repeated} share one")


def strata(tables: Tables) -> pl.DataFrame:
    """One row per patient: the factors of `LEVELS` as text, null where unknown."""
    staging = table(tables, "staging")
    factors = (*STAGES, "cytogenetic_risk")
    derived_later = {"mass_3": pl.String, "hr_ims2025": pl.Boolean, "high_risk_hits_at_most": pl.Int64}
    return (
        staging.select("patient_id", *(pl.col(name).cast(pl.String) for name in factors), "high_risk_hits")
        .join(with_columns(staging, derived_later), on="patient_id")
        .select("patient_id", *factors, "mass_3", hr_ims2025=risk_of_2025(), hits=hits_found())
    )


def as_table(rows: list[dict[str, object]], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Rows of a summary as a frame with exactly these columns, its fractions rounded to what is significant."""
    frame = pl.DataFrame(rows, schema=schema)
    ratios = [name for name, dtype in schema.items() if dtype == pl.Float64]
    return frame.with_columns(pl.col(ratios).round_sig_figs(DECIMALS))
