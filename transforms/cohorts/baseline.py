"""Who the members of each cohort are when time starts, side by side: table 1 of an analysis."""

from __future__ import annotations

import polars as pl

from transforms.cohorts.attributes import OPEN
from transforms.cohorts.catalogue import ATTRIBUTES
from transforms.intake.recorded_codes import ABNORMALITIES

COHORT = "cohort"
# What is shown of every cohort, in this order, as far as its members have it.
QUANTITIES = ("age", "age_at_start", "year")
CATEGORIES = (
    *("diagnosis", "sex", "isotype", "iss", "r_iss", "r2_iss", "mass_3", "hr_ims2025", "cytogenetic_risk", "high_risk"),
    *("frailty_simplified", "frailty_imwg", "regimen_class", "response", "mrd", "transplant"),
)
FIGURES = (
    *("hemoglobin", "creatinine", "calcium", "albumin", "beta2_microglobulin", "ldh"),
    *("serum_m_protein", "urine_m_protein", "marrow"),
)
BASELINE = {
    COHORT: pl.String,
    "characteristic": pl.String,
    "value": pl.String,
    **dict.fromkeys(("n", "known"), pl.Int64),
    **dict.fromkeys(("median", "low", "high"), pl.Float64),
}


def baseline(members: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """One row per cohort, characteristic and, of a category, value, in the order of `members`' catalogue.

    `n` have the value, of `known`; of a quantity `median` and quartiles `low` and `high` of the known, `value` null.
    An abnormality is a value of `abnormality`, of those looked for. `figures` are those at diagnosis, one row per
    patient.
    """
    there = members.join(figures.select("patient_id", *FIGURES), on="patient_id", how="left", maintain_order="left")
    parts = [_quantity(there, name) for name in (*QUANTITIES, *FIGURES) if name in there.columns]
    parts += [_category(there, name) for name in CATEGORIES if name in there.columns]
    return pl.concat([*parts, _abnormalities(there)])


def _quantity(members: pl.DataFrame, name: str) -> pl.DataFrame:
    value = pl.col(name).cast(pl.Float64)
    found = members.group_by(COHORT, maintain_order=True).agg(
        known=value.count().cast(pl.Int64),
        median=value.median(),
        low=value.quantile(0.25, "linear"),
        high=value.quantile(0.75, "linear"),
    )
    return _as_rows(found, name)


def _category(members: pl.DataFrame, name: str) -> pl.DataFrame:
    known = members.select(COHORT, name).drop_nulls(name)
    of_cohort = known.group_by(COHORT).agg(known=pl.len().cast(pl.Int64))
    counted = known.group_by(COHORT, value=pl.col(name)).agg(n=pl.len().cast(pl.Int64))
    levels = ATTRIBUTES[name].values
    place = pl.col("value").replace_strict({level: i for i, level in enumerate(levels)}, default=len(levels))
    return _as_rows(counted.join(of_cohort, on=COHORT).sort(place, "value", COHORT), name)


def _abnormalities(members: pl.DataFrame) -> pl.DataFrame:
    size = members.group_by(COHORT, maintain_order=True).agg(size=pl.len().cast(pl.Int64))
    every = size.join(pl.DataFrame({"value": ABNORMALITIES}), how="cross")
    for name, column in (("n", "abnormality"), ("not_known", f"abnormality{OPEN}")):
        each = members.select(COHORT, value=column).explode("value").drop_nulls()
        counted = each.group_by(COHORT, "value").agg(pl.len().cast(pl.Int64).alias(name))
        every = every.join(counted, on=[COHORT, "value"], how="left").with_columns(pl.col(name).fill_null(0))
    place = pl.col("value").replace_strict({name: i for i, name in enumerate(ABNORMALITIES)})
    return _as_rows(every.with_columns(known=pl.col("size") - pl.col("not_known")).sort(place, COHORT), "abnormality")


def _as_rows(found: pl.DataFrame, name: str) -> pl.DataFrame:
    missing = {column: dtype for column, dtype in BASELINE.items() if column not in found.columns}
    return found.with_columns(**{column: pl.lit(None, dtype) for column, dtype in missing.items()}).select(
        pl.col(column).cast(dtype) if column != "characteristic" else pl.lit(name).alias(column)
        for column, dtype in BASELINE.items()
    )
