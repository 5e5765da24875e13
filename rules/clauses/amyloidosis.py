"""AL amyloidosis (section 13): transplant on one row per patient and date, response on one row per visit."""

from __future__ import annotations

from functools import reduce
from operator import and_

import polars as pl

from rules.clauses import response
from rules.clauses.flc import ratio_is_abnormal
from rules.clauses.frailty import age, ecog
from rules.clauses.progression import involved_flc
from rules.clauses.response import (
    dflc,
    is_electrophoresis,
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
    clause,
    mask_where,
    measured,
    quantity,
    rises_by,
    stated,
    under,
)

TRANSPLANT = [
    "AL.transplant_troponin",
    "AL.transplant_pressure",
    "AL.transplant_egfr",
    "AL.transplant_age",
    "AL.transplant_performance",
]
# By stage, the clause that it is.
STAGES = {"I": "AL.stage_I", "II": "AL.stage_II", "IIIa": "AL.stage_IIIa", "IIIb": "AL.stage_IIIb"}
STAGE_SIGNS = ["AL.troponin_high", "AL.nt_probnp_high", "AL.nt_probnp_very_high"]
PROGRESSIONS = ["AL.pd_serum", "AL.pd_urine", "AL.pd_flc", "AL.pd_from_cr"]
# The lowest of the baseline and the line's earlier visits, whatever the edition calls a nadir.
serum_m_lowest = quantity("serum_m_lowest_g_dl", "serum_m_protein")
urine_m_lowest = quantity("urine_m_lowest_mg_24h", "urine_m_protein")
involved_flc_lowest = quantity("involved_flc_lowest_mg_l", "flc_kappa", "flc_lambda")
troponin_t = measured("troponin_t")
nt_probnp = measured("nt_probnp")
systolic_bp = measured("systolic_bp")
egfr = measured("egfr")
_chain_missing = mask_where(pl.col("involved_chain").is_null(), "light_chain")
dflc_baseline = Quantity(
    response.dflc_baseline.low, response.dflc_baseline.high, response.dflc_baseline.missing | _chain_missing
)


@criterion("AL.transplant_troponin")
def troponin_is_low(c: Criterion) -> Verdict:
    return under(troponin_t, c.below_ng_ml)


@criterion("AL.transplant_pressure")
def pressure_is_kept(c: Criterion) -> Verdict:
    return above(systolic_bp, c.above_mm_hg)


@criterion("AL.transplant_egfr")
def kidneys_filter(c: Criterion) -> Verdict:
    return above(egfr, c.above_ml_min_1_73_m2)


@criterion("AL.transplant_age")
def is_younger(c: Criterion) -> Verdict:
    return under(age, c.below_years)


@criterion("AL.transplant_performance")
def performance_is_good(c: Criterion) -> Verdict:
    return under(ecog, c.ecog_below)


@criterion("AL.transplant")
def all_allow_a_transplant(_: Criterion) -> Verdict:
    return reduce(and_, map(clause, TRANSPLANT))


@criterion("AL.troponin_high")
def troponin_is_high(c: Criterion) -> Verdict:
    return at_least(troponin_t, c.at_least_ng_ml)


@criterion("AL.nt_probnp_high")
def probnp_is_high(c: Criterion) -> Verdict:
    return at_least(nt_probnp, c.at_least_pg_ml)


@criterion("AL.nt_probnp_very_high")
def probnp_is_very_high(c: Criterion) -> Verdict:
    return above(nt_probnp, c.above_pg_ml)


@criterion("AL.stage_I")
def neither_is_high(_: Criterion) -> Verdict:
    return ~clause("AL.troponin_high") & ~clause("AL.nt_probnp_high")


@criterion("AL.stage_II")
def one_is_high(_: Criterion) -> Verdict:
    troponin, probnp = clause("AL.troponin_high"), clause("AL.nt_probnp_high")
    return (troponin & ~probnp) | (~troponin & probnp)


@criterion("AL.stage_IIIa")
def both_are_high(_: Criterion) -> Verdict:
    return clause("AL.troponin_high") & clause("AL.nt_probnp_high") & ~clause("AL.nt_probnp_very_high")


@criterion("AL.stage_IIIb")
def both_are_high_and_one_is_very_high(_: Criterion) -> Verdict:
    return clause("AL.troponin_high") & clause("AL.nt_probnp_very_high")


@criterion("AL.response")
def light_chains_can_respond(c: Criterion) -> Verdict:
    return at_least(dflc_baseline, c.baseline_dflc_at_least_mg_l)


@criterion("AL.cr")
def nothing_is_fixed_and_the_ratio_is_normal(c: Criterion) -> Verdict:
    return serum_fixation_is_negative & urine_fixation_is_negative & ~ratio_is_abnormal(kappa, lambda_, c)


@criterion("AL.vgpr")
def little_dflc_is_left(c: Criterion) -> Verdict:
    return clause("AL.response") & under(dflc, c.dflc_below_mg_l)


@criterion("AL.pr")
def dflc_is_more_than_halved(c: Criterion) -> Verdict:
    return clause("AL.response") & under(dflc, (1 - c.relative_fall) * dflc_baseline)


@criterion("AL.pd_serum")
def serum_m_is_half_again_as_high(c: Criterion) -> Verdict:
    return rises_by(serum_m, serum_m_lowest, c.relative_rise) & above(serum_m, c.above_g_dl)


@criterion("AL.pd_urine")
def urine_m_is_half_again_as_high(c: Criterion) -> Verdict:
    return rises_by(urine_m, urine_m_lowest, c.relative_rise) & above(urine_m, c.above_mg_24h)


@criterion("AL.pd_flc")
def involved_flc_is_half_again_as_high(c: Criterion) -> Verdict:
    return rises_by(involved_flc, involved_flc_lowest, c.relative_rise) & above(involved_flc, c.above_mg_l)


@criterion("AL.pd_from_cr")
def what_had_gone_is_back(c: Criterion) -> Verdict:
    had_cr = stated(pl.col("had_cr"), "serum_immunofixation", "urine_immunofixation")
    is_detected = any_of(
        ~serum_fixation_is_negative,
        ~urine_fixation_is_negative,
        above(serum_m, 0) & is_electrophoresis,
        above(urine_m, 0),
    )
    has_doubled = rises_by(involved_flc, involved_flc_lowest, c.relative_rise)
    return had_cr & (is_detected | (ratio_is_abnormal(kappa, lambda_, c) & has_doubled))


@criterion("AL.progression")
def light_chains_or_m_protein_progress(_: Criterion) -> Verdict:
    return any_of(*map(clause, PROGRESSIONS))
