"""Response at a visit (section 4). One row is one visit, with its line's baseline and what the line has shown up to it.

The hope.* columns say what the line is measured by; where nothing at all is measurable they stay unknown for want of a
baseline, so that it is named. Light chains and marrow are followed only where no other quantity is measurable.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rules.clauses.flc import ratio_is_abnormal
from rules.criterion import Criterion, criterion
from rules.verdict import (
    Quantity,
    Verdict,
    above,
    at_most,
    clause,
    fact,
    falls_by,
    mask_where,
    measured,
    quantity,
    required,
    stated,
    under,
)

serum_m = measured("serum_m_protein")
serum_m_baseline = measured("serum_m_protein", "baseline")
urine_m = measured("urine_m_protein")
urine_m_baseline = measured("urine_m_protein", "baseline")
kappa = measured("flc_kappa")
lambda_ = measured("flc_lambda")
plasma_cells = measured("marrow")
plasma_cells_baseline = measured("marrow", "baseline")
plasmacytoma = quantity("latest_plasmacytoma_mm2", "plasmacytoma")
plasmacytoma_baseline = measured("plasmacytoma", "baseline")
cr_marrow = quantity("latest_marrow_percent", "marrow")

serum_is_measured = clause("hope.serum")
urine_is_measured = clause("hope.urine")
flc_is_measured = clause("hope.flc")
flc_is_followed = clause("hope.followed_by_flc")
marrow_is_followed = clause("hope.followed_by_marrow")


flc_missing = kappa.missing | lambda_.missing | mask_where(pl.col("involved_chain").is_null(), "light_chain")
dflc = replace(measured("dflc"), missing=flc_missing)
kappa_baseline = measured("flc_kappa", "baseline")
lambda_baseline = measured("flc_lambda", "baseline")
_dflc_baseline = measured("dflc", "baseline")
# of the two chains only that is named which is missing itself
_chains_missing = _dflc_baseline.missing & (kappa_baseline.missing | lambda_baseline.missing)
dflc_baseline = replace(_dflc_baseline, missing=_chains_missing)

is_electrophoresis = fact(~pl.col("is_beta"))  # IgA above 0 may be polyclonal: it contradicts nothing
has_baseline_plasmacytoma = stated(pl.col("has_baseline_plasmacytoma"), "plasmacytoma")
has_had_plasmacytoma = stated(pl.col("has_had_plasmacytoma"), "plasmacytoma")
no_unmeasured_plasmacytoma = required(~pl.col("new_plasmacytoma_since_latest_size"), "plasmacytoma")
serum_fixation_is_negative = stated(~pl.col("serum_immunofixation_positive"), "serum_immunofixation")
urine_fixation_is_negative = stated(~pl.col("urine_immunofixation_positive"), "urine_immunofixation")
marrow_is_not_clonal = stated(~pl.col("latest_marrow_clonal"), "clonal_plasma_cells")
# Where marrow is followed, one taken at the visit would also be the one that CR looks at: an older one decides nothing.
_marrow_is_due = pl.col("hope.followed_by_marrow").fill_null(value=True) & pl.col("marrow_percent").is_null()
marrow_is_awaited = stated(pl.when(_marrow_is_due).then(None).otherwise(False), "marrow")


@criterion("PR.serum", serum_m)
def serum_m_is_halved(c: Criterion) -> Verdict:
    return falls_by(serum_m, serum_m_baseline, c.relative_fall)


@criterion("PR.urine", urine_m)
def urine_m_is_down_to_a_tenth_or_little(c: Criterion) -> Verdict:
    return falls_by(urine_m, urine_m_baseline, c.relative_fall) | under(urine_m, c.below_mg_24h)


@criterion("PR.flc", dflc)
def dflc_is_halved(c: Criterion) -> Verdict:
    return falls_by(dflc, dflc_baseline, c.relative_fall)


@criterion("PR.marrow", plasma_cells)
def plasma_cells_are_halved(c: Criterion) -> Verdict:
    return falls_by(plasma_cells, plasma_cells_baseline, c.relative_fall)


@criterion("PR.plasmacytoma", plasmacytoma)
def plasmacytoma_is_halved(c: Criterion) -> Verdict:
    return falls_by(plasmacytoma, plasmacytoma_baseline, c.relative_fall)


@criterion("PR")
def everything_measured_is_in_partial_response(_: Criterion) -> Verdict:
    by_fluids = (
        (serum_is_measured | urine_is_measured)
        & where(serum_is_measured, clause("PR.serum"))
        & where(urine_is_measured, clause("PR.urine"))
    )
    by_flc = flc_is_followed & clause("PR.flc")
    by_marrow = marrow_is_followed & clause("PR.marrow")
    return (by_fluids | by_flc | by_marrow) & where(has_baseline_plasmacytoma, clause("PR.plasmacytoma"))


@criterion("MR", serum=serum_m, urine=urine_m)
def everything_measured_is_in_minimal_response(c: Criterion) -> Verdict:
    urine_is_down = falls_by(urine_m, urine_m_baseline, c.urine_relative_fall) | under(urine_m, c.urine_below_mg_24h)
    return (
        fact(pl.col("line") >= c.from_line)
        & (serum_is_measured | urine_is_measured)
        & where(serum_is_measured, falls_by(serum_m, serum_m_baseline, c.serum_relative_fall))
        & where(urine_is_measured, urine_is_down)
        & where(
            has_baseline_plasmacytoma,
            falls_by(plasmacytoma, plasmacytoma_baseline, c.plasmacytoma_relative_fall),
        )
    )


@criterion("VGPR", serum=serum_m, urine=urine_m, flc=dflc)
def almost_nothing_is_left(c: Criterion) -> Verdict:
    serum_or_urine = serum_is_measured | urine_is_measured
    none_on_electrophoresis = serum_or_urine & at_most(serum_m, 0) & at_most(urine_m, 0)
    by_serum = serum_is_measured & falls_by(serum_m, serum_m_baseline, c.relative_fall)
    by_urine = (
        urine_is_measured
        & ~serum_is_measured
        & falls_by(urine_m, urine_m_baseline, c.relative_fall)
        & at_most(serum_m, (1 - c.relative_fall) * serum_m_baseline.or_zero())
    )
    by_flc = flc_is_followed & falls_by(dflc, dflc_baseline, c.relative_fall)
    little_in_urine = under(urine_m, c.urine_below_mg_24h)
    return (
        clause("PR")
        & _is_tested(serum_m, "serum")
        & _is_tested(urine_m, "urine")
        & (none_on_electrophoresis | ((by_serum | by_urine) & little_in_urine) | by_flc)
        & where(has_baseline_plasmacytoma, _plasmacytoma_is_almost_gone(c))
    )


def _plasmacytoma_is_almost_gone(c: Criterion) -> Verdict:
    fall = c.numbers.get("plasmacytoma_falls_by_more_than")
    return fact(pl.lit(value=True)) if fall is None else under(plasmacytoma, (1 - fall) * plasmacytoma_baseline)


@criterion("CR")
def nothing_is_found(c: Criterion) -> Verdict:
    return (
        (serum_is_measured | urine_is_measured | flc_is_measured)
        & _nothing_is_found(c)
        & (where(flc_is_followed, _ratio_is_normal(c)))
    )


@criterion("sCR")
def nothing_is_found_and_no_clone_is_left(c: Criterion) -> Verdict:
    return _nothing_is_found(c) & _ratio_is_normal(c) & (marrow_is_not_clonal | marrow_is_awaited)


def _nothing_is_found(c: Criterion) -> Verdict:
    plasmacytoma_is_gone = at_most(plasmacytoma, 0) & no_unmeasured_plasmacytoma
    return (
        serum_fixation_is_negative
        & urine_fixation_is_negative
        & ~(is_electrophoresis & (contradicts(serum_m) | _may_contradict("serum")))
        & ~(contradicts(urine_m) | _may_contradict("urine"))
        & where(has_had_plasmacytoma, plasmacytoma_is_gone)
        & (under(cr_marrow, c.marrow_below_percent) | marrow_is_awaited)
    )


def _ratio_is_normal(c: Criterion) -> Verdict:
    return ~ratio_is_abnormal(kappa, lambda_, c)


def contradicts(figure: Quantity) -> Verdict:
    """A figure above 0 contradicts a negative immunofixation; no figure contradicts nothing."""
    return above(figure.or_zero(), 0)


def _may_contradict(fluid: str) -> Verdict:
    """Unknown where a figure of the visit could not be read; else false."""
    return stated(pl.when(pl.col(f"{fluid}_m_protein_lost")).then(None).otherwise(False), f"{fluid}_m_protein")


def _is_tested(figure: Quantity, fluid: str) -> Verdict:
    tested = figure.low.is_not_null() | pl.col(f"{fluid}_immunofixation_positive").is_not_null()
    return required(tested, f"{fluid}_m_protein", f"{fluid}_immunofixation")


def where(applies: Verdict, needed: Verdict) -> Verdict:
    """The verdict needed where it applies, true elsewhere."""
    return ~applies | needed
