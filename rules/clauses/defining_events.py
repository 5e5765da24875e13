"""Events and biomarkers that define myeloma (Table 1). One row is one patient on one date, with the nearest values."""

from __future__ import annotations

import polars as pl

from rules.clauses.response import kappa, lambda_
from rules.criterion import Criterion, criterion
from rules.quotient import quotient
from rules.verdict import (
    Quantity,
    Verdict,
    above,
    at_least,
    chosen,
    limit_of_normal,
    mask_where,
    measured,
    quantity,
    stated,
    under,
)

EVENTS = ("MDE.calcium", "MDE.renal", "MDE.anaemia", "MDE.bone")
# Of which figures the registry can say whether they are due to the tumour, by event.
ATTRIBUTED = {
    "MDE.calcium": ("calcium",),
    "MDE.renal": ("creatinine_clearance", "creatinine"),
    "MDE.anaemia": ("hemoglobin",),
}
BIOMARKERS = ("SLIM.marrow", "SLIM.flc", "SLIM.mri")

calcium = measured("calcium")
calcium_limit = limit_of_normal("calcium")
creatinine = measured("creatinine")
clearance = measured("creatinine_clearance")
age = quantity("age_years", "birth_date", open_ended=False)
weight = measured("weight")
hemoglobin = measured("hemoglobin")
hemoglobin_limit = limit_of_normal("hemoglobin")
lytic_lesions = quantity("lytic_lesions", "bone_imaging")
focal_lesions = quantity("focal_lesions", "mri")
clonal_cells = quantity("clonal_plasma_cells_percent", "marrow")


def may_be_of(chain: str) -> Verdict:
    """Whether the light chain may be this one, as the other is not recorded; unknown where that could not be read."""
    other = {"kappa": "lambda", "lambda": "kappa"}[chain]
    is_lost = pl.col("light_chain_lost").fill_null(value=False)
    return stated(pl.when(~is_lost).then(pl.col("light_chain").ne_missing(other)), "light_chain")


def _may_be_due(analyte: str) -> Verdict:
    """Whether the figure counts: all do but those of which the registry says that they are not due to the tumour;
    unknown where what it says could not be read.
    """
    counts = pl.col(f"{analyte}_attributed").ne_missing(other=False)
    is_lost = pl.col(f"{analyte}_attribution_lost").fill_null(value=False)
    return stated(pl.when(~is_lost).then(counts), f"{analyte}_attribution")


@criterion("MDE.calcium")
def calcium_is_high(c: Criterion) -> Verdict:
    is_high = above(calcium, c.above_mg_dl) | above(calcium - calcium_limit, c.over_limit_mg_dl)
    return is_high & _may_be_due("calcium")


@criterion("MDE.renal")
def kidneys_fail(c: Criterion) -> Verdict:
    recorded = under(clearance, c.clearance_below_ml_min) & _may_be_due("creatinine_clearance")
    # Without a quotient: the decimals reported decide, and a creatinine of 0 divides nothing.
    estimated = under(_unit_clearance(c), c.clearance_below_ml_min * creatinine)
    by_creatinine = _may_be_due("creatinine")
    is_low = chosen(clearance.low.is_not_null(), recorded, estimated & by_creatinine)
    return is_low | (above(creatinine, c.creatinine_above_mg_dl) & by_creatinine)


@criterion("MDE.anaemia")
def hemoglobin_is_low(c: Criterion) -> Verdict:
    is_low = under(hemoglobin, c.below_g_dl) | above(hemoglobin_limit - hemoglobin, c.under_limit_g_dl)
    return is_low & _may_be_due("hemoglobin")


@criterion("MDE.bone")
def bone_is_lytic(c: Criterion) -> Verdict:
    return at_least(lytic_lesions, c.at_least_lesions)


@criterion("SLIM.marrow")
def marrow_is_mostly_clonal(c: Criterion) -> Verdict:
    return at_least(clonal_cells, c.at_least_percent)


@criterion("SLIM.flc")
def one_light_chain_prevails(c: Criterion) -> Verdict:
    return (may_be_of("kappa") & _prevails(kappa, lambda_, c)) | (may_be_of("lambda") & _prevails(lambda_, kappa, c))


@criterion("SLIM.mri")
def focal_lesions_are_several(c: Criterion) -> Verdict:
    return at_least(focal_lesions, c.at_least_lesions)


def unattributed(event: str) -> pl.Expr:
    """Whether the event holds and of no figure behind it is recorded whether it is due to the tumour."""
    known = (pl.col(f"{analyte}_attributed").is_not_null() for analyte in ATTRIBUTED[event])
    return pl.col(event) & ~pl.any_horizontal(known)


def estimated_clearance(c: Criterion) -> pl.Expr:
    """Creatinine clearance by Cockcroft and Gault (mL/min), to be shown; null where age, sex, weight or creatinine is.

    `c` is the section of MDE.renal.
    """
    clearance_of_1 = _unit_clearance(c)
    is_known = (clearance_of_1.low == clearance_of_1.high) & (creatinine.low > 0)
    return quotient(clearance_of_1.low, pl.when(is_known).then(creatinine.low))


def clearance_of_creatinine(c: Criterion) -> tuple[pl.Expr, pl.Expr]:
    """Least and most creatinine clearance (mL/min) as recorded, else by Cockcroft and Gault. `c` is as above."""
    of_1, is_known, is_recorded = _unit_clearance(c), creatinine.high > 0, clearance.low.is_not_null()
    low, high = quotient(of_1.low, creatinine.high), quotient(of_1.high, creatinine.low)
    return (
        pl.when(is_recorded).then(clearance.low).when(is_known).then(low),
        pl.when(is_recorded).then(clearance.high).when(is_known).then(high),
    )


def _unit_clearance(c: Criterion) -> Quantity:
    """The clearance that a creatinine of 1 mg/dL would mean; of unknown sex that of a woman to that of a man."""
    sex = pl.col("sex")
    least = pl.when(sex.ne_missing("M")).then(c.cockcroft_gault_women).otherwise(1.0)
    most = pl.when(sex.eq_missing("F")).then(c.cockcroft_gault_women).otherwise(1.0)
    missing = age.missing | weight.missing | mask_where(sex.is_null(), "sex") | clearance.missing
    per_kg = (c.cockcroft_gault_from_years - age.low) / c.cockcroft_gault_divisor
    return Quantity(per_kg * weight.low * least, per_kg * weight.high * most, missing)


def _prevails(chain: Quantity, other: Quantity, c: Criterion) -> Verdict:
    return at_least(chain, c.at_least_ratio * other) & at_least(chain, c.involved_mg_l)
