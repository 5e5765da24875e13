"""Progression at a visit (section 5). One row is one visit, with the lowest value of each quantity before it in its
line.

The clauses that ask what is measurable take a missing baseline as not measurable (the decision of section 3); a
baseline that is there but decides nothing (">x" below the limit) leaves them unknown.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rules.clauses.response import dflc, flc_missing, plasma_cells, serum_m, serum_m_baseline, urine_m
from rules.criterion import Criterion, criterion
from rules.verdict import (
    Quantity,
    Verdict,
    above,
    any_of,
    at_least,
    bit,
    fact,
    mask,
    measured,
    quantity,
    rises_by,
    stated,
    under,
)

serum_m_nadir = measured("serum_m_protein", "nadir")
urine_m_nadir = measured("urine_m_protein", "nadir")
dflc_nadir = measured("dflc", "nadir")
plasma_cells_nadir = measured("marrow", "nadir")
cells_nadir = measured("circulating_plasma_cells", "nadir")
plasmacytoma = measured("plasmacytoma")
plasmacytoma_nadir = measured("plasmacytoma", "nadir")
cells = measured("circulating_plasma_cells")


def _corrected_calcium(when: str) -> Quantity:
    """Without albumin the calcium itself is the least that the corrected one can be, and albumin is what is missing."""
    found = quantity(f"corrected_calcium{when}_mg_dl", "calcium")
    lacks_albumin = pl.col(f"calcium{when}_lacks_albumin")
    return replace(found, missing=pl.when(lacks_albumin).then(mask(bit("albumin"))).otherwise(found.missing))


calcium = _corrected_calcium("")
calcium_before = _corrected_calcium("_before")
involved_flc = Quantity(
    pl.col("involved_flc_mg_l"), pl.col("involved_flc_mg_l_max"), flc_missing, "involved_flc_mg_l", moves=dflc
)


def _is_measurable_by(*names: str) -> Verdict:
    return any_of(*(stated(pl.col(name)) for name in names))


@criterion("PD.serum", serum_m)
def serum_m_rises(c: Criterion) -> Verdict:
    reference = {"baseline": serum_m_baseline, "nadir": serum_m_nadir}[c.high_reference]
    rises_much = at_least(serum_m, serum_m_nadir + c.absolute_rise_g_dl)
    rises_from_high = at_least(serum_m, serum_m_nadir + c.high_absolute_rise_g_dl)
    return (rises_by(serum_m, serum_m_nadir, c.relative_rise) & rises_much) | (
        at_least(reference, c.high_from_g_dl) & rises_from_high
    )


@criterion("PD.urine", urine_m)
def urine_m_rises(c: Criterion) -> Verdict:
    rises_much = at_least(urine_m, urine_m_nadir + c.absolute_rise_mg_24h)
    return rises_by(urine_m, urine_m_nadir, c.relative_rise) & rises_much


@criterion("PD.flc", dflc)
def dflc_rises(c: Criterion) -> Verdict:
    return ~_is_measurable_by("MEAS.serum", "MEAS.urine") & light_chains_rise(c)


def light_chains_rise(c: Criterion) -> Verdict:
    """What PD.flc asks of light chains, whether M-protein is measurable or not; `c` is its section."""
    if "involved_at_least_mg_l" in c.numbers:
        is_much = at_least(involved_flc, c.involved_at_least_mg_l)
    else:
        is_much = above(dflc, dflc_nadir + c.absolute_rise_above_mg_l)
    return rises_by(dflc, dflc_nadir, c.relative_rise) & is_much


@criterion("PD.marrow", plasma_cells)
def plasma_cells_rise(c: Criterion) -> Verdict:
    return (
        ~_is_measurable_by("MEAS.serum", "MEAS.urine", "MEAS.flc")
        & rises_by(plasma_cells, plasma_cells_nadir, c.relative_rise)
        & at_least(plasma_cells, c.at_least_percent)
        & at_least(plasma_cells, plasma_cells_nadir + c.numbers.get("absolute_rise_points", 0))
    )


@criterion("PD.bone")
def bone_lesion_is_new_or_grows(_: Criterion) -> Verdict:
    return stated(pl.col("new_bone_lesion"), "bone_imaging") | stated(pl.col("bone_lesion_progression"), "bone_imaging")


@criterion("PD.plasmacytoma", plasmacytoma)
def plasmacytoma_is_new_or_grows(c: Criterion) -> Verdict:
    grows = at_least(plasmacytoma, c.growth_factor * plasmacytoma_nadir) & above(plasmacytoma, 0)
    return stated(pl.col("new_plasmacytoma"), "plasmacytoma") | grows


@criterion("PD.cells", cells)
def circulating_cells_rise(c: Criterion) -> Verdict:
    return (
        ~_is_measurable_by("MEAS.serum", "MEAS.urine", "MEAS.flc", "followed_by_marrow")
        & rises_by(cells, cells_nadir, c.relative_rise)
        & at_least(cells, c.at_least_per_ul)
    )


@criterion("PD.calcium", calcium)
def hypercalcaemia_appears(c: Criterion) -> Verdict:
    return hypercalcaemia_is_new(c) & stated(pl.col("calcium_attributed"), "calcium_attribution")


def hypercalcaemia_is_new(c: Criterion) -> Verdict:
    """Corrected calcium at the limit or above, where the one before it, if there was one, was below."""
    none_before = fact(calcium_before.low.is_null())
    return at_least(calcium, c.at_least_mg_dl) & (none_before | under(calcium_before, c.at_least_mg_dl))
