"""Diagnosis by Table 1. One row is one patient on one date, with the values nearest it and the events that define
myeloma already decided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce
from operator import or_

import polars as pl

from rules.clauses.defining_events import (
    BIOMARKERS,
    EVENTS,
    clonal_cells,
    focal_lesions,
    lytic_lesions,
    may_be_of,
)
from rules.clauses.flc import kappa_is_high, kappa_is_low
from rules.clauses.progression import cells
from rules.clauses.response import (
    kappa,
    lambda_,
    serum_fixation_is_negative,
    serum_m,
    urine_fixation_is_negative,
    urine_m,
)
from rules.criterion import Criterion, criterion
from rules.verdict import (
    Quantity,
    Verdict,
    above,
    any_of,
    at_least,
    at_most,
    chosen,
    clause,
    limit_of_normal,
    mask_where,
    measured,
    stated,
    under,
)

# Where several hold, the first of them is the diagnosis.
DIAGNOSES = (
    "DX.al",
    "DX.poems",
    "DX.pcl",
    "DX.multiple_plasmacytoma",
    "DX.myeloma",
    "DX.plasmacytoma",
    "DX.plasmacytoma_minimal_marrow",
    "DX.smouldering",
    "DX.mgus_light_chain",
    "DX.mgus_igm",
    "DX.mgus",
)
# What a recorded diagnosis is here.
OF_RECORDED = {
    "AL": ("DX.al",),
    "POEMS": ("DX.poems",),
    "PCL": ("DX.pcl",),
    "MM": ("DX.myeloma",),
    "plasmacytoma": ("DX.multiple_plasmacytoma", "DX.plasmacytoma", "DX.plasmacytoma_minimal_marrow"),
    "SMM": ("DX.smouldering",),
    "MGUS": ("DX.mgus_light_chain", "DX.mgus_igm", "DX.mgus"),
}
# Findings that are there or not; each is a column.
SIGNS = (
    "biopsy_proven_plasmacytoma",
    "extramedullary_disease",
    "heavy_chain_on_immunofixation",
    "al_amyloidosis",
    "amyloid_organ_damage",
    "polyneuropathy",
    "castleman",
    "sclerotic_bone_lesion",
    "organomegaly",
    "volume_overload",
    "endocrinopathy",
    "diabetes_or_thyroid_only",
    "skin_changes",
    "papilloedema",
    "thrombocytosis_polycythaemia",
    "lymphadenopathy",
    "hepatosplenomegaly",
    "hyperviscosity",
    "constitutional_symptoms",
)
HEAVY_CHAINS = ("IgG", "IgA", "IgD", "IgE", "IgM")

percent_of_leucocytes = measured("circulating_plasma_cells_percent")
wbc = measured("wbc")
vegf = measured("vegf")
vegf_limit = limit_of_normal("vegf")
# The most lesions that any imaging counted: one kind of imaging is enough.
bone_lesions = Quantity(
    pl.max_horizontal(lytic_lesions.low, focal_lesions.low),
    pl.max_horizontal(lytic_lesions.high, focal_lesions.high),
    pl.when(lytic_lesions.low.is_null() & focal_lesions.low.is_null())
    .then(lytic_lesions.missing | focal_lesions.missing)
    .otherwise(
        mask_where(lytic_lesions.low != lytic_lesions.high, "bone_imaging")
        | mask_where(focal_lesions.low != focal_lesions.high, "mri")
    ),
)

ENLARGED = ("organomegaly", "hepatosplenomegaly", "lymphadenopathy")  # spleen, liver, lymph nodes


def _found(sign: str, *tests: str) -> Verdict:
    return stated(pl.col(sign), *(tests or (sign,)))


def isotype_is(*isotypes: str) -> Verdict:
    """Whether the recorded isotype is one of them."""
    return stated(pl.col("isotype").is_in(isotypes), "isotype")


def _any_clause(*clause_ids: str) -> Verdict:
    return any_of(*map(clause, clause_ids))


def plasmacytomas() -> Quantity:
    """How many there are with the one that is proven: a lesion of bone is that one unless it is outside of bone."""
    names = {"extramedullary_disease": "extramedullary_disease", "new_plasmacytoma": "plasmacytoma"}
    surely = {name: pl.col(name).fill_null(value=False) for name in names}
    perhaps = {name: pl.col(f"{name}_lost").fill_null(value=False) & ~surely[name] for name in names}

    def number(lesions: pl.Expr, found: Mapping[str, pl.Expr]) -> pl.Expr:
        is_outside, is_new = found.values()
        proven = pl.when(is_outside).then(lesions + 1).otherwise(pl.max_horizontal(lesions, 1))
        return proven + pl.when(is_new).then(1).otherwise(0)

    least, most = bone_lesions.low.fill_null(0), bone_lesions.high.fill_null(math.inf)
    lost = reduce(or_, (mask_where(perhaps[name], test) for name, test in names.items()))
    possible = {name: surely[name] | perhaps[name] for name in names}
    return Quantity(number(least, surely), number(most, possible), bone_lesions.missing | lost)


is_proven = _found("biopsy_proven_plasmacytoma")
has_organ_damage = _any_clause(*EVENTS) | _found("amyloid_organ_damage")
has_event_beside_bone = _any_clause(*(event for event in EVENTS if event != "MDE.bone"))
has_heavy_chain = chosen(
    pl.col("heavy_chain_on_immunofixation").is_not_null(),
    _found("heavy_chain_on_immunofixation"),
    stated(pl.col("isotype").is_in(HEAVY_CHAINS), "isotype", "heavy_chain_on_immunofixation"),
)


@criterion("DX.al")
def al_amyloidosis_is_recorded(_: Criterion) -> Verdict:
    may_be_recorded = pl.when(pl.col("diagnosis_lost").fill_null(value=False)).then(None).otherwise(False)
    recorded = pl.col("diagnosis").eq_missing("AL") | may_be_recorded
    return stated(recorded, "diagnosis") | _found("al_amyloidosis")


@criterion("DX.poems")
def polyneuropathy_with_a_clone_and_signs(_: Criterion) -> Verdict:
    has_m_protein = any_of(
        above(serum_m, 0), above(urine_m, 0), ~serum_fixation_is_negative, ~urine_fixation_is_negative
    )
    has_clone = any_of(above(clonal_cells, 0), is_proven, has_m_protein)
    is_alone = _found("diabetes_or_thyroid_only", "endocrinopathy")
    major = any_of(_found("castleman"), _found("sclerotic_bone_lesion"), above(vegf, vegf_limit))
    minor = any_of(
        *map(_found, ENLARGED),
        _found("volume_overload"),
        _found("endocrinopathy") & ~is_alone,
        _found("skin_changes"),
        _found("papilloedema"),
        _found("thrombocytosis_polycythaemia"),
    )
    return _found("polyneuropathy") & has_clone & major & minor


@criterion("DX.pcl")
def plasma_cells_circulate(c: Criterion) -> Verdict:
    hundredfold = 100 * cells
    counted = Quantity(hundredfold.low, hundredfold.high, cells.missing | percent_of_leucocytes.missing)
    share = chosen(
        percent_of_leucocytes.low.is_not_null(),
        at_least(percent_of_leucocytes, c.at_least_percent),
        at_least(counted, c.at_least_percent * wbc),
    )
    return above(cells, c.above_per_ul) & share


@criterion("DX.multiple_plasmacytoma")
def plasmacytomas_are_several(c: Criterion) -> Verdict:
    return (
        is_proven
        & at_least(plasmacytomas(), c.at_least_lesions)
        & under(serum_m, c.trace_below_g_dl)
        & under(urine_m, c.trace_below_mg_24h)
        & at_most(clonal_cells, 0)
        & ~has_event_beside_bone
    )


@criterion("DX.myeloma")
def clone_with_an_event_or_biomarker(c: Criterion) -> Verdict:
    has_lesions = at_least(bone_lesions, c.at_least_lesions)
    has_clone = at_least(clonal_cells, c.at_least_percent) | (is_proven & has_lesions)
    return has_clone & _any_clause(*EVENTS, *BIOMARKERS)


@criterion("DX.plasmacytoma")
def plasmacytoma_is_solitary(c: Criterion) -> Verdict:
    return _is_solitary(c) & at_most(clonal_cells, 0)


@criterion("DX.plasmacytoma_minimal_marrow")
def plasmacytoma_is_solitary_with_few_cells_in_marrow(c: Criterion) -> Verdict:
    return _is_solitary(c) & under(clonal_cells, c.below_percent)


def _is_solitary(c: Criterion) -> Verdict:
    return is_proven & at_most(plasmacytomas(), c.at_most_lesions) & ~has_event_beside_bone


@criterion("DX.smouldering")
def clone_is_large_and_does_nothing(c: Criterion) -> Verdict:
    is_large = any_of(
        isotype_is("IgG", "IgA") & at_least(serum_m, c.at_least_g_dl),
        at_least(urine_m, c.at_least_mg_24h),
        at_least(clonal_cells, c.at_least_percent) & under(clonal_cells, c.below_percent),
    )
    return is_large & ~_any_clause(*EVENTS, *BIOMARKERS, "DX.al")


@criterion("DX.mgus_light_chain")
def a_light_chain_is_raised_alone(c: Criterion) -> Verdict:
    is_raised = any_of(
        may_be_of("kappa") & kappa_is_high(kappa, lambda_, c) & above(kappa, _limit("kappa", c.kappa_high_mg_l)),
        may_be_of("lambda") & kappa_is_low(kappa, lambda_, c) & above(lambda_, _limit("lambda", c.lambda_high_mg_l)),
    )
    return (
        is_raised
        & ~has_heavy_chain
        & ~has_organ_damage
        & under(clonal_cells, c.below_percent)
        & under(urine_m, c.below_mg_24h)
    )


def _limit(chain: str, otherwise: float) -> Quantity:
    reported = pl.col(f"{chain}_ref_high_mg_l").fill_null(otherwise)
    is_lost = pl.col(f"{chain}_limit_lost").fill_null(value=False)
    known = pl.when(~is_lost).then(reported)
    return Quantity(known, known, mask_where(is_lost, f"flc_{chain}"))


@criterion("DX.mgus_igm")
def igm_is_little_and_does_nothing(c: Criterion) -> Verdict:
    signs = ("constitutional_symptoms", "hyperviscosity", "lymphadenopathy", "hepatosplenomegaly")
    return (
        isotype_is("IgM")
        & under(serum_m, c.below_g_dl)
        & under(clonal_cells, c.below_percent)
        & ~any_of(*map(_found, signs))
        & ~has_organ_damage
    )


@criterion("DX.mgus")
def m_protein_is_little_and_does_nothing(c: Criterion) -> Verdict:
    return (
        isotype_is(*(chain for chain in HEAVY_CHAINS if chain != "IgM"))
        & under(serum_m, c.below_g_dl)
        & under(clonal_cells, c.below_percent)
        & ~has_organ_damage
    )


def plasmacytoma_site() -> pl.Expr:
    """Where the proven plasmacytoma is: bone or soft_tissue; null where none is proven or its site is not recorded."""
    site = pl.when("extramedullary_disease").then(pl.lit("soft_tissue")).otherwise(pl.lit("bone"))
    return pl.when(pl.col("biopsy_proven_plasmacytoma") & pl.col("extramedullary_disease").is_not_null()).then(site)


def is_diagnosed(*diagnoses: str) -> Verdict:
    """Whether one of the diagnoses (as the registry codes them) is `recorded`, or `derived` by its clause; not, where
    another is; unknown where there is neither.
    """
    recorded, derived = pl.col("recorded"), pl.col("derived")
    clauses = [clause_id for diagnosis in diagnoses for clause_id in OF_RECORDED[diagnosis]]
    is_one = recorded.is_in(list(diagnoses)) | derived.is_in(clauses)
    is_other = recorded.is_not_null() | derived.is_not_null()
    return stated(pl.when(is_one).then(True).when(is_other).then(False), "diagnosis")
