"""Measurable disease at a line's baseline (section 3). One row is one line of one patient, with its baseline
figures.
"""

from __future__ import annotations

import polars as pl

from rules.clauses.flc import ratio_is_abnormal
from rules.criterion import Criterion, criterion
from rules.verdict import Quantity, Verdict, at_least, measured

serum_m = measured("serum_m_protein", "baseline")
urine_m = measured("urine_m_protein", "baseline")
kappa = measured("flc_kappa", "baseline")
lambda_ = measured("flc_lambda", "baseline")
involved = Quantity(
    pl.col("involved_flc_baseline_mg_l"), pl.col("involved_flc_baseline_mg_l_max"), kappa.missing | lambda_.missing
)
plasma_cells = measured("marrow", "baseline")


@criterion("MEAS.serum")
def serum_is_measurable(c: Criterion) -> Verdict:
    return at_least(serum_m, c.at_least_g_dl)


@criterion("MEAS.urine")
def urine_is_measurable(c: Criterion) -> Verdict:
    return at_least(urine_m, c.at_least_mg_24h)


@criterion("MEAS.flc")
def light_chains_are_measurable(c: Criterion) -> Verdict:
    return at_least(involved, c.involved_mg_l) & ratio_is_abnormal(kappa, lambda_, c, "baseline_")


@criterion("MEAS.marrow")
def marrow_is_measurable(c: Criterion) -> Verdict:
    return at_least(plasma_cells, c.at_least_percent)
