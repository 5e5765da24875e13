"""What the clone makes at each visit, before any laboratory rounds it or leaves it out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.sample.draws import Array, Rng, chance, lognormal
from flows.sample.patients import SPILL, Cohort
from flows.sample.visit_days import Visits


@dataclass(frozen=True)
class Markers:
    """One element a visit. Analytical scatter included; the immunofixations say what the laboratory would see."""

    serum: Array  # g/dL
    urine: Array  # mg/24 h
    kappa: Array  # mg/L
    lambda_: Array  # mg/L
    serum_fixed: Array  # serum immunofixation positive
    urine_fixed: Array

    @property
    def gone(self) -> Array:
        """No M-protein by immunofixation in either fluid."""
        return np.asarray(~self.serum_fixed & ~self.urine_fixed)


def measure(rng: Rng, c: Cohort, v: Visits) -> Markers:
    """Markers of every visit, with the scatter of the method (4 % electrophoresis, 5 % chains, 9 % day's urine)."""
    n, p = len(v), v.patient
    serum = c.serum_m[p] * v.size
    chain = c.flc_involved[p] * v.size_flc
    # the tubules take back what little is filtered: no Bence Jones protein without raised chains in serum
    urine = c.urine_m[p] * np.clip(chain - SPILL, 0, None) / np.maximum(c.flc_involved[p] - SPILL, 1)
    # immunofixation sees 0.02 to 0.05 g/dL; each patient's clone has its own limit, so that results don't flicker
    serum_limit = lognormal(rng, 0.03, 0.35, len(c))[p]
    urine_limit = lognormal(rng, 12, 0.4, len(c))[p]
    chain_limit = lognormal(rng, 110, 0.4, len(c))[p]
    scatter = np.exp(rng.normal(0, 0.1, n))
    chains_seen = (c.isotype[p] == "light_chain") & (chain > chain_limit * scatter)
    # a faint band that comes and goes after transplant or under an antibody
    faint = chance(rng, 0.015, n)
    silent = c.isotype[p] == "non_secretory"
    own = np.exp(rng.normal(0, 0.05, (2, n)))
    suppressed = 0.45 + 0.55 * np.exp(-4 * v.size_flc)
    kappa = c.flc_normal[p] * 0.85 * np.where(c.kappa[p], 1.0, suppressed) + chain * c.kappa[p]
    lambda_ = c.flc_normal[p] * 1.15 * np.where(c.kappa[p], suppressed, 1.0) + chain * ~c.kappa[p]
    return Markers(
        serum=np.where(serum < 0.06, 0, serum * np.exp(rng.normal(0, 0.04, n))),
        urine=np.where(urine < 15, 0, urine * np.exp(rng.normal(0, 0.09, n))),
        kappa=kappa * own[0],
        lambda_=lambda_ * own[1],
        serum_fixed=~silent & ((serum > serum_limit * scatter) | chains_seen | faint),
        urine_fixed=~silent & (urine > urine_limit * scatter),
    )
